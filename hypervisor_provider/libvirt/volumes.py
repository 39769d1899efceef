"""Storage volumes on a host.

A volume that an image is being sent to has a mark beside it, an empty volume of its name with ``.unfinished``, which
is made before and removed after. So one that a killed run has begun is known by every later run, and by people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from xml.etree import ElementTree

from hypervisor_provider.libvirt import disks, images
from hypervisor_provider.libvirt.faults import gone, refuse_all_but, unless_gone
from hypervisor_provider.libvirt.host import Host
from hypervisor_provider.libvirt.library import library
from hypervisor_provider.libvirt.uploads import upload
from hypervisor_provider.libvirt.xml import FORMS, UNFINISHED, element, find_text, matches, parse
from provider_core import errors
from provider_core.handover import is_stream
from provider_core.kinds import show

__all__ = ["ImageLost", "Volumes"]

MARK = ".unfinished"
_FILES = ("dir", "fs", "netfs")
"""Types of pools whose volumes are files, which can have holes."""


class ImageLost(errors.AnswerLost):
    """An upload broke whose image came from a stream: it is gone, and cannot be sent again.

    The status keeps the lifecycle from doing so.
    """

    status = 410


ImageLost.__module__ = "builtins"  # as for all errors: the engine prints the module


class Volumes:
    """Creates, reads, grows and deletes volumes; an id is ``pool/name``."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def create(self, body: Mapping[str, Any], source: str) -> str:
        """Make a volume, and send the image to it where there is a source."""
        try:
            return self._create(body, source)
        except (errors.AnswerLost, errors.ServerFailed) as error:
            if not is_stream(source):
                raise
            raise ImageLost(f"{error}; its image is gone, and the next run needs a new one") from None

    def read(self, id: str) -> dict[str, Any] | None:
        """The volume, None when it, or its pool, is not there."""
        with self._host.session() as connection:
            pool, volume = _find(connection, id)
            return _wire(connection, pool, volume) if volume else None

    def update(self, id: str, body: Mapping[str, Any]) -> None:
        """Grow it, while it is in use as well. Raises `Rejected` for what cannot be changed."""
        with self._host.session() as connection:
            _, volume = _find(connection, id)
            if volume is None:
                raise gone(id)
            # What it began with cannot be seen: a volume that is taken over is taken as it is.
            refuse_all_but(("capacity", "source"), body, "volume")
            if "capacity" in body:
                self._grow(connection, volume, body["capacity"] << 20)

    def delete(self, id: str) -> None:
        """Remove it, unless a machine or another volume needs it."""
        with self._host.session() as connection:
            pool, volume = _find(connection, id)
            if pool is None:
                return
            if volume is not None:
                self._refuse_in_use(connection, pool, volume)
                volume.delete(0)
            mark = _volume(pool, id.partition("/")[2] + MARK)
            if mark is not None:
                mark.delete(0)

    def list(self, filters: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """The volumes that match, of all active pools or of the one in the filters."""
        found = []
        with self._host.session() as connection:
            for pool in connection.listAllStoragePools(0):
                if not pool.isActive() or filters.get("pool") not in (None, pool.name()):
                    continue
                with suppress(library().libvirtError):  # refused while something is made in it
                    pool.refresh(0)
                for volume in pool.listAllVolumes(0):
                    if volume.name().endswith(MARK) or filters.get("name") not in (None, volume.name()):
                        continue
                    wire = unless_gone(_wire, connection, pool, volume)
                    if wire is not None and matches(wire, filters):
                        found.append((f"{pool.name()}/{volume.name()}", wire))
        yield from found

    def _create(self, body: Mapping[str, Any], source: str) -> str:
        with self._host.session() as connection:
            pool = _pool(connection, body["pool"])
            if pool is None:
                names = ", ".join(sorted(show(each.name()) for each in connection.listAllStoragePools(0))) or "none"
                raise errors.Rejected(f"pool must be one of this host's ({names}), got {show(body['pool'])}", 400)
            if _volume(pool, body["name"]) is not None:
                raise errors.Rejected(f'pool "{body["pool"]}" has a volume of this name', 409)
            if source:
                with images.opened(source, body.get("format", "qcow2")) as image:
                    self._send(connection, pool, body, image)
            else:
                pool.createXML(self._xml(connection, body), 0)
        return f"{body['pool']}/{body['name']}"

    def _send(self, connection: Any, pool: Any, body: Mapping[str, Any], image: images.Image) -> None:
        size = body.get("capacity", 0) << 20
        if size and size < image.size:
            raise errors.Rejected(images.too_small(body["capacity"], image.size), 400)
        name = body["name"]
        if _volume(pool, name + MARK) is None:
            pool.createXML(_volume_xml(name + MARK, "raw", 0), 0)
        try:
            format = body.get("format", "qcow2")
            volume = pool.createXML(_volume_xml(name, format, image.size), 0)
            upload(connection, volume, image, name, sparse=parse(pool.XMLDesc(0)).get("type") in _FILES)
            volume = pool.storageVolLookupByName(name)
            if size > image.size:
                volume.resize(size, 0)
            pool.storageVolLookupByName(name + MARK).delete(0)
        except BaseException as error:
            try:
                for each in (name, name + MARK):
                    half = _volume(pool, each)
                    if half is not None:
                        half.delete(0)
            except library().libvirtError:
                raise errors.AnswerLost(
                    f"the upload broke: {error}; what was made of the volume could not be removed"
                ) from None
            raise

    def _xml(self, connection: Any, body: Mapping[str, Any]) -> str:
        """An empty volume, or one on top of another."""
        base = disks.resolve(connection, body["backing"], "backing") if body.get("backing") else None
        size = body.get("capacity", 0) << 20
        if base and not size:
            size = connection.storageVolLookupByPath(base.path).info()[1]
        return _volume_xml(body["name"], body.get("format", "qcow2"), size, base)

    def _grow(self, connection: Any, volume: Any, size: int) -> None:
        now = volume.info()[1]
        if size < now:
            raise errors.Rejected(images.shrinks(-(-now >> 20), size >> 20), 400)
        path = volume.path()
        for domain in disks.users(connection, volume):
            if domain.isActive():
                domain.blockResize(path, size, library().VIR_DOMAIN_BLOCK_RESIZE_BYTES)
                return
        if size > now:
            volume.resize(size, 0)

    def _refuse_in_use(self, connection: Any, pool: Any, volume: Any) -> None:
        name = volume.name()
        machines = sorted(domain.name() for domain in disks.users(connection, volume))
        if machines:
            raise errors.Rejected(
                f"the volume is a disk of the domain {', '.join(map(show, machines))}: take it from there first, "
                "or, for a new image, give the new volume another name",
                409,
            )
        path = volume.path()
        layers = sorted(
            each.name() for each in pool.listAllVolumes(0) if each.name() != name and _lies_on(each) == path
        )
        if layers:
            raise errors.Rejected(f"the volume lies below {', '.join(map(show, layers))}: remove those first", 409)


def _find(connection: Any, id: str) -> tuple[Any, Any]:
    """The pool and the volume of an id, None for what is not there."""
    pool_name, _, name = id.partition("/")
    pool = _pool(connection, pool_name)
    return pool, _volume(pool, name) if pool else None


def _pool(connection: Any, name: str) -> Any:
    """The pool, None when there is none. Raises `Rejected` when it is inactive: what is in it cannot be known."""
    pool = unless_gone(connection.storagePoolLookupByName, name)
    if pool is not None and not pool.isActive():
        raise errors.Rejected(f"pool {show(name)} is not active: start it with virsh pool-start {name}", 409)
    return pool


def _lies_on(volume: Any) -> str | None:
    """The path of the volume below; None for one that is on its own, or that somebody removes at this moment."""
    xml = unless_gone(volume.XMLDesc, 0)
    return find_text(parse(xml), "backingStore/path") if xml is not None else None


def _volume(pool: Any, name: str) -> Any:
    return unless_gone(pool.storageVolLookupByName, name)


def _volume_xml(name: str, format: str, size: int, base: disks.Source | None = None) -> str:
    root = ElementTree.Element("volume")
    element(root, "name").text = name
    element(root, "capacity", unit="bytes").text = str(size)
    element(root, "allocation", unit="bytes").text = "0"
    element(element(root, "target"), "format", type=format)
    if base:
        below = element(root, "backingStore")
        element(below, "path").text = base.path
        element(below, "format", type=base.format)
    return ElementTree.tostring(root, encoding="unicode")


def _wire(connection: Any, pool: Any, volume: Any) -> dict[str, Any]:
    root = parse(volume.XMLDesc(0))
    name, below = volume.name(), find_text(root, "backingStore/path")
    _, capacity, allocation = volume.info()
    forms = disks.forms_of_path(connection, below) if below else []
    format = root.find("target/format")
    return {
        "name": name,
        "pool": pool.name(),
        "format": format.get("type", "raw") if format is not None else "raw",
        "capacity": -(-capacity >> 20),
        "backing": forms[0] if forms else None,
        "path": volume.path(),
        "allocation": -(-allocation >> 20),
        FORMS: {"backing": forms},
        UNFINISHED: _volume(pool, name + MARK) is not None,
    }
