"""Lines that say how far a long transfer is; the engine shows what a provider prints as messages."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

__all__ = ["EVERY", "FIRST", "Progress"]

FIRST = 2.0
"""Seconds after which it is said how far a transfer is."""

EVERY = 5.0
"""Seconds between two such lines."""


class Progress:
    """How far one transfer is: ``title: 12.0 MB of 480.0 MB``. ``size`` in bytes, where it is known."""

    def __init__(self, title: str, size: int | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.done = 0
        self._title = title
        self._size = size
        self._clock = clock
        self._next = clock() + FIRST

    def add(self, count: int) -> None:
        """So many bytes more have passed; a negative number takes back what must pass again."""
        self.done += count
        if self._clock() >= self._next:
            self._next = self._clock() + EVERY
            print(f"{self._title}: {self._text()}", file=sys.stdout, flush=True)

    @property
    def percent(self) -> int:
        """From 0 to 100; 0 where the size is not known."""
        return min(100, 100 * self.done // self._size) if self._size else 0

    def _text(self) -> str:
        done = f"{self.done / 1e6:,.1f} MB"
        return f"{done} of {self._size / 1e6:,.1f} MB" if self._size else done
