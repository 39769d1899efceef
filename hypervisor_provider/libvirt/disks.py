"""Which volume or file a disk is, on the host."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hypervisor_provider.libvirt.faults import is_gone
from hypervisor_provider.libvirt.library import library
from hypervisor_provider.libvirt.xml import Element, parse
from provider_core import errors
from provider_core.kinds import show

__all__ = ["Source", "forms_of", "forms_of_path", "resolve", "users"]


@dataclass(frozen=True)
class Source:
    """A disk's content: its path and format on the host, and its pool and name where it is a volume."""

    path: str
    format: str
    pool: str = ""
    volume: str = ""

    @property
    def forms(self) -> list[str]:
        """How a stack may name it, its id first."""
        return [f"{self.pool}/{self.volume}", self.path] if self.volume else [self.path]


def resolve(connection: Any, name: str, field: str) -> Source:
    """What ``pool/volume`` or a path stands for. Raises `Rejected` for a volume that is not there."""
    if name.startswith("/"):
        volume = _volume_at(connection, name)
        return _source(volume) if volume else Source(name, "qcow2" if name.endswith(".qcow2") else "raw")
    pool, _, volume_name = name.partition("/")
    try:
        return _source(connection.storagePoolLookupByName(pool).storageVolLookupByName(volume_name))
    except library().libvirtError as error:
        if not is_gone(error):
            raise
        raise errors.Rejected(f"{field} must be a volume that is there, got {show(name)}", 400) from None


def forms_of(connection: Any, disk: Element) -> list[str]:
    """How a stack may name the content of a machine's disk."""
    source = disk.find("source")
    if source is None:
        return [""]
    if source.get("pool"):
        pool, volume = source.get("pool", ""), source.get("volume", "")
        try:
            path = connection.storagePoolLookupByName(pool).storageVolLookupByName(volume).path()
        except library().libvirtError:
            return [f"{pool}/{volume}"]
        return [f"{pool}/{volume}", path]
    path = source.get("file") or source.get("dev") or ""
    return forms_of_path(connection, path) if path else [f"{disk.get('type')}:{source.get('name', '')}"]


def forms_of_path(connection: Any, path: str) -> list[str]:
    """How a stack may name the file or device at a path of the host."""
    volume = _volume_at(connection, path)
    return _source(volume).forms if volume else [path]


def users(connection: Any, volume: Any) -> Iterator[Any]:
    """The machines that have a volume as a disk, as they run or as they are defined."""
    path, name = volume.path(), volume.name()
    own = {(volume.storagePoolLookupByVolume().name(), name), path}
    for domain in connection.listAllDomains(0):
        try:
            roots = [parse(domain.XMLDesc(flags)) for flags in (0, library().VIR_DOMAIN_XML_INACTIVE)]
        except library().libvirtError as error:
            if is_gone(error):
                continue
            raise
        sources = [source for root in roots for source in root.iterfind("devices/disk//source")]
        if any(
            (each.get("pool"), each.get("volume")) in own or each.get("file") in own or each.get("dev") in own
            for each in sources
        ):
            yield domain


def _volume_at(connection: Any, path: str) -> Any:
    try:
        return connection.storageVolLookupByPath(path)
    except library().libvirtError:
        # No volume, or a driver without storage: what is at the path is used as it is.
        return None


def _source(volume: Any) -> Source:
    root = parse(volume.XMLDesc(0))
    format = root.find("target/format")
    named = format.get("type", "raw") if format is not None else "raw"
    return Source(volume.path(), named, volume.storagePoolLookupByVolume().name(), volume.name())
