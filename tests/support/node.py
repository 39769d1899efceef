"""A simulated Management Node as a test sees it: what it holds, and what shall go wrong on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import requests

from simulators.process import Simulator

__all__ = ["Node"]


class Node:
    """A running simulator, asked over HTTP as any client would: no code of a provider is used."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.address: str = simulator.address
        self.username: str = simulator.username
        self.password: str = simulator.password
        self.ca: Path = simulator.ca
        self._session = requests.Session()
        self._session.auth = (self.username, self.password)

    def __enter__(self) -> Node:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def request(self, method: str, path: str, **more: Any) -> requests.Response:
        """A request to a path; raises for a status of 400 or above."""
        # Given with each request: REQUESTS_CA_BUNDLE would win over the session's own.
        response = self._session.request(method, self.address + path, timeout=60, verify=str(self.ca), **more)
        response.raise_for_status()
        return response

    def objects(self, type_path: str, **filters: Any) -> list[dict[str, Any]]:
        """All objects of a type that match, as JSON: ``objects("conference", name="Board room")``."""
        uri = f"/api/admin/configuration/v1/{type_path}/"
        answer = self.request("GET", uri, params={"limit": 5000, **filters}).json()
        found: list[dict[str, Any]] = answer["objects"]
        return found

    def create(self, type_path: str, **fields: Any) -> str:
        """Make an object, as somebody else than the stack would; its URI."""
        response = self.request("POST", f"/api/admin/configuration/v1/{type_path}/", json=fields)
        return response.headers["Location"].removeprefix(self.address)

    def change(self, uri: str, **fields: Any) -> None:
        """Change an object behind the stack's back."""
        self.request("PATCH", uri, json=fields)

    def delete(self, uri: str) -> None:
        """Delete an object behind the stack's back."""
        self.request("DELETE", uri)

    def fail(self, action: str, **fault: Any) -> None:
        """Make the next requests that match go wrong; `simulators.traffic.Fault` says how."""
        self.request("POST", "/simulator/faults", json=[{"action": action, **fault}])

    def mend(self) -> None:
        """From now on nothing goes wrong."""
        self.request("DELETE", "/simulator/faults")

    def settings(self, **settings: Any) -> dict[str, Any]:
        """Change the rate limit (requests a minute), the latency (milliseconds), and how nodes come to be; all of it."""
        found: dict[str, Any] = self.request("PATCH", "/simulator/settings", json=settings).json()
        return found

    def call(self, *calls: dict[str, Any]) -> None:
        """From now on there are these calls: rows of the status API, each with the ``seconds`` that it goes on."""
        self.request("PUT", "/simulator/calls", json=calls)

    def status(self, name: str) -> list[dict[str, Any]]:
        """A list of the status API: ``status("worker_vm")``."""
        found: list[dict[str, Any]] = self.request(
            "GET", f"/api/admin/status/v1/{name}/", params={"limit": 500}
        ).json()["objects"]
        return found

    def requests(self) -> list[dict[str, Any]]:
        """The requests since the last reset or `forget`, but for schemas: method, path, status, body."""
        asked: list[dict[str, Any]] = self.request("GET", "/simulator/requests").json()["requests"]
        return [each for each in asked if not each["path"].partition("?")[0].endswith("/schema/")]

    def forget(self) -> None:
        """Forget the requests so far."""
        self.request("DELETE", "/simulator/requests")

    def reset(self) -> None:
        """The node as on its first day, with nothing that goes wrong, no limit, and no request seen."""
        self.mend()
        self.settings(rate_limit=None, latency=0)
        self.request("POST", "/simulator/reset")
        self.forget()
