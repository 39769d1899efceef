"""Requests that only some types of a Management Node have: forms, commands, files that come back, licences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from pexip_provider.status import Statuses
from provider_core import errors
from provider_core.downloads import save

if TYPE_CHECKING:
    from pexip_provider.client import Client
    from provider_core.backend import Backend

__all__ = ["Extras", "extras_of"]

COMMANDS = "/api/admin/command/v1/"


class Extras:
    """Beside what every type has. Raises what `provider_core.errors` draws; nothing is sent twice blindly."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._http = client.http
        self.address = client.http.settings.address
        self.statuses = Statuses(client)

    def create_form(self, path: str, body: Mapping[str, Any], files: Mapping[str, Path]) -> str:
        """POST one object and its files together, as a form; its id."""
        response = self._http.send(
            "POST", self._client.collection(path), data=_form(body), files=files, repeatable=False
        )
        return self._client.created(response)

    def create_streamed(self, path: str, body: Mapping[str, Any], target: Path) -> tuple[str, str]:
        """POST one object whose answer is a file, saved while it arrives; its id and the file's SHA-256.

        When the file does not arrive whole, or cannot be written, the object is deleted again: it is handed out once.
        An object without a file has an empty sum.
        """
        id, pieces, size = self.create_open(path, body)
        if pieces is None:
            return id, ""
        try:
            return id, save(pieces, target, size)
        except BaseException:
            try:
                self._client.delete(id)
            except errors.ProviderError as error:
                raise errors.AnswerLost(
                    f"{id} was made, but its file did not arrive; deleting it failed: {error}"
                ) from None
            raise

    def create_open(self, path: str, body: Mapping[str, Any]) -> tuple[str, Iterator[bytes] | None, int | None]:
        """POST one object whose answer is a file; its id, the file as it arrives, and its size where that is known.

        None: there is no file. The connection stays open until all of it was read.
        """
        response = self._client.post(path, body, stream=True)
        id = self._client.created(response)
        kind = response.headers.get("Content-Type", "")
        if (
            response.headers.get("Content-Length") == "0"
            or not kind
            or kind.startswith(("text/html", "application/json"))
        ):
            response.close()
            return id, None, None
        return id, self._http.pieces(response), _size(response)

    def download(self, uri: str, target: Path) -> str:
        """GET the file of an object; its SHA-256."""
        response = self._http.send("GET", f"{self._client.detail(uri)}download/", repeatable=True, stream=True)
        return save(self._http.pieces(response), target, _size(response))

    def command(self, name: str, values: Mapping[str, Any], files: Mapping[str, Path] | None = None) -> dict[str, Any]:
        """Have the node do something (``platform/backup_create``), with files as a form; what it says of it."""
        url = f"{COMMANDS}{name}/"
        if files:
            response = self._http.send("POST", url, data=_form(values), files=files, repeatable=False)
        else:
            response = self._http.send("POST", url, json=dict(values), repeatable=False)
        answer: Any = response.json() if response.content else {}
        data = answer.get("data") if isinstance(answer, dict) else None
        return data if isinstance(data, dict) else {}

    def upgrade(self, package: Path) -> str:
        """POST an upgrade package; the URI of the request that tells what becomes of it."""
        response = self._http.send(
            "POST", self._client.collection("upgrade"), files={"package": package}, repeatable=False
        )
        return urlsplit(response.headers.get("Location", "")).path

    def return_licence(self, uri: str) -> str:
        """Begin to return a licence offline; the URI of the licence request to export."""
        response = self._http.send(
            "DELETE", self._client.detail(uri), params={"offline_mode": "True"}, repeatable=False
        )
        return self._client.created(response)

    def export(self, uri: str) -> str:
        """What a licence request asks of the licensing service."""
        response = self._http.send("GET", f"{self._client.detail(uri)}export", repeatable=True)
        return str(response.json()["actions"])

    def respond(self, uri: str, response_xml: Path) -> None:
        """Upload the licensing service's response to a licence request."""
        self._http.send("POST", self._client.detail(uri), files={"response_xml": response_xml}, repeatable=False)


def extras_of(backend: Backend) -> Extras:
    """The extras of a Pexip backend."""
    extras = getattr(backend, "extras", None)
    if extras is None:
        raise errors.ConfigurationError("this backend offers none of the requests that this type needs")
    return cast(Extras, extras)


def _form(values: Mapping[str, Any]) -> dict[str, str]:
    """Values as a form has them; null is left out."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in values.items()
        if value is not None
    }


def _size(response: Any) -> int | None:
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isdigit() else None
