"""On which processors a provider's threads run.

Python runs one thread at a time. Where the system spreads them over several processors, one that has to wait wakes the
next on another processor, which takes longer than most of what there is to do: with hundreds of calls under way, a
tenth to a fifth of an operation. So they share one. What works outside of Python asks for any: sums and encryption of
an image, another program.

Only Linux lets a program choose. Elsewhere all of this does nothing.
"""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["any_processor", "share_one"]

_ALL = frozenset(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else frozenset[int]()
"""Those that this process may use, as it was started."""


@functools.cache
def share_one() -> None:
    """Put all threads, and those that they start, on the processor that runs this: there the system found room.

    Once in a process, before its first call.
    """
    if not _ALL:
        return
    with suppress(OSError):  # nothing says where it runs
        here = frozenset([_current()])
        for thread in threading.enumerate():
            _put(thread.native_id or 0, here)


@contextmanager
def any_processor() -> Iterator[None]:
    """Let this thread, and what it starts, run wherever this process may."""
    if not _ALL:
        yield
        return
    before = frozenset(os.sched_getaffinity(0))
    _put(0, _ALL)
    try:
        yield
    finally:
        _put(0, before)


def _current() -> int:
    """The processor of this thread: field 39 of its stat, as proc(5) counts; the second, a name, may hold spaces."""
    _, _, after_the_name = Path("/proc/thread-self/stat").read_text("utf-8", "replace").rpartition(")")
    return int(after_the_name.split()[36])


def _put(thread: int, processors: frozenset[int]) -> None:
    with suppress(OSError):  # it has ended, or the system permits it to nobody
        os.sched_setaffinity(thread, processors)
