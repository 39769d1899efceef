"""Tuning of the process in which a stack's program runs."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from typing import Any

import pulumi

__all__ = ["drop_debug_lines"]


def drop_debug_lines() -> None:
    """Send the engine none of the SDK's own debug lines: each is a call that blocks, and costs a third of a preview.

    Lines of the program itself still pass, and all do with ``PROVIDER_DEBUG=1`` in the environment. Called once,
    when resources are first imported.
    """
    send = pulumi.log.debug
    if not os.environ.get("PROVIDER_DEBUG") and not hasattr(send, "__wrapped__"):
        pulumi.log.debug = _unless_from_the_sdk(send)


def _unless_from_the_sdk(send: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(send)
    def debug(*args: Any, **kwargs: Any) -> None:
        if not str(sys._getframe(1).f_globals.get("__name__")).startswith("pulumi."):
            send(*args, **kwargs)

    return debug
