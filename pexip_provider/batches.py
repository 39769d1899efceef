"""Bulk requests for one type of object: what several calls become when they are in flight together."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any, cast
from urllib.parse import quote, urlsplit

from pexip_provider.client import Client, detail
from provider_core import errors
from provider_core.bulk import MOST, Change, New, halve, parts
from provider_core.joiner import Joiner

__all__ = ["Batches"]

FEW = 3
"""Creates that are no fewer requests in bulk: the ids must be asked for."""

_MADE = ""
"""In the place of an id that must be asked for."""

_LONGEST_FILTER = 4000
"""Characters of a comma list in a URL; web servers refuse requests of more than about 8,000."""


class Batches:
    """The calls of one type: single ones, which are joined, and many at a time (the ``…_all`` methods)."""

    def __init__(self, client: Client, path: str) -> None:
        self._client = client
        self._path = path
        self._create: Joiner[New, str] = Joiner(self._make_all, MOST, self._identify, gather=True)
        self._update: Joiner[Change, None] = Joiner(self.update_all, MOST, gather=True)
        self._delete: Joiner[str, None] = Joiner(self.delete_all, MOST, gather=True)
        self._finders: dict[str, Joiner[frozenset[str], list[dict[str, Any]]]] = {}
        self._lock = threading.Lock()

    def create(self, new: New) -> str:
        """The id of the new object. Raises what the client raises."""
        return self._create.call(new)

    def update(self, id: str, body: Mapping[str, Any]) -> None:
        """Change an object. Raises what the client raises."""
        self._update.call(Change(id, body))

    def delete(self, id: str) -> None:
        """Delete an object. Raises what the client raises."""
        self._delete.call(id)

    def find(self, field: str, values: Iterable[Any]) -> list[dict[str, Any]]:
        """The objects whose ``field`` is one of ``values`` (compared without case, as the node does for aliases)."""
        with self._lock:
            if field not in self._finders:
                self._finders[field] = Joiner(lambda batch: self._finds(field, batch))
        return self._finders[field].call(frozenset(str(value) for value in values))

    def create_all(self, news: Sequence[New]) -> list[str | errors.ProviderError]:
        """See `provider_core.bulk.Bulk`."""
        made = [outcome for part in parts(news) for outcome in self._identify(part, self._make_all(part))]
        return cast(list[str | errors.ProviderError], made)

    def update_all(self, changes: Sequence[Change]) -> list[errors.ProviderError | None]:
        """See `provider_core.bulk.Bulk`."""
        return [outcome for part in parts(changes) for outcome in halve(part, self._bulk_update, self._patch)]

    def delete_all(self, ids: Sequence[str]) -> list[errors.ProviderError | None]:
        """See `provider_core.bulk.Bulk`."""
        return [outcome for part in parts(ids) for outcome in halve(part, self._bulk_delete, self._client.delete)]

    def _make_all(self, news: Sequence[New]) -> list[str | errors.ProviderError]:
        """Make the objects; their ids, or `_MADE` for those of which only their keys are known by now."""
        return halve(news, self._bulk_create, self._post)

    def _identify(self, news: Sequence[New], outcomes: Sequence[str | BaseException]) -> list[str | BaseException]:
        """The outcomes with ids in the place of `_MADE`: one request for a hundred of them or so."""
        made = [new for new, outcome in zip(news, outcomes, strict=True) if outcome is _MADE]
        try:
            ids = iter(self._ids(made) if made else ())
        except errors.ProviderError as error:
            # Else it would be taken for the error of the create, after which nothing is there.
            ids = repeat(errors.AnswerLost(f"made in a bulk request, but not to be asked for its id: {error}"))
        return [next(ids) if outcome is _MADE else outcome for outcome in outcomes]

    def _post(self, new: New) -> str:
        return self._client.created(self._client.post(self._path, new.body))

    def _patch(self, change: Change) -> None:
        self._client.patch(change.id, change.body)

    def _bulk_create(self, news: Sequence[New]) -> list[Any]:
        if len(news) < FEW:
            return [outcome for new in news for outcome in halve([new], self._bulk_create, self._post)]
        try:
            self._client.bulk(self._path, objects=[dict(new.body) for new in news])
        except errors.Rejected:
            # Often because some are there already: those fail at once, instead of after many halvings.
            ids = self._ids(news)
            rest = [new for new, id in zip(news, ids, strict=True) if not isinstance(id, str)]
            if len(rest) == len(news):
                raise
            outcomes = iter(halve(rest, self._bulk_create, self._post))
            taken = errors.Rejected("an object with this natural key exists", 400)
            return [taken if isinstance(id, str) else next(outcomes) for id in ids]
        return [_MADE] * len(news)

    def _ids(self, news: Sequence[New]) -> list[str | errors.ProviderError]:
        """The ids of objects by their natural keys."""
        names = tuple(news[0].key)
        # The part of the key that differs most finds them with the fewest others.
        best = max(names, key=lambda name: len({str(new.key[name]) for new in news}))
        found = {
            _key_of(each, names): urlsplit(each["resource_uri"]).path
            for each in self._search(best, {str(new.key[best]) for new in news})
        }
        lost = errors.AnswerLost("made in a bulk request, but not found afterwards")
        return [found.get(_key_of(new.key, names), lost) for new in news]

    def _bulk_update(self, changes: Sequence[Change]) -> list[Any]:
        # A bulk PATCH creates what it does not find, so what is gone must not be in it.
        there = self._there([change.id for change in changes])
        together = [change for change in changes if change.id in there]
        self._client.bulk(self._path, objects=[{"resource_uri": change.id, **change.body} for change in together])
        gone = errors.NotFound("it is gone from the node: run pulumi refresh", 404)
        return [None if change.id in there else gone for change in changes]

    def _bulk_delete(self, ids: Sequence[str]) -> list[None]:
        try:
            self._client.bulk(self._path, deleted=ids)
        except errors.Refused:
            # What is gone already makes the node refuse them all.
            there = self._there(ids)
            if len(there) == len(set(ids)):
                raise
            if there:
                self._client.bulk(self._path, deleted=sorted(there))
        return [None] * len(ids)

    def _there(self, ids: Sequence[str]) -> set[str]:
        numbers = {detail(id).rstrip("/").rpartition("/")[2] for id in ids}
        return {urlsplit(each["resource_uri"]).path for each in self._search("id", numbers)}

    def _finds(self, field: str, batch: list[frozenset[str]]) -> list[list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        for each in self._search(field, set().union(*batch)):
            found.setdefault(str(each.get(field)).lower(), []).append(each)
        return [
            [each for value in {one.lower() for one in values} for each in found.get(value, ())] for values in batch
        ]

    def _search(self, field: str, values: set[str]) -> Iterator[dict[str, Any]]:
        for filters in _filters(field, values):
            for page in self._client.pages(self._path, filters):
                yield from page


def _filters(field: str, values: set[str]) -> Iterator[dict[str, str]]:
    """Filters that together match all values: comma lists of bounded length, and those with a comma singly."""
    part: list[str] = []
    length = 0
    for value in sorted(values):
        if "," in value or not value:
            yield {field: value}
            continue
        size = len(quote(value, safe="")) + 3
        if part and length + size > _LONGEST_FILTER:
            yield {f"{field}__in": ",".join(part)}
            part, length = [], 0
        part.append(value)
        length += size
    if part:
        yield {f"{field}__in": ",".join(part)}


def _key_of(values: Mapping[str, Any], names: Iterable[str]) -> tuple[str, ...]:
    parts = [str(values[name]) for name in names]
    return tuple(urlsplit(part).path if "/api/" in part else part for part in parts)
