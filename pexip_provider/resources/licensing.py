"""Licences."""

from __future__ import annotations

from typing import Any

from pexip_provider.base import PexipResource
from pexip_provider.licences import LicenceLifecycle
from provider_core.fields import BY_NODE, Computed, Field, computed, file, local, path, text
from provider_core.kinds import Boolean, Integer, Json

__all__ = ["Licence"]


class Licence(
    PexipResource,
    group="Platform configuration",
    path="licence",
    natural_key="entitlement_id",
    lifecycle=LicenceLifecycle,
):
    """A licence: activated when it is made, returned when it is destroyed.

    With ``offline_mode`` the node makes a request instead: take the output ``activation_request`` to the licensing
    service, save its response, give its path as ``response_xml`` and run again. Destroying takes two runs too: the
    first writes the request to ``return_request_path`` and says so, the second uploads ``return_response_xml``.
    """

    entitlement_id: Field[str] = text(secret=True, write_only=True, replaces=True)
    offline_mode: Field[bool] = local(Boolean(), default=False)
    response_xml: Field[str] = file(default=BY_NODE, apart=True)
    return_request_path: Field[str] = path(default="")
    return_response_xml: Field[str] = path(default="")
    activation_request: Computed[str] = computed(secret=True)
    licence: Computed[str] = computed()
    activatable: Computed[int] = computed(Integer())
    activatable_overdraft: Computed[int] = computed(Integer())
    concurrent: Computed[int] = computed(Integer())
    concurrent_overdraft: Computed[int] = computed(Integer())
    expiration_date: Computed[str] = computed()
    features: Computed[str] = computed()
    fulfillment_id: Computed[str] = computed()
    fulfillment_type: Computed[str] = computed()
    hybrid: Computed[int] = computed(Integer())
    hybrid_overdraft: Computed[int] = computed(Integer())
    license_type: Computed[str] = computed()
    product_id: Computed[str] = computed()
    repair: Computed[int] = computed(Integer())
    server_chain: Computed[str] = computed()
    start_date: Computed[str] = computed()
    status: Computed[str] = computed()
    trust_flags: Computed[int] = computed(Integer())
    vendor_dictionary: Computed[dict[str, Any]] = computed(Json())
