package language

import (
	"context"
	"errors"
	"os/exec"
	"strconv"
	"time"

	sdk "github.com/pulumi/pulumi/sdk/v3"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
)

// RunPlugin executes a plugin written in Python until it ends or the engine lets go of it: a policy pack (analyzer) or
// any other kind, as a directory with a __main__.py.
func (h *Host) RunPlugin(
	request *pulumirpc.RunPluginRequest, server pulumirpc.LanguageRuntime_RunPluginServer,
) error {
	ctx, done := h.until(server.Context())
	defer done()
	tools, err := python(request.Info)
	if err != nil {
		return err
	}
	if err := tools.ValidateVenv(ctx); err != nil {
		return err
	}
	closer, stdout, stderr, err := rpcutil.MakeRunPluginStreams(server, false)
	if err != nil {
		return err
	}
	defer closer.Close()

	if request.Kind == string(apitype.AnalyzerPlugin) {
		arguments := append([]string{"-u", "-m", "pulumi.policy"}, request.Args...)
		command, err := command(ctx, tools, request, append(arguments, request.Info.ProgramDirectory))
		if err != nil {
			return err
		}
		command.Dir, command.Stderr = request.Info.ProgramDirectory, stderr
		proxy, output, err := sdk.NewPolicyProxy(ctx, stdout)
		if err != nil {
			return err
		}
		command.Stdout = output
		return exitCode(server, runPolicies(ctx, proxy, command))
	}

	command, err := command(ctx, tools, request, append([]string{request.Info.ProgramDirectory}, request.Args...))
	if err != nil {
		return err
	}
	command.Dir, command.Stdout, command.Stderr = request.Pwd, stdout, stderr
	return exitCode(server, command.Run())
}

// runPolicies starts a policy pack once the engine has said which stack it is for. A pack takes that from its
// environment; the proxy is what speaks the engine's newer protocol meanwhile.
func runPolicies(ctx context.Context, proxy *sdk.PolicyProxy, command *exec.Cmd) error {
	stack, err := proxy.AwaitConfiguration(ctx)
	if err != nil {
		return err
	}
	if stack != nil {
		config, err := variables(stack.GetConfig(), stack.GetConfigSecretKeys())
		if err != nil {
			return err
		}
		command.Env = append(append(command.Env, config...),
			"PULUMI_ORGANIZATION="+stack.GetOrganization(),
			"PULUMI_PROJECT="+stack.GetProject(),
			"PULUMI_STACK="+stack.GetStack(),
			"PULUMI_DRY_RUN="+strconv.FormatBool(stack.GetDryRun()))
	}
	if err := command.Start(); err != nil {
		return err
	}
	return proxy.Attach(ctx, command)
}

// command prepares Python with the environment that the engine asked for and the virtual environment activated in it.
func command(
	ctx context.Context, tools toolchain.Toolchain, request *pulumirpc.RunPluginRequest, arguments []string,
) (*exec.Cmd, error) {
	command, err := tools.Command(ctx, arguments...)
	if err != nil {
		return nil, err
	}
	command.Env = request.Env
	virtualenv, err := tools.VirtualEnvPath(ctx)
	if err != nil {
		return nil, err
	}
	if virtualenv != "" {
		command.Env = toolchain.ActivateVirtualEnv(request.Env, virtualenv)
	}
	// A grandchild that keeps the pipes open would otherwise hold the engine up after the plugin itself has ended.
	command.WaitDelay = 2 * time.Second
	return command, nil
}

// exitCode tells the engine how a plugin ended, in the way that its protocol has for it.
func exitCode(server pulumirpc.LanguageRuntime_RunPluginServer, err error) error {
	var code int
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		return err
	}
	return server.Send(&pulumirpc.RunPluginResponse{
		Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: int32(code)},
	})
}
