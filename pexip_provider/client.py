"""The Management Node's configuration API over HTTP: paths, authentication, paging and error bodies."""

from __future__ import annotations

import re
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter

from provider_core import errors
from provider_core.connections import Settings
from provider_core.http import Http

__all__ = ["ROOT", "Client", "OAuth2", "detail", "explain"]

ROOT = "/api/admin/configuration/v1/"
PAGE = 500
"""Objects a page: few requests, and memory that does not depend on how many objects there are."""

_DETAIL = re.compile(re.escape(ROOT) + r"[a-z0-9_]+/(?!\.{1,2}/)[A-Za-z0-9._:-]+/\Z")
_TYPE = re.compile(r"[a-z][a-z0-9_]*\Z")


def detail(uri: str) -> str:
    """The path of one object, from its URI.

    Everything that changes or deletes an object goes through here: DELETE or PUT on a list would act on all
    objects of a type, so what is not the URI of exactly one object raises ValueError.
    """
    path = urlsplit(uri).path
    if not _DETAIL.match(path) or path.endswith("/schema/"):
        raise ValueError(f"{uri!r} is not the URI of an object")
    return path


class OAuth2(requests.auth.AuthBase):
    """A bearer token from client credentials with an ES256 assertion, renewed before and when it expires."""

    def __init__(self, settings: Settings, adapter: BaseAdapter | None) -> None:
        self._settings = settings
        self._http = Http(settings, None, explain, adapter)
        self._lock = threading.Lock()
        self._token = ""
        self._expires = 0.0

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        with self._lock:
            if time.monotonic() >= self._expires:
                self._fetch()
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def renew(self, refused: requests.PreparedRequest) -> None:
        """Forget the token that was refused."""
        with self._lock:
            if refused.headers.get("Authorization") == f"Bearer {self._token}":
                self._expires = 0.0

    def _fetch(self) -> None:
        url = f"{self._http.base}/oauth/token/"
        response = self._http.send(
            "POST",
            "/oauth/token/",
            data={
                "grant_type": "client_credentials",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": self._assertion(url),
            },
            repeatable=True,
        )
        answer = response.json()
        self._token = str(answer["access_token"])
        self._expires = time.monotonic() + max(float(answer.get("expires_in", 3600)) - 30, 1)

    def _assertion(self, url: str) -> str:
        import jwt

        client = self._settings.oauth2_client_id
        now = int(time.time())
        claims = {
            "iss": client,
            "sub": client,
            "aud": url,
            "iat": now,
            "exp": now + 300,
            "jti": str(uuid.uuid4()),
        }
        try:
            return jwt.encode(claims, self._settings.oauth2_private_key, algorithm="ES256")
        except (ValueError, TypeError, jwt.PyJWTError):
            raise errors.ConfigurationError(
                f"{self._settings.how_to('oauth2_private_key')} must be an EC private key (P-256) in PEM"
            ) from None


def explain(response: requests.Response) -> tuple[str, dict[str, str]]:
    """The node's own words in an error body: ``{"<type>": {"<field>": ["…"]}}`` or ``{"error": "…"}``."""
    try:
        body = response.json()
    except ValueError:
        return "", {}
    fields: dict[str, str] = {}
    plain: list[str] = []
    if isinstance(body, dict):
        for key in ("error", "error_message"):
            if isinstance(body.get(key), str):
                plain.append(body[key])
        for value in body.values():
            if isinstance(value, dict):
                for name, messages in value.items():
                    fields[str(name)] = _flat(messages)
    message = "; ".join([*plain, *(f"{name}: {text}" for name, text in fields.items())])
    return message[:500].replace("\n", " "), fields


def _flat(messages: Any) -> str:
    if isinstance(messages, list):
        return " ".join(_flat(each) for each in messages)
    if isinstance(messages, dict):
        return " ".join(f"{name}: {_flat(each)}" for name, each in messages.items())
    return str(messages)


class Client:
    """Requests to one Management Node. Nothing above knows a status; nothing here knows a type's fields."""

    def __init__(self, settings: Settings, adapter: BaseAdapter | None = None) -> None:
        self.http = Http(settings, _authentication(settings, adapter), explain, adapter)

    def get(self, uri: str) -> dict[str, Any]:
        """One object. Raises `NotFound`."""
        return self._json(self.http.send("GET", detail(uri), repeatable=True))

    def pages(self, path: str, filters: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
        """The objects of a type that match, a page at a time. List values become the API's comma lists."""
        return self.pages_of(_collection(path), {name: _filter(value) for name, value in filters.items()})

    def pages_of(self, url: str, filters: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
        """The objects of any list of the node's, a page at a time."""
        params: Mapping[str, Any] | None = {"limit": PAGE, **filters}
        while url:
            answer = self._json(self.http.send("GET", url, params=params, repeatable=True))
            yield answer["objects"]
            url, params = answer["meta"].get("next") or "", None

    def schema(self, path: str) -> dict[str, tuple[str, ...]] | None:
        """The fields of a type with the choices that the node names; None when the node does not have the type."""
        try:
            answer = self._json(self.http.send("GET", f"{_collection(path)}schema/", repeatable=True))
        except errors.NotFound:
            # An address that is no Management Node has nothing at all; a node at least lists its types.
            if path in self._json(self.http.send("GET", ROOT, repeatable=True)):
                raise
            return None
        fields = answer.get("fields")
        if not isinstance(fields, dict):
            raise errors.ServerFailed(f"{self.http.base} describes {path} in a form that is not known here", 200)
        return {name: _choices(field) for name, field in fields.items()}

    def post(self, path: str, body: Mapping[str, Any], stream: bool = False) -> requests.Response:
        """Create one object; the answer carries Location and perhaps a document. Never repeated blindly."""
        return self.http.send("POST", _collection(path), json=dict(body), repeatable=False, stream=stream)

    @staticmethod
    def collection(path: str) -> str:
        """The path of a type's list. Raises ValueError for what is no type's path."""
        return _collection(path)

    @staticmethod
    def detail(uri: str) -> str:
        """See `detail`."""
        return detail(uri)

    @staticmethod
    def created(response: requests.Response) -> str:
        """The path of the object that a POST made, from Location."""
        # The vendor's examples of licences leave the last slash out.
        return detail(response.headers.get("Location", "").rstrip("/") + "/")

    def patch(self, uri: str, body: Mapping[str, Any]) -> None:
        """Change one object."""
        self.http.send("PATCH", detail(uri), json=dict(body), repeatable=True)

    def bulk(self, path: str, objects: Sequence[Mapping[str, Any]] = (), deleted: Sequence[str] = ()) -> None:
        """Create, change (``resource_uri`` given) and delete objects of a type in one request, all or nothing.

        Never repeated blindly; the node returns no URIs.
        """
        body = {"objects": list(objects), "deleted_objects": [detail(uri) for uri in deleted]}
        self.http.send("PATCH", _collection(path), json=body, repeatable=False)

    def upload(self, uri: str, files: Mapping[str, Path]) -> None:
        """Send files to one object, as multipart."""
        self.http.send("PATCH", detail(uri), files=files, repeatable=True)

    def delete(self, uri: str) -> None:
        """Delete one object; one that is gone already is a success."""
        try:
            self.http.send("DELETE", detail(uri), repeatable=True)
        except errors.NotFound:
            return

    def _json(self, response: requests.Response) -> dict[str, Any]:
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise errors.ServerFailed(
                f"{self.http.base} answered with something other than JSON: is this a Management Node?",
                response.status_code,
            )
        return answer


def _collection(path: str) -> str:
    if not _TYPE.match(path):
        raise ValueError(f"{path!r} is not the path of a type")
    return f"{ROOT}{path}/"


def _choices(field: Any) -> tuple[str, ...]:
    """The choices in a schema's field: plain values, or pairs of a value and its label."""
    given = field.get("valid_choices") if isinstance(field, dict) else None
    listed = given if isinstance(given, list) else []
    return tuple(str(each[0] if isinstance(each, list) and each else each) for each in listed)


def _filter(value: Any) -> Any:
    if isinstance(value, (list, tuple, set, frozenset)):
        return ",".join(str(item) for item in value)
    return value


def _authentication(settings: Settings, adapter: BaseAdapter | None) -> requests.auth.AuthBase:
    if settings.oauth2_client_id and settings.oauth2_private_key:
        return OAuth2(settings, adapter)
    if not settings.username or not settings.password:
        missing = "password" if settings.username else "username"
        raise errors.ConfigurationError(
            f"no credentials for {settings.address}: set {settings.how_to(missing)}, "
            "or oauth2_client_id and oauth2_private_key"
        )
    return _Basic(settings.username, settings.password)


class _Basic(requests.auth.AuthBase):
    """Basic authentication in UTF-8; requests' own takes Latin-1 only."""

    def __init__(self, username: str, password: str) -> None:
        self._basic = requests.auth.HTTPBasicAuth(username.encode(), password.encode())

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        self._basic(request)
        return request
