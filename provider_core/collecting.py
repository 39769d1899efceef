"""The provider behind a collection: the lifecycle of its items, many at a time."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)
from pulumi.output import Unknown

from provider_core import errors
from provider_core.applying import Applying
from provider_core.checking import check
from provider_core.lifecycle import Lifecycle, presentable
from provider_core.operation import claim
from provider_core.planning import Plan, Values, plan
from provider_core.values import CONNECTION, ITEMS, URIS, drifted, from_engine, kept, read_back, to_engine

__all__ = ["CollectionLifecycle"]

SHOWN = 20
"""Failures that a message lists; the rest it counts."""


class CollectionLifecycle(ResourceProvider):
    """Check, diff, create, read, update and delete for a map of objects of one declaration.

    ``single`` is the lifecycle of one such object: its hooks are the items' hooks.
    """

    def __init__(self, single: Lifecycle) -> None:
        super().__init__()
        self.single = single
        self.declaration = single.declaration

    def configure(self, req: ConfigureRequest) -> None:
        """As for single resources."""
        self.single.configure(req)

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Every item's failures, with its key in each. No property is named: the engine would print all items."""
        items = self._items(news)
        before = self._items(_olds)
        reasons: list[str] = []
        for key, values in items.items():
            failures = [*check(self.declaration, values), *self.single.problems(values)]
            failures = failures or self.single.not_offered(news, values)
            sentences = [sentence for _, sentence in failures]
            if not failures:
                connection = str(news.get(CONNECTION) or "")
                label = f"item {key!r}"
                sentences = claim(label, connection, key not in before, self.single.claims(values))
            reasons += [f"{ITEMS}[{key!r}]: {sentence}" for sentence in sentences]
        reasons = _short(reasons)
        return CheckResult(dict(news), [CheckFailure("", reason) for reason in reasons])

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Whether any item changes; which ones, the engine works out from the inputs."""
        self.single.in_state(_olds, self._uris(_olds).values())
        if isinstance(_news.get(ITEMS), Unknown):
            return DiffResult(changes=True)
        made = plan(self.declaration, self._items(_olds), self._uris(_olds), self._items(_news))
        moved = _olds.get(CONNECTION) != _news.get(CONNECTION)
        return DiffResult(changes=bool(made) or moved, replaces=[CONNECTION] if moved else [])

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Make all items; none is left when one is refused."""
        news = self._items(props)
        uris = self._apply(props, plan(self.declaration, {}, {}, news), {})
        return CreateResult(f"{self.declaration.path}-{uuid.uuid4().hex[:12]}", self._outs(props, news, uris))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Create, change and delete what the plan says."""
        olds, news = self._items(_olds), self._items(_news)
        made = plan(self.declaration, olds, self._uris(_olds), news)
        return UpdateResult(self._outs(_news, news, self._apply(_news, made, olds)))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Delete all items."""
        olds = self._items(_props)
        self._apply(_props, plan(self.declaration, olds, self._uris(_props), {}), olds)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """The items as the node has them; one that is gone is left out, so that the next run makes it again."""
        try:
            backend = self.single.backend(props)
            olds, uris = self._items(props), self._uris(props)
            found: dict[str, Values] = {}
            for key, values in olds.items():
                wire = self.single.fetch(backend, uris[key], values) if key in uris else None
                if wire is not None:
                    found[key] = read_back(self.declaration, values, wire)
        except errors.ProviderError as error:
            raise presentable(error, self.declaration, [], self._label) from None
        there = {key: uri for key, uri in uris.items() if key in found}
        changed = len(found) < len(olds) or any(drifted(olds[key], values) for key, values in found.items())
        return ReadResult(id_, self._outs(props, found, there), self._bag(props, found) if changed else None)

    @property
    def _label(self) -> str:
        return f"{self.declaration.name}.collection"

    def _apply(self, props: Mapping[str, Any], made: Plan, olds: Mapping[str, Values]) -> dict[str, str]:
        """Carry a plan out; the URIs of all items afterwards."""
        applying = Applying(self.single, props, made, olds)
        try:
            uris = applying.run()
        except errors.ProviderError as error:
            raise presentable(error, self.declaration, list(made.creates.values()), self._label) from None
        if applying.refused:
            reasons = [f"{ITEMS}[{key!r}]: {error}" for key, error in applying.refused.items()]
            message = f"{len(reasons)} refused; {applying.aftermath}: {'; '.join(_short(reasons))}"
            shown = [*made.creates.values(), *(changes for _, changes in made.updates.values())]
            raise presentable(errors.ItemsRefused(message), self.declaration, shown, self._label)
        return uris

    def _items(self, props: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        items = props.get(ITEMS)
        if not isinstance(items, Mapping):
            return {}
        return {
            key: from_engine(self.declaration, bag) if isinstance(bag, Mapping) else {}
            for key, bag in sorted(items.items())
        }

    def _uris(self, props: Mapping[str, Any]) -> dict[str, str]:
        uris = props.get(URIS)
        return dict(uris) if isinstance(uris, Mapping) else {}

    def _bag(self, props: Mapping[str, Any], items: Mapping[str, Values]) -> dict[str, Any]:
        bags = {key: to_engine(self.declaration, values, {}) for key, values in items.items()}
        return {**kept(self.declaration, props), ITEMS: bags}

    def _outs(self, props: Mapping[str, Any], items: Mapping[str, Values], uris: Mapping[str, str]) -> dict[str, Any]:
        return {**self._bag(props, items), URIS: dict(uris)}


def _short(reasons: Iterable[str]) -> list[str]:
    """At most so many reasons, and how many more there are."""
    listed = list(reasons)
    if len(listed) > SHOWN:
        return [*listed[:SHOWN], f"and {len(listed) - SHOWN} more"]
    return listed
