"""A machine's XML: made for a new one, and edited in place, so that what the stack does not declare stays. Pure."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from hypervisor_provider.libvirt.disks import Source
from hypervisor_provider.libvirt.kinds import BRIDGE, USER
from hypervisor_provider.libvirt.xml import NAMESPACE, Element, element, find_text, new_root, text_of

__all__ = [
    "MANNER",
    "Guest",
    "at_start",
    "edit",
    "guest_of",
    "has",
    "is_alias",
    "new",
    "nic_of",
    "not_permitted",
    "own_disks",
    "spaces_out",
    "unfinished",
    "values_of",
]

_AT_START = ("name", "cpus", "memory", "volumes", "networks", "cpu_mode")

MANNER = {"allow_power_off": False, "shutdown_seconds": 120, "serves": ""}
"""What goes to the backend beside the fields of a create or an update: how the machine may be stopped."""

_UNITS = {"b": 1, "bytes": 1, "kb": 10**3, "k": 2**10, "kib": 2**10, "mb": 10**6, "m": 2**20, "mib": 2**20,
          "gb": 10**9, "g": 2**30, "gib": 2**30, "t": 2**40, "tib": 2**40}  # fmt: skip


def at_start(changes: Container[str]) -> list[str]:
    """Those of the fields of a machine that take effect when it starts."""
    return [name for name in _AT_START if name in changes]


def not_permitted(changed: Iterable[str]) -> str:
    """Why these cannot be changed without a restart."""
    return f"allow_power_off must be true to change {', '.join(changed)} of a domain that runs, got false"


class Guest:
    """What a host offers for a machine: its architecture, its best type (kvm before all), and the emulator."""

    def __init__(self, arch: str, type: str) -> None:
        self.arch = arch
        self.type = type


def guest_of(capabilities: Element, arch: str | None) -> Guest | None:
    """The guest to make for an architecture, without one for the host's own; None where the host has none."""
    wanted = arch or find_text(capabilities, "host/cpu/arch")
    offered = [each for each in capabilities.iterfind("guest") if find_text(each, "os_type") == "hvm"]
    matching = [each for each in offered if (found := each.find("arch")) is not None and found.get("name") == wanted]
    for each in matching or ([] if arch else offered):
        types = [found.get("type", "") for found in each.iterfind("arch//domain")]
        own = each.find("arch")
        if own is not None and types:
            return Guest(own.get("name", ""), "kvm" if "kvm" in types else types[0])
    return None


def new(body: Mapping[str, Any], guest: Guest) -> Element:
    """A machine that has nothing but its place, and a mark that it is not made to its end."""
    root = new_root("domain", type=guest.type)
    element(root, "name").text = body["name"]
    element(element(root, "metadata"), f"{{{NAMESPACE}}}unfinished")
    text_of(root, "memory", "0")
    text_of(root, "vcpu", "1")
    system = element(root, "os")
    if body.get("firmware") == "efi":
        system.set("firmware", "efi")
    kind = element(system, "type", arch=guest.arch)
    kind.text = "hvm"
    if body.get("machine"):
        kind.set("machine", body["machine"])
    features = element(root, "features")
    element(features, "acpi")
    if guest.arch in ("x86_64", "i686"):
        element(features, "apic")
    element(root, "on_crash").text = "restart"
    devices = element(root, "devices")
    element(element(devices, "serial", type="pty"), "target", port="0")
    element(element(devices, "console", type="pty"), "target", type="serial", port="0")
    if guest.type in ("kvm", "qemu"):
        channel = element(devices, "channel", type="unix")
        element(channel, "target", type="virtio", name="org.qemu.guest_agent.0")
        element(devices, "graphics", type="vnc", autoport="yes", listen="127.0.0.1")
        element(element(devices, "video"), "model", type="vga")
        element(element(devices, "rng", model="virtio"), "backend", model="random").text = "/dev/urandom"
    return root


def edit(root: Element, wanted: Mapping[str, Any]) -> None:
    """Give the machine what is wanted; ``volumes`` are `Source`s, ``networks`` names that libvirt knows."""
    if "memory" in wanted:
        for tag in ("memory", "currentMemory"):
            text_of(root, tag, str(wanted["memory"] << 10)).attrib = {"unit": "KiB"}
    if "cpus" in wanted:
        vcpu = text_of(root, "vcpu", str(wanted["cpus"]))
        vcpu.attrib.pop("current", None)
        _drop(root, "vcpus")
        cpu = root.find("cpu")
        if cpu is not None and _cpus(root) != _sockets(cpu):
            _drop(cpu, "topology")
    if wanted.get("cpu_mode"):
        _set_mode(root, wanted["cpu_mode"])
    if "notes" in wanted:
        _drop(root, "description")
        if wanted["notes"]:
            text_of(root, "description", wanted["notes"])
    if "volumes" in wanted:
        _set_disks(_devices(root), wanted["volumes"])
    if "networks" in wanted:
        _set_nics(_devices(root), wanted["networks"])


def values_of(root: Element) -> dict[str, Any]:
    """The plain fields of a machine, as they stand in its XML."""
    system, kind, cpu = root.find("os"), root.find("os/type"), root.find("cpu")
    loader = root.find("os/loader")
    efi = system is not None and (
        system.get("firmware") == "efi" or (loader is not None and loader.get("type") == "pflash")
    )
    return {
        "name": find_text(root, "name"),
        "uuid": find_text(root, "uuid"),
        "virt_type": root.get("type", ""),
        "cpus": _cpus(root),
        "memory": _memory(root),
        "arch": kind.get("arch", "") if kind is not None else "",
        "machine": kind.get("machine", "") if kind is not None else "",
        "firmware": "efi" if efi else "bios",
        "cpu_mode": cpu.get("mode", "custom") if cpu is not None else "",
        "notes": find_text(root, "description"),
    }


def own_disks(root: Element) -> list[Element]:
    """The disks that a stack declares: no CD-ROM and no floppy."""
    return [each for each in root.iterfind("devices/disk") if each.get("device", "disk") == "disk"]


def nic_of(nic: Element) -> str:
    """What a network card is attached to, as a stack names it."""
    kind, source = nic.get("type", ""), nic.find("source")
    place = source.attrib if source is not None else {}
    if kind == "network":
        return place.get("network", "")
    if kind == "bridge":
        return BRIDGE + place.get("bridge", "")
    return USER if kind == "user" else f"{kind}:{place.get('dev', '')}"


def has(root: Element, wanted: Mapping[str, Any], defined: Element) -> bool:
    """Whether a machine, as it runs, has what is wanted of what only changes when it starts.

    ``defined`` is the machine as it is defined: one that runs does not show its mode, but the model it has come to.
    """
    values = values_of(root)
    mode = values["cpu_mode"] if values["cpu_mode"] != "custom" else values_of(defined)["cpu_mode"]
    nics = [nic_of(each) for each in root.iterfind("devices/interface")]
    return (
        all(values[name] == wanted[name] for name in ("name", "cpus", "memory") if name in wanted)
        and wanted.get("cpu_mode") in (None, mode)
        and ("volumes" not in wanted or _are(own_disks(root), wanted["volumes"]))
        and ("networks" not in wanted or nics == list(wanted["networks"]))
    )


def is_alias(short: str, full: str) -> bool:
    """Whether a type of machine stands for a version of it, as q35 does for pc-q35-7.2."""
    return short == full or full.startswith((f"{short}-", f"pc-{short}-")) or (
        short == "pc" and full.startswith("pc-i440fx-")
    )  # fmt: skip


def _devices(root: Element) -> Element:
    found = root.find("devices")
    return element(root, "devices") if found is None else found


def _drop(parent: Element, tag: str) -> None:
    for each in parent.findall(tag):
        parent.remove(each)


def _cpus(root: Element) -> int:
    return int(find_text(root, "vcpu") or 1)


def _sockets(cpu: Element) -> int:
    topology = cpu.find("topology")
    count = 1
    for name in ("sockets", "dies", "clusters", "cores", "threads") if topology is not None else ():
        count *= int(topology.get(name, "1")) if topology is not None else 1
    return count


def _memory(root: Element) -> int:
    found = root.find("memory")
    if found is None:
        return 0
    return (int(found.text or 0) * _UNITS.get(found.get("unit", "KiB").lower(), 1 << 10)) >> 20


def _set_mode(root: Element, mode: str) -> None:
    cpu = root.find("cpu")
    if cpu is None:
        cpu = element(root, "cpu")
    if cpu.get("mode") == mode:
        return
    kept = cpu.find("topology"), cpu.find("numa")
    cpu.clear()
    cpu.set("mode", mode)
    cpu.extend(each for each in kept if each is not None)


def _is(disk: Element, source: Source) -> bool:
    place = disk.find("source")
    if place is None:
        return False
    if source.volume and (place.get("pool"), place.get("volume")) == (source.pool, source.volume):
        return True
    return source.path in (place.get("file"), place.get("dev"))


def _are(disks: Sequence[Element], sources: Sequence[Source]) -> bool:
    return len(disks) == len(sources) and all(map(_is, disks, sources))


def _set_disks(devices: Element, sources: Sequence[Source]) -> None:
    """One disk for each source, in this order; one that is there stays as it is, with its address on the bus."""
    there = [each for each in devices.findall("disk") if each.get("device", "disk") == "disk"]
    if _are(there, sources):
        return
    kept = [next((each for each in there if _is(each, source)), None) for source in sources]
    for disk in there:
        devices.remove(disk)
    taken = {target.get("dev") for target in devices.iterfind("disk/target")}
    taken |= {target.get("dev") for disk in kept if disk is not None for target in disk.iterfind("target")}
    for place, (source, old) in enumerate(zip(sources, kept, strict=True)):
        disk = old if old is not None else _new_disk(source, taken)
        devices.insert(place, disk)


def _new_disk(source: Source, taken: set[str | None]) -> Element:
    kind = "volume" if source.volume else "block" if source.path.startswith("/dev/") else "file"
    disk = new_root("disk", type=kind, device="disk")
    element(disk, "driver", name="qemu", type=source.format)
    if source.volume:
        element(disk, "source", pool=source.pool, volume=source.volume)
    else:
        element(disk, "source", **{"dev" if kind == "block" else "file": source.path})
    names = (f"vd{first}{second}" for first in ("", *_LETTERS) for second in _LETTERS)
    name = next(each for each in names if each not in taken)
    taken.add(name)
    element(disk, "target", dev=name, bus="virtio")
    return disk


_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _set_nics(devices: Element, names: Sequence[str]) -> None:
    """One card for each name, in this order; a card that goes elsewhere keeps its MAC and its address on the bus."""
    there = devices.findall("interface")
    for nic in there[len(names) :]:
        devices.remove(nic)
    for index, name in enumerate(names):
        old = there[index] if index < len(there) else None
        if old is not None and nic_of(old) == name:
            continue
        nic = old if old is not None else element(devices, "interface")
        for tag in ("source", "target", "virtualport", "backend") if old is not None else ():
            _drop(nic, tag)
        if name == USER:
            nic.set("type", "user")
        elif name.startswith(BRIDGE):
            nic.set("type", "bridge")
            element(nic, "source", bridge=name.removeprefix(BRIDGE))
        else:
            nic.set("type", "network")
            element(nic, "source", network=name)
        if nic.find("model") is None:
            element(nic, "model", type="virtio")


def unfinished(root: Element) -> bool:
    """Whether the machine, or network, carries the mark of what is not made to its end."""
    return root.find(f"metadata/{{{NAMESPACE}}}unfinished") is not None


def spaces_out(text: str) -> str:
    """XML without the white space between elements, for comparison."""
    return re.sub(r">\s+<", "><", text)
