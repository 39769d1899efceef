"""How far a long transfer is: lines that the engine shows as messages."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

__all__ = ["Progress"]

FIRST = 2.0
"""Seconds after which it is said how far a transfer is."""

EVERY = 5.0
"""Seconds between two such lines."""


class Progress:
    """One transfer, from now on. ``size`` in bytes, where it is known; one that is over soon says nothing."""

    def __init__(self, title: str, size: int | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._title = title
        self._size = size
        self._clock = clock
        self._passed = 0
        self._next_line = clock() + FIRST

    def add(self, bytes: int) -> None:
        """So many more bytes have passed."""
        self._passed += bytes
        if self._clock() >= self._next_line:
            self._next_line = self._clock() + EVERY
            print(f"{self._title}: {_megabytes(self._passed, self._size)}", file=sys.stdout, flush=True)


def _megabytes(passed: int, size: int | None) -> str:
    done = f"{passed / 1e6:,.1f} MB"
    return f"{done} of {size / 1e6:,.1f} MB" if size else done
