"""Machines on a host: defined, edited, started and stopped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from xml.etree import ElementTree

from hypervisor_provider.libvirt import disks, domain_xml
from hypervisor_provider.libvirt.domain_xml import MANNER
from hypervisor_provider.libvirt.faults import gone, unless_gone
from hypervisor_provider.libvirt.host import Host
from hypervisor_provider.libvirt.kinds import BRIDGE, USER
from hypervisor_provider.libvirt.library import library
from hypervisor_provider.libvirt.networks import name_of, uuid_of
from hypervisor_provider.libvirt.xml import FORMS, NAMESPACE, UNFINISHED, Element, matches, parse
from provider_core import errors
from provider_core.kinds import show
from provider_core.service import out_of_service
from provider_core.waiting import wait

__all__ = ["Domains"]

_FIXED = ("arch", "machine", "firmware")


class Domains:
    """Creates, reads, changes and deletes machines; an id is the domain's UUID."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def create(self, body: Mapping[str, Any]) -> str:
        """Define a machine, and start it unless it is to be off. One that cannot be started is not left."""
        with self._host.session() as connection:
            guest = domain_xml.guest_of(parse(connection.getCapabilities()), body.get("arch"))
            if guest is None:
                raise errors.Rejected(f"arch must be one that this host can run, got {show(body.get('arch'))}", 400)
            root = domain_xml.new(body, guest)
            wanted = self._resolved(connection, body)
            if guest.type == "kvm":
                wanted.setdefault("cpu_mode", "host-passthrough")
            domain_xml.edit(root, wanted)
            domain = connection.defineXML(_text(root))
            try:
                if "start_with_host" in body:
                    domain.setAutostart(int(body["start_with_host"]))
                if body.get("power", "on") == "on":
                    domain.create()
                self._finished(domain)
            except library().libvirtError:
                with suppress(library().libvirtError):
                    self._remove(domain)
                raise
            return str(domain.UUIDString())

    def read(self, id: str) -> dict[str, Any] | None:
        """The machine as it is defined, None when it is not there."""
        with self._host.session() as connection:
            domain = unless_gone(connection.lookupByUUIDString, id)
            return unless_gone(_wire, connection, domain) if domain else None

    def update(self, id: str, body: Mapping[str, Any]) -> None:
        """Change what is in ``body``, in the manner that is in it; what needs a start restarts a machine that runs."""
        manner = {**MANNER, **{name: body[name] for name in MANNER if name in body}}
        with self._host.session() as connection:
            domain = unless_gone(connection.lookupByUUIDString, id)
            if domain is None:
                raise gone(id)
            _refuse_fixed(domain, body)
            wanted = self._resolved(connection, body)
            runs = bool(domain.isActive())
            stays_on = body.get("power", "on" if runs else "off") == "on"
            before = _inactive(domain)
            restarts = runs and stays_on and not domain_xml.has(parse(domain.XMLDesc(0)), wanted, parse(before))
            if restarts and not manner["allow_power_off"]:
                raise errors.Rejected(domain_xml.not_permitted(domain_xml.at_start(body)), 409)
            self._define(connection, domain, wanted)
            if "start_with_host" in body:
                domain.setAutostart(int(body["start_with_host"]))
            if restarts:
                with out_of_service(manner["serves"]):
                    self._restart(connection, domain, wanted, manner["shutdown_seconds"], before)
            elif runs and not stays_on:
                _stop(domain, manner["shutdown_seconds"])
            if not domain.isActive():
                _rename(domain, wanted)
                if stays_on:
                    domain.create()
            self._finished(domain)

    def delete(self, id: str) -> None:
        """Switch it off if it runs, and remove it with its firmware's memory and snapshots; volumes stay."""
        with self._host.session() as connection:
            domain = unless_gone(connection.lookupByUUIDString, id)
            if domain is not None:
                unless_gone(self._remove, domain)

    def list(self, filters: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """The machines that match."""
        found = []
        with self._host.session() as connection:
            for domain in connection.listAllDomains(0):
                if not domain.isPersistent() or filters.get("name") not in (None, domain.name()):
                    continue
                wire = unless_gone(_wire, connection, domain)
                if wire is not None and matches(wire, filters):
                    found.append((domain.UUIDString(), wire))
        yield from found

    def _resolved(self, connection: Any, body: Mapping[str, Any]) -> dict[str, Any]:
        """The fields with what libvirt knows for what a stack names."""
        wanted = dict(body)
        if "volumes" in body:
            named = enumerate(body["volumes"])
            wanted["volumes"] = [disks.resolve(connection, each, f"volumes[{index}]") for index, each in named]
        if "networks" in body:
            wanted["networks"] = [
                each if each == USER or each.startswith(BRIDGE) else name_of(connection, each, f"networks[{index}]")
                for index, each in enumerate(body["networks"])
            ]
        return wanted

    def _define(self, connection: Any, domain: Any, wanted: Mapping[str, Any]) -> None:
        """Edit the definition; nothing is defined anew where nothing differs. The name waits until it is off."""
        text = _inactive(domain)
        root = parse(text)
        domain_xml.edit(root, {name: value for name, value in wanted.items() if name != "name"})
        if _text(root) != _text(parse(text)):
            connection.defineXML(_text(root))
        if "notes" in wanted and domain.isActive():
            libvirt = library()
            flags = libvirt.VIR_DOMAIN_AFFECT_LIVE
            domain.setMetadata(libvirt.VIR_DOMAIN_METADATA_DESCRIPTION, wanted["notes"] or None, None, None, flags)

    def _restart(self, connection: Any, domain: Any, wanted: Mapping[str, Any], seconds: int, before: str) -> None:
        _stop(domain, seconds)
        try:
            _rename(domain, wanted)
            domain.create()
        except library().libvirtError:
            # It ran before, so it shall run: as it was.
            with suppress(library().libvirtError):
                _rename(domain, {"name": parse(before).findtext("name")})
                connection.defineXML(before)
                domain.create()
            raise

    def _finished(self, domain: Any) -> None:
        """Take the mark away, from the definition and from what runs."""
        libvirt = library()
        flags = libvirt.VIR_DOMAIN_AFFECT_CONFIG | (libvirt.VIR_DOMAIN_AFFECT_LIVE if domain.isActive() else 0)
        if domain_xml.unfinished(parse(_inactive(domain))):
            domain.setMetadata(libvirt.VIR_DOMAIN_METADATA_ELEMENT, None, None, NAMESPACE, flags)

    def _remove(self, domain: Any) -> None:
        libvirt = library()
        if domain.isActive():
            domain.destroy()
        if not domain.isPersistent():
            return
        flags = libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
        more = libvirt.VIR_DOMAIN_UNDEFINE_NVRAM | libvirt.VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA
        try:
            domain.undefineFlags(flags | more)
        except libvirt.libvirtError as error:
            # Not every driver knows all of them.
            if error.get_error_code() != libvirt.VIR_ERR_INVALID_ARG:
                raise
            domain.undefineFlags(flags)


def _inactive(domain: Any) -> str:
    libvirt = library()
    return str(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE))


def _text(root: Element) -> str:
    return domain_xml.spaces_out(ElementTree.tostring(root, encoding="unicode"))


def _wire(connection: Any, domain: Any) -> dict[str, Any]:
    root = parse(domain.XMLDesc(library().VIR_DOMAIN_XML_INACTIVE))
    values = domain_xml.values_of(root)
    volumes = [disks.forms_of(connection, each) for each in domain_xml.own_disks(root)]
    nics = [domain_xml.nic_of(each) for each in root.iterfind("devices/interface")]
    networks = [[each, *uuid_of(connection, each)] for each in nics]
    return {
        **values,
        "volumes": [each[0] for each in volumes],
        "networks": nics,
        "power": "on" if domain.isActive() else "off",
        "start_with_host": bool(domain.autostart()),
        "ip_address": _address(domain) if domain.isActive() else None,
        FORMS: {"volumes": volumes, "networks": networks},
        UNFINISHED: domain_xml.unfinished(root),
    }


def _address(domain: Any) -> str | None:
    """The first IPv4 address that the host's own DHCP has leased to the machine."""
    try:
        found = domain.interfaceAddresses(library().VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE, 0)
    except library().libvirtError:
        return None
    for nic in found.values():
        for each in nic["addrs"] or ():
            if each["type"] == library().VIR_IP_ADDR_TYPE_IPV4:
                return str(each["addr"])
    return None


def _refuse_fixed(domain: Any, body: Mapping[str, Any]) -> None:
    values = domain_xml.values_of(parse(_inactive(domain)))
    for name in _FIXED:
        if body.get(name) and not domain_xml.is_alias(body[name], values[name]):
            raise errors.Rejected(
                f"{name} must be {show(values[name])}, as the domain that is there has it, got {show(body[name])}",
                400,
            )


def _rename(domain: Any, wanted: Mapping[str, Any]) -> None:
    name = wanted.get("name")
    if name and name != domain.name():
        domain.rename(name, 0)


def _stop(domain: Any, seconds: float) -> None:
    """Tell the guest to shut down, and switch the machine off when it has not after so many seconds."""
    libvirt = library()
    with suppress(libvirt.libvirtError):  # a guest that cannot be told is switched off
        if seconds:
            domain.shutdown()
    if wait(domain.name(), seconds, lambda: "its guest has not shut down yet" if domain.isActive() else ""):
        try:
            domain.destroy()
        except libvirt.libvirtError:
            if domain.isActive():
                raise
