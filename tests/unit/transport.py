"""A transport of the tests' own: answers by script, and remembers what was asked."""

from __future__ import annotations

import io
import json
from typing import Any

import requests
import urllib3
from requests.adapters import BaseAdapter
from urllib3.connection import HTTPConnection

__all__ = ["NOT_CONNECTED", "Script", "answer"]

NOT_CONNECTED = requests.exceptions.ConnectionError(
    urllib3.exceptions.MaxRetryError(
        urllib3.HTTPConnectionPool("node.example.com"),
        "/",
        urllib3.exceptions.NewConnectionError(HTTPConnection("node.example.com"), "Connection refused"),
    )
)
"""What requests raises when nobody listens."""


def answer(status: int, body: Any = b"", **headers: str) -> requests.Response:
    """An answer; a body that is not bytes goes as JSON."""
    made = requests.Response()
    made.status_code = status
    made.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    if not isinstance(body, bytes):
        made.headers["Content-Type"] = "application/json"
        body = json.dumps(body).encode()
    made.raw = io.BytesIO(body)
    return made


class Script(BaseAdapter):
    """Answers one request after the other; an exception is raised instead. More requests than answers fail."""

    def __init__(self, *steps: requests.Response | Exception) -> None:
        super().__init__()
        self.steps = list(steps)
        self.sent: list[requests.PreparedRequest] = []
        self.options: list[dict[str, Any]] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """The next step."""
        self.sent.append(request)
        self.options.append(kwargs)
        step = self.steps.pop(0)
        if isinstance(step, Exception):
            raise step
        step.request, step.url = request, str(request.url)
        return step

    def close(self) -> None:
        """Nothing is open."""

    @property
    def asked(self) -> list[str]:
        """Method and path of each request."""
        return [f"{each.method} {each.path_url}" for each in self.sent]
