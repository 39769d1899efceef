"""Which node and stack a command works on, and what it says when it cannot."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from pexip_cli import clean, lock, simulator, stack, stack_lock
from pexip_cli.__main__ import main, parser
from pexip_cli.checkout import Checkout
from pexip_cli.node import Target, choose
from pexip_cli.problem import Problem


@pytest.mark.parametrize(
    ("environment", "target"),
    [
        ({}, Target(None, "dev")),
        ({"PEXIP_ADDRESS": ""}, Target(None, "dev")),
        ({"PEXIP_ADDRESS": "https://127.0.0.1:1", "PEXIP_SIMULATED": "https://127.0.0.1:1"}, Target(None, "dev")),
        (
            {"PEXIP_ADDRESS": "https://Pexip.example.com/", "PEXIP_SIMULATED": "https://127.0.0.1:1"},
            Target("https://Pexip.example.com/", "pexip.example.com"),
        ),
        ({"PEXIP_ADDRESS": "10.0.0.1:8443"}, Target("10.0.0.1:8443", "10.0.0.1-8443")),
        ({"PEXIP_ADDRESS": "https://[2001:db8::1]"}, Target("https://[2001:db8::1]", "2001-db8-1")),
    ],
)
def test_a_node_and_its_stack(environment: dict[str, str], target: Target, tmp_path: Path) -> None:
    """The simulated node and each real one have a stack of their own: a state is the state of one node."""
    assert choose(environment, tmp_path) == target


def test_a_node_named_in_the_stacks_configuration(tmp_path: Path) -> None:
    """`pulumi config set pexip:address` is a real node too, and starts no simulator."""
    (tmp_path / "Pulumi.lab.yaml").write_text("config:\n  pexip:address: https://lab.example.com\n")
    assert choose({}, tmp_path, "lab") == Target("https://lab.example.com", "lab")
    assert choose({}, tmp_path).simulated
    assert choose({"PEXIP_ADDRESS": "https://other"}, tmp_path, "lab").address == "https://other"


def test_the_project_is_read_from_its_file(tmp_path: Path) -> None:
    """The name comes from Pulumi.yaml; a folder without one is an error that names the folder."""
    with pytest.raises(Problem, match=r"there is no Pulumi\.yaml in"):
        stack.project_name(tmp_path)
    (tmp_path / "Pulumi.yaml").write_text("# a comment\nname: 'my-rooms' # another\nruntime: python\n")
    assert stack.project_name(tmp_path) == "my-rooms"


def test_settings_that_outlived_their_passphrase(tmp_path: Path) -> None:
    """Removing `.local` must not make the next `make up` fail; secrets of the user's are never given up."""
    settings = tmp_path / "Pulumi.dev.yaml"
    assert not stack.forget_salt(settings)
    settings.write_text("encryptionsalt: v1:abc\nconfig:\n  a:b: c\n")
    assert stack.forget_salt(settings)
    assert settings.read_text() == "config:\n  a:b: c\n"
    kept = "encryptionsalt: v1:abc\nconfig:\n  a:b:\n    secure: v1:xyz\n"
    settings.write_text(kept)
    assert not stack.forget_salt(settings)
    assert settings.read_text() == kept


def held(state: Path, pid: int, host: str) -> str:
    """The message for a lock as the engine writes it."""
    folder = state / ".pulumi" / "locks" / "organization" / "project" / "dev"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lock.json").write_text(f'{{"pid": {pid}, "hostname": "{host}", "timestamp": "noon"}}')
    found = stack_lock.find(state, "project", "dev")
    assert found is not None
    return found.message("dev")


def test_the_lock_of_a_killed_run_says_how_to_release_it(tmp_path: Path) -> None:
    """A lock whose process is gone is told from one at work, here or on another machine."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    here = socket.gethostname()
    assert stack_lock.find(tmp_path, "project", "dev") is None
    assert "pulumi cancel --yes --stack dev" in held(tmp_path, child.pid, here)
    assert f"in use by another run (process {os.getpid()}" in held(tmp_path, os.getpid(), here)
    assert "in use by another run" in held(tmp_path, child.pid, f"not-{here}")


def test_a_lock_lasts_as_long_as_a_child_that_inherited_it(tmp_path: Path) -> None:
    """So the simulated node is known to run by its lock, not by a number that may be another process's."""
    descriptor = lock.take(tmp_path / "lock")
    assert descriptor is not None
    child = subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, pass_fds=(descriptor,))
    os.close(descriptor)
    assert lock.take(tmp_path / "lock") is None
    child.communicate()
    again = lock.take(tmp_path / "lock")
    assert again is not None
    os.close(again)


def test_the_simulators_ready_line_is_read() -> None:
    """The address comes without its slash, the certificate's path with its spaces."""
    log = "noise\nSimulated Management Node at https://127.0.0.1:5/ (CA certificate: /a b/ca.pem)\nmore\n"
    assert simulator.ready_line(log) == ("https://127.0.0.1:5", Path("/a b/ca.pem"))
    assert simulator.ready_line("noise\n") is None


def test_a_taken_port_gives_another() -> None:
    """The wanted port when it is free, else any."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert simulator.free_port(port) not in (0, port)
    assert simulator.free_port(port) == port


def test_the_simulated_node_starts_once_and_keeps_its_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start is idempotent; after a stop the same node is back at the same address with the same password."""
    monkeypatch.setenv("PYTHONPATH", str(Checkout.find().root))
    monkeypatch.setattr(simulator, "PORT", 0)
    checkout = Checkout(tmp_path)
    try:
        first, started = simulator.start(checkout)
        assert started
        assert simulator.start(checkout) == (first, False)
        assert simulator.running(checkout) == first
        password = first.password.read_text()
        assert password.strip() not in simulator.described(first, checkout)
        assert simulator.stop(checkout)
        assert simulator.running(checkout) is None
        again, started = simulator.start(checkout)
        assert (started, again.address, again.password.read_text()) == (True, first.address, password)
    finally:
        simulator.stop(checkout)
    assert not simulator.stop(checkout)


def test_clean_keeps_what_knows_of_a_real_node(tmp_path: Path) -> None:
    """Of the simulated node nothing is left; the state of a real one stays, with what reads its secrets."""
    checkout = Checkout(tmp_path)
    stacks = checkout.state / ".pulumi" / "stacks" / "rooms"
    stacks.mkdir(parents=True)
    (stacks / "dev.json").write_text("{}")
    checkout.engine.mkdir()
    checkout.passphrase.write_text("x")
    (stacks / "pexip.example.com.json").write_text("{}")
    assert "rooms/pexip.example.com" in clean.clean(checkout)[0]
    assert {path.name for path in checkout.local.iterdir()} == {"state", "home", "passphrase"} & {
        path.name for path in checkout.local.iterdir()
    }
    assert (stacks / "pexip.example.com.json").exists()
    (stacks / "pexip.example.com.json").unlink()
    assert clean.clean(checkout) == []
    assert [path.name for path in checkout.local.iterdir()] == ["passphrase"]


def test_a_problem_is_one_line_and_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A user's mistake gives no traceback."""
    monkeypatch.setenv("PEXIP_ENGINE", "docker")
    with pytest.raises(SystemExit) as ended:
        main(["engine"])
    assert ended.value.code == 1
    told = capsys.readouterr()
    assert told.err == "pexip: PEXIP_ENGINE must be one of auto, path, install, build, got 'docker'\n"
    assert told.out == ""


def test_help_names_every_command() -> None:
    """What the Makefile and the documentation use is there."""
    text = parser().format_help()
    for word in ("up", "preview", "refresh", "destroy", "engine", "env", "simulator", "clean", "PEXIP_ADDRESS"):
        assert word in text
