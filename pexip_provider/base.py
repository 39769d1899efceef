"""The vendor, and the class that all its resources are declared on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provider_core.declaration import Vendor
from provider_core.resource import ReadOnly, Resource

if TYPE_CHECKING:
    from provider_core.backend import Backend
    from provider_core.connections import Settings

__all__ = ["PEXIP", "PexipLookUp", "PexipResource"]


def _connect(settings: Settings) -> Backend:
    # Imported late: a program only declares, and needs no HTTP.
    from pexip_provider.backend import connect

    return connect(settings)


PEXIP = Vendor("pexip", "Pexip Infinity", _connect, server="Management Node")


class PexipResource(Resource, vendor=PEXIP):
    """A resource on a Pexip Infinity Management Node."""


class PexipLookUp(ReadOnly, vendor=PEXIP):
    """A type that a Pexip Infinity Management Node fills: looked up and referred to, never declared."""
