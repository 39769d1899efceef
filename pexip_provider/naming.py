"""References by name: permissions by codename, codecs by value. All of a type are found with one request."""

from __future__ import annotations

import difflib
import threading
from collections.abc import Iterator
from typing import Any

from provider_core import errors
from provider_core.backend import Backend
from provider_core.declaration import Declaration
from provider_core.kinds import Many, Reference
from provider_core.lifecycle import Lifecycle, Props

__all__ = ["ByNameLifecycle"]


class ByNameLifecycle(Lifecycle):
    """Fields whose references have names (``references(…, by=…)``): sent as URIs, read back as they were given."""

    def __init__(self, declaration: Declaration) -> None:
        super().__init__(declaration)
        self._lock = threading.Lock()
        self._known: dict[tuple[Backend, str], dict[str, dict[str, Any]]] = {}

    def outgoing(self, backend: Backend, body: dict[str, Any]) -> dict[str, Any]:
        """Names become URIs. Raises `ConfigurationError` for one that the node does not have, or has twice."""
        return {**body, **{name: self._resolved(backend, name, ref, body[name]) for name, ref in self._refs(body)}}

    def fetch(self, backend: Backend, id: str, olds: Props) -> dict[str, Any] | None:
        """URIs become the names that the stack uses."""
        wire = super().fetch(backend, id, olds)
        if wire is None:
            return None
        for name, ref in self._refs(olds):
            used = [each for each in olds[name] if ref.is_name(each)]
            if used and isinstance(wire.get(name), list):
                objects = self._objects(backend, ref)
                names = {uri: one for one in used for uri in _named(objects, ref, one)}
                wire = {**wire, name: [names.get(str(ref.decode(each)), each) for each in wire[name]]}
        return wire

    def _refs(self, values: Props) -> Iterator[tuple[str, Reference]]:
        for name, field in self.declaration.inputs.items():
            inner = field.kind.item if isinstance(field.kind, Many) else None
            if isinstance(inner, Reference) and inner.by and isinstance(values.get(name), list):
                yield name, inner

    def _resolved(self, backend: Backend, name: str, ref: Reference, given: list[Any]) -> list[Any]:
        found = []
        for index, each in enumerate(given):
            uris = [each]
            if ref.is_name(each):
                uris = _named(self._objects(backend, ref), ref, each)
            if len(uris) != 1:
                raise errors.ConfigurationError(f"{name}[{index}] {self._wrong(backend, ref, each, uris)}")
            found.append(uris[0])
        return found

    def _wrong(self, backend: Backend, ref: Reference, given: str, uris: list[str]) -> str:
        what = f'must be the {" or ".join(ref.by)} of one {ref.to}, got "{given}"'
        if uris:
            return f"{what}, which {len(uris)} have"
        names = [str(wire.get(field)) for wire in self._objects(backend, ref).values() for field in ref.by]
        near = difflib.get_close_matches(given, names, n=1)
        return f"{what}, which none has{f'; did you mean {near[0]!r}?' if near else ''}"

    def _objects(self, backend: Backend, ref: Reference) -> dict[str, dict[str, Any]]:
        """All objects of the type by URI, asked for once: the node fills these types, they do not change in a run."""
        with self._lock:
            if (backend, ref.to) not in self._known:
                self._known[(backend, ref.to)] = dict(backend.list(ref.to, {}))
            return self._known[(backend, ref.to)]


def _named(objects: dict[str, dict[str, Any]], ref: Reference, name: str) -> list[str]:
    """The URIs of the objects of this name: by the first field that has it."""
    for field in ref.by:
        uris = [uri for uri, wire in objects.items() if wire.get(field) == name]
        if uris:
            return uris
    return []
