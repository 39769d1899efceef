"""A client-side rate limit: so many requests to a server in any minute, whoever on this machine sends them.

The provider's process and the program's look-ups, two connections to one node and two stacks: all of them count. The
times at which the latest requests to a server started, or will, are a ring in a file, one for each server and user of
the machine. Where it cannot be had, each process counts for itself.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import os
import struct
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["RateLimit", "rate_of"]

_PLACES = 10_000
"""Start times in the ring; a limit above is none."""

_NUMBER, _TIME = struct.Struct("<Q"), struct.Struct("<d")


class RateLimit:
    """Lets at most ``per_minute`` requests start in any 60 seconds; short bursts pass at full speed.

    ``file`` is shared by all who send to the server, None: nobody else does. ``clock`` must be the same for them.
    """

    WINDOW = 60.0

    def __init__(
        self,
        per_minute: int,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        file: Path | None = None,
    ) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._ring = _open(file)

    def wait(self) -> float:
        """Take a place, waiting for it when the minute is full; returns the seconds waited."""
        if self._per_minute > _PLACES:
            return 0.0
        with self._locked():
            taken = _NUMBER.unpack(os.pread(self._ring, _NUMBER.size, 0).ljust(_NUMBER.size, b"\0"))[0]
            now = self._clock()
            start = now
            if taken >= self._per_minute:
                first = self._started(taken - self._per_minute)
                # A clock that was set back would stop everything for as long.
                if first < now + self.WINDOW * 60:
                    start = max(now, first + self.WINDOW)
            os.pwrite(self._ring, _TIME.pack(start), _place(taken))
            os.pwrite(self._ring, _NUMBER.pack(taken + 1), 0)
        if start > now:
            self._sleep(start - now)
        return start - now

    def _started(self, number: int) -> float:
        # A machine that lost its power may have kept a part of the file.
        kept = os.pread(self._ring, _TIME.size, _place(number)).ljust(_TIME.size, b"\0")
        seconds: float = _TIME.unpack(kept)[0]
        return seconds

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._lock:
            fcntl.flock(self._ring, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._ring, fcntl.LOCK_UN)


def _place(number: int) -> int:
    return _NUMBER.size + number % _PLACES * _TIME.size


def _open(file: Path | None) -> int:
    try:
        if file:
            file.parent.mkdir(mode=0o700, exist_ok=True)
            if file.parent.stat().st_uid == os.getuid():
                return os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError:
        pass
    with tempfile.TemporaryFile() as alone:
        return os.dup(alone.fileno())


@functools.cache
def rate_of(address: str, per_minute: int) -> RateLimit:
    """The limit of a server, shared by all that talk to it; each keeps to the number that it was given."""
    folder = Path(tempfile.gettempdir()) / f"provider-rate-{os.getuid()}"
    return RateLimit(per_minute, file=folder / hashlib.sha256(address.encode()).hexdigest()[:32])
