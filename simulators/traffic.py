"""What passes through a simulator: counted, recorded, limited, slowed down and broken on request."""

from __future__ import annotations

import json
import math
import re
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

from .server import BREAK

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]

CONTROL = "/simulator/"
ACTIONS = ("status", "drop_before", "drop_after", "delay", "truncate", "expire_tokens")
_KEPT = 1000
_NUMBER = re.compile(r"/\d+(?=/|$)")


@dataclass(slots=True)
class Fault:
    """Something that goes wrong for the next requests that match.

    ``skip`` requests that match are let through first, then ``times`` of them meet the action: ``status``
    (answer ``status`` with ``body`` and ``retry_after``, the application sees nothing), ``drop_before`` (the
    connection breaks, the application sees nothing), ``drop_after`` (the application does its work, then the
    connection breaks), ``delay`` (by ``seconds``), ``truncate`` (half of the answer arrives), ``expire_tokens``.
    """

    action: str
    method: str | None = None
    path: str | None = None
    times: int = 1
    skip: int = 0
    status: int = 503
    retry_after: int | None = None
    seconds: float = 0.0
    body: Any = None

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise ValueError(f"action must be one of {', '.join(ACTIONS)}, got {self.action!r}")
        try:
            re.compile(self.path or "")
        except re.error as error:
            raise ValueError(f"path must be a regular expression, got {self.path!r}: {error}") from None

    def meets(self, method: str, path: str) -> bool:
        """Whether this request gets it; counts down."""
        if self.times <= 0 or (self.method and self.method != method):
            return False
        if self.path and not re.search(self.path, path):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.times -= 1
        return True


class Traffic:
    """A WSGI application around another one; requests under ``/simulator/`` pass untouched."""

    def __init__(
        self,
        application: Application,
        *,
        rate_limit: int | None = None,
        latency: float = 0.0,
        record_bodies: bool = False,
        expire_tokens: Callable[[], None] = lambda: None,
    ) -> None:
        self.application = application
        self.limit(rate_limit)
        self.latency = latency
        self.record_bodies = record_bodies
        self.expire_tokens = expire_tokens
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self.forget()

    def limit(self, rate: int | None) -> None:
        """How many requests a minute are welcome from now on; None: any number."""
        self.rate_limit = rate
        self._recent: deque[float] = deque()

    def forget(self) -> None:
        """Begin counting anew."""
        with self._lock:
            self._methods: Counter[str] = Counter()
            self._paths: Counter[str] = Counter()
            self._statuses: Counter[str] = Counter()
            self._requests: deque[dict[str, Any]] = deque(maxlen=_KEPT)

    def report(self) -> dict[str, Any]:
        """What was asked since the last `forget`: counts, and the last thousand requests."""
        with self._lock:
            return {
                "total": sum(self._methods.values()),
                "methods": dict(self._methods),
                "paths": dict(self._paths),
                "statuses": dict(self._statuses),
                "requests": list(self._requests),
            }

    def add_faults(self, faults: list[dict[str, Any]]) -> None:
        """Add faults; the first that matches a request is the one that it meets."""
        made = [Fault(**fault) for fault in faults]
        with self._lock:
            self._faults += made

    def clear_faults(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._faults.clear()

    def faults(self) -> list[dict[str, Any]]:
        """The faults that are still to come."""
        with self._lock:
            return [asdict(fault) for fault in self._faults if fault.times > 0]

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(CONTROL):
            return self.application(environ, start_response)
        entry = self._record(environ)
        if self.latency:
            time.sleep(self.latency / 1000)
        wait = self._over_limit()
        if wait:
            return self._answer(start_response, entry, 429, {"error": "Too many requests"}, wait)
        fault = self._fault(environ)
        if fault is None:
            return self._pass(environ, start_response, entry)
        return self._break(fault, environ, start_response, entry)

    def _record(self, environ: Environ) -> dict[str, Any]:
        method, path, query = environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["QUERY_STRING"]
        whole = f"{path}?{query}" if query else path
        entry: dict[str, Any] = {"method": method, "path": whole, "status": None, "time": time.time()}
        if self.record_bodies:
            entry["body"] = _body(environ)
        with self._lock:
            self._methods[method] += 1
            self._paths[f"{method} {_NUMBER.sub('/{id}', path)}"] += 1
            self._requests.append(entry)
        return entry

    def _over_limit(self) -> int:
        """Seconds until the next request is welcome; 0: now."""
        if not self.rate_limit:
            return 0
        now = time.monotonic()
        with self._lock:
            while self._recent and self._recent[0] <= now - 60:
                self._recent.popleft()
            if len(self._recent) < self.rate_limit:
                self._recent.append(now)
                return 0
            return max(1, math.ceil(self._recent[-self.rate_limit] + 60 - now))

    def _fault(self, environ: Environ) -> Fault | None:
        with self._lock:
            for fault in self._faults:
                if fault.meets(environ["REQUEST_METHOD"], environ["PATH_INFO"]):
                    self._faults = [each for each in self._faults if each.times > 0]
                    return fault
        return None

    def _break(self, fault: Fault, environ: Environ, start_response: Any, entry: dict[str, Any]) -> Iterable[bytes]:
        if fault.action == "status":
            body = {"error": "simulated"} if fault.body is None else fault.body
            return self._answer(start_response, entry, fault.status, body, fault.retry_after)
        if fault.action == "drop_before":
            environ[BREAK]()
            return []
        if fault.action == "drop_after":
            list(self._pass(environ, lambda *_: None, entry))
            environ[BREAK]()
            return []
        if fault.action == "truncate":
            return _half(self._pass(environ, start_response, entry), environ)
        if fault.action == "delay":
            time.sleep(fault.seconds)
        else:
            self.expire_tokens()
        return self._pass(environ, start_response, entry)

    def _pass(self, environ: Environ, start_response: Any, entry: dict[str, Any]) -> Iterable[bytes]:
        def started(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            sizes = [value for name, value in headers if name.lower() == "content-length"]
            entry["bytes"] = int(sizes[0]) if sizes else None
            self._finish(entry, int(status.split(" ", 1)[0]))
            return start_response(status, headers, *rest)

        return self.application(environ, started)

    def _finish(self, entry: dict[str, Any], status: int) -> None:
        entry["status"] = status
        with self._lock:
            self._statuses[str(status)] += 1

    def _answer(
        self, start_response: Any, entry: dict[str, Any], status: int, body: Any, retry_after: int | None
    ) -> list[bytes]:
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        kind = "text/plain" if isinstance(body, str) else "application/json"
        headers = [("Content-Type", kind), ("Content-Length", str(len(content)))]
        if retry_after is not None:
            headers.append(("Retry-After", str(retry_after)))
        entry["bytes"] = len(content)
        self._finish(entry, status)
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return [content]


def _half(answer: Iterable[bytes], environ: Environ) -> Iterable[bytes]:
    content = b"".join(answer)
    yield content[: len(content) // 2]
    environ[BREAK]()


def _body(environ: Environ) -> Any:
    """The JSON that the request carries, left in place for the application."""
    import io

    if "json" not in environ.get("CONTENT_TYPE", "application/json"):
        return None
    content = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(content)
    try:
        return json.loads(content)
    except ValueError:
        return None
