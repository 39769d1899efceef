"""Pexip Infinity: every configuration resource of a Management Node, as a typed Pulumi resource.

from pexip_provider import Alias, Conference

Conference("boardroom", name="Board room", pin=secret, aliases=[Alias(alias="board@example.com")])
"""

from __future__ import annotations

from pexip_provider.base import PexipLookUp, PexipResource
from pexip_provider.conferencing_node import ConferencingNode, Machine
from pexip_provider.resources import (
    backups,
    call_control,
    conferencing,
    licensing,
    one_touch_join,
    packages,
    platform,
    read_only,
    service,
    system,
    users,
    utilities,
    version_12,
    web_app,
)
from pexip_provider.resources.backups import *
from pexip_provider.resources.call_control import *
from pexip_provider.resources.conferencing import *
from pexip_provider.resources.licensing import *
from pexip_provider.resources.one_touch_join import *
from pexip_provider.resources.packages import *
from pexip_provider.resources.platform import *
from pexip_provider.resources.read_only import *
from pexip_provider.resources.service import *
from pexip_provider.resources.system import *
from pexip_provider.resources.users import *
from pexip_provider.resources.utilities import *
from pexip_provider.resources.version_12 import *
from pexip_provider.resources.web_app import *
from provider_core.collection import Collection, item, items_from_csv
from provider_core.declaration import verify_references

__all__ = [
    "Collection",
    "ConferencingNode",
    "Machine",
    "PexipLookUp",
    "PexipResource",
    "item",
    "items_from_csv",
]
for _module in (
    system,
    one_touch_join,
    platform,
    conferencing,
    licensing,
    call_control,
    service,
    packages,
    users,
    web_app,
    utilities,
    backups,
    version_12,
    read_only,
):
    __all__ += _module.__all__

verify_references("pexip")
