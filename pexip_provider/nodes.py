"""The lifecycle of a Conferencing Node, whose answer carries what the machine is started from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pexip_provider.extras import extras_of
from provider_core import errors
from provider_core.backend import Backend, Created
from provider_core.checking import Failure
from provider_core.lifecycle import Lifecycle, Props

__all__ = ["WorkerVmLifecycle"]

DOCUMENT = "MANUAL-PROVISION-ONLY"
BY_ITSELF = "VMWARE"
_HYPERVISOR = ("host", "host_username", "host_password", "host_network", "host_resource_path")


class WorkerVmLifecycle(Lifecycle):
    """A Conferencing Node comes with a document or an image that can be had once, in the answer to its creation."""

    alone = True

    def problems(self, values: Props) -> list[Failure]:
        """There must be a place for the file, before it is handed out; a hypervisor is needed, or is not."""
        path, kind = values.get("document_path"), values.get("deployment_type", DOCUMENT)
        found = []
        if isinstance(path, str) and path and not Path(path).resolve().parent.is_dir():
            found.append(Failure(("document_path", f'document_path must lie in a folder that exists, got "{path}"')))
        if not isinstance(kind, str):
            return found
        if kind not in (DOCUMENT, BY_ITSELF) and path in (None, ""):
            found.append(
                Failure(("document_path", f"document_path must be given for the image of {kind}, got nothing"))
            )
        missing = [name for name in _HYPERVISOR if values.get(name) in (None, "")] if kind == BY_ITSELF else []
        if missing:
            found.append(Failure(("", f"{', '.join(missing)} must be given for {BY_ITSELF}, got nothing")))
        return [*found, *super().problems(values)]

    def send(
        self, backend: Backend, body: Props, files: Mapping[str, Path], key: Props | None, values: Props
    ) -> Created:
        """Create the node; an image, and a document that has a path, go to that file while they arrive."""
        path, kind = values.get("document_path"), values.get("deployment_type", DOCUMENT)
        if kind == BY_ITSELF or not path:
            return super().send(backend, body, files, key, values)
        id, digest = extras_of(backend).create_streamed(self.declaration.path, body, Path(path))
        if not digest:
            backend.delete(self.declaration.path, id)
            raise errors.Rejected(f"the node was made without the file for {kind}, and taken back", 200)
        return Created(id, digest=digest)

    def recovered(self, backend: Backend, id: str, files: Mapping[str, Path]) -> Created | None:
        """The object is there, but its document was lost with the answer: both are made again.

        Nothing can have been provisioned from a document that nobody received.
        """
        backend.delete(self.declaration.path, id)
        return None

    def after_create(self, backend: Backend, created: Created, values: Props) -> dict[str, Any]:
        """The document, or the sum of the file that it is in."""
        outs = super().after_create(backend, created, values)
        if created.digest:
            outs["document_sha256"] = created.digest
        elif created.document is not None:
            outs["provisioning_document"] = created.document.decode()
        return outs
