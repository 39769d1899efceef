"""A client-side rate limit: so many requests in any minute, whoever in this process sends them."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

__all__ = ["RateLimit", "rate_of"]


class RateLimit:
    """Lets at most ``per_minute`` requests start in any 60 seconds; short bursts pass at full speed."""

    WINDOW = 60.0

    def __init__(
        self,
        per_minute: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._started: deque[float] = deque(maxlen=per_minute)
        self._per_minute = per_minute
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()

    def wait(self) -> float:
        """Take a place, waiting for it when the minute is full; returns the seconds waited."""
        with self._lock:
            now = self._clock()
            start = now
            if len(self._started) == self._per_minute:
                start = max(now, self._started[0] + self.WINDOW)
            self._started.append(start)
        if start > now:
            self._sleep(start - now)
        return start - now


_lock = threading.Lock()
_limits: dict[tuple[str, int], RateLimit] = {}


def rate_of(address: str, per_minute: int) -> RateLimit:
    """The limit of a server, shared by all connections of this process to it that have the same number."""
    with _lock:
        return _limits.setdefault((address, per_minute), RateLimit(per_minute))
