"""A node under test: lifecycles as the engine has them, on a transport that notes every request."""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import HTTPAdapter

from pexip_provider.backend import PexipBackend
from pexip_provider.base import PEXIP
from pexip_provider.client import Client
from provider_core.backend import Backend
from provider_core.connections import Connections, Settings
from provider_core.declaration import Declaration
from provider_core.lifecycle import Lifecycle
from tests.contract.examples import write_zip
from tests.contract.plan import Before
from tests.support.bag import bag_of
from tests.support.stack import Reachable

__all__ = ["ROOT", "Bench", "Recorder", "Sent", "configuration", "resolved"]

ROOT = "/api/admin/configuration/v1/"
COMMANDS = "/api/admin/command/v1/"
_NAMED = re.compile(r"((?:https://[^$]*)?)\$([a-z0-9_]+)")


@dataclass(frozen=True)
class Sent:
    """One request as it left the client: the path without the API's root, the query, the JSON or form, the files' names."""

    method: str
    path: str
    query: dict[str, str]
    body: Any = None
    files: dict[str, str] | None = None


class Recorder(HTTPAdapter):
    """The transport; remembers what passed, but for schemas."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Sent] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Note the request, then send it."""
        parts = urlsplit(str(request.url))
        if parts.path.endswith("/schema/"):
            return super().send(request, *args, **kwargs)
        body, files = None, None
        if "multipart" in request.headers.get("Content-Type", ""):
            content = request.body if isinstance(request.body, bytes) else b""
            files = {
                name.decode(): file.decode()
                for name, file in re.findall(rb'form-data; name="([^"]+)"; filename="([^"]+)"', content)
            }
            plain = re.findall(rb'form-data; name="([^"]+)"\r\n\r\n(.*?)\r\n--', content, re.DOTALL)
            body = {name.decode(): value.decode() for name, value in plain} or None
        elif "json" in request.headers.get("Content-Type", ""):
            body = json.loads(request.body or "null")
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        self.sent.append(Sent(str(request.method), parts.path.removeprefix(ROOT), query, body, files))
        return super().send(request, *args, **kwargs)

    @property
    def writes(self) -> list[Sent]:
        """The requests that may change something."""
        return [each for each in self.sent if each.method != "GET"]


class Bench:
    """Lifecycles of a node that share one recorded connection, and a client of its own to act behind their backs."""

    def __init__(self, configuration: dict[str, Any]) -> None:
        self.configuration = {"pexip:requests_per_minute": 1_000_000, **configuration}
        self.folder = Path()
        self.recorder = Recorder()
        self.vendor = dataclasses.replace(PEXIP, connect=self._connect)
        self.other = Client(self.connections().settings())

    def connections(self) -> Connections:
        """The connections as a stack's configuration gives them."""
        return Connections("pexip", self.configuration.get, environ={})

    def lifecycle(self, declaration: Declaration) -> Lifecycle:
        """The provider of a type, as the engine makes it in its process."""
        made = declaration.lifecycle(dataclasses.replace(declaration, vendor=self.vendor))
        made.connections = self.connections()
        return made

    def bag(self, declaration: Declaration, values: dict[str, Any]) -> dict[str, Any]:
        """The property bag that a constructor makes of values."""
        return bag_of(declaration, values)

    def make(self, each: Before, known: dict[str, str]) -> str:
        """Make or find an object that a plan needs; its URI."""
        uri = f"{ROOT}{each.path}/"
        if each.command:
            there = self._there(each.path)
            package = write_zip(self.folder, each.content)
            with package.open("rb") as content:
                self._post(f"{COMMANDS}{each.command}/", files={each.file: content})
            (new,) = self._there(each.path) - there
            return new
        if each.body is None:
            found = next(self.other.pages(each.path, {}))[0]["resource_uri"]
            return str(urlsplit(found).path)
        body = resolved(each.body, known)
        if each.file:
            package = write_zip(self.folder, f"{each.name}.zip")
            with package.open("rb") as content:
                answer = self._post(uri, data=body, files={each.file: content})
        else:
            answer = self._post(uri, json=body)
        return str(urlsplit(answer.headers["Location"]).path)

    def _there(self, path: str) -> set[str]:
        """The URIs of all objects of a type."""
        return {urlsplit(each["resource_uri"]).path for page in self.other.pages(path, {}) for each in page}

    def _post(self, uri: str, **content: Any) -> requests.Response:
        settings = self.other.http.settings
        answer = requests.post(
            self.other.http.base + uri,
            auth=(settings.username, settings.password),
            verify=settings.ca_bundle if settings.verify_tls and settings.ca_bundle else settings.verify_tls,
            timeout=60,
            **content,
        )
        assert answer.status_code in (200, 201), f"POST {uri}: {answer.status_code} {answer.text}"
        return answer

    def _connect(self, settings: Settings) -> Backend:
        return PexipBackend(Client(settings, self.recorder))


def configuration(node: Reachable) -> dict[str, Any]:
    """What a stack on a simulated node is configured with."""
    return {
        "pexip:address": node.address,
        "pexip:username": node.username,
        "pexip:password": node.password,
        "pexip:ca_bundle": str(node.ca),
    }


def resolved(value: Any, known: dict[str, str]) -> Any:
    """The value with ``$name``, also behind an address, as the URI of the object of that name."""
    if isinstance(value, str) and (match := _NAMED.fullmatch(value)):
        return match[1] + known[match[2]]
    if isinstance(value, dict):
        return {name: resolved(inner, known) for name, inner in value.items()}
    return [resolved(inner, known) for inner in value] if isinstance(value, list) else value
