"""Tuning of the process in which the engine runs dynamic providers."""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

__all__ = ["THREADS", "tune"]

THREADS = 64
"""Calls of the engine that are served at the same time; the SDK's own number is 4."""


def tune() -> None:
    """Serve more calls at once, and keep Python tracebacks out of a user's terminal.

    ``PROVIDER_TRACEBACK=1`` in the environment keeps them. Call it from a provider's ``configure``: it runs in
    a thread of the pool that is to grow. The way to the pool is private to CPython and the SDK, so it is only
    taken when it is there; without it the provider works, four calls at a time.
    """
    if not os.environ.get("PROVIDER_TRACEBACK"):
        sys.tracebacklimit = 0
    try:
        pool = threading.current_thread()._args[0]()  # type: ignore[attr-defined]
        if isinstance(pool, ThreadPoolExecutor):
            pool._max_workers = max(pool._max_workers, THREADS)
            # A thread is only started when a call comes in: start those for the calls that wait already.
            for _ in range(pool._work_queue.qsize()):
                pool._adjust_thread_count()
    except (AttributeError, IndexError, TypeError):
        return
