"""The backends of a provider process: one for each connection, shared by all types and threads."""

from __future__ import annotations

import threading

from provider_core.backend import Backend
from provider_core.connections import Settings
from provider_core.declaration import Vendor

__all__ = ["backend_of"]

_lock = threading.Lock()
_backends: dict[tuple[Vendor, Settings], Backend] = {}


def backend_of(vendor: Vendor, settings: Settings) -> Backend:
    """The backend for these settings, made at the first call."""
    key = vendor, settings
    with _lock:
        if key not in _backends:
            _backends[key] = vendor.connect(settings)
        return _backends[key]
