"""The provider's process: what the SDK runs on an event loop of its own is what it would be without our tuning."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from provider_core import process


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A loop as the SDK gets one; afterwards none is left, nor does this thread think that one runs."""
    monkeypatch.setattr(process, "_idle", [])
    made = process._Loop()
    yield made
    made.close()
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()
    for each in process._idle:
        each.close()


def test_what_does_not_wait_needs_no_turn_of_a_loop(loop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its result and its error are the coroutine's."""
    monkeypatch.setattr(asyncio.BaseEventLoop, "run_forever", None)

    async def serialise(value: int) -> int:
        return 100 // value

    assert loop.run_until_complete(serialise(4)) == 25
    with pytest.raises(ZeroDivisionError):
        loop.run_until_complete(serialise(0))


def test_what_waits_goes_on_in_the_loop_that_it_began_in(loop: Any) -> None:
    """Timers, tasks, bare turns and futures that fail: all is as in a loop from the start."""
    seen: list[Any] = []

    async def later(value: int) -> int:
        await asyncio.sleep(0.001)
        return value

    async def wait() -> int:
        seen.append(asyncio.get_running_loop())
        task = asyncio.ensure_future(later(1))
        await asyncio.sleep(0)
        seen.append(asyncio.get_running_loop())
        broken: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        broken.set_exception(ValueError("no"))
        try:
            await broken
        except ValueError:
            return await task + await later(2)
        return 0

    assert loop.run_until_complete(wait()) == 3
    assert seen[0] is seen[1]


def test_an_error_while_it_waits_is_the_coroutines(loop: Any) -> None:
    """Thrown in where it waits, and out to the caller when it is not caught."""

    async def wait() -> None:
        await asyncio.wait_for(asyncio.get_running_loop().create_future(), timeout=0.001)

    async def begin() -> None:
        await asyncio.sleep(0)
        await wait()

    with pytest.raises(TimeoutError):
        loop.run_until_complete(begin())
