"""Bulk requests for one type of object: what several calls become when they are in flight together.

A bulk PATCH is all or nothing. When it is refused its members go singly, so that only the guilty one fails, and
with its own message.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from pexip_provider.client import Client, detail
from provider_core import errors
from provider_core.joiner import Joiner

__all__ = ["Alone", "Batches", "New"]

_LONGEST_FILTER = 4000
"""Characters of a comma list in a URL; web servers refuse requests of more than about 8,000."""


class Alone(Exception):
    """The batch that the call was in was refused: send it on its own."""


class New(NamedTuple):
    """An object to create: its JSON and its unique natural key."""

    body: Mapping[str, Any]
    key: Mapping[str, Any]


class Change(NamedTuple):
    """Changes to an existing object."""

    id: str
    body: Mapping[str, Any]


class Batches:
    """The joined calls of one type. Each method takes one object's part and returns or raises its own outcome."""

    def __init__(self, client: Client, path: str) -> None:
        self._client = client
        self._path = path
        self._create: Joiner[New, str] = Joiner(self._creates)
        self._update: Joiner[Change, None] = Joiner(self._updates)
        self._delete: Joiner[str, None] = Joiner(self._deletes)
        self._finders: dict[str, Joiner[frozenset[str], list[dict[str, Any]]]] = {}
        self._lock = threading.Lock()

    def create(self, new: New) -> str:
        """The id of the new object. Raises `Alone` when the batch was refused, or what the client raises."""
        return self._create.call(new)

    def update(self, id: str, body: Mapping[str, Any]) -> None:
        """Change an object. Raises `Alone`, or what the client raises."""
        self._update.call(Change(id, body))

    def delete(self, id: str) -> None:
        """Delete an object. Raises `Alone`, or what the client raises."""
        self._delete.call(id)

    def find(self, field: str, values: Iterable[Any]) -> list[dict[str, Any]]:
        """The objects whose ``field`` is one of ``values`` (compared without case, as the node does for aliases)."""
        with self._lock:
            if field not in self._finders:
                self._finders[field] = Joiner(lambda batch: self._finds(field, batch))
        return self._finders[field].call(frozenset(str(value) for value in values))

    def _creates(self, batch: list[New]) -> list[str | BaseException]:
        if len(batch) == 1:
            return [self._client.created(self._client.post(self._path, batch[0].body))]
        try:
            self._client.bulk(self._path, objects=[dict(new.body) for new in batch])
        except (errors.Rejected, errors.ServerFailed) as error:
            if isinstance(error, errors.ServerFailed):
                return [errors.AnswerLost(str(error))] * len(batch)
            return [Alone()] * len(batch)
        return self._ids(batch)

    def _ids(self, batch: list[New]) -> list[str | BaseException]:
        """The ids of objects just made, by their natural keys: one request for about a hundred of them."""
        names = tuple(batch[0].key)
        found: dict[tuple[str, ...], str] = {}
        # The part of the key that differs most finds them with the fewest others.
        best = max(names, key=lambda name: len({str(new.key[name]) for new in batch}))
        for each in self._search(best, {str(new.key[best]) for new in batch}):
            found[_key_of(each, names)] = urlsplit(each["resource_uri"]).path
        return [
            found.get(_key_of(new.key, names)) or errors.AnswerLost("created in a batch, but not found afterwards")
            for new in batch
        ]

    def _updates(self, batch: list[Change]) -> list[BaseException | None]:
        if len(batch) == 1:
            self._client.patch(batch[0].id, batch[0].body)
            return [None]
        # A bulk PATCH creates what it does not find, so what is gone must not be in it.
        there = self._there([change.id for change in batch])
        together = [change for change in batch if change.id in there]
        try:
            self._client.bulk(self._path, objects=[{"resource_uri": change.id, **change.body} for change in together])
        except (errors.Rejected, errors.ServerFailed, errors.AnswerLost):
            return [Alone()] * len(batch)
        return [None if change.id in there else Alone() for change in batch]

    def _deletes(self, batch: list[str]) -> list[BaseException | None]:
        if len(batch) == 1:
            self._client.delete(batch[0])
            return [None]
        try:
            self._client.bulk(self._path, deleted=batch)
        except (errors.Refused, errors.AnswerLost):
            return [Alone()] * len(batch)
        return [None] * len(batch)

    def _finds(self, field: str, batch: list[frozenset[str]]) -> list[list[dict[str, Any]]]:
        found = list(self._search(field, set().union(*batch)))
        answers = []
        for values in batch:
            wanted = {value.lower() for value in values}
            answers.append([each for each in found if str(each.get(field)).lower() in wanted])
        return answers

    def _there(self, ids: list[str]) -> set[str]:
        numbers = {detail(id).rstrip("/").rpartition("/")[2] for id in ids}
        return {urlsplit(each["resource_uri"]).path for each in self._search("id", numbers)}

    def _search(self, field: str, values: set[str]) -> Iterator[dict[str, Any]]:
        for filters in _in_parts(field, values):
            for page in self._client.pages(self._path, filters):
                yield from page


def _in_parts(field: str, values: set[str]) -> Iterator[dict[str, str]]:
    """Filters that together match all values: comma lists of bounded length, and those with a comma singly."""
    part: list[str] = []
    length = 0
    for value in sorted(values):
        if "," in value or not value:
            yield {field: value}
            continue
        if part and length + len(value) > _LONGEST_FILTER:
            yield {f"{field}__in": ",".join(part)}
            part, length = [], 0
        part.append(value)
        length += 3 * len(value)
    if part:
        yield {f"{field}__in": ",".join(part)}


def _key_of(values: Mapping[str, Any], names: Iterable[str]) -> tuple[str, ...]:
    return tuple(
        urlsplit(str(values[name])).path if "/api/" in str(values[name]) else str(values[name]) for name in names
    )
