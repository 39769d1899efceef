"""Mistakes in the stacks for hypervisors: one line that says what is wrong, nothing orphaned, and a good end after."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.joined import Joined
from tests.support.libvirt import Daemon
from tests.support.node import Node
from tests.support.stack import Result
from tests.support.vsphere import Vsphere, needs_simulator


class Mistake(NamedTuple):
    """What is done wrong, what is said then, what is left on both sides, and how it is repaired."""

    make: Callable[[Joined, Vsphere], None]
    said: str
    workers: list[str]
    machines: list[str]
    repair: Callable[[Joined, Vsphere], None]


def _configured(**values: str) -> Callable[[Joined, Vsphere], None]:
    return lambda joined, _: joined.configure(**values)


def _typed(before: str, after: str) -> Callable[[Joined, Vsphere], None]:
    """Another word in the program."""

    def change(joined: Joined, _: Vsphere) -> None:
        text = (joined.stack.folder / "__main__.py").read_text()
        assert before in text
        joined.stack.program(text.replace(before, after))

    return change


def _never_home(joined: Joined, _: Vsphere) -> None:
    joined.configure(ready_limit="2")
    joined.node.settings(sync_after=3600)


def _home(joined: Joined, _: Vsphere) -> None:
    joined.node.settings(sync_after=0)


def _taken(joined: Joined, _: Vsphere) -> None:
    place = joined.node.create("system_location", name="Bergen")
    node = {"name": "other", "hostname": "other", "domain": "example.com", "address": "192.0.2.31"}
    more = {"netmask": "255.255.255.0", "gateway": "192.0.2.1", "password": "secret-of-node"}
    joined.node.create("worker_vm", system_location=place, deployment_type="MANUAL-PROVISION-ONLY", **node, **more)


MISTAKES = {
    "a datastore that is not there": Mistake(
        _configured(datastore="Gone"),
        'VirtualMachine "edge-1": datastore must be one of "LocalDS_0", "LocalDS_1", got "Gone"',
        ["edge-1"],
        [],
        _configured(datastore="LocalDS_0"),
    ),
    "an image that is no OVA": Mistake(
        _typed("MANUAL-ESXI6_7", "MANUAL-HYPERV2012"),
        'VirtualMachine "edge-1": image of edge-1 must be an OVA (a tar archive), got something else',
        ["edge-1"],
        [],
        _typed("MANUAL-HYPERV2012", "MANUAL-ESXI6_7"),
    ),
    "a lease that is lost": Mistake(
        lambda _, vsphere: vsphere.fail("expire", after=1_000_000),
        'VirtualMachine "edge-1": the lease of the upload was lost after',
        ["edge-1"],
        [],
        lambda _, vsphere: vsphere.forget(),
    ),
    "an image that breaks off": Mistake(
        lambda joined, _: joined.node.fail("truncate", method="POST", path="worker_vm"),
        'VirtualMachine "edge-1": image of edge-1',
        ["edge-1"],
        [],
        lambda _, __: None,
    ),
    "a node that never calls home": Mistake(
        _never_home,
        'NodeProvisioning "edge-1": edge-1 was not deployed and in sync within 2 s (ready_limit), what was seen last',
        ["edge-1"],
        ["edge-1"],
        _home,
    ),
    "too little memory": Mistake(
        _configured(memory="2048"),
        'ConferencingNode "edge-1": vm_system_memory must be at least 4096 MB for 4 processors (1 GB for each), got 2048',
        [],
        [],
        _configured(memory="4096"),
    ),
    "an address that is taken": Mistake(
        _taken,
        'WorkerVm "edge-1": address: Worker vm with this Address already exists.',
        ["other"],
        [],
        lambda joined, _: joined.node.delete(_uri(joined.node, "other")),
    ),
}


def _uri(node: Node, name: str) -> str:
    return str(node.objects("worker_vm", name=name)[0]["resource_uri"])


def _reasons(result: Result) -> set[str]:
    """What went wrong, without the lines that only say that something did."""
    found = {line.partition("error: ")[2] for line in result.lines if "error: " in line}
    return {each for each in found if each not in ("update failed", "preview failed") and "unhandled error" not in each}


@needs_simulator
@pytest.mark.parametrize("name", MISTAKES)
def test_on_vsphere(on_vsphere: Joined, homes: Vsphere, name: str) -> None:
    """Said once, in one line; what is left is known; the next run goes on."""
    mistake = MISTAKES[name]
    on_vsphere.configure(addresses="192.0.2.31")
    mistake.make(on_vsphere, homes)
    result = on_vsphere.refused()
    (reason,) = _reasons(result)
    assert mistake.said in reason, result.out
    assert (on_vsphere.workers(), homes.machines()) == (mistake.workers, mistake.machines)
    mistake.repair(on_vsphere, homes)
    on_vsphere.up()
    assert on_vsphere.in_service() == on_vsphere.workers() == homes.machines() == ["edge-1"]
    on_vsphere.nothing_to_do()


@needs_simulator
def test_an_address_that_is_taken_is_found_at_preview(on_vsphere: Joined, homes: Vsphere) -> None:
    """Before anything is made."""
    on_vsphere.configure(addresses="192.0.2.31")
    _taken(on_vsphere, homes)
    result = on_vsphere.stack.preview()
    assert not result.ok
    (reason,) = _reasons(result)
    assert 'address "192.0.2.31" must be free, but other has it' in reason
    assert on_vsphere.workers() == ["other"]


def test_a_machine_that_never_answers(daemon: Daemon, management: Node, tmp_path: Path, pulumi_home: Path) -> None:
    """Worker, volume and machine stay, and are what the next run goes on with."""
    on_kvm = Joined("hypervisor_kvm", tmp_path, pulumi_home, management, {"LIBVIRT_ADDRESS": daemon.uri})
    template = tmp_path / "generic.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", template, "8M"], check=True)
    port = str(management.settings()["bootstrap_port"])
    on_kvm.configure(template=str(template), bootstrap_port=port, shutdown_seconds="1", ready_limit="2")
    on_kvm.configure(addresses="192.0.2.41")
    management.settings(listening=False)
    (reason,) = _reasons(on_kvm.refused())
    assert f'NodeProvisioning "edge-1": https://127.0.0.1:{port} did not answer within 2 s (ready_limit)' in reason
    assert "Run pulumi up again: it goes on from here" in reason
    with daemon.connection() as connection:
        (machine,) = [each.UUIDString() for each in connection.listAllDomains(0)]
    management.settings(listening=True)
    on_kvm.up()
    assert on_kvm.timeline().count("worker made") == 1
    with daemon.connection() as connection:
        assert [each.UUIDString() for each in connection.listAllDomains(0)] == [machine]
    on_kvm.nothing_to_do()
    gone = on_kvm.stack.destroy()
    assert gone.ok, gone.out
    assert daemon.images() == []
    assert on_kvm.workers() == []
