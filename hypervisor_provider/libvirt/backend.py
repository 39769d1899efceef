"""The lifecycle's backend on a libvirt host."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hypervisor_provider.libvirt.domains import Domains
from hypervisor_provider.libvirt.host import Host
from hypervisor_provider.libvirt.networks import Networks
from hypervisor_provider.libvirt.volumes import Volumes
from provider_core.backend import Created
from provider_core.connections import Settings

__all__ = ["LibvirtBackend", "connect"]


class LibvirtBackend:
    """Volumes, networks and machines of one host, over one connection."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self._volumes = Volumes(host)
        self._others: dict[str, Networks | Domains] = {"network": Networks(host), "domain": Domains(host)}

    def create(
        self,
        path: str,
        body: Mapping[str, Any],
        files: Mapping[str, Path],
        key: Mapping[str, Any] | None = None,
    ) -> Created:
        """Make one object; a volume with the content of its ``source``, a file or a stream."""
        if path == "volume":
            return Created(self._volumes.create(body, str(body.get("source") or "")))
        return Created(self._others[path].create(body))

    def read(self, path: str, id: str) -> dict[str, Any] | None:
        """The object as it is defined on the host."""
        return self._of(path).read(id)

    def update(self, path: str, id: str, body: Mapping[str, Any], files: Mapping[str, Path]) -> None:
        """Change what is in ``body``; for a machine it says too how it may be stopped (`domain_xml.MANNER`)."""
        self._of(path).update(id, body)

    def delete(self, path: str, id: str) -> None:
        """Remove the object, unless it is in use."""
        self._of(path).delete(id)

    def list(self, path: str, filters: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """The objects whose fields have these values."""
        return self._of(path).list(filters)

    def _of(self, path: str) -> Volumes | Networks | Domains:
        return self._volumes if path == "volume" else self._others[path]


def connect(settings: Settings) -> LibvirtBackend:
    """A backend for one host; it is asked for nothing yet."""
    return LibvirtBackend(Host(settings))
