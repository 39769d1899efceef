"""The vendor, and the class that its resources are declared on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provider_core import errors
from provider_core.declaration import Vendor
from provider_core.resource import Resource

if TYPE_CHECKING:
    from provider_core.backend import Backend
    from provider_core.connections import Settings

__all__ = ["VSPHERE", "VsphereResource"]


def _connect(settings: Settings) -> Backend:
    # Imported late: a program only declares, and vSphere's library takes a second to load.
    try:
        from hypervisor_provider.vsphere.backend import connect
    except ModuleNotFoundError as error:
        raise errors.ConfigurationError(
            f"{error.name} is needed for machines on vSphere: pip install 'pexip-iac[vsphere]'"
        ) from None
    return connect(settings)


VSPHERE = Vendor("vsphere", "VMware vSphere", _connect, server="vCenter Server or ESXi host", family="hypervisor")


class VsphereResource(Resource, vendor=VSPHERE):
    """A resource on a vCenter Server, or on an ESXi host that none manages."""
