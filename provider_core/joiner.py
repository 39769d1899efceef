"""Joining calls that are in flight at the same time into one, without a timer.

The first call runs at once and alone. What arrives while it runs is gathered, and runs as one batch when it is
done: so a lone call waits for nobody, and under load a batch is as large as the time of the one before it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

__all__ = ["Joiner"]

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class _Call(Generic[Item, Answer]):
    def __init__(self, item: Item) -> None:
        self.item = item
        self.answer: Answer | BaseException | None = None
        self.done = False
        self.wake = threading.Event()


class Joiner(Generic[Item, Answer]):
    """Thread-safe. ``run`` takes the gathered items and returns an answer, or an exception, for each in order.

    An exception that ``run`` raises goes to every member of the batch. ``most`` bounds a batch.
    """

    def __init__(self, run: Callable[[list[Item]], Sequence[Answer | BaseException]], most: int = 200) -> None:
        self._run = run
        self._most = most
        self._lock = threading.Lock()
        self._waiting: list[_Call[Item, Answer]] = []
        self._busy = False

    def call(self, item: Item) -> Answer:
        """The answer for one item; blocks until its batch has run."""
        mine: _Call[Item, Answer] = _Call(item)
        with self._lock:
            self._waiting.append(mine)
            leads = not self._busy
            self._busy = True
        if not leads:
            mine.wake.wait()
        if not mine.done:
            self._lead()
        if isinstance(mine.answer, BaseException):
            raise mine.answer
        return mine.answer  # type: ignore[return-value]  # done: it is an Answer

    def _lead(self) -> None:
        """Run one batch, which holds the caller's own item, and hand the lead to the first who waits."""
        with self._lock:
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        try:
            answers = self._run([call.item for call in batch])
        except BaseException as error:
            answers = [error] * len(batch)
        with self._lock:
            for call, answer in zip(batch, answers, strict=True):
                call.answer = answer
                call.done = True
                call.wake.set()
            if self._waiting:
                self._waiting[0].wake.set()
            else:
                self._busy = False
