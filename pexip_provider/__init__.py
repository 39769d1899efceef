"""Pexip Infinity: every configuration resource of a Management Node, as a typed Pulumi resource.

from pexip_provider import Alias, Conference

Conference("boardroom", name="Board room", pin=secret, aliases=[Alias(alias="board@example.com")])
"""

from __future__ import annotations

from pexip_provider.base import PexipResource
from pexip_provider.resources import (
    call_control,
    one_touch_join,
    platform,
    service,
    system,
    users,
    utilities,
    web_app,
)
from pexip_provider.resources.call_control import *
from pexip_provider.resources.one_touch_join import *
from pexip_provider.resources.platform import *
from pexip_provider.resources.service import *
from pexip_provider.resources.system import *
from pexip_provider.resources.users import *
from pexip_provider.resources.utilities import *
from pexip_provider.resources.web_app import *
from provider_core.collection import Collection, item, items_from_csv
from provider_core.declaration import verify_references

__all__ = ["Collection", "PexipResource", "item", "items_from_csv"]
for _module in (system, one_touch_join, platform, call_control, service, users, web_app, utilities):
    __all__ += _module.__all__

verify_references(
    "pexip",
    besides=frozenset(
        {
            # Types that the node itself fills: they are referred to, and cannot be declared.
            "diagnostic_graph_dataset",
            "disabled_codec",
            "event_sink_event",
            "media_library_entry",
            "permission",
            "software_bundle_revision",
            "webapp_branding",
        }
    ),
)
