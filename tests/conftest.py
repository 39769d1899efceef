"""Fixtures that several kinds of test share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest

from simulators.process import Simulator
from tests.support.disk import Disk
from tests.support.libvirt import Daemon, needs_libvirt
from tests.support.node import Node
from tests.support.stack import Reachable, Stack


class StackFactory(Protocol):
    """Makes a `Stack` in the test's own folder, connected to the test's simulated node unless told otherwise."""

    def __call__(
        self,
        text: str = "",
        *,
        files: Mapping[str, str | bytes] | None = None,
        node: Reachable | Mapping[str, str] | None = None,
    ) -> Stack: ...


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """One simulated Management Node for each process that runs tests."""
    with Simulator(tmp_path_factory.mktemp("simulator"), record_bodies=True) as running:
        yield running


@pytest.fixture
def node(simulator: Simulator) -> Iterator[Node]:
    """The simulated node, as on its first day."""
    with Node(simulator) as node:
        node.reset()
        yield node


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    """The disk that the test's journals lie on."""
    return Disk(tmp_path / "journals", monkeypatch)


@pytest.fixture(scope="session")
def pulumi_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The engine's own folder; it holds nothing that stacks could see of each other."""
    return tmp_path_factory.mktemp("pulumi")


@pytest.fixture
def stack(tmp_path: Path, pulumi_home: Path, request: pytest.FixtureRequest) -> StackFactory:
    """A factory of stacks; several of one test lie in folders of their own."""
    made = iter(range(100))

    def make(text: str = "", **more: Any) -> Stack:
        node = more.pop("node", None)
        if node is None:
            node = request.getfixturevalue("node")
        return Stack(tmp_path / f"stack-{next(made)}", text, node=node, home=pulumi_home, **more)

    return make


@pytest.fixture(scope="module")
def daemon() -> Iterator[Daemon]:
    """One libvirtd for the tests of a file; skipped where there is none."""
    needs_libvirt()
    with Daemon() as daemon:
        yield daemon
