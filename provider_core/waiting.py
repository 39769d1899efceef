"""Waiting for what takes its time, with a limit, and with lines that say how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["wait"]

FIRST = 2.0
"""Seconds after which it is said what is waited for."""

EVERY = 15.0
"""Seconds between two such lines."""

LONGEST = 5.0
"""Seconds between two looks at most; they begin at a quarter of a second."""


def wait(
    title: str,
    limit: float,
    missing: Callable[[], str],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """Look until nothing is missing, for ``limit`` seconds at most; what is still missing then, or "".

    ``missing`` says it in words that complete "title: …", such as "2 calls go on"; what it raises ends the waiting.
    """
    began = clock()
    pause, next_line = 0.25, began + FIRST
    while words := missing():
        now = clock()
        if now >= began + limit:
            return words
        if now >= next_line:
            next_line = now + EVERY
            print(f"{title}: {words} ({now - began:.0f} of {limit:.0f} s)", flush=True)
        sleep(max(min(pause, began + limit - now), 0.01))
        pause = min(pause * 1.5, LONGEST)
    return ""
