"""Fixtures of tests that join a Management Node and a hypervisor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulators.process import Simulator
from tests.support.joined import Joined
from tests.support.node import Node
from tests.support.vsphere import Vsphere, environment


@pytest.fixture(scope="session")
def bare_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """A simulated Management Node with a port for bare nodes, and images of 3 MB."""
    folder = tmp_path_factory.mktemp("bare")
    with Simulator(folder, bootstrap_port=0, record_bodies=True, ova_size=3_000_000) as running:
        yield running


@pytest.fixture
def management(bare_node: Simulator) -> Iterator[Node]:
    """That node, as on its first day."""
    with Node(bare_node) as node:
        node.reset()
        yield node


@pytest.fixture(scope="session")
def homing_vcenter(bare_node: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """A simulated vCenter Server whose machines call home to that node."""
    folder = tmp_path_factory.mktemp("vcenter")
    with Simulator(folder, module="simulators.vsphere", bootstrap=bare_node.address) as running:
        yield running


@pytest.fixture
def homes(homing_vcenter: Simulator) -> Iterator[Vsphere]:
    """That vCenter Server, without machines."""
    made = Vsphere(homing_vcenter)
    made.forget()
    made.remove_all()
    yield made
    made.forget()
    made.close()


@pytest.fixture
def on_vsphere(management: Node, homes: Vsphere, tmp_path: Path, pulumi_home: Path) -> Joined:
    """``stacks/hypervisor_vsphere``, on both."""
    return Joined("hypervisor_vsphere", tmp_path, pulumi_home, management, environment(homes.simulator))
