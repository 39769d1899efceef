"""What happens outside of the Management Node, as far as a test says so: bare nodes, and people who call."""

from __future__ import annotations

import time
from typing import Any


class Platform:
    """How nodes come to be, and which calls there are; in memory, gone with the process."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Bare nodes answer and call home at once, all deploy well, and nobody calls."""
        self.listening = True
        self.sync_after = 0.0
        self.deploy_error = ""
        self.calls: list[tuple[float, dict[str, Any]]] = []

    def call(self, calls: list[dict[str, Any]]) -> None:
        """There are these calls from now on; each names its ``seconds``, the rest of it is a row of the status API."""
        now = time.monotonic()
        self.calls = [(now + float(each.pop("seconds", 3600)), each) for each in calls]


PLATFORM = Platform()
