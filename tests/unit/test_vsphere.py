"""Machines on vSphere, as far as nothing is asked: check, diff, and what a running machine takes."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from hypervisor_provider.vsphere import VSPHERE, VirtualMachine, ova
from hypervisor_provider.vsphere.machines import needs_power_off
from provider_core import errors, handover
from provider_core.checking import check
from provider_core.diffing import diff
from tests.support.ova import descriptor, write
from tests.unit.samples import UNKNOWN

DECLARATION = VirtualMachine.declaration
MACHINE: dict[str, Any] = {"name": "node-1", "ova": "node.ova", "cpus": 4, "memory": 4096, "datastore": "one"}


def test_its_token() -> None:
    """The name in every state; the configuration's keys have the vendor's own."""
    assert DECLARATION.token == "hypervisor.vsphere:VirtualMachine"
    assert VSPHERE.server == "vCenter Server or ESXi host"


def test_nothing_is_loaded_to_declare() -> None:
    """A program only declares: vSphere's library is not imported."""
    program = "import sys, hypervisor_provider.vsphere; print({'pyVmomi', 'pyVim'} & set(sys.modules))"
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": root},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"cpus": 0}, "cpus must be at least 1, got 0"),
        ({"memory": "4 GB"}, 'memory must be a whole number, got "4 GB"'),
        ({"power": "suspended"}, 'power must be one of "on", "off", got "suspended"'),
        ({"networks": "Media"}, 'networks must be a list, got "Media"'),
        ({"ova": ""}, 'ova must be the path of a file, or what another resource hands over, got ""'),
        ({"reserve_memory": "yes"}, 'reserve_memory must be true or false, got "yes"'),
    ],
)
def test_check(changed: dict[str, Any], said: str) -> None:
    """What the declaration refuses."""
    assert [sentence for _, sentence in check(DECLARATION, {**MACHINE, **changed})] == [said]
    assert check(DECLARATION, {**MACHINE, "ova": UNKNOWN, "networks": UNKNOWN}) == []


@pytest.mark.parametrize(
    ("before", "after", "changes", "replaces"),
    [
        ({}, {}, {}, ()),
        ({}, {"ova": "newer.ova"}, {}, ()),
        ({}, {"ova": "stream:2"}, {"ova": "stream:2"}, ("ova",)),
        ({"ova": "stream:1"}, {"ova": "stream:2"}, {"ova": "stream:2"}, ("ova",)),
        ({"ova": "stream:1"}, {"ova": "stream:1"}, {}, ()),
        ({"ova": "stream:1"}, {"ova": "node.ova"}, {"ova": "node.ova"}, ("ova",)),
        ({"ova": "stream:1"}, {"ova": UNKNOWN}, {"ova": UNKNOWN}, ("ova",)),
        ({}, {"cpus": 8, "notes": "n"}, {"cpus": 8, "notes": "n"}, ()),
        ({}, {"datastore": "two"}, {"datastore": "two"}, ("datastore",)),
        ({"networks": ["a", "b"]}, {"networks": ["b", "a"]}, {"networks": ["b", "a"]}, ()),
        ({"reserve_memory": False}, {}, {"reserve_memory": True}, ()),
        ({}, {"name": "node-2"}, {"name": "node-2"}, ()),
    ],
)
def test_diff(
    before: dict[str, Any], after: dict[str, Any], changes: dict[str, Any], replaces: tuple[str, ...]
) -> None:
    """An image is compared by whether it is another one; a place replaces; all else changes in place."""
    found = diff(DECLARATION, {**MACHINE, **before}, {**MACHINE, **after})
    assert dict(found.changes) == changes
    assert found.replaces == replaces
    assert found.delete_first is bool(replaces)


@pytest.mark.parametrize(("serves", "replaces"), [("node/1/", []), (UNKNOWN, ["ova"])])
def test_the_image_of_a_node_that_stays(serves: Any, replaces: list[str]) -> None:
    """A preview does not know the image of a node that changes; it is another one only when the node is."""
    olds = {**MACHINE, "ova": "stream:1", "serves": "node/1/"}
    found = DECLARATION.lifecycle(DECLARATION).diff("id", olds, {**olds, "ova": UNKNOWN, "serves": serves})
    assert list(found.replaces or []) == replaces


@pytest.mark.parametrize(
    ("found", "body", "stops"),
    [
        ({"power": "off"}, {"cpus": 8, "memory": 1024}, []),
        ({}, {"cpus": 2, "power": "off"}, []),
        ({}, {"cpus": 8}, ["cpus"]),
        ({}, {"cpus": 4, "memory": 4096, "notes": "n"}, []),
        ({"hot": ["cpus"]}, {"cpus": 8, "memory": 8192}, ["memory"]),
        ({"hot": ["cpus", "memory"]}, {"cpus": 8, "memory": 8192}, []),
        ({"hot": ["cpus", "memory"]}, {"cpus": 2, "memory": 2048}, ["cpus", "memory"]),
        ({"hot": ["cpus"]}, {"cores_per_socket": 4}, ["cores_per_socket"]),
    ],
)
def test_what_a_running_machine_takes(found: dict[str, Any], body: dict[str, Any], stops: list[str]) -> None:
    """More, where it says so; less, and another shape, never."""
    machine = {"power": "on", "hot": [], "cpus": 4, "memory": 4096, "cores_per_socket": 1, **found}
    assert needs_power_off(machine, body) == stops


def test_an_archive_with_something_else_first(tmp_path: Path) -> None:
    """The descriptor comes first: it must be known before a disk can go anywhere."""
    path = write(tmp_path / "node.ova", {"d.vmdk": 10})
    with tarfile.open(path) as whole:
        names = whole.getnames()
        contents = {name: whole.extractfile(name).read() for name in names}  # type: ignore[union-attr]
    turned = tmp_path / "turned.ova"
    with tarfile.open(turned, "w") as archive:
        for name in reversed(names):
            info = tarfile.TarInfo(name)
            info.size = len(contents[name])
            archive.addfile(info, io.BytesIO(contents[name]))
    assert ova.problem(str(path)) == ""
    assert (
        ova.problem(str(turned))
        == f"{turned} must be an OVA, whose first file is an .ovf, got one that begins with node.mf"
    )


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            ('ovf:id="file0"', 'ovf:id="file0" ovf:compression="gzip"'),
            "d.vmdk is compressed or split inside of the OVA",
        ),
        (("</Envelope>", ""), "its .ovf must be XML"),
    ],
)
def test_a_descriptor_that_cannot_be_used(tmp_path: Path, written: tuple[str, str], said: str) -> None:
    """It is said by name, before a host is asked."""
    text = descriptor({"d.vmdk": 10}).decode().replace(*written).encode()
    path = tmp_path / "node.ova"
    with tarfile.open(path, "w") as archive:
        info = tarfile.TarInfo("node.ovf")
        info.size = len(text)
        archive.addfile(info, io.BytesIO(text))
    assert said in ova.problem(str(path))


def test_a_stream_that_nobody_accepts() -> None:
    """It is told so once; one that was accepted is its user's to end."""
    ended: list[bool] = []
    stream = handover.Stream("image", iter([b""]), None, ended.append)
    declined, accepted = handover.offer(stream), handover.offer(stream)
    handover.decline(declined)
    handover.decline(declined)
    handover.accept(accepted)
    handover.decline(accepted)
    assert ended == [False]
    with pytest.raises(errors.ConfigurationError):
        handover.accept(declined)
