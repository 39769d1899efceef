"""Alias protection: a conference never takes an alias away from another one, which the node would do silently."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from provider_core import errors
from provider_core.backend import Backend
from provider_core.lifecycle import Lifecycle, Props, Write
from provider_core.operation import gives_up

__all__ = ["ConferenceLifecycle"]

PATIENCE = 20.0
"""Seconds to wait for a room of the same run to give an alias up: it is being updated at the same time."""


class _Holder(NamedTuple):
    """An alias as the node has it, with the conference that it belongs to."""

    alias: str
    uri: str
    name: str

    @property
    def released(self) -> bool:
        """Whether the conference is in this run, and no longer declares the alias."""
        return gives_up(f'Conference "{self.name}"', ("conference_alias", "alias", self.alias))


def _aliases(values: Props) -> list[str]:
    given = values.get("aliases")
    items = given if isinstance(given, (list, tuple)) else ()
    return [item["alias"] for item in items if isinstance(item, Mapping) and isinstance(item.get("alias"), str)]


class ConferenceLifecycle(Lifecycle):
    """A conference claims its aliases at check, and asks who has them before it writes."""

    def claims(self, values: Props) -> Iterable[tuple[str, str, str]]:
        """The name, and each alias, in the same form in which a ``ConferenceAlias`` claims it."""
        yield from super().claims(values)
        yield from (("conference_alias", "alias", alias) for alias in _aliases(values))

    def refusals(
        self, backend: Backend, writes: Sequence[Write], leaving: frozenset[str] = frozenset()
    ) -> dict[int, errors.ProviderError]:
        """`Held` for each write with an alias that another conference has; one question for all of them."""
        patient_until = time.monotonic() + PATIENCE
        while True:
            held = self._held(backend, writes, leaving)
            holders = [holder for each in held.values() for holder in each]
            waiting = holders and all(holder.released for holder in holders)
            if not waiting or time.monotonic() > patient_until:
                return {index: _refusal(each) for index, each in held.items()}
            time.sleep(0.2)

    def _held(self, backend: Backend, writes: Sequence[Write], leaving: frozenset[str]) -> dict[int, list[_Holder]]:
        """By index of the write, the holders of its aliases, but for itself and for those that let go."""
        wanted = [{alias.lower() for alias in _aliases(body)} for _, body in writes]
        asked = frozenset().union(*wanted)
        if not asked:
            return {}
        # A room in the same change that gives the alias up no longer has it; one that keeps it may.
        keeps = {id: mine for (id, body), mine in zip(writes, wanted, strict=True) if id and "aliases" in body}
        found = {
            each["alias"].lower(): each
            for _, each in backend.list("conference_alias", {"alias__in": asked})
            if each["conference"] not in leaving and each["conference"] not in keeps
        }
        names = {uri: self._name(backend, uri) for uri in {each["conference"] for each in found.values()}}
        holders = {
            alias: _Holder(each["alias"], each["conference"], names[each["conference"]])
            for alias, each in found.items()
        }
        held = {}
        for index, (id, body) in enumerate(writes):
            others = [holders[alias] for alias in sorted(wanted[index]) if alias in holders]
            # The node refuses a second room of the same name, and so no alias can be lost to it.
            others = [each for each in others if id or each.name != body.get("name")]
            if others:
                held[index] = others
        return held

    def _name(self, backend: Backend, uri: str) -> str:
        return str((backend.read(self.declaration.path, uri) or {}).get("name", uri))


def _refusal(holders: list[_Holder]) -> errors.Held:
    return errors.Held(
        f"aliases must be free, got {', '.join(_sentences(holders))}: remove it there first, or choose another"
    )


def _sentences(holders: list[_Holder]) -> Iterator[str]:
    for holder in holders:
        yield f'"{holder.alias}" belongs to Conference "{holder.name}" ({holder.uri})'
