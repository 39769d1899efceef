"""How many may be out of service at a time, and who is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Set
from dataclasses import dataclass

from provider_core import errors

__all__ = ["Slots"]

ASKED_EVERY = 2.0
"""Seconds between two looks at who is out for reasons that this process does not know."""


@dataclass(frozen=True)
class _Out:
    group: str
    name: str


class Slots:
    """Those that one engine operation has taken out of service, by group; each leaves only when there is room.

    One that is said not to come back keeps its place, and nobody else of its group leaves any more.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._out: dict[str, _Out] = {}
        self._lost: dict[str, str] = {}
        self._failed = ""
        self._moved = clock()

    def take(
        self, who: str, name: str, group: str, most: int, limit: float, others: Callable[[], Set[str]] = frozenset
    ) -> None:
        """Leave, as soon as fewer than ``most`` of the group are out; ``who`` that is out already stays so.

        ``others`` names those that are out for other reasons. Raises `NotReady`, where it would have to wait, when
        somebody did not come back, something failed, or nobody came or went for ``limit`` seconds.
        """
        began, said = self._clock(), False
        while True:
            elsewhere = others()
            with self._changed:
                mine = {key: out.name for key, out in self._out.items() if out.group == group}
                out = ({*mine.values()} | elsewhere) - {name}
                if who in mine or (len(out) < most and not self._lost_of(group)):
                    self._out[who] = _Out(group, name)
                    self._moved = self._clock()
                    return
                self._give_up(name, group, out, most, max(began, self._moved) + limit)
                if not said:
                    said = True
                    waiting = f"stays in service until {_list(out)} is back (at most {most:g} out of service at a time)"
                    print(f"{name}: {waiting}", flush=True)
                self._changed.wait(ASKED_EVERY)

    def give(self, who: str) -> None:
        """Back in service; one that is not out is no mistake."""
        with self._changed:
            if self._out.pop(who, None):
                self._lost.pop(who, None)
                self._moved = self._clock()
                self._changed.notify_all()

    def lose(self, who: str, reason: str) -> None:
        """One that is out does not come back: its place stays taken."""
        with self._changed:
            if who in self._out:
                self._lost[who] = reason
                self._changed.notify_all()

    def fail(self, reason: str) -> None:
        """Something failed: the engine begins nothing more, so those that are out may need what is never done."""
        with self._changed:
            self._failed = self._failed or reason
            self._changed.notify_all()

    def _lost_of(self, group: str) -> list[str]:
        return [who for who in self._lost if self._out[who].group == group]

    def _give_up(self, name: str, group: str, out: Set[str], most: int, until: float) -> None:
        lost = self._lost_of(group)
        if lost:
            raise errors.NotReady(
                f"{self._out[lost[0]].name} is out of service and did not come back ({self._lost[lost[0]]}): "
                f"nothing more is taken out of service, {name} stays in it"
            )
        if self._failed:
            raise errors.NotReady(
                f"{_list(out)} may not come back in this run, because something failed: {self._failed}; "
                f"nothing more is taken out of service, {name} stays in it"
            )
        if self._clock() > until:
            raise errors.NotReady(
                f"{_list(out)} did not come back into service in time, and at most {most:g} may be out of it: "
                f"nothing more is taken out of service, {name} stays in it"
            )


def _list(names: Set[str]) -> str:
    return ", ".join(sorted(names))
