package language

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// About tells which Python runs the program, for `pulumi about`.
func (h *Host) About(ctx context.Context, request *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	tools, err := python(request.Info)
	if err != nil {
		return nil, err
	}
	about, err := tools.About(ctx)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.AboutResponse{
		Executable: about.PythonExecutable,
		Version:    about.PythonVersion.String(),
	}, nil
}

// GetProgramDependencies lists the Python packages of the program's environment, for `pulumi about`.
func (h *Host) GetProgramDependencies(
	ctx context.Context, request *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	tools, err := python(request.Info)
	if err != nil {
		return nil, err
	}
	packages, err := tools.ListPackages(ctx, request.TransitiveDependencies)
	if err != nil {
		return nil, err
	}
	response := &pulumirpc.GetProgramDependenciesResponse{}
	for _, item := range packages {
		response.Dependencies = append(response.Dependencies,
			&pulumirpc.DependencyInfo{Name: item.Name, Version: item.Version})
	}
	return response, nil
}

// lists name the files from which a toolchain can install.
var lists = []string{"requirements.txt", "poetry.lock", "uv.lock"}

// InstallDependencies serves `pulumi install` for programs that list what they need. One that lists nothing has its
// environment from elsewhere (here: from make), and is left as it is.
func (h *Host) InstallDependencies(
	request *pulumirpc.InstallDependenciesRequest, server pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	ctx, done := h.until(server.Context())
	defer done()
	tools, err := python(request.Info)
	if err != nil {
		return err
	}
	closer, stdout, stderr, err := rpcutil.MakeInstallDependenciesStreams(server, request.IsTerminal)
	if err != nil {
		return err
	}
	defer closer.Close()

	directory := request.Info.ProgramDirectory
	for _, list := range lists {
		if _, err := os.Stat(filepath.Join(directory, list)); err == nil {
			return tools.InstallDependencies(ctx, directory, request.UseLanguageVersionTools, true, stdout, stderr)
		}
	}
	_, err = fmt.Fprintf(stdout, "%s has no list of requirements: `make setup` installs what it needs.\n", directory)
	return err
}
