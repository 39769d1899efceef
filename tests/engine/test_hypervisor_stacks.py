"""The stacks for vSphere and for KVM as they stand: machines and Conferencing Nodes in one run, on both sides."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from tests.support.joined import Joined, most_out
from tests.support.libvirt import Daemon
from tests.support.node import Node
from tests.support.vsphere import Vsphere, needs_simulator

NODES = ["edge-1", "edge-2"]


@needs_simulator
def test_on_vsphere(on_vsphere: Joined, homes: Vsphere, management: Node) -> None:
    """Up, up again, drift on both sides, healed, destroyed: calls end, then the machine goes, then the worker."""
    on_vsphere.up()
    assert on_vsphere.in_service() == homes.machines() == NODES
    assert all(each["whole"] and each["length"] == 3_000_000 for each in homes.uploads())
    assert len(homes.uploads()) == 2
    assert "12 unchanged" in on_vsphere.up().out
    on_vsphere.nothing_to_do()
    assert list(on_vsphere.stack.folder.rglob("*.ova")) == []

    homes.change("edge-1", annotation="Theirs")
    (worker,) = management.objects("worker_vm", name="edge-2")
    management.change(worker["resource_uri"], description="Theirs")
    management.forget()
    healed = on_vsphere.up("--refresh")
    assert "2 updated" in healed.out, healed.out
    assert homes.machine("edge-1").config.annotation == "Conferencing Node, made by Pulumi"
    assert management.objects("worker_vm", name="edge-2")[0]["description"] == "Made by Pulumi"
    assert on_vsphere.timeline() == []
    on_vsphere.nothing_to_do()

    management.forget()
    began = time.time()
    gone = on_vsphere.stack.destroy()
    assert gone.ok, gone.out
    words = on_vsphere.timeline(homes.moments(began))
    order = ["withdrawn", "machine off", "machine gone", "worker gone"]
    assert sorted(words) == sorted(order * 2), words
    assert [words.index(each) for each in order] == sorted(words.index(each) for each in order), words
    for type_path in ("worker_vm", "system_location", "conference", "gateway_routing_rule"):
        assert management.objects(type_path) == []
    assert homes.machines() == []


@needs_simulator
def test_more_cpus_for_both(on_vsphere: Joined, homes: Vsphere, management: Node) -> None:
    """Without permission nothing changes; with it the nodes leave service one after the other, and each comes back."""
    on_vsphere.up()
    on_vsphere.configure(cpus="6", memory="6144")
    refused = on_vsphere.stack.preview()
    assert not refused.ok
    assert "can only be changed while the machine is off: set allow_power_off=True" in refused.out
    on_vsphere.configure(allow_power_off="true")
    management.forget()
    began = time.time()
    on_vsphere.up()
    words = on_vsphere.timeline(homes.moments(began))
    assert words == ["withdrawn", "machine off", "machine on", "back"] * 2
    assert most_out(words) == 1
    assert {homes.machine(name).config.hardware.numCPU for name in NODES} == {6}
    assert on_vsphere.in_service() == NODES
    on_vsphere.nothing_to_do()


@needs_simulator
def test_both_anew(on_vsphere: Joined, homes: Vsphere, management: Node) -> None:
    """Another generation: the preview plans it, and the nodes are made anew one after the other, with other images."""
    on_vsphere.up()
    first = {homes.machine(name)._moId for name in NODES}
    on_vsphere.configure(generation="2")
    assert "6 to replace" in on_vsphere.stack.preview().out
    management.forget()
    began = time.time()
    on_vsphere.up()
    words = on_vsphere.timeline(homes.moments(began))
    goes, comes = ["machine off", "machine gone", "worker gone"], ["worker made", "machine made", "machine on"]
    assert words == ["withdrawn", *goes, *comes, "provisioned"] * 2, words
    assert first.isdisjoint(homes.machine(name)._moId for name in NODES)
    assert on_vsphere.in_service() == homes.machines() == NODES
    on_vsphere.nothing_to_do()


def test_a_machine_that_cannot_be_made_anew(on_vsphere: Joined, homes: Vsphere) -> None:
    """The other node, which waits for its turn, stays in service, and says so at once; the next run does both."""
    on_vsphere.up()
    on_vsphere.configure(generation="2", datastore="nowhere")
    failed = on_vsphere.stack.up()
    assert not failed.ok
    assert 'datastore must be one of "LocalDS_0", "LocalDS_1", got "nowhere"' in failed.out
    assert "nothing more is taken out of service" in failed.out
    assert len(on_vsphere.in_service()) == len(homes.machines()) == 1
    on_vsphere.configure(datastore="LocalDS_0")
    on_vsphere.up()
    assert on_vsphere.in_service() == homes.machines() == NODES
    on_vsphere.nothing_to_do()


def test_on_kvm(daemon: Daemon, management: Node, tmp_path: Path, pulumi_home: Path) -> None:
    """The same, from a template and with documents; the machines' volumes go with them."""
    on_kvm = Joined("hypervisor_kvm", tmp_path, pulumi_home, management, {"LIBVIRT_ADDRESS": daemon.uri})
    template = tmp_path / "generic.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", template, "8M"], check=True)
    port = str(management.settings()["bootstrap_port"])
    on_kvm.configure(template=str(template), bootstrap_port=port, shutdown_seconds="1")
    on_kvm.up()
    assert on_kvm.in_service() == NODES
    assert on_kvm.timeline().count("provisioned") == 2
    with daemon.connection() as connection:
        assert sorted(each.name() for each in connection.listAllDomains(0) if each.isActive()) == NODES
    assert sorted(each.name for each in daemon.images()) == ["edge-1.qcow2", "edge-2.qcow2"]
    assert "14 unchanged" in on_kvm.up().out
    on_kvm.nothing_to_do()

    with daemon.connection() as connection:
        connection.lookupByName("edge-1").setMetadata(0, "Theirs", None, None, 3)
    (worker,) = management.objects("worker_vm", name="edge-2")
    management.change(worker["resource_uri"], description="Theirs")
    management.forget()
    healed = on_kvm.up("--refresh")
    assert "2 updated" in healed.out, healed.out
    with daemon.connection() as connection:
        assert "Conferencing Node, made by Pulumi" in connection.lookupByName("edge-1").XMLDesc(0)
    assert management.objects("worker_vm", name="edge-2")[0]["description"] == "Made by Pulumi"
    assert on_kvm.timeline() == []
    on_kvm.nothing_to_do()

    on_kvm.configure(cpus="6", memory="6144", allow_power_off="true")
    on_kvm.up()
    assert on_kvm.timeline() == ["withdrawn", "back"] * 2
    with daemon.connection() as connection:
        assert {connection.lookupByName(name).maxVcpus() for name in NODES} == {6}
    on_kvm.nothing_to_do()

    management.forget()
    began = time.time()
    gone = on_kvm.stack.destroy()
    assert gone.ok, gone.out
    words = on_kvm.timeline(daemon.moments(began))
    order = ["withdrawn", "machine off", "worker gone"]
    assert sorted(words) == sorted(order * 2), words
    assert [words.index(each) for each in order] == sorted(words.index(each) for each in order), words
    for type_path in ("worker_vm", "system_location", "conference", "gateway_routing_rule"):
        assert management.objects(type_path) == []
    assert daemon.images() == []
    with daemon.connection() as connection:
        assert connection.listAllDomains(0) == []
