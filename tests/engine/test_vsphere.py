"""Machines on a simulated vCenter Server with the real engine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulators.process import Simulator
from tests.conftest import StackFactory
from tests.support.ova import ova
from tests.support.run import Run
from tests.support.vsphere import Vsphere, environment, needs_simulator

pytestmark = needs_simulator

PROGRAM = """
import pulumi
from hypervisor_provider.vsphere import VirtualMachine

for number in range(1, 4):
    VirtualMachine(f"node-{{number}}", name=f"node-{{number}}", ova="node.ova", cluster="DC0_C0", datastore="LocalDS_0",
                   networks=["DC0_DVPG0"], cpus={cpus}, memory=8192, notes="{notes}"{more})
"""
OVA = ova({"node-disk1.vmdk": 200_000})


@pytest.fixture
def vcenter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vsphere]:
    """A vCenter Server without machines."""
    with Simulator(tmp_path_factory.mktemp("vcenter"), module="simulators.vsphere") as running:
        made = Vsphere(running)
        yield made
        made.close()


def test_machines_of_a_stack(stack: StackFactory, vcenter: Vsphere, tmp_path: Path) -> None:
    """Previewed, made, unchanged, drifted, healed, changed and removed; no credential is in the state or shown."""
    text = PROGRAM.format(cpus=4, notes="Ours", more="")
    made = stack(text, files={"node.ova": OVA}, node=environment(vcenter.simulator))
    preview = made.preview()
    assert preview.ok, preview.out
    assert vcenter.machines() == []
    result = made.up()
    assert result.ok, result.out
    assert vcenter.machines() == ["node-1", "node-2", "node-3"]
    assert made.resources()["node-1"]["id"] == vcenter.machine("node-1").config.instanceUuid
    again = made.up()
    assert "4 unchanged" in again.out, again.out

    vcenter.change("node-2", annotation="Theirs")
    refreshed = made.refresh()
    assert "1 updated" in refreshed.out or "1 changed" in refreshed.out, refreshed.out
    healed = made.up()
    assert healed.ok, healed.out
    assert vcenter.machine("node-2").config.annotation == "Ours"

    made.program(PROGRAM.format(cpus=8, notes="Ours", more=""))
    refused = made.preview()
    assert not refused.ok
    assert 'VirtualMachine "node-' in refused.out
    assert '": cpus can only be changed while the machine is off: set allow_power_off=True' in refused.out
    assert "Traceback" not in refused.out
    made.program(PROGRAM.format(cpus=8, notes="Ours", more=", allow_power_off=True"))
    changed = made.up()
    assert changed.ok, changed.out
    assert vcenter.machine("node-3").config.hardware.numCPU == 8
    destroyed = made.destroy()
    assert destroyed.ok, destroyed.out
    assert vcenter.machines() == []
    everything = preview.out + result.out + refreshed.out + changed.out + destroyed.out + str(made.state())
    assert vcenter.simulator.password not in everything


def test_a_mistake_is_one_line(stack: StackFactory, vcenter: Vsphere) -> None:
    """A datastore that is not there, and a file that is no OVA, are said by name; the second at preview."""
    text = PROGRAM.format(cpus=4, notes="", more="").replace("LocalDS_0", "Gone")
    made = stack(text, files={"node.ova": OVA}, node=environment(vcenter.simulator))
    result = made.up()
    assert not result.ok
    assert 'VirtualMachine "node-1": datastore must be one of "LocalDS_0", "LocalDS_1", got "Gone"' in result.out
    made.file("node.ova", "no archive")
    result = made.preview()
    assert not result.ok
    assert "node.ova must be an OVA (a tar archive), got something else" in result.out
    assert "Traceback" not in result.out
    assert vcenter.machines() == []


def test_a_run_that_is_killed_in_an_upload(stack: StackFactory, vcenter: Vsphere) -> None:
    """What it leaves half made is removed by the next run, which makes one whole machine."""
    text = PROGRAM.format(cpus=4, notes="Ours", more="").replace("range(1, 4)", "range(1, 2)")
    made = stack(text, files={"node.ova": OVA}, node=environment(vcenter.simulator))
    assert made.preview().ok
    vcenter.fail("hold", after=50_000)
    run = Run(made, "up", "--yes", "--skip-preview")
    while vcenter.machines() == [] and run.process.poll() is None:
        time.sleep(0.05)
    run.kill("all")
    run.end()
    assert vcenter.extra("node-1")["pexip-iac.complete"] == "false"
    half = vcenter.machine("node-1")._moId
    vcenter.forget()
    made.run("cancel", "--yes")
    result = made.up()
    assert result.ok, result.out
    assert vcenter.machines() == ["node-1"]
    assert vcenter.machine("node-1")._moId != half
    assert vcenter.extra("node-1")["pexip-iac.complete"] == "true"
