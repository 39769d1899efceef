"""The lifecycle's backend on a Management Node. An object's id is the path of its URI."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pexip_provider.batches import Batches
from pexip_provider.client import Client, detail
from pexip_provider.extras import Extras
from pexip_provider.snapshots import Snapshots
from provider_core import errors
from provider_core.backend import Created, take_back
from provider_core.bulk import Change, New
from provider_core.connections import Settings

__all__ = ["PexipBackend", "connect"]


class PexipBackend:
    """Creates, reads, updates and deletes through a `Client`, joined into bulk requests where they coincide.

    ``extras`` are the requests that only some types have.
    """

    def __init__(self, client: Client) -> None:
        self.client = client
        self.extras = Extras(client)
        self._lock = threading.Lock()
        self._batches: dict[str, Batches] = {}
        self._snapshots: dict[str, Snapshots] = {}

    def create(
        self,
        path: str,
        body: Mapping[str, Any],
        files: Mapping[str, Path],
        key: Mapping[str, Any] | None = None,
    ) -> Created:
        """POST, alone or in a bulk PATCH, then upload the files. When an upload fails the object is deleted again."""
        self._changed(path)
        if key and not files:
            return Created(self._of(path).create(New(body, key)))
        response = self.client.post(path, body)
        id = self.client.created(response)
        if files:
            try:
                self.client.upload(id, files)
            except errors.ProviderError as error:
                take_back(partial(self.client.delete, id), error)
        kind = response.headers.get("Content-Type", "")
        return Created(id, response.content or None if kind.startswith(("text/xml", "application/xml")) else None)

    def read(self, path: str, id: str) -> dict[str, Any] | None:
        """One object: by GET, or from pages of its type when many are read."""
        with self._lock:
            if path not in self._snapshots:
                self._snapshots[path] = Snapshots(self.client, path)
        return self._snapshots[path].read(detail(id))

    def update(self, path: str, id: str, body: Mapping[str, Any], files: Mapping[str, Path]) -> None:
        """PATCH what changed, alone or with others, and upload what changed."""
        self._changed(path)
        if body:
            self._of(path).update(detail(id), body)
        if files:
            self.client.upload(id, files)

    def delete(self, path: str, id: str) -> None:
        """DELETE, alone or with others in a bulk PATCH."""
        self._changed(path)
        self._of(path).delete(detail(id))

    def create_all(self, path: str, news: Sequence[New]) -> list[str | errors.ProviderError]:
        """Bulk PATCH, 500 objects at a time."""
        self._changed(path)
        return self._of(path).create_all(news)

    def update_all(self, path: str, changes: Sequence[Change]) -> list[errors.ProviderError | None]:
        """Bulk PATCH, 500 objects at a time."""
        self._changed(path)
        return self._of(path).update_all(changes)

    def delete_all(self, path: str, ids: Sequence[str]) -> list[errors.ProviderError | None]:
        """Bulk PATCH, 500 objects at a time."""
        self._changed(path)
        return self._of(path).delete_all(ids)

    def list(self, path: str, filters: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """GET the objects that match, a page at a time; a search for one of many values is joined with others."""
        name, value = next(iter(filters.items()), ("", ()))
        if len(filters) == 1 and name.endswith("__in"):
            found = iter([self._of(path).find(name.removesuffix("__in"), value)])
        else:
            found = self.client.pages(path, filters)
        for page in found:
            for each in page:
                yield urlsplit(each["resource_uri"]).path, each

    def schema(self, path: str) -> dict[str, tuple[str, ...]] | None:
        """The type's own schema, as the node has it."""
        return self.client.schema(path)

    def _of(self, path: str) -> Batches:
        with self._lock:
            if path not in self._batches:
                self._batches[path] = Batches(self.client, path)
            return self._batches[path]

    def _changed(self, path: str) -> None:
        with self._lock:
            self._snapshots.pop(path, None)


def connect(settings: Settings) -> PexipBackend:
    """A backend for one Management Node."""
    return PexipBackend(Client(settings))
