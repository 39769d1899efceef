"""Web app."""

from __future__ import annotations

from pexip_provider.base import PexipResource
from provider_core.fields import Computed, Field, Ref, boolean, choice, computed, reference, text
from provider_core.kinds import Boolean

__all__ = ["ExternalWebappHost", "WebappAlias"]

GROUP = "Web app"


class ExternalWebappHost(PexipResource, group=GROUP, path="external_webapp_host", natural_key="address"):
    """Host of an external web app."""

    address: Field[str] = text(max_length=253)


class WebappAlias(PexipResource, group=GROUP, path="webapp_alias", natural_key="slug"):
    """Web app path."""

    slug: Field[str] = text(max_length=100)
    webapp_type: Field[str] = choice("webapp2", "webapp3")
    branding: Ref = reference("webapp_branding", default=None)
    bundle: Ref = reference("software_bundle_revision", default=None)
    description: Field[str] = text(max_length=250, default="")
    is_enabled: Field[bool] = boolean(default=False)
    is_default: Computed[bool] = computed(Boolean())
