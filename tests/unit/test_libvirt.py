"""What decides for a libvirt host without one: check, diff, the edits of a machine's XML, and what a file is."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from hypervisor_provider.libvirt import Domain, Network, Volume
from hypervisor_provider.libvirt.disks import Source
from hypervisor_provider.libvirt.domain_xml import edit, guest_of, has, is_alias, values_of
from hypervisor_provider.libvirt.host import _uri
from hypervisor_provider.libvirt.images import header_of
from hypervisor_provider.libvirt.xml import parse
from provider_core import errors, operation
from provider_core.checking import check
from provider_core.connections import Settings
from provider_core.diffing import diff
from provider_core.lifecycle import Lifecycle
from provider_core.resource import CallError, Resource
from tests.support.machines import Machines
from tests.unit.samples import UNKNOWN

MACHINE = """
<domain type='kvm'>
  <name>one</name>
  <memory unit='GiB'>2</memory>
  <currentMemory unit='GiB'>1</currentMemory>
  <vcpu placement='static' cpuset='0-3'>4</vcpu>
  <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>
  <cpu mode='host-passthrough' migratable='on'><topology sockets='1' dies='1' cores='2' threads='2'/></cpu>
  <devices>
    <disk type='file' device='cdrom'><source file='/iso'/><target dev='sda' bus='sata'/></disk>
    <disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='none'/><source file='/a.qcow2'/>
      <target dev='vda' bus='virtio'/><serial>theirs</serial></disk>
    <interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/><model type='e1000'/>
      <address type='pci' slot='0x09'/></interface>
    <watchdog model='i6300esb'/>
  </devices>
</domain>
"""
A, B = Source("/a.qcow2", "qcow2"), Source("/pool/b", "raw", "pool", "b")


@pytest.fixture(autouse=True)
def a_run() -> None:
    """Each test is a run of its own."""
    operation.start_anew()


def _lifecycle(cls: type[Resource]) -> Lifecycle:
    return Machines("test:///nowhere").lifecycle(cls.declaration)


def _refused(cls: type[Resource], **values: Any) -> list[str]:
    return [failure.reason for failure in _lifecycle(cls).check({}, values).failures]


def _shown(root: ElementTree.Element) -> str:
    return ElementTree.tostring(root, encoding="unicode")


@pytest.mark.parametrize(
    ("cls", "values", "reason"),
    [
        (
            Domain,
            {"volumes": ["v"]},
            'volumes[0] must be a Volume, pool/volume, or an absolute path on the host, got "v"',
        ),
        (Domain, {"volumes": ["a/b/c"]}, "volumes[0] must be a Volume"),
        (Domain, {"networks": ["bridge:"]}, "networks[0] must be a Network, its name"),
        (Domain, {"cpus": 0}, "cpus must be 1 to 1024, got 0"),
        (Network, {"address": "192.168.1.1"}, "address must be an IP address with its prefix"),
        (Network, {}, "address must be given in mode nat, such as 192.168.150.1/24, got nothing"),
        (Network, {"mode": "bridge"}, "bridge must be given in mode bridge"),
        (
            Network,
            {"mode": "bridge", "bridge": "br0", "address": "10.0.0.1/8"},
            "address must be left out in mode bridge",
        ),
        (Network, {"address": "10.0.0.1/24", "dhcp_start": "10.0.0.2"}, "must be given together, got 10.0.0.2 only"),
        (
            Network,
            {"address": "10.0.0.1/24", "dhcp_start": "10.0.0.2", "dhcp_end": "10.0.1.9"},
            "dhcp_end must lie in 10.0.0.0/24, got 10.0.1.9",
        ),
        (Volume, {"capacity": 0}, "capacity must be at least 1, got 0"),
        (Volume, {"backing": "b"}, "backing must be a Volume"),
        (Volume, {"source": "stream:1", "backing": "p/b"}, "source must be left out where there is backing, got both"),
    ],
)
def test_check_names_what_is_wrong(cls: type[Resource], values: dict[str, Any], reason: str) -> None:
    """In one line each, without a host."""
    needed: dict[str, Any] = {"cpus": 1, "memory": 64} if cls is Domain else {"pool": "p"} if cls is Volume else {}
    (found,) = _refused(cls, **{"name": "n", **needed, **values})
    assert reason in found


def test_what_is_not_known_passes() -> None:
    """A volume of an image that is only made, a machine on a network that is only made."""
    assert not check(Domain.declaration, {"name": "n", "cpus": 1, "memory": 64, "networks": [UNKNOWN]})
    assert _refused(Volume, name="n", pool="p", source=UNKNOWN) == []
    assert _refused(Network, name="n", address=UNKNOWN, dhcp_start="10.0.0.2") == []
    assert _refused(Volume, name="m", pool="p", source="stream:1") == []


@pytest.mark.parametrize(
    ("cls", "changed", "replaces"),
    [
        (Domain, {"cpus": 2}, False),
        (Domain, {"name": "m"}, False),
        (Domain, {"machine": "q35"}, True),
        (Network, {"dhcp_start": "10.0.0.2"}, False),
        (Network, {"address": "10.0.0.1/24"}, True),
        (Volume, {"capacity": 3}, False),
        (Volume, {"format": "raw"}, True),
    ],
)
def test_what_replaces(cls: type[Resource], changed: dict[str, Any], replaces: bool) -> None:
    """The rest changes in place."""
    olds = {"name": "n"}
    assert bool(diff(cls.declaration, olds, olds | changed).replaces) is replaces


def test_a_smaller_volume_is_refused_at_preview() -> None:
    """Unless it is another volume, or its size is no longer the stack's affair."""
    olds = {"name": "n", "pool": "p", "capacity": 20.0}
    provider = _lifecycle(Volume)
    with pytest.raises(errors.Rejected, match='"p / n": capacity must be at least 20, what the volume has, got 10'):
        provider.diff("p/n", olds, {**olds, "capacity": 10.0})
    assert provider.diff("p/n", olds, {**olds, "capacity": 10.0, "name": "m"}).replaces == ["name"]
    assert provider.diff("p/n", olds, {"name": "n", "pool": "p"}).changes


def test_a_permission_alone_changes_nothing_on_the_host() -> None:
    """It is kept in the state for the next change."""
    olds = {"name": "n", "cpus": 1, "memory": 64}
    assert diff(Domain.declaration, olds, {**olds, "allow_power_off": True}).changes == {}


def test_values_are_read_in_their_units() -> None:
    """libvirt writes KiB, people write what they like."""
    values = values_of(parse(MACHINE))
    assert (values["memory"], values["cpus"], values["cpu_mode"]) == (2048, 4, "host-passthrough")
    assert (values["firmware"], values["machine"]) == ("bios", "pc-q35-7.2")


def test_an_edit_keeps_what_is_not_declared() -> None:
    """Attributes and elements of others stay; what contradicts the change goes."""
    root = parse(MACHINE)
    edit(root, {"cpus": 6, "memory": 4096})
    text = _shown(root)
    assert '<vcpu placement="static" cpuset="0-3">6</vcpu>' in text
    assert "topology" not in text
    assert 'migratable="on"' in text
    assert text.count(">4194304</") == 2
    for kept in ("/iso", "theirs", 'cache="none"', "i6300esb"):
        assert kept in text


def test_nothing_wanted_edits_nothing() -> None:
    """Not even when all of it is said again."""
    root = parse(MACHINE)
    edit(root, {"cpus": 4, "cpu_mode": "host-passthrough", "volumes": [A], "networks": ["default"], "notes": ""})
    assert _shown(root) == _shown(parse(MACHINE))


def test_disks_keep_their_places() -> None:
    """A disk that stays keeps its target; a new one gets the next; order is the stack's; a CD-ROM is not counted."""
    root = parse(MACHINE)
    edit(root, {"volumes": [B, A]})
    disks = [each for each in root.iterfind("devices/disk") if each.get("device") == "disk"]
    assert [each.find("target").get("dev") for each in disks] == ["vdb", "vda"]  # type: ignore[union-attr]
    assert disks[0].find("source").attrib == {"pool": "pool", "volume": "b"}  # type: ignore[union-attr]
    assert has(root, {"volumes": [B, A]}, root)
    assert not has(root, {"volumes": [A, B]}, root)
    edit(root, {"volumes": []})
    assert "/iso" in _shown(root)
    assert "/a.qcow2" not in _shown(root)


def test_a_card_keeps_its_address() -> None:
    """Its MAC, its model and its place on the bus, when it goes to another network."""
    root = parse(MACHINE)
    edit(root, {"networks": ["bridge:br0", "user"]})
    first, second = root.findall("devices/interface")
    assert (first.get("type"), second.get("type")) == ("bridge", "user")
    for kept in ("52:54:00:00:00:01", "e1000", "0x09"):
        assert kept in _shown(first)
    assert "virtio" in _shown(second)
    assert has(root, {"networks": ["bridge:br0", "user"]}, root)


def test_a_mode_is_compared_where_it_shows() -> None:
    """A machine that runs in the mode host-model shows the model that it has come to."""
    live = parse("<domain><cpu mode='custom'/></domain>")
    assert has(live, {"cpu_mode": "host-model"}, parse("<domain><cpu mode='host-model'/></domain>"))
    assert not has(live, {"cpu_mode": "host-model"}, parse("<domain/>"))
    assert not has(parse(MACHINE), {"cpu_mode": "host-model"}, parse(MACHINE))


def test_there_are_no_collections() -> None:
    """They would make volumes without their images."""
    with pytest.raises(CallError, match='Volume "disks": a libvirt host has no collections'):
        Volume.collection("disks", {})


CAPABILITIES = """
<capabilities><host><cpu><arch>x86_64</arch></cpu></host>
<guest><os_type>hvm</os_type><arch name='i686'><domain type='qemu'/></arch></guest>
<guest><os_type>hvm</os_type><arch name='x86_64'><domain type='qemu'/>{more}</arch></guest></capabilities>
"""


@pytest.mark.parametrize(("more", "type"), [("", "qemu"), ("<domain type='kvm'/>", "kvm")])
def test_the_best_type_of_the_host_is_taken(more: str, type: str) -> None:
    """KVM where there is KVM; an architecture that the host lacks is none."""
    capabilities = parse(CAPABILITIES.format(more=more))
    guest = guest_of(capabilities, None)
    assert guest is not None
    assert (guest.arch, guest.type) == ("x86_64", type)
    assert guest_of(capabilities, "s390x") is None


def test_a_machine_type_stands_for_its_versions() -> None:
    """libvirt writes the version that it chose."""
    assert is_alias("q35", "pc-q35-7.2")
    assert is_alias("pc", "pc-i440fx-7.2")
    assert is_alias("virt", "virt-7.2")
    assert not is_alias("q35", "pc-i440fx-7.2")


@pytest.mark.parametrize(
    ("head", "format"),
    [
        (b"QFI\xfb\0\0\0\3" + bytes(16) + (5 << 20).to_bytes(8, "big"), "qcow2"),
        (bytes(257) + b"ustar\x0000", "OVA"),
        (b"KDMV", "VMDK"),
        (b"\x1f\x8b", "gzip"),
        (bytes(1024), "raw"),
        (b"", "raw"),
    ],
)
def test_a_file_is_known_by_its_first_bytes(head: bytes, format: str) -> None:
    """Whatever its name is; a qcow2 image says how large its disk is."""
    header = header_of(head)
    assert header.format == format
    assert header.size == (5 << 20 if format == "qcow2" else 0)


@pytest.mark.parametrize(
    ("address", "verify", "uri"),
    [
        ("qemu+tls://kvm1/system", True, "qemu+tls://kvm1/system"),
        ("qemu+tls://kvm1/system", False, "qemu+tls://kvm1/system?no_verify=1"),
        ("qemu+ssh://root@kvm1/system?keyfile=k", False, "qemu+ssh://root@kvm1/system?keyfile=k&no_verify=1"),
        ("qemu:///system", False, "qemu:///system"),
    ],
)
def test_verifying_is_given_up_only_when_told_so(address: str, verify: bool, uri: str) -> None:
    """And where there is something to verify."""
    assert _uri(Settings("libvirt", address=address, verify_tls=verify)) == uri
