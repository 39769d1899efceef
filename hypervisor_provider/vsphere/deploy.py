"""Making a machine from an OVA: spec, lease, upload, sums, and the last step that says that it is whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypervisor_provider.vsphere import autostart, machines
from hypervisor_provider.vsphere.api import vim
from hypervisor_provider.vsphere.faults import explained
from hypervisor_provider.vsphere.inventory import Inventory, Place
from hypervisor_provider.vsphere.lease import Broken, Lease, send
from hypervisor_provider.vsphere.ova import Member, Ova
from hypervisor_provider.vsphere.session import Session
from provider_core import errors
from provider_core.progress import Progress

__all__ = ["deploy"]

ATTEMPTS = 3
"""How often a disk is uploaded at most, where it can be read again."""


def deploy(session: Session, inventory: Inventory, body: Mapping[str, Any], ova: Ova) -> Any:
    """Import a machine, which is off and not yet whole; its managed object.

    Nothing is left of it when this raises.
    """
    place = inventory.place(body)
    if body.get("start_with_host"):
        autostart.refuse(place.compute)
    networks = inventory.networks(place.datacenter, body.get("networks") or [])
    result = _spec(session, place, networks, body, ova)
    spec = result.importSpec
    _adapt(spec.configSpec, body, ova, place.mhz, [inventory.backing(each) for each in networks])
    files = {each.path: each for each in result.fileItem}
    progress = Progress(f"{body['name']}: upload", sum(each.size or 0 for each in result.fileItem) or None)
    given = session.call(lambda: place.pool.ImportVApp(spec, place.folder, place.host))
    with Lease(session, given, progress) as lease:
        info = lease.ready()
        devices = {each.importKey: each for each in info.deviceUrl}
        for member in ova.members():
            item = files.pop(member.name, None)
            if item is None:
                ova.sums.add(member.name, member.pieces())
                continue
            if item.deviceId not in devices:
                raise errors.Rejected(f"vSphere has no place for {member.name} of {ova.title}", 400)
            _upload(session, lease, devices[item.deviceId], member, ova, progress)
        if files:
            raise errors.ConfigurationError(f"{ova.title} lacks {', '.join(sorted(files))}, which its .ovf names")
        wrong = ova.sums.wrong()
        if wrong:
            raise errors.ConfigurationError(
                f"{ova.title}: the content of {', '.join(wrong)} is not what its manifest says: get it anew"
            )
    return info.entity


def _spec(session: Session, place: Place, networks: Sequence[Any], body: Mapping[str, Any], ova: Ova) -> Any:
    """What vSphere makes of the descriptor."""
    mapping = [
        vim.OvfManager.NetworkMapping(name=theirs, network=network)
        for theirs, network in zip(ova.descriptor.networks, networks, strict=False)
    ]
    parameters = vim.OvfManager.CreateImportSpecParams(
        entityName=body["name"],
        hostSystem=place.host,
        networkMapping=mapping,
        diskProvisioning="thick",
        locale="",
        deploymentOption="",
    )
    manager = session.content.ovfManager
    result = session.call(
        lambda: manager.CreateImportSpec(ova.descriptor.text, place.pool, place.datastore, parameters), again=True
    )
    if result.error:
        said = "; ".join(explained(each) for each in result.error[:3])
        raise errors.Rejected(f"vSphere does not take {ova.title}: {said}", 400)
    if not isinstance(result.importSpec, vim.vm.VmImportSpec):
        raise errors.Rejected(f"{ova.title} must hold one virtual machine, got a vApp", 400)
    return result


def _adapt(spec: Any, body: Mapping[str, Any], ova: Ova, mhz: int, backings: Sequence[Any]) -> None:
    """Change the machine that the OVA describes to what the stack says, before it is made.

    ``backings``: what its network adapters are connected by, where the stack says so.
    """
    cpus = body.get("cpus") or spec.numCPUs or 1
    wanted = {"reserve_memory": True, "reserve_cpu_mhz": cpus * mhz}
    wanted |= {name: value for name, value in body.items() if value is not None}
    ours = machines.configuration(wanted)
    for name in ("numCPUs", "memoryMB", "numCoresPerSocket", "annotation", "memoryReservationLockedToMax"):
        if getattr(ours, name) is not None:
            setattr(spec, name, getattr(ours, name))
    spec.cpuAllocation = spec.cpuAllocation or vim.ResourceAllocationInfo()
    spec.cpuAllocation.reservation = wanted["reserve_cpu_mhz"]
    spec.memoryAllocation = spec.memoryAllocation or vim.ResourceAllocationInfo()
    spec.memoryAllocation.reservation = spec.memoryMB if wanted["reserve_memory"] else 0
    spec.extraConfig = [*(spec.extraConfig or []), vim.option.OptionValue(key=machines.COMPLETE, value="false")]
    names = body.get("networks")
    if names is None:
        return
    cards = [
        change.device for change in spec.deviceChange if isinstance(change.device, vim.vm.device.VirtualEthernetCard)
    ]
    if len(cards) != len(names):
        theirs = ", ".join(ova.descriptor.networks) or "none"
        raise errors.Rejected(
            f"networks must have one name for each of the {len(cards)} network adapters of {ova.title} ({theirs}), "
            f"got {len(names)}",
            400,
        )
    for card, backing in zip(cards, backings, strict=True):
        card.backing = backing


def _upload(session: Session, lease: Lease, device: Any, member: Member, ova: Ova, progress: Progress) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            pieces = ova.sums.through(member.name, member.pieces())
            send(session, lease, device, member.name, pieces, member.size, progress)
            return
        except Broken as error:
            lease.check(f"{(progress.done + error.sent) / 1e6:,.1f} MB")
            if not member.again or attempt == ATTEMPTS:
                raise errors.AnswerLost(f"{error}: nothing is left of the machine, run again") from None
