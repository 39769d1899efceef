package language

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// bail is the exit code by which the SDK says that it has already told the user what is wrong.
const bail = 32

// Run executes a program to its end. Its output becomes messages on the stack.
func (h *Host) Run(ctx context.Context, request *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	tools, err := python(request.Info)
	if err != nil {
		return nil, err
	}
	if err := tools.ValidateVenv(ctx); err != nil {
		return nil, err
	}
	config, err := configuration(request)
	if err != nil {
		return nil, err
	}

	ctx, done := h.until(ctx)
	defer done()
	command, err := tools.Command(ctx, append([]string{h.executor}, h.arguments(request)...)...)
	if err != nil {
		return nil, err
	}
	if command.Env == nil {
		command.Env = os.Environ()
	}
	command.Env = append(command.Env, config...)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr

	err = command.Run()
	if ctx.Err() != nil {
		return nil, errors.New("the program was cancelled")
	}
	var exit *exec.ExitError
	switch {
	case err == nil:
		return &pulumirpc.RunResponse{}, nil
	case !errors.As(err, &exit):
		return nil, fmt.Errorf("the program could not be started: %w", err)
	case exit.ExitCode() == bail:
		return &pulumirpc.RunResponse{Bail: true}, nil
	case exit.ExitCode() < 0:
		return &pulumirpc.RunResponse{Error: "Program ended by " + exit.String()}, nil
	}
	return &pulumirpc.RunResponse{
		Error: fmt.Sprintf("Program exited with non-zero exit code: %d", exit.ExitCode()),
	}, nil
}

// arguments are those of the SDK's pulumi-language-python-exec.
func (h *Host) arguments(request *pulumirpc.RunRequest) []string {
	named := []struct{ flag, value string }{
		{"--monitor", request.GetMonitorAddress()},
		{"--engine", h.engine},
		{"--project", request.GetProject()},
		{"--root_directory", request.GetInfo().GetRootDirectory()},
		{"--stack", request.GetStack()},
		{"--pwd", request.GetPwd()},
		{"--dry_run", strconv.FormatBool(request.GetDryRun())},
		{"--parallel", strconv.Itoa(int(request.GetParallel()))},
		{"--organization", request.GetOrganization()},
	}
	var list []string
	for _, argument := range named {
		if argument.value != "" {
			list = append(list, argument.flag, argument.value)
		}
	}
	list = append(list, request.GetInfo().GetEntryPoint())
	return append(list, request.GetArgs()...)
}

// configuration is what the program reads as pulumi.Config, as environment variables. A stack without any sends no
// variable: the SDK fails on a JSON null.
func configuration(request *pulumirpc.RunRequest) ([]string, error) {
	return variables(request.GetConfig(), request.GetConfigSecretKeys())
}

func variables(config map[string]string, secrets []string) ([]string, error) {
	var list []string
	if len(config) > 0 {
		text, err := json.Marshal(config)
		if err != nil {
			return nil, err
		}
		list = append(list, "PULUMI_CONFIG="+string(text))
	}
	if len(secrets) > 0 {
		text, err := json.Marshal(secrets)
		if err != nil {
			return nil, err
		}
		list = append(list, "PULUMI_CONFIG_SECRET_KEYS="+string(text))
	}
	return list, nil
}
