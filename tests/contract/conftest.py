"""The node that the contract tests run against: the simulated one, or a real one from the environment."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.contract.bench import Bench
from tests.contract.client import Client
from tests.support.node import Node

_REAL = "PEXIP_WALK_"
"""With ``PEXIP_WALK_ADDRESS``, ``…_USERNAME``, ``…_PASSWORD`` and so on, the walk runs against that node."""


@pytest.fixture(scope="session")
def benches() -> dict[str, Bench]:
    """The benches of this process by address: backends are made once for each address, and keep their transport."""
    return {}


@pytest.fixture
def bench(node: Node, benches: dict[str, Bench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A bench on the simulated node, as on its first day; the working folder is the test's own."""
    configuration = {
        "pexip:address": node.address,
        "pexip:username": node.username,
        "pexip:password": node.password,
        "pexip:ca_bundle": str(node.ca),
    }
    return _on(configuration, benches, tmp_path, monkeypatch)


@pytest.fixture
def walked(
    request: pytest.FixtureRequest, benches: dict[str, Bench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Bench:
    """A bench on the real node that the environment names, else on the simulated one."""
    real = {
        f"pexip:{name.removeprefix(_REAL).lower()}": value
        for name, value in os.environ.items()
        if name.startswith(_REAL)
    }
    if not real:
        bench: Bench = request.getfixturevalue("bench")
        return bench
    return _on({"pexip:requests_per_minute": 900, **real}, benches, tmp_path, monkeypatch)


def _on(
    configuration: Mapping[str, Any], benches: dict[str, Bench], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Bench:
    monkeypatch.chdir(folder)
    address = str(configuration["pexip:address"])
    if address not in benches:
        benches[address] = Bench(dict(configuration))
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
