"""The node that the contract tests run against: the simulated one, or a real one from the environment."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from provider_core import operation
from provider_core.declaration import Declaration
from provider_core.schemas import not_offered
from tests.contract.bench import Bench, configuration
from tests.contract.client import Client
from tests.contract.comparison import last_version
from tests.support.node import Node
from tests.support.versions import Versions

BenchOn = Callable[[Mapping[str, Any]], Bench]

_REAL = "PEXIP_WALK_"
"""With ``PEXIP_WALK_ADDRESS``, ``…_USERNAME``, ``…_PASSWORD`` and so on, the walk runs against that node."""


@pytest.fixture(scope="session")
def benches() -> dict[str, Bench]:
    """The benches of this process by address: backends are made once for each address, and keep their transport."""
    return {}


@pytest.fixture
def bench_on(benches: dict[str, Bench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BenchOn:
    """Makes the bench of a configuration; the working folder is the test's own."""

    def make(settings: Mapping[str, Any]) -> Bench:
        monkeypatch.chdir(tmp_path)
        operation.start_anew()
        address = str(settings["pexip:address"])
        if address not in benches:
            benches[address] = Bench(dict(settings))
        bench = benches[address]
        bench.recorder.sent.clear()
        bench.folder = tmp_path
        return bench

    return make


@pytest.fixture
def bench(node: Node, bench_on: BenchOn) -> Bench:
    """A bench on the simulated node, as on its first day."""
    return bench_on(configuration(node))


@pytest.fixture(scope="session")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Versions]:
    """Simulated nodes of chosen versions, for each process that runs tests."""
    with Versions(tmp_path_factory.mktemp("versions")) as versions:
        yield versions


@pytest.fixture
def old_bench(versions: Versions, bench_on: BenchOn) -> Bench:
    """A bench on a simulated node of version 12, as on its first day."""
    return bench_on(configuration(versions.node(12)))


@pytest.fixture
def fitting(request: pytest.FixtureRequest, declaration: Declaration, versions: Versions, bench_on: BenchOn) -> Bench:
    """A bench on a simulated node that has the test's type: the newest, or of the last version with it."""
    version = last_version(declaration.path)
    node: Node = versions.node(version) if version else request.getfixturevalue("node")
    return bench_on(configuration(node))


@pytest.fixture
def walked(request: pytest.FixtureRequest, declaration: Declaration, bench_on: BenchOn) -> Bench:
    """A bench on the real node that the environment names, else on a simulated one that has the test's type.

    A real node that does not have it is no place for the walk.
    """
    real = {
        f"pexip:{name.removeprefix(_REAL).lower()}": value
        for name, value in os.environ.items()
        if name.startswith(_REAL)
    }
    if not real:
        fitting: Bench = request.getfixturevalue("fitting")
        return fitting
    bench = bench_on({"pexip:requests_per_minute": 900, **real})
    if reasons := not_offered(declaration, {}, bench.connections().settings()):
        pytest.skip(reasons[0][1])
    return bench


@pytest.fixture
def api(node: Node) -> Iterator[Client]:
    """A plain client of the simulated node, as on its first day."""
    client = Client(node.simulator)
    yield client
    client.close()
