"""What a server's version does not offer, found at check in its own schema: an optional capability of a backend."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from typing import Any, Protocol, runtime_checkable

from provider_core import errors
from provider_core.backend import Backend
from provider_core.checking import Failure
from provider_core.connections import Settings
from provider_core.declaration import Declaration
from provider_core.fields import Ownership
from provider_core.kinds import show
from provider_core.pool import backend_of

__all__ = ["Schema", "Schemas", "not_offered"]

Schema = Mapping[str, tuple[str, ...]]
"""The fields of a type by name, with the choices that the server names for each; empty: it names none."""


@runtime_checkable
class Schemas(Protocol):
    """What a backend may offer. Without it, what a server's version lacks shows when it refuses a request."""

    def schema(self, path: str) -> Schema | None:
        """The fields of a type, None when the server does not have the type. Raises as `Backend` does."""


def not_offered(declaration: Declaration, values: Mapping[str, Any], settings: Settings) -> list[Failure]:
    """A failure for the type, or for each field and choice in ``values``, that this server does not have.

    One request for each type and process. A server that cannot be asked is a warning, given once, and no failure.
    """
    if not settings.check_schema:
        return []
    asked = _asked_of(declaration, settings)
    schema = asked.ask(declaration.path)
    server = declaration.vendor.server
    if asked.failed:
        return []
    if schema is None:
        return [Failure(("", f"{declaration.path} is not offered by this {server}"))]
    return list(_failures(declaration, values, schema))


def _failures(declaration: Declaration, values: Mapping[str, Any], schema: Schema) -> Iterator[Failure]:
    server = declaration.vendor.server
    for name, field in declaration.inputs.items():
        if name not in values or field.ownership is Ownership.LOCAL:
            continue
        shown_as = "" if field.secret else name
        if name not in schema:
            yield Failure((shown_as, f"{declaration.name}.{name} is not a field of this {server}'s version"))
            continue
        given = values[name] if isinstance(values[name], (list, tuple)) else [values[name]]
        wrong = [each for each in given if schema[name] and isinstance(each, str) and each not in ("", *schema[name])]
        if wrong:
            choices = ", ".join(show(choice) for choice in schema[name])
            got = "a hidden value" if field.secret else show(wrong[0])
            yield Failure((shown_as, f"{name} must be one of {choices} on this {server}, got {got}"))


class _Asked:
    """The schemas of one server. The first request goes alone, so that an unreachable server is asked once."""

    def __init__(self, declaration: Declaration, settings: Settings) -> None:
        self._declaration = declaration
        self._settings = settings
        self._lock = threading.Lock()
        self._answers: dict[str, Future[Schema | None]] = {}
        self._reached = False
        self.failed = False

    def ask(self, path: str) -> Schema | None:
        """The schema of a type; one thread asks for it. None, too, when the server cannot be asked."""
        with self._lock:
            if self.failed:
                return None
            answer = self._answers.get(path)
            mine = answer is None
            if answer is None:
                answer = self._answers[path] = Future()
            if mine and not self._reached:
                self._send(path, answer)
                mine = False
        if mine:
            self._send(path, answer)
        return answer.result()

    def _send(self, path: str, answer: Future[Schema | None]) -> None:
        schema: Schema | None = None
        try:
            backend: Backend = backend_of(self._declaration.vendor, self._settings)
            schema = backend.schema(path) if isinstance(backend, Schemas) else {}
            self.failed = self.failed or not isinstance(backend, Schemas)
            self._reached = True
        except errors.ProviderError as error:
            if not self.failed:
                self.failed = True
                vendor = self._declaration.vendor
                print(
                    f"warning: {error}. What this {vendor.server}'s version offers is not checked.",
                    file=sys.stdout,
                    flush=True,
                )
        finally:
            answer.set_result(schema)


_lock = threading.Lock()
_servers: dict[Settings, _Asked] = {}


def _asked_of(declaration: Declaration, settings: Settings) -> _Asked:
    with _lock:
        if settings not in _servers:
            _servers[settings] = _Asked(declaration, settings)
        return _servers[settings]
