"""What only version 12 has."""

from __future__ import annotations

from pexip_provider.base import PexipResource
from provider_core.fields import Field, text

__all__ = ["HostSystem"]


class HostSystem(PexipResource, group="System configuration", path="host_system", natural_key="name"):
    """VM manager: the hypervisor on which version 12 deploys a Conferencing Node by itself.

    Its path is documented and its fields are not: the node's schema, asked at preview, has the last word.
    """

    name: Field[str] = text(max_length=250)
    address: Field[str] = text(max_length=255)
    description: Field[str] = text(max_length=250, default="")
