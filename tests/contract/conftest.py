"""The node that the contract tests run against: the simulated one, or a real one from the environment."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from provider_core import operation
from provider_core.declaration import Declaration
from tests.contract.bench import Bench, configuration
from tests.contract.client import Client
from tests.contract.comparison import last_version
from tests.support.node import Node
from tests.support.versions import Versions

_REAL = "PEXIP_WALK_"
"""With ``PEXIP_WALK_ADDRESS``, ``…_USERNAME``, ``…_PASSWORD`` and so on, the walk runs against that node."""


@pytest.fixture(scope="session")
def benches() -> dict[str, Bench]:
    """The benches of this process by address: backends are made once for each address, and keep their transport."""
    return {}


@pytest.fixture
def bench(node: Node, benches: dict[str, Bench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A bench on the simulated node, as on its first day; the working folder is the test's own."""
    return _on(configuration(node), benches, tmp_path, monkeypatch)


@pytest.fixture(scope="session")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Versions]:
    """Simulated nodes of other versions than the newest, for each process that runs tests."""
    with Versions(tmp_path_factory.mktemp("versions")) as versions:
        yield versions


@pytest.fixture
def fitting(
    request: pytest.FixtureRequest,
    declaration: Declaration,
    benches: dict[str, Bench],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Bench:
    """A bench on a simulated node that has the test's type: the newest, or of the last version with it."""
    version = last_version(declaration.path)
    if version is None:
        bench: Bench = request.getfixturevalue("bench")
        return bench
    node = request.getfixturevalue("versions").node(version)
    return _on(configuration(node), benches, tmp_path, monkeypatch)


@pytest.fixture
def walked(
    request: pytest.FixtureRequest, benches: dict[str, Bench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Bench:
    """A bench on the real node that the environment names, else on a simulated one that has the test's type."""
    real = {
        f"pexip:{name.removeprefix(_REAL).lower()}": value
        for name, value in os.environ.items()
        if name.startswith(_REAL)
    }
    if not real:
        bench: Bench = request.getfixturevalue("fitting")
        return bench
    return _on({"pexip:requests_per_minute": 900, **real}, benches, tmp_path, monkeypatch)


def _on(settings: Mapping[str, Any], benches: dict[str, Bench], folder: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.chdir(folder)
    operation.start_anew()
    address = str(settings["pexip:address"])
    if address not in benches:
        benches[address] = Bench(dict(settings))
    bench = benches[address]
    bench.recorder.sent.clear()
    bench.folder = folder
    return bench


@pytest.fixture
def api(node: Node) -> Iterator[Client]:
    """A plain client of the simulated node, as on its first day."""
    client = Client(node.simulator)
    yield client
    client.close()
