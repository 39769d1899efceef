"""The simulated Management Node of a scenario: what it was asked, what it holds, and the CPU that it takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import requests

from benchmarks.measuring import cpu_of
from simulators.process import Simulator

__all__ = ["Node"]


class Node:
    """A running simulator; also a context manager, which stops it."""

    def __init__(self, data: Path, latency: int = 0, rate_limit: int = 0) -> None:
        self._simulator = Simulator(data, latency=latency, rate_limit=rate_limit or None)
        self._rate_limit = rate_limit or None
        self._session = requests.Session()
        self._session.auth = (self._simulator.username, self._simulator.password)
        self.environment = {
            "PEXIP_ADDRESS": self._simulator.address,
            "PEXIP_USERNAME": self._simulator.username,
            "PEXIP_PASSWORD": self._simulator.password,
            "PEXIP_CA_BUNDLE": str(self._simulator.ca),
        }
        """With which a stack reaches it."""

    def __enter__(self) -> Node:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()
        self._simulator.stop()

    @property
    def cpu(self) -> float:
        """The CPU seconds that it has taken so far."""
        return cpu_of(self._simulator.pid)

    def begin(self) -> None:
        """Forget the requests so far, also those that count towards the limit: each command has its own minute."""
        self._ask("DELETE", "/simulator/requests")
        self._ask("PATCH", "/simulator/settings", json={"rate_limit": self._rate_limit})

    def requests(self) -> dict[str, int]:
        """The requests since `begin` by method, also those that it refused."""
        counted: dict[str, int] = self._ask("GET", "/simulator/requests")["methods"]
        return counted

    def rooms(self) -> int:
        """How many rooms it holds."""
        answer = self._ask("GET", "/api/admin/configuration/v1/conference/", params={"limit": 1})
        count: int = answer["meta"]["total_count"]
        return count

    def _ask(self, method: str, path: str, **more: Any) -> Any:
        # Given with each request: REQUESTS_CA_BUNDLE would win over the session's own.
        verify = self.environment["PEXIP_CA_BUNDLE"]
        response = self._session.request(method, self._simulator.address + path, timeout=60, verify=verify, **more)
        response.raise_for_status()
        return response.json() if response.content else None
