"""A virtual machine between its declared fields and vSphere's configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypervisor_provider.vsphere.api import vim
from hypervisor_provider.vsphere.inventory import plain
from hypervisor_provider.vsphere.session import Properties

__all__ = ["COMPLETE", "PATHS", "adapters", "configuration", "connect", "needs_power_off", "port_groups", "wire"]

COMPLETE = "pexip-iac.complete"
"""The key in a machine's extra configuration that says whether it is whole: it is ``false`` from the first moment of
an import, and ``true`` as its last step."""

PATHS = [
    "name",
    "runtime.powerState",
    "runtime.host",
    "guest.ipAddress",
    "guest.toolsRunningStatus",
    "config.instanceUuid",
    "config.annotation",
    "config.hardware.numCPU",
    "config.hardware.numCoresPerSocket",
    "config.hardware.memoryMB",
    "config.hardware.device",
    "config.cpuAllocation",
    "config.cpuHotAddEnabled",
    "config.memoryHotAddEnabled",
    "config.memoryReservationLockedToMax",
    "config.extraConfig",
]
"""The properties that `wire` needs."""


def wire(reference: Any, own: Properties, names: Mapping[str, str]) -> dict[str, Any]:
    """A machine as the stack's fields see it; ``names`` are those of hosts and distributed port groups, by their ids.

    ``complete`` and ``hot`` (which of cpus and memory it takes while it runs) are no fields, and for the lifecycle.
    """
    host = own.get("runtime.host")
    allocation = own.get("config.cpuAllocation")
    extra = {each.key: each.value for each in own.get("config.extraConfig") or []}
    found = {
        "name": plain(own["name"]),
        "networks": [_network(card, names) for card in adapters(own)],
        "cpus": own.get("config.hardware.numCPU"),
        "cores_per_socket": own.get("config.hardware.numCoresPerSocket"),
        "memory": own.get("config.hardware.memoryMB"),
        "reserve_memory": bool(own.get("config.memoryReservationLockedToMax")),
        "reserve_cpu_mhz": allocation.reservation if allocation is not None else None,
        "power": "on" if own.get("runtime.powerState") == vim.VirtualMachine.PowerState.poweredOn else "off",
        "notes": own.get("config.annotation") or "",
        "moref": reference._moId,
        "running_on": plain(names.get(host._moId, "")) if host is not None else "",
        "ip_address": own.get("guest.ipAddress"),
        "complete": extra.get(COMPLETE) != "false",
        "hot": [
            name
            for name, path in (("cpus", "config.cpuHotAddEnabled"), ("memory", "config.memoryHotAddEnabled"))
            if own.get(path)
        ],
    }
    return {name: value for name, value in found.items() if value is not None}


def configuration(body: Mapping[str, Any]) -> Any:
    """What of ``body`` is a machine's configuration; networks are not."""
    spec = vim.vm.ConfigSpec()
    names = {"cpus": "numCPUs", "memory": "memoryMB", "cores_per_socket": "numCoresPerSocket", "notes": "annotation"}
    for name, theirs in names.items():
        if body.get(name) is not None:
            setattr(spec, theirs, body[name])
    if body.get("reserve_memory") is not None:
        spec.memoryReservationLockedToMax = body["reserve_memory"]
        if not body["reserve_memory"]:
            spec.memoryAllocation = vim.ResourceAllocationInfo(reservation=0)
    if body.get("reserve_cpu_mhz") is not None:
        spec.cpuAllocation = vim.ResourceAllocationInfo(reservation=body["reserve_cpu_mhz"])
    return spec


def needs_power_off(found: Mapping[str, Any], body: Mapping[str, Any]) -> list[str]:
    """The fields in ``body`` that the machine, as it was found, takes only while it is off, and that stop it."""
    if found["power"] == "off" or body.get("power") == "off":
        return []
    changed = [
        name for name in ("cpus", "memory", "cores_per_socket") if name in body and body[name] != found.get(name)
    ]
    return [name for name in changed if name not in found["hot"] or body[name] < found[name]]


def adapters(own: Properties) -> list[Any]:
    """A machine's network adapters, in their order."""
    devices = own.get("config.hardware.device") or []
    return [each for each in devices if isinstance(each, vim.vm.device.VirtualEthernetCard)]


def port_groups(own: Properties, stub: Any) -> list[Any]:
    """The distributed port groups that the adapters are connected to, whose names are to be asked for."""
    kind = vim.dvs.DistributedVirtualPortgroup
    backings = [each.backing for each in adapters(own)]
    return [kind(each.port.portgroupKey, stub) for each in backings if getattr(each, "port", None)]


def connect(cards: Sequence[Any], backings: Sequence[Any]) -> list[Any]:
    """The changes that connect adapters of a machine to other networks."""
    changes = []
    for card, backing in zip(cards, backings, strict=True):
        card.backing = backing
        operation = vim.vm.device.VirtualDeviceSpec.Operation.edit
        changes.append(vim.vm.device.VirtualDeviceSpec(operation=operation, device=card))
    return changes


def _network(card: Any, names: Mapping[str, str]) -> str:
    port = getattr(card.backing, "port", None)
    if port is not None:
        return plain(names.get(port.portgroupKey, port.portgroupKey))
    return str(getattr(card.backing, "deviceName", ""))
