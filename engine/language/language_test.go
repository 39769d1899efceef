package language

import (
	"context"
	"slices"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
)

func info(t *testing.T, options map[string]any) *pulumirpc.ProgramInfo {
	t.Helper()
	values, err := structpb.NewStruct(options)
	if err != nil {
		t.Fatal(err)
	}
	return &pulumirpc.ProgramInfo{RootDirectory: "/project", ProgramDirectory: "/project/main", EntryPoint: ".", Options: values}
}

// An option that would have no effect is refused by name.
func TestUnknownOptions(t *testing.T) {
	for _, options := range []map[string]any{{"typechecker": "mypy"}, {"toolchain": "conda"}, {"virtualenv": true}} {
		_, err := Options(info(t, options))
		for name := range options {
			if err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%v: got %v", options, err)
			}
		}
	}
}

// A stack without configuration leaves the variables out: the SDK fails on a JSON null.
func TestConfiguration(t *testing.T) {
	none, err := variables(nil, nil)
	if err != nil || len(none) > 0 {
		t.Errorf("got %v, %v", none, err)
	}
	some, err := variables(map[string]string{"a:b": "c"}, []string{"a:b"})
	want := []string{`PULUMI_CONFIG={"a:b":"c"}`, `PULUMI_CONFIG_SECRET_KEYS=["a:b"]`}
	if err != nil || !slices.Equal(some, want) {
		t.Errorf("got %v, %v", some, err)
	}
}

// The program's own arguments follow its entry point; what the engine does not say is not passed.
func TestArguments(t *testing.T) {
	host := NewHost(context.Background(), "engine:1", "exec")
	got := strings.Join(host.arguments(&pulumirpc.RunRequest{
		Project: "p", Stack: "s", MonitorAddress: "monitor:2", Parallel: 4, Args: []string{"x"}, Info: info(t, nil),
	}), " ")
	want := "--monitor monitor:2 --engine engine:1 --project p --root_directory /project --stack s " +
		"--dry_run false --parallel 4 . x"
	if got != want {
		t.Errorf("got %s", got)
	}
}
