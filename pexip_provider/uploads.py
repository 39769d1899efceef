"""Lifecycles of what comes as a file: the file goes with the create, or to a command of the platform."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pexip_provider.extras import extras_of
from provider_core import errors
from provider_core.backend import Backend, Created
from provider_core.checking import Failure
from provider_core.lifecycle import Lifecycle, Props

__all__ = ["SoftwareBundleLifecycle", "UploadLifecycle"]


class UploadLifecycle(Lifecycle):
    """An object that cannot be made without its file: both go in one form."""

    alone = True

    def send(
        self, backend: Backend, body: Props, files: Mapping[str, Path], key: Props | None, values: Props
    ) -> Created:
        """One POST with the fields and the file."""
        return Created(extras_of(backend).create_form(self.declaration.path, body, files))

    def recovered(self, backend: Backend, id: str, files: Mapping[str, Path], values: Props) -> Created | None:
        """What is there came with its file."""
        return Created(id)


class SoftwareBundleLifecycle(Lifecycle):
    """A bundle is there from the start. A new revision is uploaded with a command, then selected."""

    alone = True
    revisions = "software_bundle_revision"

    def problems(self, values: Props) -> list[Failure]:
        """A package and a revision cannot both be selected."""
        if values.get("package") and values.get("selected_revision"):
            return [Failure(("", "package must be given alone, got selected_revision too: an upload selects itself"))]
        return super().problems(values)

    def make(self, backend: Backend, body: Props, files: Mapping[str, Path], adopt: bool, values: Props) -> Created:
        """Take over the bundle of this type, and select the revision."""
        kind = str(body["bundle_type"])
        found = dict(backend.list(self.declaration.path, {}))
        ids = [id for id, wire in found.items() if wire["bundle_type"] == kind]
        if not ids:
            kinds = ", ".join(sorted(str(wire["bundle_type"]) for wire in found.values()))
            raise errors.ConfigurationError(f'bundle_type must be one that the node has ({kinds}), got "{kind}"')
        self.write(backend, ids[0], {name: value for name, value in body.items() if name != "bundle_type"}, files, {})
        return Created(ids[0])

    def write(self, backend: Backend, id: str, body: Props, files: Mapping[str, Path], olds: Props) -> dict[str, Any]:
        """Upload, and select what was uploaded."""
        changes = dict(body)
        for package in files.values():
            changes["selected_revision"] = self._uploaded(backend, package)
        if changes:
            backend.update(self.declaration.path, id, changes, {})
        return {}

    def remove(self, backend: Backend, id: str, values: Props) -> None:
        """Back to the revision that came with the platform."""
        kind = values.get("bundle_type")
        core = [
            uri
            for uri, wire in backend.list(self.revisions, {})
            if wire.get("bundle_type") == kind and wire.get("core")
        ]
        if core and (values.get("package") or values.get("selected_revision")):
            backend.update(self.declaration.path, id, {"selected_revision": core[0]}, {})

    def _uploaded(self, backend: Backend, package: Path) -> str:
        before = {uri for uri, _ in backend.list(self.revisions, {})}
        try:
            extras_of(backend).command("platform/software_bundle", {}, {"package": package})
        except errors.Rejected as error:
            raise errors.Rejected(
                f"package {package.name}: {error} (a revision that was uploaded before is selected with "
                "selected_revision=SoftwareBundleRevision.get(…))",
                error.status,
            ) from None
        new = [uri for uri, _ in backend.list(self.revisions, {}) if uri not in before]
        if not new:
            raise errors.ServerFailed(f"{package.name} was uploaded, but the node shows no new revision", 200)
        return new[0]
