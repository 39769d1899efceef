"""Carrying out the plan of a collection, in bulk, so that nothing the node took is forgotten."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import Any

from provider_core import errors
from provider_core.bulk import Change, New, bulk_of, parts
from provider_core.journal import Begun, begin
from provider_core.lifecycle import Lifecycle
from provider_core.operation import take, taken
from provider_core.planning import Plan, Values, natural
from provider_core.values import ADOPT, encode

__all__ = ["Applying"]

_GOES_ON = "what else was changed stays, and the next run goes on with it"

Wire = Mapping[str, Any]


class Applying:
    """One run of a plan. Afterwards ``refused`` has the items that failed, each with its reason.

    The order: what is replaced goes first, then updates, creates, and all other deletes last. When an item is
    refused, creates and updates of the run are taken back and nothing else is deleted; ``aftermath`` says so.
    """

    def __init__(self, single: Lifecycle, props: Mapping[str, Any], plan: Plan, olds: Mapping[str, Values]) -> None:
        self._single = single
        self._declaration = single.declaration
        self._props = props
        self._plan = plan
        self._olds = olds
        self._backend = single.backend(props)
        self._bulk = bulk_of(self._backend)
        self._begun: dict[str, Begun] = {}
        self._made: dict[str, str] = {}
        self._adopted: set[str] = set()
        self._undo: dict[str, Change] = {}
        self._unknown: set[str] = set()
        self._progress = _Progress(len(plan.creates) + len(plan.updates) + len(plan.deletes))
        self.refused: dict[str, errors.ProviderError] = {}
        self.aftermath = "nothing else was changed"

    def run(self) -> dict[str, str]:
        """Returns the URIs by key. Raises when the server cannot be talked to at all."""
        first = {key: uri for key, uri in self._plan.deletes.items() if key in self._plan.replaced}
        self._delete(first)
        bodies = {key: self._encoded(values) for key, values in self._plan.creates.items()}
        changes = {
            key: Change(uri, self._encoded(changed)) for key, (uri, changed) in self._plan.updates.items() if changed
        }
        self._refuse(bodies, changes)
        if not self.refused:
            self._update(changes, {key: self._encoded(self._before(key, change)) for key, change in changes.items()})
        if not self.refused:
            self._create(bodies)
        if self.refused:
            self._take_back()
            return {}
        self._delete({key: uri for key, uri in self._plan.deletes.items() if key not in first})
        if self.refused:
            self.aftermath = _GOES_ON
        return {**self._plan.stays, **self._made}

    def _encoded(self, values: Values) -> dict[str, Any]:
        return self._single.outgoing(self._backend, encode(self._declaration, values))

    def _refuse(self, bodies: Mapping[str, Wire], changes: Mapping[str, Change]) -> None:
        keys = [*bodies, *changes]
        # What an earlier run of ours has made is no obstacle to itself: it is found by its natural key later.
        writes = [(None, body) for body in bodies.values()] + [(change.id, change.body) for change in changes.values()]
        leaving = frozenset(self._plan.deletes.values())
        refusals = self._single.refusals(self._backend, writes, leaving)
        self.refused |= {keys[index]: error for index, error in refusals.items()}

    def _update(self, changes: Mapping[str, Change], before: Mapping[str, Wire]) -> None:
        for part in parts(list(changes.items())):
            outcomes = self._bulk.update_all(self._declaration.path, [change for _, change in part])
            for (key, change), outcome in zip(part, outcomes, strict=True):
                if outcome is None:
                    self._undo[key] = Change(change.id, before[key])
                else:
                    self.refused[key] = outcome
            self._progress.add(len(part), "changed")

    def _create(self, bodies: Mapping[str, Wire]) -> None:
        marks = [self._single.mark(self._props, body) for body in bodies.values()]
        self._begun = dict(zip(bodies, begin(self._single.stack, marks), strict=True))
        adopt = bool(self._props.get(ADOPT))
        earlier = {key: body for key, body in bodies.items() if adopt or self._begun[key].earlier is not None}
        self._take_over(earlier, adopt)
        for part in parts([(key, body) for key, body in bodies.items() if key not in self._made]):
            if not self.refused:
                self._create_part(dict(part))

    def _create_part(self, bodies: dict[str, Wire], attempt: int = 1) -> None:
        news = [New(body, self._declaration.key_of(body) or {}) for body in bodies.values()]
        outcomes = self._bulk.create_all(self._declaration.path, news)
        lost = {}
        for key, outcome in zip(bodies, outcomes, strict=True):
            if isinstance(outcome, str):
                self._record(key, outcome)
            elif isinstance(outcome, errors.AnswerLost):
                lost[key] = bodies[key]
            else:
                self.refused[key] = outcome
        self._progress.add(len(bodies) - len(lost), "made")
        if lost:
            self._unknown |= lost.keys()
            # They may have been made. Before anything is sent again, look.
            self._take_over(lost, adopt=False)
            again = {key: body for key, body in lost.items() if key not in self._made}
            if attempt < 4 and not self.refused:
                time.sleep(0.5 * 2**attempt)
                self._create_part(again, attempt + 1)
            else:
                self.refused |= dict.fromkeys(again, errors.AnswerLost("no answer came, and it is not on the node"))
        self._explain_conflicts(bodies)

    def _take_over(self, bodies: Mapping[str, Wire], adopt: bool) -> None:
        """Make existing objects the items': what is ours from before, what was lost, or all that ``adopt`` may take."""
        changes: dict[str, Change] = {}
        before: dict[str, Wire] = {}
        for key, (uri, wire) in self._existing(bodies).items():
            differs = self._single.differences(wire, bodies[key])
            ours = key in self._begun and self._begun[key].earlier == uri
            if not (adopt or ours or not differs):
                continue
            if adopt and not ours:
                self._adopted.add(key)
            self._record(key, uri)
            take(self._backend, uri)
            if differs:
                changes[key] = Change(uri, differs)
                before[key] = {name: wire[name] for name in differs if wire.get(name) is not None}
        self._update(changes, before)

    def _existing(self, bodies: Mapping[str, Wire]) -> dict[str, tuple[str, Wire]]:
        """The objects on the node with the items' natural keys."""
        if not bodies:
            return {}
        name = self._declaration.natural_key[0]
        wanted = {natural(self._declaration, body): key for key, body in bodies.items()}
        filters = {f"{name}__in": {body[name] for body in bodies.values()}}
        found: dict[str, tuple[str, Wire]] = {}
        for uri, wire in self._backend.list(self._declaration.path, filters):
            key = wanted.get(natural(self._declaration, wire))
            if key is not None:
                found[key] = (uri, wire)
        return found

    def _explain_conflicts(self, bodies: Mapping[str, Wire]) -> None:
        refused = {key: bodies[key] for key in bodies if isinstance(self.refused.get(key), errors.Rejected)}
        for key, (uri, _) in self._existing(refused).items():
            self.refused[key] = self._single.exists(uri, self.refused[key])

    def _record(self, key: str, uri: str) -> None:
        self._made[key] = uri
        self._begun[key].made(uri)

    def _delete(self, uris: Mapping[str, str]) -> None:
        for part in parts([(key, uri) for key, uri in uris.items() if not taken(self._backend, uri)]):
            outcomes = self._bulk.delete_all(self._declaration.path, [uri for _, uri in part])
            self.refused |= {key: error for (key, _), error in zip(part, outcomes, strict=True) if error}
            self._progress.add(len(part), "deleted")
            gone = [uri for (_, uri), error in zip(part, outcomes, strict=True) if error is None]
            self._single.in_state(self._props, gone)

    def _take_back(self) -> None:
        """Delete what was made and undo what was changed; the journal keeps what cannot be taken back.

        What was adopted was there before: it goes back to what it was, and is not ours after all.
        """
        fresh = {
            key: uri for key, uri in self._made.items() if self._begun[key].earlier is None and key not in self._adopted
        }
        undone = self._bulk.update_all(self._declaration.path, [each for each in self._undo.values() if each.body])
        outcomes = self._bulk.delete_all(self._declaration.path, list(fresh.values()))
        gone = {key for key, outcome in zip(fresh, outcomes, strict=True) if outcome is None}
        for key, begun in self._begun.items():
            if key in gone | self._adopted or (key not in self._made and key not in self._unknown):
                begun.nothing_made()
        stays = self._made.keys() - gone - self._adopted
        if stays or any(undone):
            self.aftermath = _GOES_ON
        elif gone or undone:
            self.aftermath = "all other changes of this run were taken back"

    def _before(self, key: str, change: Change) -> dict[str, Any]:
        """The values that an update changed, as they were, where the stack knew them."""
        old = self._olds[self._plan.origins[key]]
        inputs = self._declaration.inputs
        return {
            name: old.get(name, inputs[name].default)
            for name in change.body
            if name in old or inputs[name].default_known
        }


class _Progress:
    """A line every five seconds while it lasts; the engine shows what a provider prints as a message."""

    EVERY = 5.0

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._next = time.monotonic() + 2.0

    def add(self, count: int, verb: str) -> None:
        self._done += count
        if time.monotonic() >= self._next and self._done < self._total:
            self._next = time.monotonic() + self.EVERY
            print(f"{self._done:,} of {self._total:,} {verb}", file=sys.stdout, flush=True)
