"""Reading many objects of one type in pages, for a refresh; a few are read one by one."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from pexip_provider.client import Client
from provider_core import errors
from provider_core.joiner import Joiner

__all__ = ["Snapshots"]

SINGLY = 4
"""Reads of a type that go one by one; the next one starts reading pages."""

PAGES = 100
"""Pages that are read at most: on a node with far more objects than the stack has, one by one is cheaper."""

FRESH = 30.0
"""Seconds for which a page that was read stands for its objects."""


class Snapshots:
    """The objects of one type, read singly at first, then page by page as far as they are asked for.

    A page is dropped from here object by object as they are read, so what is kept is what was not asked for yet.
    """

    def __init__(self, client: Client, path: str) -> None:
        self._client = client
        self._path = path
        self._lock = threading.Lock()
        self._reads = 0
        self._pages: Iterator[list[dict[str, Any]]] | None = None
        self._began = 0.0
        self._read_pages = 0
        self._objects: dict[str, dict[str, Any]] = {}
        self._next_pages = Joiner(self._from_pages)

    def read(self, id: str) -> dict[str, Any] | None:
        """The object, or None when it is gone."""
        with self._lock:
            self._reads += 1
            few = self._reads <= SINGLY
            found = self._objects.pop(id, None) if self._is_fresh() else None
        if found is None and not few:
            found = self._next_pages.call(id)
        if found is not None:
            return found
        try:
            return self._client.get(id)
        except errors.NotFound:
            return None

    def _is_fresh(self) -> bool:
        return time.monotonic() - self._began <= FRESH

    def _from_pages(self, ids: list[str]) -> list[dict[str, Any] | None]:
        """The objects from the pages read so far, or from the next ones; None: ask for it singly.

        The joiner runs one of these at a time.
        """
        return [self._from_page(id) for id in ids]

    def _from_page(self, id: str) -> dict[str, Any] | None:
        if self._pages is None or not self._is_fresh():
            with self._lock:
                self._pages = self._client.pages(self._path, {})
                self._began, self._read_pages = time.monotonic(), 0
                self._objects.clear()
        while id not in self._objects and self._read_pages < PAGES:
            page = next(self._pages, None)
            if page is None:
                return None
            self._read_pages += 1
            with self._lock:
                self._objects.update((urlsplit(each["resource_uri"]).path, each) for each in page)
        return self._objects.pop(id, None)
