"""Joining calls that are in flight at the same time into one.

The first call runs at once. What arrives while it runs is gathered, and runs as one batch when it is done: so a lone
call waits for nobody, and under load a batch is as large as the time of the one before it. Where batches may gather,
the first call takes those along that arrive within a beat, and where batches are that quick that they stay small, the
next one waits for as long as further calls keep coming.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

__all__ = ["Joiner"]

STEP = 0.01
"""Seconds without a further call after which a batch waits no longer."""

BEAT = 0.002
"""Seconds that the first call waits for others: too short to be felt, and long enough for those that began with it."""

LONGEST = 0.25
"""Seconds that a batch waits at most, while calls keep coming; also, for how long after one they are still expected."""

ENOUGH = 100
"""Calls that make a batch large enough: it waits for no more, so that the next ones gather beside it."""

Item = TypeVar("Item")
Answer = TypeVar("Answer")


Outcomes = Sequence[Answer | BaseException]
Finish = Callable[[list[Item], Outcomes[Answer]], Outcomes[Answer]]


class _Call(Generic[Item, Answer]):
    def __init__(self, item: Item) -> None:
        self.item = item
        self.answer: Answer | BaseException | None = None
        self.done = False
        # Released once, by whoever has the answer or hands over the lead: lighter than an event, and there are many.
        self.wake = threading.Lock()
        self.wake.acquire()


class Joiner(Generic[Item, Answer]):
    """Thread-safe. ``run`` takes the gathered items and returns an answer, or an exception, for each in order.

    An exception that ``run`` raises goes to every member of the batch. ``most`` bounds a batch. ``finish``, given the
    items and what ``run`` returned, makes the answers of it while the next batch already runs. ``gather``: whether
    a batch may wait for more.
    """

    def __init__(
        self,
        run: Callable[[list[Item]], Outcomes[Answer]],
        most: int = 200,
        finish: Finish[Item, Answer] | None = None,
        gather: bool = False,
    ) -> None:
        self._run = run
        self._most = most
        self._finish = finish
        self._gather = gather
        self._lock = threading.Lock()
        self._waiting: list[_Call[Item, Answer]] = []
        self._busy = False
        self._joined_until = 0.0

    def call(self, item: Item) -> Answer:
        """The answer for one item; blocks until its batch has run."""
        mine: _Call[Item, Answer] = _Call(item)
        with self._lock:
            self._waiting.append(mine)
            leads = not self._busy
            self._busy = True
        if not leads:
            mine.wake.acquire()
        if self._gather and not mine.done and (not leads or self._comes_with_others()):
            self._wait_for_more()
        if not mine.done:
            self._lead()
        if isinstance(mine.answer, BaseException):
            raise mine.answer
        return mine.answer  # type: ignore[return-value]  # done: it is an Answer

    def _comes_with_others(self) -> bool:
        if time.monotonic() < self._joined_until:
            return True
        time.sleep(BEAT)
        return len(self._waiting) > 1

    def _wait_for_more(self) -> None:
        latest = time.monotonic() + LONGEST
        seen = 0
        while seen < len(self._waiting) < ENOUGH and time.monotonic() < latest:
            seen = len(self._waiting)
            time.sleep(STEP)

    def _lead(self) -> None:
        """Run one batch, which holds the caller's own item, and hand the lead to the first who waits."""
        with self._lock:
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        items = [call.item for call in batch]
        if len(items) > 1:
            self._joined_until = time.monotonic() + LONGEST
        answers = _outcomes(lambda: self._run(items), items)
        self._hand_over()
        if self._finish is not None:
            finish, ran = self._finish, answers
            answers = _outcomes(lambda: finish(items, ran), items)
        self._end(batch, answers)

    def _hand_over(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting[0].wake.release()
            else:
                self._busy = False

    def _end(self, batch: list[_Call[Item, Answer]], answers: Outcomes[Answer]) -> None:
        for call, answer in zip(batch, answers, strict=True):
            call.answer = answer
            call.done = True
        # The first is the caller's own.
        for call in batch[1:]:
            call.wake.release()


def _outcomes(run: Callable[[], Sequence[Any]], items: Sequence[Any]) -> Sequence[Any]:
    try:
        return run()
    except BaseException as error:
        return [error] * len(items)
