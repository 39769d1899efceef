"""The build of an engine from Go modules, with a `go` that only pretends."""

import os
from pathlib import Path

import pytest

from pexip_cli.engine import go
from pexip_cli.engine.build import CLI, SDK, build
from pexip_cli.engine.record import Way
from pexip_cli.problem import Problem

PRETENDER = """\
case "$1 $2" in
  "env GOVERSION") echo "$GO_VERSION" ;;
  "env GOTOOLCHAIN") echo "$GO_TOOLCHAIN" ;;
  "list -m") echo "$GO_SDK" ;;
  "list -deps") [ "$3" = -f ] && echo "one two" || echo "go: downloading one v1" >&2 ;;
  "build -v")
    echo "example.com/one" >&2
    [ -z "$GO_ERROR" ] || { echo "$GO_ERROR" >&2; exit 1; }
    while [ "$1" != -o ]; do shift; done
    echo built > "$2/pulumi"; echo built > "$2/pulumi-language-python" ;;
esac
"""


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Go module as ours, an SDK with its scripts, and the pretender on PATH."""
    folder = tmp_path / "engine"
    folder.mkdir()
    (folder / "go.mod").write_text(f"module m\n\ngo 1.25.11\n\nrequire (\n\t{SDK} v3.259.0 // indirect\n)\n")
    for script in ("cmd/pulumi-language-python-exec", "dist/pulumi-resource-pulumi-python"):
        path = tmp_path / "sdk" / "python" / script
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("script")
        path.chmod(0o444)
    program = tmp_path / "bin" / "go"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{PRETENDER}")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}/bin{os.pathsep}/usr/bin")
    monkeypatch.setenv("GO_SDK", str(tmp_path / "sdk"))
    monkeypatch.setenv("GO_VERSION", "go1.26.8")
    monkeypatch.setenv("GO_TOOLCHAIN", "auto")
    return folder


def test_a_build_gives_one_folder_of_real_programs(source: Path, tmp_path: Path) -> None:
    """The CLI, the host and the SDK's two scripts lie side by side and can be executed."""
    (tmp_path / "made" / "bin").mkdir(parents=True)
    (tmp_path / "made" / "bin" / "of-an-older-build").touch()
    engine = build(source, tmp_path / "made", lambda _: None)
    assert (engine.way, engine.version) == (Way.BUILD, "3.259.0")
    assert sorted(path.name for path in engine.folder.iterdir()) == [
        "pulumi",
        "pulumi-language-python",
        "pulumi-language-python-exec",
        "pulumi-resource-pulumi-python",
    ]
    assert os.access(engine.folder / "pulumi-resource-pulumi-python", os.X_OK)


def test_a_failed_build_leaves_nothing(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Go complains of is told without the packages it compiled, and no half an engine is left."""
    monkeypatch.setenv("GO_ERROR", "link: no space left on device")
    with pytest.raises(Problem) as caught:
        build(source, tmp_path / "made", lambda _: None)
    assert str(caught.value) == "`go build` failed:\n    link: no space left on device"
    assert not list(tmp_path.glob("made*"))


def test_a_missing_go_is_said(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Go there is one line that says so."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Problem, match="there is no Go on PATH"):
        build(source, tmp_path / "made", lambda _: None)


@pytest.mark.parametrize(
    ("version", "toolchain", "builds"),
    [
        ("go1.26.8", "local", True),
        ("go1.25.11", "local", True),
        ("go1.22.2", "auto", True),
        ("go1.22.2", "local", False),
        ("go1.19.8", "auto", False),
        ("", "", False),
    ],
)
def test_an_old_go_is_said(
    source: Path, monkeypatch: pytest.MonkeyPatch, version: str, toolchain: str, builds: bool
) -> None:
    """A Go that is too old will do when it may fetch the one that is needed, which it can from 1.21 on."""
    monkeypatch.setenv("GO_VERSION", version)
    monkeypatch.setenv("GO_TOOLCHAIN", toolchain)
    if builds:
        go.Go(source).check()
    else:
        with pytest.raises(Problem, match=r"Go 1\.25\.11 or newer is needed"):
            go.Go(source).check()


def test_the_pinned_versions_are_read_from_go_mod(source: Path) -> None:
    """go.mod is where versions stand, in either of its two ways to write them; nothing repeats them."""
    assert go.module_version(source, SDK) == "v3.259.0"
    assert go.module_version(source, "go") == "1.25.11"
    (source / "go.mod").write_text(f"module m\nrequire {CLI} v3.1.0\n")
    assert go.module_version(source, CLI) == "v3.1.0"
    with pytest.raises(Problem, match="does not require"):
        go.module_version(source, SDK)
