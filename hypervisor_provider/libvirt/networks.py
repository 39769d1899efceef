"""Networks on a host."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from xml.etree import ElementTree

from hypervisor_provider.libvirt.faults import gone, refuse_all_but, unless_gone
from hypervisor_provider.libvirt.host import Host
from hypervisor_provider.libvirt.kinds import USER
from hypervisor_provider.libvirt.library import library
from hypervisor_provider.libvirt.xml import (
    NAMESPACE,
    UNFINISHED,
    Element,
    element,
    find_text,
    matches,
    new_root,
    parse,
)
from provider_core import errors
from provider_core.kinds import show

__all__ = ["Networks", "name_of", "uuid_of"]

_IN_PLACE = ("dhcp_start", "dhcp_end", "autostart")


class Networks:
    """Creates, reads, changes and deletes networks; an id is the network's UUID."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def create(self, body: Mapping[str, Any]) -> str:
        """Define a network and start it. One that cannot be started is not left."""
        with self._host.session() as connection:
            network = connection.networkDefineXML(_new(body, unfinished=True))
            try:
                network.setAutostart(int(body.get("autostart", True)))
                root = parse(_inactive(network))
                for each in root.findall("metadata"):
                    root.remove(each)
                connection.networkDefineXML(_text(root))
                network.create()
            except library().libvirtError:
                with suppress(library().libvirtError):
                    network.undefine()
                raise
            return str(network.UUIDString())

    def read(self, id: str) -> dict[str, Any] | None:
        """The network as it is defined, None when it is not there."""
        with self._host.session() as connection:
            network = unless_gone(connection.networkLookupByUUIDString, id)
            return _wire(network) if network else None

    def update(self, id: str, body: Mapping[str, Any]) -> None:
        """Change the DHCP range, while it runs, and whether it starts with the host. One that is stopped is started."""
        with self._host.session() as connection:
            network = unless_gone(connection.networkLookupByUUIDString, id)
            if network is None:
                raise gone(id)
            refuse_all_but(_IN_PLACE, body, "network")
            if "dhcp_start" in body or "dhcp_end" in body:
                self._set_range(connection, network, body)
            if "autostart" in body:
                network.setAutostart(int(body["autostart"]))
            if not network.isActive():
                network.create()

    def delete(self, id: str) -> None:
        """Stop it and remove it, unless a machine that runs is attached."""
        with self._host.session() as connection:
            network = unless_gone(connection.networkLookupByUUIDString, id)
            if network is None:
                return
            if network.isActive():
                _refuse_in_use(connection, network.name())
                network.destroy()
            if network.isPersistent():
                network.undefine()

    def list(self, filters: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """The networks that match."""
        found = []
        with self._host.session() as connection:
            for network in connection.listAllNetworks(0):
                wire = unless_gone(_wire, network)
                if wire is not None and matches(wire, filters):
                    found.append((network.UUIDString(), wire))
        yield from found

    def _set_range(self, connection: Any, network: Any, body: Mapping[str, Any]) -> None:
        now = _wire(network)
        old = now["dhcp_start"], now["dhcp_end"]
        new = body.get("dhcp_start", old[0]), body.get("dhcp_end", old[1])
        if old == new:
            return
        libvirt = library()
        flags = libvirt.VIR_NETWORK_UPDATE_AFFECT_CONFIG
        flags |= libvirt.VIR_NETWORK_UPDATE_AFFECT_LIVE if network.isActive() else 0
        try:
            for command, (start, end) in (
                (libvirt.VIR_NETWORK_UPDATE_COMMAND_DELETE, old),
                (libvirt.VIR_NETWORK_UPDATE_COMMAND_ADD_LAST, new),
            ):
                if start:
                    section = libvirt.VIR_NETWORK_SECTION_IP_DHCP_RANGE
                    network.update(command, section, 0, f"<range start='{start}' end='{end}'/>", flags)
        except libvirt.libvirtError as error:
            if error.get_error_code() != libvirt.VIR_ERR_NO_SUPPORT:
                raise
            root = parse(_inactive(network))
            _put_range(root, *new)
            connection.networkDefineXML(_text(root))


def name_of(connection: Any, reference: str, field: str) -> str:
    """The name of a network, by its UUID or name. Raises `Rejected` with those that there are."""
    for network in connection.listAllNetworks(0):
        if reference in (network.name(), network.UUIDString()):
            return str(network.name())
    names = ", ".join(sorted(show(each.name()) for each in connection.listAllNetworks(0))) or "none"
    raise errors.Rejected(f"{field} must be one of this host's networks ({names}), got {show(reference)}", 400)


def uuid_of(connection: Any, name: str) -> list[str]:
    """The UUID of the network of this name, where there is one."""
    if name == USER or ":" in name:
        return []
    try:
        return [connection.networkLookupByName(name).UUIDString()]
    except library().libvirtError:
        return []


def _inactive(network: Any) -> str:
    """As it is defined, which is not always as it runs; not every driver knows the difference."""
    libvirt = library()
    try:
        return str(network.XMLDesc(libvirt.VIR_NETWORK_XML_INACTIVE if network.isPersistent() else 0))
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_INVALID_ARG:
            raise
        return str(network.XMLDesc(0))


def _text(root: Element) -> str:
    return ElementTree.tostring(root, encoding="unicode")


def _new(body: Mapping[str, Any], unfinished: bool) -> str:
    root = new_root("network")
    element(root, "name").text = body["name"]
    if unfinished:
        element(element(root, "metadata"), f"{{{NAMESPACE}}}unfinished")
    mode = body.get("mode", "nat")
    if mode != "isolated":
        element(root, "forward", mode=mode)
    if body.get("bridge"):
        element(root, "bridge", name=body["bridge"])
    if body.get("address"):
        address = ipaddress.ip_interface(body["address"])
        family = {"family": "ipv6"} if address.version == 6 else {}
        element(root, "ip", address=str(address.ip), prefix=str(address.network.prefixlen), **family)
        _put_range(root, body.get("dhcp_start", ""), body.get("dhcp_end", ""))
    return _text(root)


def _put_range(root: Element, start: str, end: str) -> None:
    place = root.find("ip")
    if place is None:
        raise errors.Rejected("address must be given where there is a DHCP range, got nothing", 400)
    dhcp = place.find("dhcp")
    if dhcp is None:
        dhcp = element(place, "dhcp")
    for each in dhcp.findall("range"):
        dhcp.remove(each)
    if start:
        element(dhcp, "range", start=start, end=end)
    elif not len(dhcp):
        place.remove(dhcp)


def _wire(network: Any) -> dict[str, Any]:
    root = parse(_inactive(network))
    forward, bridge, place = root.find("forward"), root.find("bridge"), root.find("ip")
    leased = root.find("ip/dhcp/range")
    address = ""
    if place is not None:
        mask = place.get("prefix") or place.get("netmask") or "32"
        address = ipaddress.ip_interface(f"{place.get('address')}/{mask}").with_prefixlen
    return {
        "name": find_text(root, "name"),
        "mode": forward.get("mode", "nat") if forward is not None else "isolated",
        "bridge": bridge.get("name", "") if bridge is not None else "",
        "address": address,
        "dhcp_start": leased.get("start", "") if leased is not None else "",
        "dhcp_end": leased.get("end", "") if leased is not None else "",
        "autostart": bool(network.autostart()),
        UNFINISHED: root.find(f"metadata/{{{NAMESPACE}}}unfinished") is not None,
    }


def _refuse_in_use(connection: Any, name: str) -> None:
    attached = sorted(
        domain.name()
        for domain in connection.listAllDomains(library().VIR_CONNECT_LIST_DOMAINS_ACTIVE)
        if any(each.get("network") == name for each in parse(domain.XMLDesc(0)).iterfind("devices/interface/source"))
    )
    if attached:
        raise errors.Rejected(
            f"the network has the domain {', '.join(map(show, attached))} attached, which runs: attach it to another "
            "one first; a network that takes this one's place needs another name",
            409,
        )
