"""Tuning of the process in which the engine runs dynamic providers."""

from __future__ import annotations

import asyncio
import functools
import os
import socket
import sys
import threading
import time
import types
from collections.abc import Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

from provider_core.processors import share_one
from provider_core.program import collect_rarely

__all__ = ["engine_is_there", "tune"]

THREADS = 288
"""Calls of the engine that are served at the same time: more than it is told to make, for those that it makes besides.
The SDK's own number is 4."""


def tune() -> None:
    """Serve more calls at once, and keep Python tracebacks out of a user's terminal.

    ``PROVIDER_TRACEBACK=1`` in the environment keeps them. Call it from a provider's ``configure``: it runs in
    a thread of the pool that is to grow. The way to the pool is private to CPython and the SDK, so it is only
    taken when it is there; without it the provider works, four calls at a time.
    """
    if not os.environ.get("PROVIDER_TRACEBACK"):
        sys.tracebacklimit = 0
    _end_with_the_engine()
    # Elsewhere, as in tests, the process is not ours.
    if "DynamicResourceProviderServicer" in vars(sys.modules["__main__"]):
        share_one()
        _keep_loops()
    collect_rarely()
    try:
        pool = threading.current_thread()._args[0]()  # type: ignore[attr-defined]
        if isinstance(pool, ThreadPoolExecutor):
            pool._max_workers = max(pool._max_workers, THREADS)
            # A thread is only started when a call comes in: start those for the calls that wait already.
            for _ in range(pool._work_queue.qsize()):
                pool._adjust_thread_count()
    except (AttributeError, IndexError, TypeError):
        return


_idle: list[asyncio.AbstractEventLoop] = []


class _Loop:
    """An event loop that is used again, where the SDK makes one for each call and ends it.

    It only turns for what waits. The SDK serialises on it, which does not, and at each turn of a loop all the other
    threads of the pool get theirs first.
    """

    def __init__(self) -> None:
        try:
            self._loop = _idle.pop()
        except IndexError:
            self._loop = asyncio.new_event_loop()

    def run_until_complete(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        asyncio._set_running_loop(self._loop)
        try:
            waits_for = coroutine.send(None)
        except StopIteration as done:
            return done.value
        finally:
            asyncio._set_running_loop(None)
        return self._loop.run_until_complete(_go_on(coroutine, waits_for))

    def close(self) -> None:
        _idle.append(self._loop)


@types.coroutine
def _go_on(coroutine: Coroutine[Any, Any, Any], waits_for: Any) -> Generator[Any, Any, Any]:
    """The rest of a coroutine that has begun and waits for something."""
    while True:
        try:
            got = yield waits_for
        except BaseException as error:
            step = functools.partial(coroutine.throw, error)
        else:
            step = functools.partial(coroutine.send, got)
        try:
            waits_for = step()
        except StopIteration as done:
            return done.value


def _keep_loops() -> None:
    """The SDK's servicer is the program that runs here."""
    vars(sys.modules["__main__"])["asyncio"] = SimpleNamespace(new_event_loop=_Loop)


_watching = threading.Lock()


def _end_with_the_engine() -> None:
    """Leave when the engine does. One that is killed ends nothing, and this process would stay for ever."""
    engine = sys.argv[1] if len(sys.argv) > 1 else ""
    if engine_is_there(engine) and _watching.acquire(blocking=False):
        threading.Thread(target=_watch, args=(engine,), daemon=True).start()


def _watch(engine: str) -> None:
    missed = 0
    while missed < 3:
        time.sleep(2)
        missed = 0 if engine_is_there(engine) else missed + 1
    os._exit(1)


def engine_is_there(address: str) -> bool:
    """Whether somebody listens on the engine's address (``127.0.0.1:port``, a provider's first argument)."""
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=5):
            return True
    except (OSError, ValueError):
        return False
