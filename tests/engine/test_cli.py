"""`pexip`, on a stack of whose objects the state does not know all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulators.process import Simulator
from tests.support.engine import ROOT
from tests.support.node import Node
from tests.support.stack import Stack

RUN = """
import sys
from pathlib import Path
from pexip_cli.__main__ import main
from pexip_cli.checkout import Checkout
Checkout.find = lambda: Checkout(Path(sys.argv[1]))
main(sys.argv[2:])
"""


class Cli:
    """`pexip` in a checkout of its own, for the stack ``test`` of some rooms, and a collection of one more."""

    def __init__(self, folder: Path, simulator: Simulator) -> None:
        self._folder = folder
        self._stack = Stack(folder, node=simulator)
        self.state = folder / ".local" / "state" / ".pulumi"

    def rooms(self, count: int) -> None:
        """Declare so many."""
        names = [f"Room {number}" for number in range(count)]
        rooms = "".join(f"Conference({name!r}, name={name!r})\n" for name in names)
        staff = """Conference.collection("staff", {"alice": item(Conference, name="Alice", pin="739146")})\n"""
        self._stack.program(f"from pexip_provider import Conference, item\n{rooms}{staff if count else ''}")

    def quickstart(self) -> None:
        """Declare what the example does, in place of rooms."""
        for file in (ROOT / "stacks" / "quickstart").glob("*.*"):
            self._stack.file(file.name, file.read_bytes())

    def run(self, command: str) -> tuple[int, str]:
        """The exit code and all that was printed."""
        environment = {**self._stack.environment, "PEXIP_ENGINE": "path"}
        arguments = [str(self._folder), command, "--stack", "test", "--stack-dir", str(self._stack.folder)]
        done = subprocess.run(
            [sys.executable, "-c", RUN, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=300,
        )
        return done.returncode, done.stdout


@pytest.fixture
def pexip(tmp_path: Path, simulator: Simulator) -> Cli:
    """The command, on the test's node."""
    return Cli(tmp_path, simulator)


def test_all_of_a_stack_is_known(pexip: Cli, node: Node) -> None:
    """Whatever types it declares, nothing of it is taken for a killed run's."""
    pexip.quickstart()
    code, out = pexip.run("up")
    assert (code, "killed runs" in out) == (0, False), out
    assert pexip.run("journal")[1].endswith("Nothing: the state has all that was made.\n")
    assert pexip.run("destroy")[0] == 0
    assert node.objects("conference") == []


def test_what_a_killed_run_made_is_not_left_behind(pexip: Cli, node: Node) -> None:
    """destroy refuses to forget it; up takes over what is declared, and tells of what is not."""
    pexip.rooms(0)
    assert pexip.run("up")[0] == 0
    (state,) = pexip.state.glob("stacks/*/test.json")
    before = state.read_text()
    pexip.rooms(8)
    code, out = pexip.run("up")
    assert (code, "killed runs" in out) == (0, False), out
    assert pexip.run("journal")[1].endswith("Nothing: the state has all that was made.\n")
    # A file beside the state would be written in place, and one that a kill cut short keeps the engine from the state.
    assert list(pexip.state.rglob("*.attrs")) == []
    # As a kill leaves it: the state is saved at the end.
    state.write_text(before)

    code, out = pexip.run("destroy")
    assert code == 1
    ids = {each["name"]: each["resource_uri"] for each in node.objects("conference")}
    assert f'conference with name "Alice" on {node.address}: {ids["Alice"]}\n' in out
    for number in range(4):
        assert f'conference with name "Room {number}" on {node.address}: {ids[f"Room {number}"]}\n' in out
    assert "  and 4 more, which `pexip journal` lists\nRun `make up` first" in out
    assert f"delete {os.path.join('.local', 'state', '.pulumi', 'journals', 'a-test.test.jsonl')}." in out
    assert len(ids) == len(node.objects("conference")) == 9

    pexip.rooms(6)
    code, out = pexip.run("up")
    assert code == 0
    assert 'the stack does not declare:\n  conference with name "Room 6"' in out
    assert pexip.run("journal")[1].splitlines()[-2:] == [
        f'conference with name "Room {number}" on {node.address}: {ids[f"Room {number}"]}' for number in (6, 7)
    ]
    pexip.rooms(8)
    code, out = pexip.run("up")
    assert (code, "killed runs" in out) == (0, False), out
    assert pexip.run("destroy")[0] == 0
    assert node.objects("conference") == []
