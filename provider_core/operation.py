"""What the resources of one engine operation must know of each other.

The engine starts a provider's process for each operation (a preview, an update, a destroy), so this lives as long.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from weakref import WeakKeyDictionary

from provider_core import service
from provider_core.backend import Backend
from provider_core.claims import Claim, Claims

__all__ = ["claim", "gives_up", "start_anew", "take", "taken"]

_lock = threading.Lock()
_claims = Claims()
_taken: WeakKeyDictionary[Backend, set[str]] = WeakKeyDictionary()


def claim(label: str, connection: str, fresh: bool, claims: Iterable[Claim]) -> list[str]:
    """Claim for a resource what may stand once in a stack; a sentence for each claim that another has."""
    return _claims.take(label, connection, fresh, claims)


def gives_up(label: str, claimed: Claim) -> bool:
    """Whether the resource with this label is in the operation and no longer claims what it may still hold."""
    return _claims.gives_up(label, claimed)


def take(backend: Backend, id: str) -> None:
    """A resource has taken an object over: another one that had it must not delete it."""
    with _lock:
        _taken.setdefault(backend, set()).add(id)


def taken(backend: Backend, id: str) -> bool:
    """Whether a resource of the operation has taken the object over."""
    with _lock:
        return id in _taken.get(backend, ())


def start_anew() -> None:
    """Forget all: for a process that serves several operations, as tests do."""
    global _claims  # noqa: PLW0603
    with _lock:
        _claims = Claims()
        _taken.clear()
    service.start_anew()
