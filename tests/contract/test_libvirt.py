"""Machines, networks and volumes on libvirt's own test driver, which is a hypervisor in memory."""

from __future__ import annotations

from typing import Any

import pytest

from hypervisor_provider.libvirt import Domain, Network, Volume
from hypervisor_provider.libvirt.library import library
from provider_core import errors, service
from provider_core.journal import begin
from tests.contract.held import Held
from tests.support.libvirt import needs_libvirt
from tests.support.machines import Machines

ADDRESS = "192.168.150.1/24"
FOREIGN = "<watchdog model='i6300esb' action='reset'/>"


@pytest.fixture
def machines() -> Machines:
    """The test driver of this process."""
    needs_libvirt()
    return Machines("test:///default")


@pytest.fixture
def host(machines: Machines) -> Any:
    """The same driver, as somebody else uses it; what a test leaves behind goes."""
    connection = library().open("test:///default")
    yield connection
    for domain in connection.listAllDomains(0):
        if domain.name() != "test":
            domain.destroy() if domain.isActive() else None
            domain.undefineFlags(library().VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA)
    for network in connection.listAllNetworks(0):
        if network.name() != "default":
            network.destroy() if network.isActive() else None
            network.undefine()
    for volume in connection.storagePoolLookupByName("default-pool").listAllVolumes(0):
        volume.delete(0)


def _again(held: Held, **more: Any) -> Held:
    """The resource as declared before, with other values; `...` takes a field out."""
    values = {name: value for name, value in held.inputs.items() if not name.startswith("__")} | more
    return held.up(**{name: value for name, value in values.items() if value is not ...})


def _edit(host: Any, name: str, old: str, new: str) -> None:
    """Change a machine's definition by hand."""
    xml = host.lookupByName(name).XMLDesc(library().VIR_DOMAIN_XML_INACTIVE)
    assert old in xml
    host.defineXML(xml.replace(old, new, 1))


def _defined(host: Any, name: str) -> str:
    return str(host.lookupByName(name).XMLDesc(library().VIR_DOMAIN_XML_INACTIVE))


def test_a_machine_is_made_and_runs(machines: Machines, host: Any) -> None:
    """With its id as its UUID, on the type of machine that the host has; a second run changes nothing."""
    held = Held(machines, Domain).up(name="one", cpus=2, memory=64, networks=["default"], notes="ours")
    domain = host.lookupByUUIDString(held.id)
    assert (domain.name(), domain.isActive(), domain.maxVcpus(), domain.maxMemory()) == ("one", 1, 2, 65536)
    assert (held["uuid"], held["virt_type"]) == (held.id, "test")
    assert "unfinished" not in _defined(host, "one")
    assert held.refresh()
    assert _again(held).did == "same"


def test_a_machine_may_be_off_and_start_with_its_host(machines: Machines, host: Any) -> None:
    """Power and autostart change in place; taken out of the stack they go back to their defaults."""
    held = Held(machines, Domain).up(name="one", cpus=1, memory=64, power="off", start_with_host=True)
    domain = host.lookupByName("one")
    assert (domain.isActive(), domain.autostart()) == (0, 1)
    assert _again(held, power=..., start_with_host=...).did == "update"
    assert (domain.isActive(), domain.autostart()) == (1, 0)
    _again(held, power="off")
    assert not domain.isActive()


def test_a_restart_must_be_permitted(machines: Machines, host: Any) -> None:
    """Before anything is changed: at preview where the machine is declared to run, else by the update."""
    held = Held(machines, Domain).up(name="one", cpus=1, memory=64)
    with pytest.raises(errors.Rejected, match='Domain "one": allow_power_off must be true to change cpus of a domain'):
        _again(held, cpus=2)
    assert host.lookupByName("one").maxVcpus() == 1
    _again(held, power="on")
    with pytest.raises(errors.Rejected, match="allow_power_off must be true to change memory"):
        held.lifecycle.diff(held.id, held.outs, {**held.inputs, "memory": 128})
    _again(held, power=..., cpus=2, memory=128, allow_power_off=True)
    domain = host.lookupByName("one")
    assert (domain.isActive(), domain.maxVcpus(), domain.maxMemory()) == (1, 2, 131072)


def test_a_machine_that_is_off_needs_no_permission(machines: Machines, host: Any) -> None:
    """Nothing stops; its name can change too, and it stays the same machine."""
    held = Held(machines, Domain).up(name="one", cpus=1, memory=64, power="off")
    id = held.id
    _again(held, name="two", cpus=4)
    domain = host.lookupByUUIDString(id)
    assert (held.did, domain.name(), domain.isActive()) == ("update", "two", 0)
    assert ">4</vcpu>" in _defined(host, "two")


def test_what_runs_on_it_leaves_before(machines: Machines, host: Any) -> None:
    """A restart lies within the absence of what the machine serves; a change without one takes nothing out."""
    told: list[tuple[str, int]] = []

    class Leaving:
        def __enter__(self) -> None:
            told.append(("left", host.lookupByName("one").isActive()))

        def __exit__(self, *_: object) -> None:
            told.append(("back", host.lookupByName("one").isActive()))

    held = Held(machines, Domain)
    held.others = lambda: service.keep("worker-1", Leaving)
    held.up(name="one", cpus=1, memory=64, serves="worker-1", allow_power_off=True)
    _again(held, notes="changed", start_with_host=True)
    assert told == []
    _again(held, cpus=2)
    assert told == [("left", 1), ("back", 1)]


def test_what_the_stack_does_not_declare_stays(machines: Machines, host: Any) -> None:
    """A device and an element of somebody else outlive updates; undeclared fields are no drift."""
    held = Held(machines, Domain).up(name="one", cpus=1, memory=64, networks=["default"], allow_power_off=True)
    _edit(host, "one", "</devices>", f"{FOREIGN}</devices>")
    libvirt = library()
    host.lookupByName("one").setMetadata(
        libvirt.VIR_DOMAIN_METADATA_ELEMENT, "<owner>them</owner>", "o", "urn:theirs", libvirt.VIR_DOMAIN_AFFECT_CONFIG
    )
    host.lookupByName("one").setAutostart(1)
    mac = _defined(host, "one").partition("mac address=")[2][:19]
    assert held.refresh()
    assert _again(held).did == "same"
    _again(held, cpus=2, notes="ours")
    now = _defined(host, "one")
    assert "i6300esb" in now
    assert ">them</" in now
    assert mac in now
    assert "<description>ours</description>" in now
    assert host.lookupByName("one").autostart() == 1


def test_drift_shows_and_heals(machines: Machines, host: Any) -> None:
    """What somebody changed is read, and put back without a restart where the machine never had it."""
    held = Held(machines, Domain).up(name="one", cpus=1, memory=64, notes="ours")
    _edit(host, "one", ">1</vcpu>", ">3</vcpu>")
    assert held.refresh()
    assert held.inputs["cpus"] == 3
    started = host.lookupByName("one").ID()
    _again(held, cpus=1)
    assert host.lookupByName("one").ID() == started
    assert ">1</vcpu>" in _defined(host, "one")
    host.lookupByName("one").destroy()
    held.inputs["power"] = held.outs["power"] = "on"
    assert held.refresh()
    assert held.inputs["power"] == "off"
    _again(held, power="on")
    assert host.lookupByName("one").isActive()


def test_a_card_that_moves_keeps_its_address(machines: Machines, host: Any) -> None:
    """Another network is another cable: the guest sees the same card."""
    net = Held(machines, Network).up(name="lab", address=ADDRESS)
    held = Held(machines, Domain).up(name="one", cpus=1, memory=64, networks=["default"], allow_power_off=True)
    mac = _defined(host, "one").partition("mac address=")[2][:19]
    _again(held, networks=[net.id, "bridge:br7"])
    now = _defined(host, "one")
    assert mac in now
    assert "network='lab'" in now
    assert "bridge='br7'" in now
    assert held.refresh()
    assert held.inputs["networks"] == [net.id, "bridge:br7"]
    _again(held, networks=...)
    assert "<interface" not in _defined(host, "one")


def test_a_machine_that_is_gone(machines: Machines, host: Any) -> None:
    """Reading says so, deleting succeeds."""
    held = Held(machines, Domain).up(name="one", cpus=1, memory=64)
    host.lookupByName("one").destroy()
    host.lookupByName("one").undefine()
    assert not held.refresh()
    held.destroy()


def test_an_existing_machine_is_adopted_only_on_demand(machines: Machines, host: Any) -> None:
    """A conflict names it and the way; ``adopt`` makes it as declared, and keeps the rest of it."""
    host.defineXML(
        f"<domain type='test'><name>one</name><memory>65536</memory><vcpu>1</vcpu><os><type>hvm</type></os>"
        f"<devices>{FOREIGN}</devices></domain>"
    )
    with pytest.raises(
        errors.AlreadyExists, match=r'Domain "one": an object with this name exists already.*adopt=True'
    ):
        Held(machines, Domain).up(name="one", cpus=2, memory=64)
    assert not host.lookupByName("one").isActive()
    held = Held(machines, Domain).up(name="one", cpus=2, memory=64, power="on", adopt=True)
    assert held.id == host.lookupByName("one").UUIDString()
    assert (host.lookupByName("one").maxVcpus(), host.lookupByName("one").isActive()) == (2, 1)
    assert "i6300esb" in _defined(host, "one")


def test_a_machine_keeps_its_disks(machines: Machines, host: Any) -> None:
    """It can be destroyed with them left; while it has one, that one cannot be deleted."""
    disk = Held(machines, Volume).up(name="one.img", pool="default-pool", format="raw", capacity=10)
    held = Held(machines, Domain).up(name="one", cpus=1, memory=64, volumes=[disk.id])
    assert held.refresh()
    assert held.inputs["volumes"] == ["default-pool/one.img"]
    with pytest.raises(errors.Rejected, match=r'the volume is a disk of the domain "one": take it from there first'):
        disk.destroy()
    held.destroy()
    assert disk.refresh()
    disk.destroy()
    assert host.storagePoolLookupByName("default-pool").listVolumes() == []


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"volumes": ["default-pool/none"]}, r'volumes\[0\] must be a volume that is there, got "default-pool/none"'),
        ({"networks": ["none"]}, r'networks\[0\] must be one of this host\'s networks \("default"\), got "none"'),
        ({"arch": "s390x"}, 'arch must be one that this host can run, got "s390x"'),
    ],
)
def test_what_a_machine_needs_is_named(machines: Machines, host: Any, values: dict[str, Any], reason: str) -> None:
    """A volume, a network and an architecture that are not there; no machine is left."""
    with pytest.raises(errors.Rejected, match=reason):
        Held(machines, Domain).up(name="one", cpus=1, memory=64, **values)
    assert [each.name() for each in host.listAllDomains(0)] == ["test"]


def test_a_network_lives(machines: Machines, host: Any) -> None:
    """Made and started, its DHCP range changed in place, replaced for another address, deleted, deleted again."""
    held = Held(machines, Network).up(
        name="lab", address=ADDRESS, dhcp_start="192.168.150.10", dhcp_end="192.168.150.99"
    )
    id = held.id
    network = host.networkLookupByUUIDString(id)
    assert (network.isActive(), network.autostart()) == (1, 1)
    assert held.refresh()
    assert _again(held).did == "same"
    assert _again(held, dhcp_end="192.168.150.50").did == "update"
    assert "end='192.168.150.50'" in host.networkLookupByUUIDString(id).XMLDesc(0)
    _again(held, dhcp_start=..., dhcp_end=..., autostart=False)
    assert "<range" not in host.networkLookupByUUIDString(id).XMLDesc(0)
    assert host.networkLookupByUUIDString(id).autostart() == 0
    assert _again(held, address="192.168.151.1/24").did == "replace, deleting first"
    assert held.id != id
    last = held.id
    held.destroy()
    held.id = last
    held.lifecycle.delete(last, {"name": "lab"})
    assert [each.name() for each in host.listAllNetworks(0)] == ["default"]


def test_a_network_in_use_stays(machines: Machines, host: Any) -> None:
    """A machine that runs would lose its cable without a word."""
    net = Held(machines, Network).up(name="lab", address=ADDRESS)
    held = Held(machines, Domain).up(name="one", cpus=1, memory=64, networks=[net.id])
    with pytest.raises(errors.Rejected, match=r'Network "lab": the network has the domain "one" attached'):
        net.destroy()
    held.destroy()
    net.destroy()


def test_what_was_left_in_half_is_not_taken(machines: Machines, host: Any) -> None:
    """A machine or network with the mark of a killed run is reported as not ours where the journal has no word."""
    mark = "<metadata><h:unfinished xmlns:h='urn:hypervisor-provider:libvirt'/></metadata>"
    host.defineXML(
        f"<domain type='test'><name>one</name>{mark}<memory>65536</memory><vcpu>1</vcpu><os><type>hvm</type></os></domain>"
    )
    with pytest.raises(errors.AlreadyExists, match="adopt=True"):
        Held(machines, Domain).up(name="one", cpus=1, memory=64)
    Held(machines, Domain).up(name="one", cpus=1, memory=64, power="on", adopt=True)
    assert "unfinished" not in _defined(host, "one")


def test_what_a_killed_run_began_is_made_again(
    machines: Machines, host: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal has its name and it carries the mark: it goes, and another one is made."""
    monkeypatch.setenv("PROVIDER_JOURNAL", str(tmp_path))
    journaled = Machines("test:///default", stack="killed")
    held = Held(journaled, Domain)
    bag = journaled.bag(Domain.declaration, {"name": "one", "cpus": 1, "memory": 64})
    begin("killed", [held.lifecycle.mark(bag, {"name": "one"})])
    mark = "<metadata><h:unfinished xmlns:h='urn:hypervisor-provider:libvirt'/></metadata>"
    half = host.defineXML(
        f"<domain type='test'><name>one</name>{mark}<memory>1024</memory><vcpu>9</vcpu><os><type>hvm</type></os></domain>"
    ).UUIDString()
    held.up(name="one", cpus=1, memory=64)
    assert held.id != half
    assert host.lookupByName("one").isActive()


def test_a_pool_that_is_not_there_is_named(machines: Machines, host: Any) -> None:
    """With those that are."""
    with pytest.raises(
        errors.Rejected, match=r'Volume "x / v": pool must be one of this host\'s \("default-pool"\), got "x"'
    ):
        Held(machines, Volume).up(name="v", pool="x", capacity=1)


def test_a_host_that_is_not_there(tmp_path: Any) -> None:
    """One line with the address and libvirt's own reason."""
    needs_libvirt()
    away = Machines(f"qemu+unix:///session?socket={tmp_path}/none")
    with pytest.raises(errors.ConnectionFailed, match=r'Domain "one": qemu\+unix:.* cannot be reached: .*No such file'):
        Held(away, Domain).up(name="one", cpus=1, memory=64)


def test_a_ca_bundle_is_refused() -> None:
    """libvirt has rules of its own for certificates; a setting that does nothing would be trusted."""
    needs_libvirt()
    with pytest.raises(errors.ConfigurationError, match="libvirt:ca_bundle or LIBVIRT_CA_BUNDLE is not used"):
        Held(Machines("test:///default", ca_bundle="ca.pem"), Domain).up(name="one", cpus=1, memory=64)
