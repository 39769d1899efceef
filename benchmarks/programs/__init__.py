"""Stacks that are measured. How many rooms they have, and whether one has changed, the environment says."""

from __future__ import annotations

import os
from collections.abc import Iterator

__all__ = ["CHANGED", "ITEMS", "LATENCY", "PLAIN", "rooms"]

ITEMS = "BENCHMARK_ITEMS"
"""The variable with the number of rooms."""

CHANGED = "BENCHMARK_CHANGED"
"""The variable that, when it is set, gives the room in the middle another PIN."""

LATENCY = "BENCHMARK_LATENCY"
"""The variable with the milliseconds that each call of a floor waits, as for one request."""

PLAIN = "BENCHMARK_PLAIN"
"""The variable that, when it is set, leaves the SDK of a floor as it comes."""


def rooms() -> Iterator[tuple[str, str, str]]:
    """Each room's key, name and PIN; the same at each run, but for the one that changes."""
    items = int(os.environ[ITEMS])
    changed = items // 2 if os.environ.get(CHANGED) else -1
    for number in range(items):
        pin = 100000 + number if number != changed else 999999
        yield f"room-{number:05}", f"Room {number:05}", str(pin)
