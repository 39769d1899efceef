"""Places among those out of service: never more than declared, and nobody leaves when somebody did not come back."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from provider_core import errors, operation, service
from provider_core import slots as slots_module
from provider_core.slots import Slots
from provider_core.waiting import wait


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look often at who is out for other reasons."""
    monkeypatch.setattr(slots_module, "ASKED_EVERY", 0.01)


def test_never_more_than_so_many_are_out() -> None:
    """Twenty that leave and come back, three at a time, seen from inside."""
    slots, lock, out, most = Slots(), threading.Lock(), 0, 0

    def leave(number: int) -> None:
        nonlocal out, most
        slots.take(str(number), f"node-{number}", "place", 3, 60)
        with lock:
            out += 1
            most = max(most, out)
        threading.Event().wait(0.01)
        with lock:
            out -= 1
        slots.give(str(number))

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(leave, range(20)))
    assert 1 <= most <= 3


def test_a_place_is_of_its_group_and_taken_once() -> None:
    """Another location has places of its own; who is out already needs no second one; who was not out gives nothing."""
    slots = Slots()
    slots.give("nobody")
    slots.take("a", "a", "here", 1, 0)
    slots.take("a", "a", "here", 1, 0)
    slots.take("b", "b", "there", 1, 0)
    with pytest.raises(
        errors.NotReady, match="a did not come back into service in time, and at most 1 may be out of it"
    ):
        slots.take("c", "c", "here", 1, 0)


def test_one_that_is_lost_keeps_its_place() -> None:
    """The others fail at once, with its name and its reason; when it is back they can leave."""
    slots = Slots()
    slots.take("a", "node-a", "here", 2, 0)
    slots.lose("a", "no licence")
    with pytest.raises(errors.NotReady, match=r"node-a is out of service and did not come back \(no licence\)"):
        slots.take("b", "node-b", "here", 2, 60)
    slots.take("c", "node-c", "there", 1, 0)
    slots.give("a")
    slots.take("b", "node-b", "here", 2, 0)


def test_nobody_waits_for_a_run_that_has_failed() -> None:
    """What is out may need a step that is never begun; where there is room, nobody has to wait."""
    slots = Slots()
    slots.take("a", "node-a", "here", 1, 0)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(slots.take, "b", "node-b", "here", 1, 3600)
        slots.fail('VirtualMachine "node-a": no such datastore')
        with pytest.raises(errors.NotReady, match=r"node-a may not come back .*no such datastore; nothing more"):
            waiting.result(timeout=60)
    slots.take("c", "node-c", "there", 1, 0)
    slots.give("a")
    slots.take("b", "node-b", "here", 1, 0)


def test_those_that_are_out_for_other_reasons_count(capsys: pytest.CaptureFixture[str]) -> None:
    """They are asked for again and again; the line that says who is waited for comes once."""
    slots, looks = Slots(), iter([{"x", "y"}, {"x"}, {"me"}])
    slots.take("me", "me", "here", 1, 60, lambda: next(looks))
    assert capsys.readouterr().out == "me: stays in service until x, y is back (at most 1 out of service at a time)\n"


def test_an_operation_begins_with_nobody_out() -> None:
    """A process that serves several operations, as tests do, forgets between them."""
    service.slots().take("a", "a", "here", 1, 0)
    service.keep("x", lambda: pytest.fail("left"))
    operation.start_anew()
    service.slots().take("b", "b", "here", 1, 0)
    assert service.kept("x") is None
    with service.out_of_service("x"):
        pass


def test_waiting_says_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """After two seconds, then now and then; what is still missing when the limit is over is returned."""
    now = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    assert wait("node", 30, lambda: "2 calls to end", clock=lambda: now, sleep=sleep) == "2 calls to end"
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 2
    assert said[0].startswith("node: 2 calls to end (")
    assert said[0].endswith(" of 30 s)")
    assert now == pytest.approx(30, abs=0.1)
    assert wait("node", 30, lambda: "") == ""
    assert capsys.readouterr().out == ""
