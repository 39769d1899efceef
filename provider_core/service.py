"""What is in service and must be let go before the machine below it stops.

A hypervisor's resource knows a machine, another vendor's knows what runs on it, and neither knows the other. The one
that knows the service says how it leaves; the one that is about to stop the machine says when.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from provider_core.slots import Slots

__all__ = ["keep", "kept", "out_of_service", "slots", "start_anew"]

Leave = Callable[[], AbstractContextManager[None]]
"""Entered, it takes the service out and returns when nobody uses it; left, it returns when the service is back."""

_lock = threading.Lock()
_keepers: dict[str, Leave] = {}
_slots = Slots()


def keep(id: str, leave: Leave) -> None:
    """Say how what has this id leaves and comes back, for the rest of this operation."""
    with _lock:
        _keepers[id] = leave


def kept(id: str) -> Leave | None:
    """What was said of this id; None: it does not come back in this operation, or nothing of it is known."""
    with _lock:
        return _keepers.get(id)


@contextmanager
def out_of_service(id: str) -> Iterator[None]:
    """For as long as the machine below stands still; ``id`` is of what runs on it, "" or unknown: nothing does."""
    with (kept(id) or nullcontext)():
        yield


def slots() -> Slots:
    """Who is out of service in this operation, and comes back."""
    return _slots


def start_anew() -> None:
    """Forget all: for a process that serves several operations, as tests do."""
    global _slots  # noqa: PLW0603
    with _lock:
        _keepers.clear()
        _slots = Slots()
