"""How the `pexip` command comes by an engine."""

import os
import shutil
from pathlib import Path

import pytest

from pexip_cli.checkout import Checkout
from pexip_cli.engine import choice, install, on_path, record
from pexip_cli.engine.record import Engine, Way
from pexip_cli.engine.version import Version, parse, suits
from pexip_cli.problem import Problem


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def install_pulumi(folder: Path, version: str = "v3.259.0", *, host: bool = True) -> dict[str, str]:
    """A folder with a program that answers as the CLI does, and the environment that has it on PATH."""
    script(folder / "pulumi", f"echo {version}")
    if host:
        script(folder / "pulumi-language-python", "exit 1")
    return {"PATH": f"{folder}{os.pathsep}/bin{os.pathsep}/usr/bin"}


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("v3.259.0\n", Version(3, 259, 0)),
        ("3.200.1", Version(3, 200, 1)),
        ("v3.260.0-alpha.1+dirty", Version(3, 260, 0)),
        ("", None),
        ("pulumi 3", None),
        ("1.2.3.4", None),
    ],
)
def test_versions_are_read(text: str, version: Version | None) -> None:
    """What the CLI prints is read; what is not a version is none."""
    assert parse(text) == version


def test_versions_compare_as_numbers() -> None:
    """3.200 and newer of the same major version suit, and 3.99 is older than 3.200."""
    suiting = ["3.200.0", "3.259.0", "3.1000.0"]
    others = ["3.199.9", "3.99.0", "2.900.0", "4.0.0"]
    assert [suits(parse(text) or Version(0, 0, 0)) for text in suiting + others] == [True] * 3 + [False] * 4


def test_an_engine_on_path_is_used(tmp_path: Path) -> None:
    """The CLI and its language host, side by side on PATH, are an engine."""
    environment = install_pulumi(tmp_path / "bin")
    engine, _ = on_path.find(environment, ignore=tmp_path / ".local")
    assert engine is not None
    assert (engine.way, engine.folder, engine.version) == (Way.PATH, tmp_path / "bin", "3.259.0")


def test_links_are_followed_to_the_real_files(tmp_path: Path) -> None:
    """The engine warns when it is reached through a link, so its own folder is what is used."""
    install_pulumi(tmp_path / "real")
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "pulumi").symlink_to(tmp_path / "real" / "pulumi")
    engine, _ = on_path.find({"PATH": str(tmp_path / "links") + ":/bin"}, ignore=tmp_path / ".local")
    assert engine is not None
    assert engine.folder == tmp_path / "real"


@pytest.mark.parametrize(
    ("version", "host", "reason"),
    [
        ("v3.199.0", True, "is 3.199.0; 3.200 or newer is needed"),
        ("v3.259.0", False, "has no pulumi-language-python beside it"),
        ("nonsense", True, "does not tell its version"),
    ],
)
def test_an_unsuitable_engine_is_passed_over(tmp_path: Path, version: str, host: bool, reason: str) -> None:
    """An engine that is too old or not whole is not used, and the reason says which."""
    environment = install_pulumi(tmp_path / "bin", version, host=host)
    engine, why = on_path.find({"PATH": environment["PATH"]}, ignore=tmp_path / ".local")
    assert engine is None
    assert why == f"{tmp_path / 'bin' / 'pulumi'} {reason}"


def test_our_own_engine_is_not_taken_for_the_users(tmp_path: Path) -> None:
    """`.local/env` puts it on PATH; it must not be recorded as one that is installed."""
    environment = install_pulumi(tmp_path / ".local" / "engine" / "bin")
    assert on_path.find(environment, ignore=tmp_path / ".local") == (None, "no pulumi on PATH")


def test_a_found_engine_is_recorded_and_used_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second time nothing is looked for: the engine is found even where PATH has become empty."""
    checkout = Checkout(tmp_path / "checkout")
    checkout.root.mkdir()
    environment = install_pulumi(tmp_path / "bin")
    monkeypatch.setenv("PATH", environment["PATH"])
    monkeypatch.delenv(choice.SETTING, raising=False)
    first = choice.ensure(checkout)
    assert "Pulumi 3.259.0, found on PATH" in capsys.readouterr().err
    monkeypatch.setenv("PATH", "")
    assert choice.ensure(checkout) == first
    assert capsys.readouterr().err == ""


def test_a_record_is_stale_when_the_engine_changed(tmp_path: Path) -> None:
    """A program that was replaced, or is gone, is looked for again; so is one of a way that is not wanted."""
    checkout = Checkout(tmp_path)
    install_pulumi(tmp_path / "bin")
    program = tmp_path / "bin" / "pulumi"
    engine = Engine(Way.PATH, program.parent, "3.259.0", record.mark_of_program(program))
    assert choice.usable(engine, list(Way), checkout) == engine
    assert choice.usable(engine, [Way.BUILD], checkout) is None
    script(program, "echo v3.300.0 # another one")
    assert choice.usable(engine, list(Way), checkout) is None
    program.unlink()
    assert choice.usable(engine, list(Way), checkout) is None


def test_a_build_is_stale_when_its_source_changed(tmp_path: Path) -> None:
    """New checksums, another version or another line of the host make another engine; its tests do not."""
    for name in ("go.mod", "go.sum", "language/run.go", "language/run_test.go"):
        script(tmp_path / name, "first")
    mark = record.mark_of_source(tmp_path)
    script(tmp_path / "language/run_test.go", "second")
    (tmp_path / "simulator").mkdir()
    (tmp_path / "simulator" / "go.mod").write_text("module of its own")
    (tmp_path / "simulator" / "main.go").write_text("package main")
    assert record.mark_of_source(tmp_path) == mark
    for name in ("go.mod", "go.sum", "language/run.go"):
        script(tmp_path / name, "second")
        assert record.mark_of_source(tmp_path) != mark
        mark = record.mark_of_source(tmp_path)


def test_records_survive_writing_and_damage(tmp_path: Path) -> None:
    """A record reads back as it was, from a file of its owner's; a damaged one is as none."""
    file = tmp_path / "engine.json"
    engine = Engine(Way.BUILD, tmp_path / "bin", "3.259.0", "mark")
    record.write(file, engine)
    assert record.read(file) == engine
    assert file.stat().st_mode & 0o777 == 0o600
    for damage in ("", "{}", '{"way": "magic"}', "[]"):
        file.write_text(damage)
        assert record.read(file) is None
    file.unlink()
    assert record.read(file) is None


def test_the_setting_narrows_the_choice() -> None:
    """`PEXIP_ENGINE` is one way, or auto for all in turn; anything else is an error that lists them."""
    assert list(choice.allowed({})) == [Way.PATH, Way.INSTALL, Way.BUILD]
    assert list(choice.allowed({"PEXIP_ENGINE": "build"})) == [Way.BUILD]
    with pytest.raises(Problem, match="must be one of auto, path, install, build, got 'docker'"):
        choice.allowed({"PEXIP_ENGINE": "docker"})


def test_no_engine_says_every_reason_and_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PATH has nothing and none may be made, the message tells what was tried and what helps."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PEXIP_ENGINE", "path")
    with pytest.raises(Problem) as caught:
        choice.ensure(Checkout(tmp_path))
    assert "no pulumi on PATH" in str(caught.value)
    assert "Put pulumi 3.200 or newer on PATH" in str(caught.value)


@pytest.mark.parametrize(
    ("errors", "reason"),
    [
        ("Traceback\nurllib.error.URLError: <urlopen error [Errno -2] Name not known>\n", "Name not known"),
        ("urllib.error.HTTPError: HTTP Error 403: Forbidden", "HTTP Error 403: Forbidden"),
        ("", "no answer"),
    ],
)
def test_a_refused_download_gives_one_line(errors: str, reason: str) -> None:
    """What the SDK's installer died of is told without its traceback."""
    assert install.reason(errors) == reason


def test_the_checkout_knows_itself() -> None:
    """The command of this repository works on this repository, whatever folder it is called in."""
    assert (Checkout.find().root / "engine" / "go.mod").exists()
    assert shutil.which("pulumi", path=str(Checkout.find().root)) is None
