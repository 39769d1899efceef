"""Measuring a scenario: a stack from its first deployment to its end."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.node import Node
from benchmarks.programs import CHANGED, ITEMS, LATENCY, PLAIN
from benchmarks.project import Project
from benchmarks.results import Measured
from benchmarks.scenarios import OPERATIONS, Scenario
from pexip_cli.engine import Engine

__all__ = ["WrongOutcome", "measure"]

_PROGRAMS = Path(__file__).parent / "programs"


class WrongOutcome(Exception):
    """A command succeeded, and the node does not hold what the stack says: its figures would be worth nothing."""


def measure(scenario: Scenario, engine: Engine, say: Callable[[str], None]) -> list[Measured]:
    """Every operation, one after the other, on a new stack and a new node. Raises `CommandFailed` or `WrongOutcome`."""
    measured = []
    with contextlib.ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-")))
        node = None
        if not scenario.floor:
            node = opened.enter_context(Node(folder / "node", scenario.latency, scenario.rate_limit))
        environment = {
            ITEMS: str(scenario.items),
            LATENCY: str(scenario.latency),
            PLAIN: "yes" if scenario.plain else "",
            **(node.environment if node else {}),
        }
        project = Project(folder, _PROGRAMS / f"{scenario.program}.py", engine, environment, scenario.log)
        for operation in OPERATIONS:
            if node:
                node.begin()
            before = node.cpu if node else 0.0
            usage = project.run(*operation.arguments, **({CHANGED: "yes"} if operation.changed else {}))
            taken = node.cpu - before if node else 0.0
            one = Measured(usage, node.requests() if node else {}, taken)
            say(f"{operation.name} {usage.seconds:.1f} s, {sum(one.requests.values()):,} requests")
            measured.append(one)
            if node:
                node.begin()
                if (rooms := node.rooms()) != (scenario.items if operation.rooms_after else 0):
                    raise WrongOutcome(f"after {operation.name} the node holds {rooms:,} rooms")
    return measured
