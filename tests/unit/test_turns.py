"""Turns: few calls run at a time, many are under way, and none can keep the others from running."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import Any

import pytest

from provider_core import turns
from provider_core.turns import Signal, Turns, pause, waiting

LIMIT = 60


@pytest.fixture
def never_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turns last for as long as a test does, so that only what it does gives them away."""
    monkeypatch.setattr(turns, "LONGEST", 600.0)


@pytest.fixture
def one(never_taken_away: None) -> Turns:
    """Turns of which there is one at a time."""
    return Turns(at_once=1, threads=50)


def results(futures: list[Future[Any]]) -> list[Any]:
    """What the calls returned, in order."""
    return [future.result(timeout=LIMIT) for future in futures]


def test_calls_return_and_raise() -> None:
    """As with any executor; after an error the next call has its turn."""
    one = Turns(at_once=1, threads=1)
    broken = one.submit(int, "x")
    assert one.submit(divmod, 7, 2).result(timeout=LIMIT) == (3, 1)
    with pytest.raises(ValueError, match="invalid literal"):
        broken.result(timeout=LIMIT)
    assert one.submit(int, "11", base=2).result(timeout=LIMIT) == 3


def test_a_call_that_is_cancelled_before_its_turn_does_not_run() -> None:
    """The thread that would have run it goes on with the next."""
    one = Turns(at_once=1, threads=1)
    go_on, ran = threading.Event(), list[str]()
    first = one.submit(go_on.wait, LIMIT)
    cancelled, last = one.submit(ran.append, "cancelled"), one.submit(ran.append, "last")
    assert cancelled.cancel()
    go_on.set()
    results([first, last])
    assert ran == ["last"]


@pytest.mark.usefixtures("never_taken_away")
@pytest.mark.parametrize("at_once", [1, 3])
def test_no_more_run_than_have_a_turn(at_once: int) -> None:
    """However many there are, and though each gives its turn away in between."""
    some = Turns(at_once, threads=20)
    running, most, lock = 0, 0, threading.Lock()

    def run() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.0005)
        with lock:
            running -= 1

    def call() -> None:
        run()
        pause(0.0005)
        run()

    results([some.submit(call) for _ in range(100)])
    assert 1 <= most <= at_once


def _in_waiting(event: threading.Event) -> None:
    with waiting():
        assert event.wait(LIMIT)


def test_who_waits_gives_its_turn_away(one: Turns) -> None:
    """For an answer, or for a signal: the call that ends the waiting runs meanwhile."""
    event = threading.Event()
    results([one.submit(_in_waiting, event), one.submit(event.set)])

    made: list[Signal] = []

    def wait() -> str:
        made.append(Signal())
        made[0].wait()
        return "went on"

    def tell() -> None:
        made[0].set()

    waits = [one.submit(wait)]
    one.submit(tell)
    assert results(waits) == ["went on"]


def test_a_turn_comes_back_when_the_waiting_fails(one: Turns) -> None:
    """The error is the call's, and there are as many turns as before."""

    def fail() -> None:
        with waiting():
            raise OSError("no")

    with pytest.raises(OSError, match="no"):
        one.submit(fail).result(timeout=LIMIT)
    assert one.submit(int).result(timeout=LIMIT) == 0


def test_waiting_within_waiting_waits_once(one: Turns) -> None:
    """As a request does that needs a token first; it has its turn again afterwards, and there is one as before."""

    def nested() -> int:
        with waiting():
            with waiting():
                pass
            return len(one._has_turn)

    assert results([one.submit(nested), one.submit(int)]) == [1, 0]
    while one._has_turn:
        threading.Event().wait(0.001)


def test_those_that_go_on_come_before_new_ones(one: Turns) -> None:
    """In the order in which they were told to; who had to wait for an answer comes first of all."""
    order: list[str] = []
    signals: dict[str, Signal] = {}
    answer, answered = threading.Event(), threading.Event()

    def signalled(name: str) -> None:
        signals[name] = Signal()
        signals[name].wait()
        order.append(name)

    def asks() -> None:
        with waiting():
            answer.wait(LIMIT)
            answered.set()
        order.append("answer")

    def last() -> None:
        order.append("new")

    def tell() -> None:
        one.submit(last)
        signals["b"].set()
        signals["a"].set()
        answer.set()
        answered.wait(LIMIT)
        # It is in line as soon as it asks for a turn, which it does now.
        while len(one._go_on) < 3:
            threading.Event().wait(0.001)

    calls = [one.submit(signalled, "a"), one.submit(signalled, "b"), one.submit(asks), one.submit(tell)]
    results([*calls, one.submit(int)])
    assert order == ["answer", "b", "a", "new"]


def test_a_signal_may_be_set_before_anybody_waits(one: Turns) -> None:
    """The one who waits goes on at once: in a thread with turns, and in one without."""

    def set_and_wait() -> bool:
        signal = Signal()
        signal.set()
        signal.wait()
        return True

    assert set_and_wait()
    assert one.submit(set_and_wait).result(timeout=LIMIT)


def test_threads_without_turns_wait_as_any() -> None:
    """A program's threads and those of a test: a signal is an event, and waiting is nothing."""
    signal, order = Signal(), list[str]()

    def go_on() -> None:
        with waiting():
            pause(0.001)
        order.append("set")
        signal.set()

    other = threading.Thread(target=go_on)
    other.start()
    signal.wait()
    order.append("went on")
    other.join()
    assert order == ["set", "went on"]


@pytest.mark.parametrize("blocked", [1, 8])
def test_who_waits_for_something_unknown_keeps_nobody_from_running(blocked: int) -> None:
    """Its turn goes to another, though it never gave it away; afterwards there are as many turns as before."""
    some = Turns(at_once=2, threads=50)
    go_on = threading.Event()
    stuck = [some.submit(go_on.wait, LIMIT) for _ in range(blocked)]
    assert some.submit(int).result(timeout=LIMIT) == 0
    some.submit(go_on.set)
    assert results(stuck) == [True] * blocked
    results([some.submit(int) for _ in range(20)])
    while some._has_turn:
        threading.Event().wait(0.001)
    assert not some._go_on


@pytest.mark.usefixtures("never_taken_away")
def test_no_more_threads_than_there_may_be() -> None:
    """Calls beyond that wait until one of the others is over, not only until it waits."""
    few = Turns(at_once=2, threads=2)
    seen: set[int] = set()
    go_on = threading.Event()

    def call() -> None:
        seen.add(threading.get_ident())
        _in_waiting(go_on)

    calls = [few.submit(call) for _ in range(6)]
    while len(seen) < 2:
        threading.Event().wait(0.001)
    assert len(few._new) == 4
    go_on.set()
    results(calls)
    assert len(seen) == 2


def test_waiting_as_a_decorator_gives_the_turn_away_at_each_call(one: Turns) -> None:
    """A function that always waits says so once."""
    event = threading.Event()

    @waiting()
    def ask() -> bool:
        return event.wait(LIMIT)

    def twice() -> tuple[bool, bool]:
        return ask(), ask()

    first = one.submit(twice)
    one.submit(event.set)
    assert first.result(timeout=LIMIT) == (True, True)
