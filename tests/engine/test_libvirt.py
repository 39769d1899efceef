"""Machines with the real engine, on a libvirtd of the tests' own."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.conftest import StackFactory
from tests.support.libvirt import Daemon, needs_libvirt

MACHINE = """
from hypervisor_provider.libvirt import Domain, Volume
disk = Volume("disk", name="node-1.qcow2", pool="images", source="disk.qcow2", capacity={capacity})
node = Domain("node", name="node-1", cpus={cpus}, memory=64, volumes=[disk], networks=["user"], shutdown_seconds=0,
              power="on"{more})
import pulumi
pulumi.export("uuid", node.uuid)
pulumi.export("path", disk.path)
"""

NETWORK = """
from hypervisor_provider.libvirt import Domain, Network
lab = Network("lab", name="lab", address="192.168.150.1/24", dhcp_start="192.168.150.10", dhcp_end="{end}")
Domain("one", name="one", cpus=1, memory=64, networks=[lab])
"""


def test_a_machine_from_its_image_to_its_end(stack: StackFactory, daemon: Daemon, tmp_path: Path) -> None:
    """Made, unchanged, refused without permission, restarted with it, drifted and healed, destroyed."""
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", tmp_path / "disk.qcow2", "8M"], check=True)
    made = stack(
        MACHINE.format(capacity=16, cpus=1, more=""),
        files={"disk.qcow2": (tmp_path / "disk.qcow2").read_bytes()},
        node={"LIBVIRT_ADDRESS": daemon.uri},
    )
    result = made.up()
    assert result.ok, result.out
    outputs = made.outputs()
    assert Path(outputs["path"]) == daemon.folder / "images" / "node-1.qcow2"
    again = made.up()
    assert "3 unchanged" in again.out, again.out
    made.program(MACHINE.format(capacity=32, cpus=2, more=""))
    refused = made.preview()
    assert not refused.ok
    assert (
        'Domain "node-1": allow_power_off must be true to change cpus of a domain that runs, got false' in refused.out
    )
    assert "Traceback" not in refused.out
    made.program(MACHINE.format(capacity=8, cpus=1, more=""))
    assert "capacity must be at least 16, what the volume has, got 8" in made.preview().out
    made.program(MACHINE.format(capacity=32, cpus=2, more=", allow_power_off=True"))
    result = made.up()
    assert result.ok, result.out
    with daemon.connection() as connection:
        domain = connection.lookupByUUIDString(outputs["uuid"])
        assert (domain.isActive(), domain.maxVcpus()) == (1, 2)
        domain.destroy()
    assert made.refresh().ok
    assert "~" in made.preview("--diff").out
    result = made.up()
    assert result.ok, result.out
    with daemon.connection() as connection:
        assert connection.lookupByUUIDString(outputs["uuid"]).isActive()
    result = made.destroy()
    assert result.ok, result.out
    with daemon.connection() as connection:
        assert connection.listAllDomains(0) == []
    assert list((daemon.folder / "images").iterdir()) == []


def test_a_network_with_a_machine_on_it(stack: StackFactory, daemon: Daemon) -> None:
    """The network comes first and goes last; its range changes in place."""
    uri = daemon.keep_test_driver()
    made = stack(NETWORK.format(end="192.168.150.99"), node={"LIBVIRT_ADDRESS": uri})
    result = made.up()
    assert result.ok, result.out
    made.program(NETWORK.format(end="192.168.150.50"))
    result = made.up()
    assert "1 updated" in result.out, result.out
    with daemon.connection(uri) as connection:
        assert "192.168.150.50" in connection.networkLookupByName("lab").XMLDesc(0)
    assert made.refresh().ok
    assert "3 unchanged" in made.up().out
    result = made.destroy()
    assert result.ok, result.out


def test_a_host_that_is_not_there_is_one_line(stack: StackFactory, tmp_path: Path) -> None:
    """A preview needs no host; an update names the address."""
    needs_libvirt()
    made = stack(
        NETWORK.format(end="192.168.150.99"), node={"LIBVIRT_ADDRESS": f"qemu+unix:///session?socket={tmp_path}"}
    )
    assert made.preview().ok
    result = made.up()
    assert not result.ok
    assert 'ConnectionFailed: Network "lab": qemu+unix:///session' in result.out
    assert "cannot be reached" in result.out
    assert "Traceback" not in result.out
