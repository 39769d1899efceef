"""An engine built from the Go module in `engine/`: the pinned CLI and our own language host."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from pexip_cli.engine.go import Go, module_version
from pexip_cli.engine.record import Engine, Way, mark_of_source
from pexip_cli.progress import Progress

CLI = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
HOST = "./cmd/pulumi-language-python"
SDK = "github.com/pulumi/pulumi/sdk/v3"
# Files of the SDK that must lie beside the CLI.
SCRIPTS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")


def build(source: Path, folder: Path, say: Callable[[str], None]) -> Engine:
    """Builds into `folder`/bin; raises a Problem when that cannot be done.

    It is built beside that folder and renamed at the end: an interrupted build is never taken for an engine.
    """
    go = Go(source)
    go.check()
    fresh = folder.with_name(f"{folder.name}.build")
    shutil.rmtree(fresh, ignore_errors=True)
    (fresh / "bin").mkdir(parents=True)
    try:
        _fetch(go)
        _compile(go, module_version(source, SDK), fresh / "bin", say)
        _copy_scripts(go, fresh / "bin")
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    version = module_version(source, SDK).removeprefix("v")
    return Engine(Way.BUILD, folder / "bin", version, mark_of_source(source))


def _fetch(go: Go) -> None:
    with Progress("Fetching Go modules") as progress:
        fetched = 0
        for line in go.progress("list", "-deps", CLI, HOST):
            fetched += line.startswith("go: downloading")
            progress.note(f"{fetched} so far")


def _compile(go: Go, version: str, target: Path, say: Callable[[str], None]) -> None:
    missing = go.output("list", "-deps", "-f", "{{if .Stale}}{{.ImportPath}}{{end}}", CLI, HOST).split()
    if len(missing) > 100:
        say(f"Compiling {len(missing)} Go packages: about four minutes on two cores, then kept.")
    else:
        say("Linking it from Go's build cache: some seconds.")
    flags = f"-s -w -X {SDK}/go/common/version.Version={version}"
    with Progress("Compiling") as progress:
        build = go.progress("build", "-v", "-ldflags", flags, "-o", f"{target}{os.sep}", CLI, HOST)
        for count, _ in enumerate(build, 1):
            progress.at(min(count, len(missing)), len(missing), "packages")


def _copy_scripts(go: Go, target: Path) -> None:
    sdk = Path(go.output("list", "-m", "-f", "{{.Dir}}", SDK).strip())
    for script in SCRIPTS:
        copy = target / Path(script).name
        shutil.copyfile(sdk / script, copy)
        copy.chmod(0o755)
