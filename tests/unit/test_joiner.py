"""Joining: a lone call waits for nobody, and what arrives meanwhile is one batch."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from provider_core.joiner import Joiner


def test_a_lone_call_runs_at_once_and_alone() -> None:
    """Without others there is a batch of one."""
    batches: list[list[int]] = []

    def run(items: list[int]) -> list[int]:
        batches.append(items)
        return [item * 2 for item in items]

    joiner = Joiner(run)
    assert [joiner.call(1), joiner.call(2)] == [2, 4]
    assert batches == [[1], [2]]


def test_what_arrives_meanwhile_is_gathered() -> None:
    """While one batch runs, the next is filled; it is bounded, and each caller gets its own answer or error."""
    batches: list[int] = []
    started, go_on = threading.Event(), threading.Event()

    def run(items: list[int]) -> Sequence[int | BaseException]:
        batches.append(len(items))
        started.set()
        go_on.wait(timeout=60)
        return [ValueError(str(item)) if item == 7 else item for item in items]

    joiner = Joiner(run, most=8)
    with ThreadPoolExecutor(20) as pool:
        first = pool.submit(joiner.call, 0)
        started.wait(timeout=60)
        rest = [pool.submit(joiner.call, number) for number in range(1, 13)]
        while len(joiner._waiting) < 12:
            threading.Event().wait(0.001)
        go_on.set()
        assert first.result() == 0
        answers = [each.exception() or each.result() for each in rest]
    assert batches == [1, 8, 4]
    assert [str(answer) for answer in answers] == [str(number) for number in range(1, 13)]
    assert isinstance(answers[6], ValueError)


def test_an_exception_of_the_batch_reaches_every_member() -> None:
    """And the joiner goes on afterwards."""
    failing = [True]

    def run(items: list[int]) -> list[int]:
        if failing[0]:
            raise OSError("no")
        return items

    joiner = Joiner(run)
    with pytest.raises(OSError, match="no"):
        joiner.call(1)
    failing[0] = False
    assert joiner.call(2) == 2


def test_what_finishes_a_batch_does_not_hold_up_the_next() -> None:
    """The second part of a batch and the first of the next one run side by side; each item keeps its own answer."""
    finishing, second = threading.Event(), threading.Event()

    def run(items: list[int]) -> list[int | BaseException]:
        if items == [2]:
            second.set()
        return [ValueError("odd") if item == 3 else item for item in items]

    def finish(items: list[int], answers: Sequence[int | BaseException]) -> list[int | BaseException]:
        if items == [1]:
            finishing.set()
            assert second.wait(timeout=60)
        return [answer if isinstance(answer, BaseException) else answer * 10 for answer in answers]

    joiner = Joiner(run, finish=finish)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(joiner.call, 1)
        finishing.wait(timeout=60)
        assert pool.submit(joiner.call, 2).result(timeout=60) == 20
        assert first.result(timeout=60) == 10
    with pytest.raises(ValueError, match="odd"):
        joiner.call(3)


def test_a_quick_batch_waits_while_calls_keep_coming() -> None:
    """The first call goes at once; those that come while others keep coming go together, though nothing holds them up."""
    batches: list[int] = []

    def run(items: list[int]) -> list[int]:
        batches.append(len(items))
        time.sleep(0.005)
        return items

    joiner: Joiner[int, int] = Joiner(run, most=50, gather=True)
    started = threading.Barrier(50)

    def one(number: int) -> int:
        started.wait(timeout=60)
        return joiner.call(number)

    with ThreadPoolExecutor(50) as pool:
        assert sorted(pool.map(one, range(50))) == list(range(50))
    assert sum(batches) == 50
    assert len(batches) < 10


def test_calls_that_begin_together_go_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first of them waits a beat for the others; one that is alone does not wait for a second beat."""
    batches: list[int] = []

    def run(items: list[int]) -> list[int]:
        batches.append(len(items))
        return items

    joiner: Joiner[int, int] = Joiner(run, gather=True)
    beats: list[float] = []
    monkeypatch.setattr("provider_core.joiner.time.sleep", beats.append)
    assert joiner.call(0) == 0
    assert (batches, len(beats)) == ([1], 1)

    def all_there(_: float) -> None:
        while len(joiner._waiting) < 20:
            threading.Event().wait(0.001)

    monkeypatch.setattr("provider_core.joiner.time.sleep", all_there)
    with ThreadPoolExecutor(20) as pool:
        assert sorted(pool.map(joiner.call, range(20))) == list(range(20))
    assert batches == [1, 20]
