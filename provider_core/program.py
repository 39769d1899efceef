"""Tuning of the process in which a stack's program runs. Called once, when resources are first imported."""

from __future__ import annotations

import asyncio
import functools
import gc
import os
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pulumi
from pulumi.runtime import stack

__all__ = ["collect_rarely", "drop_debug_lines", "let_calls_begin", "tune"]


def tune() -> None:
    """All of it: a thousand resources take half of the program's time without."""
    drop_debug_lines()
    let_calls_begin()
    collect_rarely()


def drop_debug_lines() -> None:
    """Send the engine none of the SDK's own debug lines: each is a call that blocks, and costs a third of a preview.

    Lines of the program itself still pass, and all do with ``PROVIDER_DEBUG=1`` in the environment.
    """
    send = pulumi.log.debug
    if not os.environ.get("PROVIDER_DEBUG") and not hasattr(send, "__wrapped__"):
        pulumi.log.debug = _unless_from_the_sdk(send)


def let_calls_begin() -> None:
    """Let what a program has registered begin before the SDK waits for it.

    At the end of a program the SDK waits for its calls one by one, then for what is left of its outputs, all of them
    at each turn. No call has begun by then: so all outputs of all resources are left, and the time that it takes
    grows with the square of their number. After one turn of the event loop the calls are under way.
    """
    wait = stack.wait_for_rpcs
    if not hasattr(wait, "__wrapped__"):
        stack.wait_for_rpcs = _after_a_turn(wait)


def collect_rarely() -> None:
    """Look for garbage after 50,000 new objects instead of 700, and never among what has been imported.

    What a deployment makes lives until its end; Python looked at all of it again and again.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _after_a_turn(wait: Callable[..., Awaitable[None]]) -> Callable[..., Coroutine[Any, Any, None]]:
    @functools.wraps(wait)
    async def wait_for_rpcs(*args: Any, **kwargs: Any) -> None:
        await asyncio.sleep(0)
        await wait(*args, **kwargs)

    return wait_for_rpcs


def _unless_from_the_sdk(send: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(send)
    def debug(*args: Any, **kwargs: Any) -> None:
        if not str(sys._getframe(1).f_globals.get("__name__")).startswith("pulumi."):
            send(*args, **kwargs)

    return debug
