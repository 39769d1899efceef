"""Turns: of the many calls that are under way in a provider's process, few run at a time.

Python runs one thread at a time. Where a hundred would run, most of what they do is to wake up, to see that it is
another's turn and to sleep again. So a call runs while it has a turn, gives it away while it waits (`waiting`,
`pause`, `Signal`), and goes on with the next one that is free. One that keeps its turn for longer than
`LONGEST` waits for something that this module was not told of, or has much to do: the turn goes to another, and both
run.

All of this is for the threads of a `Turns`. Elsewhere, as in a program, each thread runs as it likes.
"""

from __future__ import annotations

import functools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any

__all__ = ["LONGEST", "Signal", "Turns", "pause", "waiting"]

LONGEST = 0.01
"""Seconds for which one call may keep others waiting for a turn."""


class _Worker:
    """A thread of a `Turns`. ``go`` is released when it has a turn."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.go = threading.Lock()
        self.go.acquire()
        self.call: Callable[[], None] | None = None


_here = threading.local()


def _worker() -> _Worker | None:
    return getattr(_here, "worker", None)


class Turns(Executor):
    """Runs calls in up to ``threads`` threads, ``at_once`` of them at a time; those that go on come before new ones.

    Its threads are daemons: the process ends without waiting for calls.
    """

    def __init__(self, at_once: int, threads: int) -> None:
        self._at_once = at_once
        self._threads = threads
        self._lock = threading.Lock()
        self._has_turn: dict[_Worker, float] = {}
        self._go_on: deque[_Worker] = deque()
        self._new: deque[Callable[[], None]] = deque()
        self._idle: list[_Worker] = []
        self._short = threading.Event()
        threading.Thread(target=self._end_long_turns, daemon=True).start()

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a call when there is a turn for it."""
        future: Future[Any] = Future()
        with self._lock:
            self._new.append(functools.partial(_run, future, function, args, kwargs))
            self._give()
        return future

    def wait_for_turn(self, worker: _Worker, first: bool = False) -> None:
        """Put a thread in line for a turn, or at its head; it may go on when ``go`` is released."""
        with self._lock:
            # It has one where waiting was nested: in line with a turn, it would wait for itself.
            self._has_turn.pop(worker, None)
            if first:
                self._go_on.appendleft(worker)
            else:
                self._go_on.append(worker)
            self._give()

    def give_away(self, worker: _Worker) -> None:
        """End the turn of a thread that waits, if it has one still."""
        with self._lock:
            self._has_turn.pop(worker, None)
            self._give()

    def _give(self) -> None:
        """Give turns to those in line. The caller has the lock."""
        while len(self._has_turn) < self._at_once:
            if self._go_on:
                worker = self._go_on.popleft()
            elif self._new and (idle := self._idle_one()):
                worker = idle
                worker.call = self._new.popleft()
            else:
                return
            self._has_turn[worker] = time.monotonic()
            worker.go.release()
        if (self._new or self._go_on) and not self._short.is_set():
            self._short.set()

    def _idle_one(self) -> _Worker | None:
        if self._idle:
            return self._idle.pop()
        if not self._threads:
            return None
        self._threads -= 1
        worker = _Worker(self)
        threading.Thread(target=self._work, args=(worker,), daemon=True).start()
        return worker

    def _work(self, worker: _Worker) -> None:
        _here.worker = worker
        while True:
            worker.go.acquire()
            assert worker.call is not None
            worker.call()
            worker.call = None
            with self._lock:
                self._has_turn.pop(worker, None)
                self._idle.append(worker)
                self._give()

    def _end_long_turns(self) -> None:
        while self._short.wait():
            time.sleep(LONGEST)
            with self._lock:
                began = time.monotonic() - LONGEST
                self._has_turn = {worker: since for worker, since in self._has_turn.items() if since > began}
                self._give()
                if not (self._new or self._go_on):
                    self._short.clear()


def _run(future: Future[Any], function: Callable[..., Any], args: Any, kwargs: Any) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(function(*args, **kwargs))
    except BaseException as error:
        future.set_exception(error)


@contextmanager
def waiting() -> Iterator[None]:
    """For what waits, as for an answer: the turn is another's meanwhile. Also as a decorator, ``@waiting()``."""
    worker = _worker()
    if worker is None:
        yield
        return
    worker.turns.give_away(worker)
    try:
        yield
    finally:
        # First: it may have the answers that others wait for.
        worker.turns.wait_for_turn(worker, first=True)
        worker.go.acquire()


def pause(seconds: float) -> None:
    """Sleep."""
    with waiting():
        time.sleep(seconds)


class Signal:
    """What the thread that made it waits for, once. It goes on when another has set it, once, and there is a turn."""

    def __init__(self) -> None:
        self._worker = _worker()
        # Who of the two comes first takes it.
        self._met = threading.Lock()

    def wait(self) -> None:
        """Wait until it is set."""
        worker = self._worker
        if worker is None:
            if self._met.acquire(blocking=False):
                self._met.acquire()
            return
        worker.turns.give_away(worker)
        if not self._met.acquire(blocking=False):
            worker.turns.wait_for_turn(worker)
        worker.go.acquire()

    def set(self) -> None:
        """Let it go on."""
        if self._met.acquire(blocking=False):
            return
        if self._worker is None:
            self._met.release()
        else:
            self._worker.turns.wait_for_turn(self._worker)
