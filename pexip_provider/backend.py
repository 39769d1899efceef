"""The lifecycle's backend on a Management Node. An object's id is the path of its URI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pexip_provider.client import Client, detail
from provider_core import errors
from provider_core.backend import Created
from provider_core.connections import Settings

__all__ = ["PexipBackend", "connect"]


class PexipBackend:
    """Creates, reads, updates and deletes through a `Client`."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def create(self, path: str, body: Mapping[str, Any], files: Mapping[str, Path]) -> Created:
        """POST, then upload the files. When an upload fails, what was made is deleted again."""
        response = self.client.post(path, body)
        id = detail(response.headers.get("Location", ""))
        if files:
            try:
                self.client.upload(id, files)
            except errors.ProviderError:
                self.client.delete(id)
                raise
        document = response.content if "json" not in response.headers.get("Content-Type", "json") else b""
        return Created(id, document or None)

    def read(self, path: str, id: str) -> dict[str, Any] | None:
        """GET one object."""
        try:
            return self.client.get(id)
        except errors.NotFound:
            return None

    def update(self, path: str, id: str, body: Mapping[str, Any], files: Mapping[str, Path]) -> None:
        """PATCH what changed, and upload what changed."""
        if body:
            self.client.patch(id, body)
        if files:
            self.client.upload(id, files)

    def delete(self, path: str, id: str) -> None:
        """DELETE one object."""
        self.client.delete(id)

    def list(self, path: str, filters: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """GET the objects that match, a page at a time."""
        for page in self.client.pages(path, filters):
            for found in page:
                yield urlsplit(found["resource_uri"]).path, found


def connect(settings: Settings) -> PexipBackend:
    """A backend for one Management Node."""
    return PexipBackend(Client(settings))
