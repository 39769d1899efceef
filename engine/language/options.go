package language

import (
	"fmt"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
)

// Options reads `runtime.options` of a Pulumi.yaml or PulumiPolicy.yaml: `virtualenv`, relative to that file, and
// `toolchain` (pip, poetry or uv). Any other option is an error that names it, rather than silently without effect.
func Options(info *pulumirpc.ProgramInfo) (toolchain.PythonOptions, error) {
	options := toolchain.PythonOptions{Root: info.GetRootDirectory(), ProgramDir: info.GetProgramDirectory()}
	for name, value := range info.GetOptions().AsMap() {
		text, ok := value.(string)
		if !ok {
			return options, fmt.Errorf("runtime option %q must be a text, got %v", name, value)
		}
		switch name {
		case "virtualenv":
			options.Virtualenv = text
		case "toolchain":
			switch text {
			case "pip":
				options.Toolchain = toolchain.Pip
			case "poetry":
				options.Toolchain = toolchain.Poetry
			case "uv":
				options.Toolchain = toolchain.Uv
			default:
				return options, fmt.Errorf("runtime option \"toolchain\" must be pip, poetry or uv, got %q", text)
			}
		default:
			return options, fmt.Errorf("runtime option %q is not known to this Python language host; "+
				"it knows virtualenv and toolchain", name)
		}
	}
	return options, nil
}

func python(info *pulumirpc.ProgramInfo) (toolchain.Toolchain, error) {
	options, err := Options(info)
	if err != nil {
		return nil, err
	}
	return toolchain.ResolveToolchain(options)
}
