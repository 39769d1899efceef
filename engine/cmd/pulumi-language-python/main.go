// Command pulumi-language-python is the language host that lets the Pulumi CLI of this module run Python programs and
// Python policy packs. The engine starts it, reads the port that it prints, and calls it over gRPC.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/logging"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"

	"pexip-engine/language"
)

// executor is the SDK's script that runs one program; it lies beside this binary.
const executor = "pulumi-language-python-exec"

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-language-python:", err)
		os.Exit(1)
	}
}

func serve() error {
	// The engine passes this one beside those that the logging package declares.
	flag.String("tracing", "", "accepted and ignored")
	flag.Parse()
	logging.InitLogging(false, 0, false)

	binary, err := os.Executable()
	if err != nil {
		return err
	}
	script := filepath.Join(filepath.Dir(binary), executor)
	if _, err := os.Stat(script); err != nil {
		return fmt.Errorf("%s must lie beside this binary: %w", executor, err)
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if engine := flag.Arg(0); engine != "" {
		// An engine that was killed cannot say goodbye: leave when it stops answering.
		if err := rpcutil.Healthcheck(ctx, engine, 30*time.Second, stop); err != nil {
			return err
		}
	}
	cancel := make(chan bool)
	context.AfterFunc(ctx, func() { close(cancel) })

	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: cancel,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, language.NewHost(ctx, flag.Arg(0), script))
			return nil
		},
		Options: rpcutil.TracingServerInterceptorOptions(nil),
	})
	if err != nil {
		return err
	}
	fmt.Println(handle.Port)
	return <-handle.Done
}
