"""What is special in the lives of volumes, networks and machines."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hypervisor_provider.libvirt.domain_xml import MANNER, at_start, not_permitted
from hypervisor_provider.libvirt.images import shrinks, wrong_source
from hypervisor_provider.libvirt.xml import UNFINISHED, in_form
from provider_core import errors
from provider_core.backend import Backend, Created
from provider_core.checking import Failure
from provider_core.diffing import Difference
from provider_core.kinds import contains_unknown
from provider_core.lifecycle import Lifecycle, Props

__all__ = ["DomainLifecycle", "LibvirtLifecycle", "NetworkLifecycle", "VolumeLifecycle"]


class LibvirtLifecycle(Lifecycle):
    """An object that a killed run has begun carries a mark until it is whole. It is removed and made again."""

    alone = True

    def fetch(self, backend: Backend, id: str, olds: Props) -> dict[str, Any] | None:
        """The object, with what it refers to named as in the stack."""
        wire = super().fetch(backend, id, olds)
        return None if wire is None else in_form(wire, olds)

    def recovered(self, backend: Backend, id: str, files: Mapping[str, Path], values: Props) -> Created | None:
        """What is not whole is made again."""
        wire = backend.read(self.declaration.path, id)
        if wire is not None and not wire[UNFINISHED]:
            return Created(id)
        backend.delete(self.declaration.path, id)
        return None

    def _same(self, wire: Props, body: Props) -> bool:
        # What is not whole has no values to compare, and is ours when the journal has its name.
        return bool(wire.get(UNFINISHED)) or super()._same(wire, body)


class VolumeLifecycle(LibvirtLifecycle):
    """A disk, with the image that it begins with."""

    def wrong_image(self, image: str, values: Props) -> str:
        """It must be of a kind that can be made into the volume's format, and no larger than the volume."""
        format, capacity = values.get("format", "qcow2"), values.get("capacity")
        number = int(capacity) if isinstance(capacity, (int, float)) else None
        return wrong_source(Path(image), format, number) if isinstance(format, str) else ""

    def problems(self, values: Props) -> list[Failure]:
        """There must be something to make the volume of, and not two things."""
        found = super().problems(values)
        source, backing, capacity = (values.get(name) for name in ("source", "backing", "capacity"))
        if source and backing and not contains_unknown([source, backing]):
            found.append(Failure(("", "source must be left out where there is backing, got both")))
        if "source" not in values and not backing and capacity is None:
            found.append(Failure(("", "capacity, source or backing must be given, got nothing")))
        return found

    def objections(self, olds: Props, news: Props, found: Difference) -> Sequence[str]:
        """A volume never shrinks: what lies at its end would be lost."""
        old, new = olds.get("capacity"), found.changes.get("capacity")
        if found.replaces or not isinstance(old, (int, float)) or not isinstance(new, (int, float)) or new >= old:
            return ()
        return [shrinks(int(old), int(new))]

    def make(self, backend: Backend, body: Props, files: Mapping[str, Path], adopt: bool, values: Props) -> Created:
        """As any; what another run left in half may be taken over, and is then made anew."""
        existing = self._existing(backend, body)
        if existing and existing[1][UNFINISHED]:
            if not adopt:
                raise errors.AlreadyExists(
                    f"the volume {existing[0]} is being made by another run, or was left in half by one: "
                    "wait for it, or set adopt=True to make it anew"
                )
            backend.delete(self.declaration.path, existing[0])
        return super().make(backend, body, files, adopt, values)


class NetworkLifecycle(LibvirtLifecycle):
    """A network: its parts must go together."""

    def problems(self, values: Props) -> list[Failure]:
        """The address must have a prefix, and what is leased lie behind it."""
        mode, address, bridge = values.get("mode", "nat"), values.get("address", ""), values.get("bridge")
        leased = [values.get(name, "") for name in ("dhcp_start", "dhcp_end")]
        if contains_unknown([mode, address, bridge, leased]):
            return []
        wrong = [*_wrong_mode(mode, address, bridge), *_wrong_range(address, *leased)]
        return [Failure(("", sentence)) for sentence in wrong]

    def recovered(self, backend: Backend, id: str, files: Mapping[str, Path], values: Props) -> Created | None:
        """A network that is whole may not have been started."""
        created = super().recovered(backend, id, files, values)
        if created:
            backend.update(self.declaration.path, id, {}, {})
        return created


class DomainLifecycle(LibvirtLifecycle):
    """A machine, which may have to be restarted for a change."""

    def objections(self, olds: Props, news: Props, found: Difference) -> Sequence[str]:
        """A restart must be permitted where the machine is known to run."""
        changed = at_start(found.changes)
        runs = olds.get("power") == news.get("power") == "on"
        permitted = news.get("allow_power_off", False) is not False
        if found.replaces or not changed or not runs or permitted:
            return ()
        return [not_permitted(changed)]

    def make(self, backend: Backend, body: Props, files: Mapping[str, Path], adopt: bool, values: Props) -> Created:
        """As any; what is taken over may have to be restarted."""
        return super().make(backend, {**body, **_manner(values)}, files, adopt, values)

    def change(
        self, backend: Backend, id: str, body: Props, files: Mapping[str, Path], olds: Props, news: Props
    ) -> dict[str, Any]:
        """As any, in the manner that the stack permits."""
        backend.update(self.declaration.path, id, {**body, **_manner(news)}, files)
        return {}

    def remove(self, backend: Backend, id: str, values: Props) -> None:
        """The guest is told to shut down before its machine is removed, because its disks stay."""
        try:
            backend.update(self.declaration.path, id, {"power": "off", **_manner(values)}, {})
        except errors.NotFound:
            return
        super().remove(backend, id, values)


def _manner(values: Props) -> dict[str, Any]:
    given = {name: values[name] for name in MANNER if values.get(name) is not None}
    return given | ({"shutdown_seconds": int(given["shutdown_seconds"])} if "shutdown_seconds" in given else {})


def _wrong_mode(mode: str, address: str, bridge: str | None) -> Iterator[str]:
    if mode == "bridge":
        if not bridge:
            yield "bridge must be given in mode bridge, the name of one that the host has, got nothing"
        if address:
            yield f"address must be left out in mode bridge, where the host has none, got {address}"
    elif mode in ("nat", "route") and not address:
        yield f"address must be given in mode {mode}, such as 192.168.150.1/24, got nothing"


def _wrong_range(address: str, start: str, end: str) -> Iterator[str]:
    if bool(start) != bool(end):
        yield f"dhcp_start and dhcp_end must be given together, got {start or end} only"
    if start and not address:
        yield "address must be given where there is a DHCP range, got nothing"
    if not address:
        return
    try:
        own = ipaddress.ip_interface(address) if "/" in address else None
    except ValueError:
        own = None
    if own is None:
        yield f"address must be an IP address with its prefix, such as 192.168.150.1/24, got {address}"
        return
    for name, value in (("dhcp_start", start), ("dhcp_end", end)):
        if value and ipaddress.ip_address(value) not in own.network:
            yield f"{name} must lie in {own.network}, got {value}"
