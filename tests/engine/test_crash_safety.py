"""A killed run loses nothing: whatever is killed, and when, the next run leaves exactly what the stack declares."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from simulators.process import Simulator
from tests.support.node import Node
from tests.support.ports import held_port
from tests.support.run import Run
from tests.support.stack import Stack

SINGLE = """
from pexip_provider import AutomaticParticipant, Conference
rooms = [Conference(f"room-{i}", name=f"Room {i}", pin="123456", tag="TAG") for i in ROOMS]
"""
COLLECTION = """
from pexip_provider import Conference, item
Conference.collection("rooms", {f"r{i}": item(Conference, name=f"Room {i}", pin="123456", tag="TAG") for i in ROOMS})
"""


class Form(NamedTuple):
    """A program that declares rooms, and how many, so that a run takes several requests that write."""

    text: str
    rooms: int

    def program(self, tag: str, first: int = 0) -> str:
        """The program with this tag on each room, the ``first`` of which are replaced by as many others."""
        return self.text.replace("TAG", tag).replace("ROOMS", f"range({first}, {first + self.rooms})")


FORMS = {"single": Form(SINGLE, 24), "collection": Form(COLLECTION, 1200)}


@pytest.fixture
def own_node(tmp_path: Path) -> Iterator[list[Simulator]]:
    """A simulated node that may be killed; the list's only element is the one that runs."""
    with held_port() as port:
        running = [Simulator(tmp_path / "node", port, latency=30)]
        yield running
        running[0].stop()


def wait_for_writes(node: Node, count: int, run: Run) -> None:
    """Until the node has answered so many requests that write, or the run is over."""
    while run.process.poll() is None:
        if len([each for each in node.requests() if each["method"] != "GET"]) >= count:
            return
        time.sleep(0.01)


def kill(what: str, writes: int, stack: Stack, own_node: list[Simulator], *command: str) -> None:
    """Begin a run, and kill something after so many writes; a node that was killed is back afterwards."""
    with Node(own_node[0]) as node:
        node.forget()
        run = Run(stack, *command)
        wait_for_writes(node, writes, run)
        if what == "node":
            own_node[0].kill()
        else:
            run.kill(what)
        run.end()
    if what == "node":
        own_node[0] = Simulator(own_node[0].data, own_node[0].port, latency=30)
    stack.run("cancel", "--yes")


def tags_of_rooms(simulator: Simulator) -> dict[str, str]:
    """The tag of each room by its name; fails when one is there twice."""
    with Node(simulator) as node:
        rooms = node.objects("conference")
    tags = {each["name"]: each["tag"] for each in rooms}
    assert len(rooms) == len(tags)
    return tags


# Each victim with each operation in each form; when it is killed and whether checkpoints are on alternates.
TABLE = [
    (what, 1 + (row + column) % 3, operation, form, bool((row + column + shift) % 2))
    for shift, form in enumerate(FORMS)
    for row, what in enumerate(("engine", "provider", "node"))
    for column, operation in enumerate(("create", "update", "exchange", "destroy"))
]


@pytest.mark.parametrize(("what", "writes", "operation", "form", "checkpoints"), TABLE)
def test_killed(
    what: str, writes: int, operation: str, form: str, checkpoints: bool, tmp_path: Path, own_node: list[Simulator]
) -> None:
    """Kill the engine, the provider or the node after some writes; the same command again finishes the work."""
    declared = FORMS[form]
    stack = Stack(tmp_path, declared.program("before"), node=own_node[0], home=tmp_path / "home")
    stack.environment["PULUMI_SKIP_CHECKPOINTS"] = "false" if checkpoints else "true"
    flags = ["--yes", "--skip-preview", "--parallel", "4"]
    tag = "after" if operation == "update" else "before"
    first = declared.rooms // 3 if operation == "exchange" else 0
    if operation != "create":
        assert stack.run("up", *flags).ok
        stack.program(declared.program(tag, first))
    else:
        stack.run("stack", "ls")
    command = "destroy" if operation == "destroy" else "up"
    kill(what, writes, stack, own_node, command, *flags)
    again = stack.run(command, *flags)
    assert again.ok, again.out
    wanted = {} if operation == "destroy" else {f"Room {i}": tag for i in range(first, first + declared.rooms)}
    assert tags_of_rooms(own_node[0]) == wanted
    if operation != "destroy":
        assert stack.preview("--expect-no-changes").ok


@pytest.mark.parametrize("victims", [("node", "engine", "node"), ("provider", "node", "all")], ids="-".join)
@pytest.mark.parametrize("form", FORMS)
def test_killed_again_and_again(form: str, victims: tuple[str, ...], tmp_path: Path, own_node: list[Simulator]) -> None:
    """One run after the other; the one that is left alone finishes the work of them all."""
    declared = FORMS[form]
    flags = ["--yes", "--skip-preview", "--parallel", "4"]
    stack = Stack(tmp_path, declared.program("before"), node=own_node[0], home=tmp_path / "home")
    stack.environment["PULUMI_SKIP_CHECKPOINTS"] = "true"
    for writes, what in enumerate(victims, 1):
        kill(what, writes, stack, own_node, "up", *flags)
    again = stack.up()
    assert again.ok, again.out
    assert tags_of_rooms(own_node[0]) == {f"Room {i}": "before" for i in range(declared.rooms)}
    assert stack.preview("--expect-no-changes").ok


def test_objects_without_a_unique_key_are_not_made_twice(tmp_path: Path, own_node: list[Simulator]) -> None:
    """The journal finds a participant again, though the node would take a second one of the same alias."""
    text = "from pexip_provider import AutomaticParticipant as A\nfor i in range(24):\n    A(f'a{i}', alias=f'a{i}@example.com')\n"
    stack = Stack(tmp_path, text, node=own_node[0], home=tmp_path / "home")
    stack.environment["PULUMI_SKIP_CHECKPOINTS"] = "true"
    stack.run("stack", "ls")
    with Node(own_node[0]) as node:
        run = Run(stack, "up", "--yes", "--skip-preview", "--parallel", "4")
        wait_for_writes(node, 9, run)
        run.kill("engine")
        run.end()
        stack.run("cancel", "--yes")
        again = stack.up()
        assert again.ok, again.out
        assert sorted(each["alias"] for each in node.objects("automatic_participant")) == sorted(
            f"a{i}@example.com" for i in range(24)
        )


def test_only_what_this_stack_made_is_taken_over(tmp_path: Path, own_node: list[Simulator]) -> None:
    """A killed run of one stack gives another stack no right to its objects."""
    program = FORMS["single"].program("x")
    one = Stack(tmp_path / "one", program, node=own_node[0], home=tmp_path / "home")
    one.environment["PULUMI_SKIP_CHECKPOINTS"] = "true"
    one.run("stack", "ls")
    with Node(own_node[0]) as node:
        run = Run(one, "up", "--yes", "--skip-preview", "--parallel", "4")
        wait_for_writes(node, 2, run)
        run.kill("engine")
        run.end()
        there = len(node.objects("conference"))
        assert there > 0
        other = Stack(tmp_path / "other", program, node=own_node[0], home=tmp_path / "home")
        refused = other.up()
        assert not refused.ok
        assert "adopt=True" in refused.out


def test_a_provider_ends_with_its_engine(tmp_path: Path, own_node: list[Simulator]) -> None:
    """Nothing is left running when the engine is killed."""
    stack = Stack(tmp_path, FORMS["single"].program("x"), node=own_node[0], home=tmp_path / "home")
    stack.run("stack", "ls")
    with Node(own_node[0]) as node:
        run = Run(stack, "up", "--yes", "--skip-preview")
        wait_for_writes(node, 1, run)
        run.kill("engine")
        run.process.wait(timeout=60)
        until = time.monotonic() + 60
        while run.members("-m pulumi.dynamic") and time.monotonic() < until:
            time.sleep(0.2)
        left = run.members("-m pulumi.dynamic")
        run.end()
        assert left == []


def test_two_engines_on_one_node(tmp_path: Path, own_node: list[Simulator]) -> None:
    """Two stacks that declare the same rooms at the same time: no room is there twice, each is one stack's."""
    program = FORMS["single"].program("x")
    stacks = [Stack(tmp_path / name, program, node=own_node[0], home=tmp_path / "home") for name in ("one", "two")]
    for stack in stacks:
        stack.run("stack", "ls")
    runs = [Run(stack, "up", "--yes", "--skip-preview") for stack in stacks]
    for run in runs:
        run.end()
    with Node(own_node[0]) as node:
        rooms = {each["resource_uri"]: each["name"] for each in node.objects("conference")}
        assert len(set(rooms.values())) == len(rooms) > 0
        owned = [each["id"] for stack in stacks for each in stack.resources().values()]
        assert sorted(owned) == sorted(rooms)
