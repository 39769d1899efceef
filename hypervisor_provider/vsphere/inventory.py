"""Where a machine is made: names of a stack, found in a vCenter Server's inventory or an ESXi host's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from hypervisor_provider.vsphere.api import vim
from hypervisor_provider.vsphere.session import Properties, Session
from provider_core import errors
from provider_core.kinds import show

__all__ = ["Inventory", "Place", "plain"]

LISTED = 12
"""Names that a message lists; the rest it counts."""

Found = list[tuple[Any, Properties]]


@dataclass(frozen=True)
class Place:
    """Where a machine is made: managed objects. ``host`` is None where the cluster chooses. ``mhz`` is the clock of
    the slowest core that it may run on."""

    datacenter: Any
    folder: Any
    compute: Any
    host: Any
    pool: Any
    datastore: Any
    mhz: int


class Inventory:
    """Finds objects by name. What is not there, or is there twice, is an error that lists what there is."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def folder(self, body: Mapping[str, Any]) -> tuple[Properties, Any]:
        """The datacenter's properties and the folder of machines that ``body`` names."""
        root = self._session.content.rootFolder
        paths = ["name", "vmFolder", "hostFolder", "networkFolder"]
        found = self._session.collect(root, vim.Datacenter, paths)
        datacenter = _pick("datacenter", body.get("datacenter"), found)
        own = dict(next(each for reference, each in found if reference == datacenter))
        own["self"] = datacenter
        if not body.get("folder"):
            return own, own["vmFolder"]
        folders = self._session.collect(own["vmFolder"], vim.Folder, ["name", "parent"])
        by_reference = dict(folders)
        named = [(each, {"name": _path(each, by_reference)}) for each, _ in folders]
        return own, _pick("folder", str(body["folder"]).strip("/"), named)

    def existing(self, body: Mapping[str, Any]) -> Any:
        """The machine with this name in its folder, or None. Raises `Rejected` for something else of this name."""
        _, folder = self.folder(body)
        index = self._session.content.searchIndex
        found = self._session.call(lambda: index.FindChild(folder, str(body["name"])), again=True)
        if found is not None and not isinstance(found, vim.VirtualMachine):
            raise errors.Rejected(f"{show(body['name'])} is a folder there: choose another name", 400)
        return found

    def place(self, body: Mapping[str, Any]) -> Place:
        """All that ``body`` says, or leaves to be the only one there is."""
        own, folder = self.folder(body)
        hosts = self._session.collect(own["hostFolder"], vim.HostSystem, ["name", "parent", "summary.hardware.cpuMhz"])
        computes = self._session.collect(
            own["hostFolder"], vim.ComputeResource, ["name", "resourcePool", "host", "datastore"]
        )
        clusters = [each for each in computes if isinstance(each[0], vim.ClusterComputeResource)]
        host = _pick("host", body["host"], hosts) if body.get("host") else None
        if body.get("cluster"):
            compute = _pick("cluster", body["cluster"], clusters)
        elif host is not None:
            compute = dict(hosts)[host]["parent"]
        else:
            compute = _pick("cluster or host", None, computes)
        theirs = [each for each in hosts if each[1]["parent"] == compute]
        if host is not None and host not in dict(theirs):
            raise _unknown("host", body["host"], theirs)
        if host is None and not self._chooses(compute):
            host = _pick("host", None, theirs)
        properties = dict(computes)[compute]
        pool = properties["resourcePool"]
        if body.get("resource_pool"):
            pools = self._session.collect(own["hostFolder"], vim.ResourcePool, ["name", "owner"])
            pool = _pick(
                "resource_pool", body["resource_pool"], [each for each in pools if each[1]["owner"] == compute]
            )
        # A host that is not connected has told nothing of its hardware.
        clocks = [int(each["summary.hardware.cpuMhz"]) for _, each in theirs if "summary.hardware.cpuMhz" in each]
        stores = self._session.retrieve(properties.get("datastore") or [], ["name"])
        return Place(
            datacenter=own["self"],
            folder=folder,
            compute=compute,
            host=host,
            pool=pool,
            datastore=_pick("datastore", body.get("datastore"), stores),
            mhz=min(clocks, default=0),
        )

    def _chooses(self, compute: Any) -> bool:
        """Whether vSphere chooses the host: in a cluster without DRS it does not."""
        if not isinstance(compute, vim.ClusterComputeResource):
            return True
        ((_, own),) = self._session.retrieve([compute], ["configurationEx"])
        settings = getattr(own.get("configurationEx"), "drsConfig", None)
        return bool(settings is not None and settings.enabled)

    def networks(self, datacenter: Any, names: Sequence[str]) -> list[Any]:
        """The networks and port groups of these names in a datacenter."""
        if not names:
            return []
        (own,) = (each for _, each in self._session.retrieve([datacenter], ["networkFolder"]))
        found = self._session.collect(own["networkFolder"], vim.Network, ["name"])
        return [_pick("networks", name, found) for name in names]

    def backing(self, network: Any) -> Any:
        """What a network adapter is connected to this network by."""
        if isinstance(network, vim.dvs.DistributedVirtualPortgroup):
            (group,) = self._session.retrieve([network], ["key", "config.distributedVirtualSwitch"])
            (switch,) = self._session.retrieve([group[1]["config.distributedVirtualSwitch"]], ["uuid"])
            port = vim.dvs.PortConnection(portgroupKey=group[1]["key"], switchUuid=switch[1]["uuid"])
            return vim.vm.device.VirtualEthernetCard.DistributedVirtualPortBackingInfo(port=port)
        if isinstance(network, vim.OpaqueNetwork):
            raise errors.Rejected(
                "networks must be port groups, got an opaque network of NSX, which is not supported", 400
            )
        ((_, own),) = self._session.retrieve([network], ["name"])
        return vim.vm.device.VirtualEthernetCard.NetworkBackingInfo(deviceName=plain(own["name"]), network=network)


def plain(name: str) -> str:
    """A name as people write it: vSphere escapes slashes and per cents in the names of its objects."""
    return unquote(name)


def _pick(field: str, wanted: Any, found: Found) -> Any:
    matches = [reference for reference, each in found if wanted in (None, "") or plain(each["name"]) == wanted]
    if len(matches) == 1:
        return matches[0]
    if wanted not in (None, "") and matches:
        raise errors.Rejected(
            f"{field} must name one thing, got {show(wanted)}, which is there {len(matches)} times", 400
        )
    raise _unknown(field, wanted, found)


def _unknown(field: str, wanted: Any, found: Found) -> errors.Rejected:
    names = sorted({plain(each["name"]) for _, each in found})
    listed = ", ".join(show(name) for name in names[:LISTED])
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    got = show(wanted) if wanted not in (None, "") else "nothing"
    if not names:
        return errors.Rejected(f"{field} must be there, got {got}: there is none, or the account may see none", 400)
    return errors.Rejected(f"{field} must be one of {listed}{more}, got {got}", 400)


def _path(folder: Any, folders: Mapping[Any, Properties]) -> str:
    """``Video/Nodes``: a folder's name below the datacenter's folder of machines."""
    names: list[str] = []
    while folder in folders:
        names.insert(0, plain(folders[folder]["name"]))
        folder = folders[folder].get("parent")
    return "/".join(names)
