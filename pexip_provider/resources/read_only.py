"""What the node fills by itself: types that are looked up and referred to."""

from __future__ import annotations

from pexip_provider.base import PexipLookUp
from provider_core.fields import Computed, computed
from provider_core.kinds import Boolean, Integer, Reference

__all__ = [
    "DiagnosticGraphDataset",
    "DisabledCodec",
    "EventSinkEvent",
    "LicenceRequest",
    "Permission",
    "SoftwareBundleRevision",
    "UpgradeRequest",
    "VersionInfo",
]


class DiagnosticGraphDataset(
    PexipLookUp, group="Platform configuration", path="diagnostic_graph_dataset", natural_key="name"
):
    """A data set that a diagnostic graph can show."""

    name: Computed[str] = computed()


class DisabledCodec(PexipLookUp, group="Platform configuration", path="disabled_codec", natural_key="value"):
    """A codec that can be switched off, for the platform or for calls that a gateway rule routes."""

    value: Computed[str] = computed()


class EventSinkEvent(PexipLookUp, group="System configuration", path="event_sink_event", natural_key="name"):
    """A kind of event that an event sink can be sent."""

    name: Computed[str] = computed()


class LicenceRequest(PexipLookUp, group="Platform configuration", path="licence_request", natural_key="reference"):
    """A request to the licensing service that waits for its response; `Licence` makes and completes it."""

    reference: Computed[str] = computed()
    actions: Computed[str] = computed(secret=True)
    generation_time: Computed[str] = computed()
    response_xml: Computed[str] = computed(secret=True)
    sequence_number: Computed[str] = computed()
    status: Computed[str] = computed()


class Permission(PexipLookUp, group="Users", path="permission", natural_key="codename"):
    """Something that an administrator may do; a `Role` has several."""

    codename: Computed[str] = computed()
    name: Computed[str] = computed()


class SoftwareBundleRevision(
    PexipLookUp,
    group="Utilities",
    path="software_bundle_revision",
    natural_key=("bundle_type", "version", "revision"),
):
    """An uploaded revision of a software bundle; ``core`` is the one that came with the platform."""

    bundle_type: Computed[str] = computed()
    core: Computed[bool] = computed(Boolean())
    revision: Computed[str] = computed()
    version: Computed[str] = computed()


class UpgradeRequest(PexipLookUp, group="Utilities", path="upgrade_request", natural_key="uuid"):
    """An upgrade package on its way; `pexip upgrade` uploads one."""

    uuid: Computed[str] = computed()
    current: Computed[str] = computed(Reference("version_info"))
    offset: Computed[int] = computed(Integer())
    state: Computed[str] = computed()
    upgrade: Computed[str] = computed(Reference("version_info"))


class VersionInfo(PexipLookUp, group="Utilities", path="version_info", natural_key="build"):
    """A version of the platform's software, as an `UpgradeRequest` refers to it."""

    build: Computed[str] = computed()
    version: Computed[str] = computed()
