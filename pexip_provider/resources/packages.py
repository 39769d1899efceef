"""Resources that come as a file: web app branding, media, software bundles."""

from __future__ import annotations

from pexip_provider.base import PexipResource
from pexip_provider.uploads import SoftwareBundleLifecycle, UploadLifecycle
from provider_core.fields import BY_NODE, Computed, Field, Ref, choice, computed, file, reference, text
from provider_core.kinds import Boolean, Integer

__all__ = ["MediaLibraryEntry", "SoftwareBundle", "WebappBranding"]


class MediaLibraryEntry(
    PexipResource,
    group="Service configuration",
    path="media_library_entry",
    natural_key="name",
    lifecycle=UploadLifecycle,
):
    """A film or a sound that playlists play; format, size and type follow from the file."""

    name: Field[str] = text(max_length=1024)
    media_file: Field[str] = file()
    description: Field[str] = text(max_length=1024, default="")
    file_name: Computed[str] = computed()
    media_format: Computed[str] = computed()
    media_size: Computed[int] = computed(Integer())
    media_type: Computed[str] = computed()
    uuid: Computed[str] = computed()


class SoftwareBundle(
    PexipResource,
    group="Utilities",
    path="software_bundle",
    natural_key="bundle_type",
    lifecycle=SoftwareBundleLifecycle,
):
    """Which revision of a software bundle (a web app, a connector) the platform uses.

    Bundles are there from the start, one for each type: it is taken over, and goes back to the revision that came
    with the platform when it is destroyed. With ``package`` a new revision is uploaded and selected; an uploaded
    revision stays on the node.
    """

    bundle_type: Field[str] = text(replaces=True)
    package: Field[str] = file(default=BY_NODE, apart=True)
    selected_revision: Ref = reference("software_bundle_revision", nullable=True, default=BY_NODE)


class WebappBranding(
    PexipResource, group="Web app", path="webapp_branding", natural_key="name", lifecycle=UploadLifecycle
):
    """Branding package of the web app; another package is another object, which replaces this one."""

    name: Field[str] = text(max_length=100)
    branding_file: Field[str] = file(replaces=True)
    webapp_type: Field[str] = choice("webapp2", "webapp3", replaces=True)
    description: Field[str] = text(max_length=250, default="")
    is_default: Computed[bool] = computed(Boolean())
    last_updated: Computed[str] = computed()
    uuid: Computed[str] = computed()
