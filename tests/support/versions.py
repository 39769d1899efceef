"""Simulated nodes of several versions."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from simulators.process import Simulator
from tests.support.node import Node

__all__ = ["Versions"]


class Versions:
    """Nodes by version, each started when it is first asked for, and stopped at the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[int, Node] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Versions:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def node(self, version: int) -> Node:
        """The node of a version, as on its first day."""
        if version not in self._running:
            simulator = self._stack.enter_context(Simulator(self._folder / str(version), version=version))
            self._running[version] = self._stack.enter_context(Node(simulator))
        self._running[version].reset()
        return self._running[version]
