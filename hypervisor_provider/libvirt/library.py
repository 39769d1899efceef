"""libvirt-python, which has no types and is only there where it was installed: imported when it is first needed."""

from __future__ import annotations

import functools
import importlib
import os
import threading
from typing import Any

from provider_core import errors

__all__ = ["library"]


_lock = threading.Lock()


def library() -> Any:
    """The module ``libvirt``, made quiet, with a thread that serves its events.

    Events must be served for keep-alive: without it, a call to a host that has vanished waits for ever. Raises
    `ConfigurationError` when it is not installed.
    """
    with _lock:
        return _prepared()


@functools.cache
def _prepared() -> Any:
    if "LIBVIRT_LOG_OUTPUTS" not in os.environ:
        os.environ.setdefault("LIBVIRT_DEBUG", "4")  # only errors: its warnings would stand among the engine's lines
    try:
        libvirt = importlib.import_module("libvirt")
    except ImportError as error:
        raise errors.ConfigurationError(
            f"libvirt-python cannot be imported ({error}): install it with pip install 'pexip-iac[libvirt]', "
            "which needs libvirt's own headers (on Debian: apt install libvirt-dev)"
        ) from None
    # Left alone it prints each error, what is expected among them, to the terminal.
    libvirt.registerErrorHandler(lambda _context, _error: None, None)
    libvirt.virEventRegisterDefaultImpl()
    threading.Thread(target=_serve_events, args=(libvirt,), daemon=True).start()
    return libvirt


def _serve_events(libvirt: Any) -> None:
    while True:
        libvirt.virEventRunDefaultImpl()
