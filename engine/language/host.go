// Package language implements the engine's LanguageRuntime service for Python over the public packages of Pulumi's
// Go SDK.
package language

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/common/version"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
)

// Host runs Python programs and plugins for one engine. Methods that it does not declare answer "unimplemented", which
// the engine takes for "this host cannot do that": code generation, templates, linking of packages.
type Host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer

	engine   string
	executor string
	running  context.Context
	stop     context.CancelFunc
}

// NewHost returns a host that lives as long as ctx. It runs programs with the SDK's script at the path executor, and
// tells them the engine's address.
func NewHost(ctx context.Context, engine, executor string) *Host {
	running, stop := context.WithCancel(ctx)
	return &Host{engine: engine, executor: executor, running: running, stop: stop}
}

// Handshake accepts any engine: nothing of what it tells is needed later.
func (h *Host) Handshake(
	context.Context, *pulumirpc.LanguageHandshakeRequest,
) (*pulumirpc.LanguageHandshakeResponse, error) {
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

// GetPluginInfo tells the version of the engine that this host was built with.
func (h *Host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version.Version}, nil
}

// GetRequiredPackages names none: the engine then installs plugins when the program first uses them, and dynamic
// providers, which are part of the program, need none.
func (h *Host) GetRequiredPackages(
	context.Context, *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	return &pulumirpc.GetRequiredPackagesResponse{}, nil
}

// Cancel ends every program and plugin that is running, and all that would start later.
func (h *Host) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	h.stop()
	return &emptypb.Empty{}, nil
}

// until returns a context that ends with ctx or with the host, whichever is first.
func (h *Host) until(ctx context.Context) (context.Context, context.CancelFunc) {
	joined, cancel := context.WithCancel(ctx)
	forget := context.AfterFunc(h.running, cancel)
	return joined, func() { forget(); cancel() }
}
