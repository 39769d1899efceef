"""The vendor, and the class that all its resources are declared on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from provider_core.declaration import Vendor
from provider_core.resource import CallError, Resource

if TYPE_CHECKING:
    from provider_core.backend import Backend
    from provider_core.connections import Settings

__all__ = ["LIBVIRT", "LibvirtResource"]


def _connect(settings: Settings) -> Backend:
    # Imported late: a program only declares, and needs no libvirt.
    from hypervisor_provider.libvirt.backend import connect

    return connect(settings)


LIBVIRT = Vendor("libvirt", "libvirt", _connect, server="libvirt host", family="hypervisor")


class LibvirtResource(Resource, vendor=LIBVIRT):
    """A resource on a host that libvirt manages."""

    @classmethod
    def collection(
        cls,
        resource_name: str,
        items: Mapping[str, Any],
        **options: Any,  # noqa: ARG003
    ) -> NoReturn:
        """Collections are for what is made in bulk; libvirt makes one object at a time, and sends each its image."""
        raise CallError(
            f'{cls.__name__} "{resource_name}": a libvirt host has no collections, declare these {len(items)} in a loop'
        )
