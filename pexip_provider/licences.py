"""The lifecycle of a licence: activated and returned at once, or by files that are carried to the vendor and back."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pexip_provider.extras import extras_of
from provider_core import errors
from provider_core.backend import Backend, Created
from provider_core.journal import Mark, key_text
from provider_core.lifecycle import Lifecycle, Props
from provider_core.values import decode

__all__ = ["LicenceLifecycle"]

REQUEST = "licence_request"


class LicenceLifecycle(Lifecycle):
    """Offline, the object is first a licence request, which the licensing service's response makes a licence.

    The id stays that of the request; the output ``licence`` is the licence's URI. Returning takes two runs in the
    same way: the first writes the request, the second uploads the response.
    """

    alone = True

    def mark(self, props: Props, body: Props) -> Mark:
        """The entitlement is a secret: the journal knows it by its SHA-256."""
        digest = hashlib.sha256(str(body.get("entitlement_id")).encode()).hexdigest()
        return super().mark(props, body)._replace(key=key_text({"entitlement_id": digest}))

    def send(
        self, backend: Backend, body: Props, files: Mapping[str, Path], key: Props | None, values: Props
    ) -> Created:
        """Activate; offline, the node makes a request, and takes the response when there is one already."""
        offline = {"offline_mode": True} if values.get("offline_mode") else {}
        created = backend.create(self.declaration.path, {**body, **offline}, {})
        if files and _is_request(created.id):
            extras_of(backend).respond(created.id, files["response_xml"])
        return created

    def recovered(self, backend: Backend, id: str, files: Mapping[str, Path], values: Props) -> Created | None:
        """The licence is there."""
        return Created(id)

    def after_create(self, backend: Backend, created: Created, values: Props) -> dict[str, Any]:
        """What the node says of the licence; offline, the request to take to the licensing service."""
        found = self._state(backend, created.id, values)
        if _is_request(created.id) and "licence" not in found:
            found["activation_request"] = extras_of(backend).export(created.id)
        return found

    def fetch(self, backend: Backend, id: str, olds: Props) -> dict[str, Any] | None:
        """The licence; before it is one, its request."""
        uri = olds.get("licence") or self._licence(backend, id, olds)
        wire = backend.read(self.declaration.path, uri or id)
        return {**wire, "licence": uri} if wire and uri else wire

    def write(self, backend: Backend, id: str, body: Props, files: Mapping[str, Path], olds: Props) -> dict[str, Any]:
        """Upload the response: the request becomes a licence."""
        if not _is_request(id):
            return {}
        before = {uri for uri, _ in backend.list(self.declaration.path, {})}
        for response in files.values():
            extras_of(backend).respond(id, response)
        new = [uri for uri, _ in backend.list(self.declaration.path, {}) if uri not in before]
        return self._state(backend, id, {**olds, "licence": new[0]} if new else olds)

    def remove(self, backend: Backend, id: str, values: Props) -> None:
        """Return the licence. Offline, an error says where the request lies and where the response is awaited."""
        uri = values.get("licence") or self._licence(backend, id, values)
        if uri is None or backend.read(self.declaration.path, uri) is None:
            return
        if not values.get("offline_mode"):
            backend.delete(self.declaration.path, uri)
            return
        number = uri.rstrip("/").rpartition("/")[2]
        request = Path(values.get("return_request_path") or f"licence-{number}-return-request.xml")
        response = Path(values.get("return_response_xml") or f"licence-{number}-return-response.xml")
        pending = self._pending(backend, request)
        if pending and response.is_file():
            extras_of(backend).respond(pending, response)
            if backend.read(self.declaration.path, uri) is None:
                return
            raise errors.ServerFailed(f"the node took {response}, but still has the licence {number}", 200)
        if pending is None:
            _write(request, extras_of(backend).export(extras_of(backend).return_licence(uri)))
        raise errors.ConfigurationError(
            f"licence {number} is returned offline: take {request.resolve()} to the licensing service, save its "
            f"response as {response.resolve()}, and run this again"
        )

    def _state(self, backend: Backend, id: str, values: Props) -> dict[str, Any]:
        found = decode(self.declaration, self.fetch(backend, id, values) or {})
        return {name: found[name] for name in self.declaration.computed if name in found}

    def _licence(self, backend: Backend, id: str, values: Props) -> str | None:
        """The URI of the licence, None when there is none yet; a response may also have been uploaded by hand."""
        if not _is_request(id):
            return id
        entitlement = values.get("entitlement_id")
        licences = backend.list(self.declaration.path, {})
        return next((uri for uri, wire in licences if wire.get("entitlement_id") == entitlement), None)

    def _pending(self, backend: Backend, request: Path) -> str | None:
        """The licence request that an earlier run wrote to this file, if it is still open."""
        if not request.is_file():
            return None
        text = request.read_text()
        for uri, wire in backend.list(REQUEST, {}):
            if not wire.get("response_xml") and extras_of(backend).export(uri) == text:
                return uri
        return None


def _is_request(uri: str) -> bool:
    return f"/{REQUEST}/" in uri


def _write(path: Path, text: str) -> None:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
    except OSError as error:
        raise errors.ConfigurationError(f"{path} cannot be written: {error.strerror}") from None
