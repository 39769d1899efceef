"""What is in service and must be let go before the machine below it stops.

A hypervisor's resource knows a machine, another vendor's knows what runs on it, and neither knows the other. The one
that knows the service says how it leaves; the one that is about to stop the machine says when.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

__all__ = ["keep", "out_of_service"]

Leave = Callable[[], AbstractContextManager[None]]
"""Entered, it takes the service out and returns when nobody uses it; left, it returns when the service is back."""

_lock = threading.Lock()
_keepers: dict[str, Leave] = {}


def keep(id: str, leave: Leave) -> None:
    """Say how what has this id leaves and comes back, for the rest of this operation."""
    with _lock:
        _keepers[id] = leave


@contextmanager
def out_of_service(id: str) -> Iterator[None]:
    """For as long as the machine below stands still; ``id`` is of what runs on it, "" or unknown: nothing does."""
    with _lock:
        leave = _keepers.get(id, nullcontext)
    with leave():
        yield
