"""Machines on a simulated vCenter Server and a simulated ESXi host, through their whole life."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hypervisor_provider.vsphere import VirtualMachine
from provider_core import errors, service
from simulators.process import Simulator
from tests.contract.held import Held
from tests.support.ova import write
from tests.support.vsphere import Vsphere, needs_simulator

pytestmark = needs_simulator

DISKS = {"node-disk1.vmdk": 300_000, "node-disk2.vmdk": 5_000}
PLACE: dict[str, dict[str, Any]] = {
    "vcenter": {"cluster": "DC0_C0", "datastore": "LocalDS_1", "networks": ["DC0_DVPG0"], "folder": "Conferencing"},
    "esxi": {"datastore": "LocalDS_1", "networks": ["Media"]},
}


@pytest.fixture(scope="module")
def simulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Vsphere]]:
    """A vCenter Server and an ESXi host, for each process that runs these tests."""
    with (
        Simulator(tmp_path_factory.mktemp("vcenter"), module="simulators.vsphere") as vcenter,
        Simulator(tmp_path_factory.mktemp("esxi"), module="simulators.vsphere", esxi=True) as esxi,
    ):
        made = {"vcenter": Vsphere(vcenter), "esxi": Vsphere(esxi)}
        yield made
        for each in made.values():
            each.close()


@pytest.fixture(params=["vcenter", "esxi"])
def kind(request: pytest.FixtureRequest) -> str:
    """Both kinds of system, one after the other."""
    return str(request.param)


@pytest.fixture
def vsphere(simulators: dict[str, Vsphere], kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vsphere:
    """A system without machines; the working folder is the test's own."""
    monkeypatch.chdir(tmp_path)
    simulators[kind].forget()
    simulators[kind].remove_all()
    return simulators[kind]


@pytest.fixture
def values(vsphere: Vsphere, kind: str, tmp_path: Path) -> dict[str, Any]:
    """A machine in a place of its kind of system."""
    write(tmp_path / "node.ova", DISKS)
    return {"name": "node-1", "ova": "node.ova", **PLACE[kind]}


def test_a_life(vsphere: Vsphere, values: dict[str, Any]) -> None:
    """Made, read, changed, healed, renamed, removed, removed again: one machine, with one id."""
    values |= {"cpus": 8, "memory": 8192, "notes": "Made by a stack", "reserve_memory": True}
    held = Held(vsphere, VirtualMachine).up(**values)
    machine = vsphere.machine("node-1")
    assert held.id == machine.config.instanceUuid
    assert held["moref"] == machine._moId
    assert held["running_on"] == machine.runtime.host.name
    assert machine.runtime.powerState == "poweredOn"
    assert (machine.config.hardware.numCPU, machine.config.hardware.memoryMB) == (8, 8192)
    assert machine.config.memoryReservationLockedToMax
    assert machine.config.cpuAllocation.reservation == 8 * machine.runtime.host.summary.hardware.cpuMhz
    assert machine.config.annotation == "Made by a stack"
    assert vsphere.extra("node-1")["pexip-iac.complete"] == "true"
    assert held.up(**values).did == "same"
    assert held.refresh()
    assert held.up(**values).did == "same"

    vsphere.change("node-1", annotation="By hand", memoryReservationLockedToMax=False)
    vsphere.connect_to("node-1", "VM Network")
    vsphere.switch("node-1", on=False)
    assert held.refresh()
    shown = ("notes", "reserve_memory", "networks", "cpus")
    assert [held.inputs[name] for name in shown] == ["By hand", False, ["VM Network"], 8]
    assert held.up(**values).did == "update"
    assert held.refresh()
    assert [held.inputs[name] for name in shown] == ["Made by a stack", True, values["networks"], 8]

    id = held.id
    assert held.up(**{**values, "name": "node-2", "power": "on"}).did == "update"
    assert vsphere.machines() == ["node-2"]
    assert vsphere.machine("node-2").runtime.powerState == "poweredOn"
    assert held.id == id
    outs = held.outs
    held.destroy()
    assert vsphere.machines() == []
    held.lifecycle.delete(id, outs)
    held.id, held.outs = id, outs
    assert not held.refresh()


def test_each_disk_is_uploaded_whole(vsphere: Vsphere, values: dict[str, Any]) -> None:
    """With its length, as vSphere wants disks; the lease hears of the end."""
    Held(vsphere, VirtualMachine).up(**values)
    block = bytes(range(256))
    expected = [hashlib.sha256((block * (size // 256 + 1))[:size]).hexdigest() for size in DISKS.values()]
    uploads = vsphere.uploads()
    assert [each["sha256"] for each in uploads] == expected
    assert [each["length"] for each in uploads] == list(DISKS.values())
    assert {(each["method"], each["type"], each["overwrite"]) for each in uploads} == {
        ("POST", "application/x-vnd.vmware-streamVmdk", "t")
    }
    assert vsphere.seen()["calls"]["HttpNfcLeaseComplete"] == 1


def test_a_change_that_needs_the_machine_off(vsphere: Vsphere, values: dict[str, Any]) -> None:
    """Refused at preview and at update by name; with leave the machine is stopped out of service, and started."""
    held = Held(vsphere, VirtualMachine).up(**values, cpus=4, memory=4096)
    with pytest.raises(errors.Rejected, match=r'VirtualMachine "node-1": cpus and memory .* set allow_power_off=True'):
        held.up(**values, cpus=8, memory=8192)
    happened: list[str] = []

    @contextmanager
    def leave() -> Iterator[None]:
        happened.append("left")
        assert vsphere.machine("node-1").runtime.powerState == "poweredOn"
        yield
        assert vsphere.machine("node-1").runtime.powerState == "poweredOn"
        happened.append("back")

    held.others = lambda: service.keep("/api/worker_vm/1/", leave)
    held.up(**values, cpus=8, memory=8192, allow_power_off=True, serves="/api/worker_vm/1/")
    hardware = vsphere.machine("node-1").config.hardware
    assert (held.did, hardware.numCPU, hardware.memoryMB) == ("update", 8, 8192)
    assert happened == ["left", "back"]
    mhz = vsphere.machine("node-1").runtime.host.summary.hardware.cpuMhz
    assert vsphere.machine("node-1").config.cpuAllocation.reservation == 8 * mhz


def test_hot_add_is_used(vsphere: Vsphere, values: dict[str, Any]) -> None:
    """A machine that takes more while it runs gets it so; less still needs it to be off."""
    held = Held(vsphere, VirtualMachine).up(**values, cpus=4, memory=4096)
    vsphere.change("node-1", cpuHotAddEnabled=True, memoryHotAddEnabled=True)
    vsphere.forget()
    held.up(**values, cpus=6, memory=6144)
    assert vsphere.machine("node-1").config.hardware.numCPU == 6
    assert "PowerOffVM_Task" not in vsphere.seen()["calls"]
    with pytest.raises(errors.Rejected, match="memory can only be changed while the machine is off"):
        held.up(**values, cpus=6, memory=4096)


def test_power(vsphere: Vsphere, values: dict[str, Any]) -> None:
    """A machine is as the stack says, also from the start."""
    held = Held(vsphere, VirtualMachine).up(**values, power="off")
    assert vsphere.machine("node-1").runtime.powerState == "poweredOff"
    held.up(**values, power="on")
    assert vsphere.machine("node-1").runtime.powerState == "poweredOn"
    held.up(**values, power="off", cpus=2)
    assert vsphere.machine("node-1").runtime.powerState == "poweredOff"
    assert vsphere.machine("node-1").config.hardware.numCPU == 2


def test_another_file_is_no_change(vsphere: Vsphere, values: dict[str, Any], tmp_path: Path) -> None:
    """A machine is made from its image once; another place is another machine, and its file must be there again."""
    held = Held(vsphere, VirtualMachine).up(**values)
    (tmp_path / "node.ova").rename(tmp_path / "newer.ova")
    assert held.up(**{**values, "ova": "newer.ova"}).did == "same"
    id = held.id
    held.up(**{**values, "ova": "newer.ova", "datastore": "LocalDS_0"})
    assert held.did == "replace, deleting first"
    assert held.id != id
    assert vsphere.machines() == ["node-1"]


def test_an_existing_machine(vsphere: Vsphere, values: dict[str, Any]) -> None:
    """It is left alone, unless the stack adopts it, and then it is as declared."""
    first = Held(vsphere, VirtualMachine).up(**values, notes="Theirs")
    with pytest.raises(errors.AlreadyExists, match="set adopt=True"):
        Held(vsphere, VirtualMachine).up(**values, notes="Ours")
    assert vsphere.machine("node-1").config.annotation == "Theirs"
    held = Held(vsphere, VirtualMachine).up(**values, notes="Ours", adopt=True)
    assert held.id == first.id
    assert vsphere.machine("node-1").config.annotation == "Ours"


def test_many_are_read_together(vsphere: Vsphere, values: dict[str, Any]) -> None:
    """Reads that are in flight at the same time take fewer requests than one each."""
    held = [Held(vsphere, VirtualMachine).up(**{**values, "name": f"node-{n}"}, power="off") for n in range(6)]
    backend: Any = held[0].lifecycle.backend({})
    backend._known.clear()
    vsphere.forget()
    ids = [each.id for each in held]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda id: backend.read("", id), ids))
    assert [each["name"] for each in found] == [f"node-{n}" for n in range(6)]
    # All at once, as a batch has it: which calls meet in flight is for the threads.
    vsphere.forget()
    assert [each["name"] for each in backend._read_all(ids)] == [f"node-{n}" for n in range(6)]
    assert vsphere.seen()["calls"]["RetrievePropertiesEx"] <= 3


def test_a_session_that_has_expired(vsphere: Vsphere, values: dict[str, Any]) -> None:
    """It is opened again, and what was asked is asked again."""
    held = Held(vsphere, VirtualMachine).up(**values)
    vsphere.forget()
    vsphere.fail("fault", method="RetrievePropertiesEx", fault="NotAuthenticated")
    assert held.refresh()
    vsphere.fail("fault", method="RenameTask", fault="NotAuthenticated")
    vsphere.fail("fault", method="Rename_Task", fault="NotAuthenticated")
    held.up(**{**values, "name": "node-2"})
    assert vsphere.machines() == ["node-2"]
    assert vsphere.seen()["calls"]["Login"] == 2


def test_starting_with_the_host(vsphere: Vsphere, values: dict[str, Any], kind: str) -> None:
    """On a host that stands alone; switched on, seen, switched off."""
    if kind == "vcenter":
        values = {**values, "host": "DC0_H0"}
        del values["cluster"]
    held = Held(vsphere, VirtualMachine).up(**values, start_with_host=True)
    manager = vsphere.machine("node-1").runtime.host.configManager.autoStartManager
    assert manager.config.defaults.enabled
    assert [each.startAction for each in manager.config.powerInfo if each.key._moId == held["moref"]] == ["powerOn"]
    assert held.refresh()
    assert held.inputs["start_with_host"] is True
    held.up(**values, start_with_host=False)
    assert held.refresh()
    assert held.inputs["start_with_host"] is False
    if kind == "vcenter":
        other = {**values, "name": "node-2", "host": "", "cluster": "DC0_C0", "start_with_host": True}
        with pytest.raises(errors.Rejected, match="this machine is in a cluster"):
            Held(vsphere, VirtualMachine).up(**other)
        assert vsphere.machines() == ["node-1"]


def test_a_guest_is_shut_down(vsphere: Vsphere, values: dict[str, Any]) -> None:
    """When its tools run, for an update and before it is removed; what it tells of itself shows after a refresh."""
    held = Held(vsphere, VirtualMachine).up(**values, cpus=4)
    vsphere.set_extra("node-1", "SET.guest.toolsRunningStatus", "guestToolsRunning")
    vsphere.set_extra("node-1", "SET.guest.ipAddress", "192.0.2.9")
    assert held.refresh()
    assert held["ip_address"] == "192.0.2.9"
    vsphere.forget()
    held.up(**values, cpus=8, allow_power_off=True)
    held.destroy()
    calls = vsphere.seen()["calls"]
    assert (calls["ShutdownGuest"], calls["PowerOnVM_Task"]) == (2, 1)
    assert "PowerOffVM_Task" not in calls


def test_a_port_that_is_taken(simulators: dict[str, Vsphere], tmp_path: Path) -> None:
    """The simulator ends, and says so in a line."""
    port = simulators["vcenter"].simulator.port
    with pytest.raises(RuntimeError, match=rf"cannot start: .*127\.0\.0\.1:{port}: bind: address already in use$"):
        Simulator(tmp_path, port, module="simulators.vsphere")
