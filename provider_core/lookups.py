"""Look-ups: what is on the server, asked from the program's own process, typed by the same declarations.

    IvrTheme.get(name="House")                       exactly one, else `NotUnique`
    Conference.list(service_type="lecture")          any number, 500 a request
    Conference.get(id="/api/…/conference/5/")        by URI

They use the stack's configuration and environment, as the provider does, and run at preview too.
"""

from __future__ import annotations

import builtins
import difflib
import itertools
import os
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, NoReturn, TypeVar

import pulumi
from pulumi.runtime.config import get_config

from provider_core import errors
from provider_core.connections import Connections
from provider_core.declaration import Declaration
from provider_core.fields import Field, Ownership
from provider_core.kinds import Many, Reference, show
from provider_core.pool import backend_of
from provider_core.values import decode

__all__ = ["Found", "LookUps"]

T = TypeVar("T")

COUNTED = 500
"""Matches that are counted for the message that there are several."""


class Found:
    """An object on the server, as it was when it was looked up: plain values, and a reference wherever one is taken.

    ``found.name`` reads a declared field; ``found[Conference.name]`` does too, and has the field's type. A secret
    field reads as a secret Output, so that it is never printed. ``id`` is the URI.
    """

    def __init__(self, declaration: Declaration, id: str, wire: Mapping[str, Any]) -> None:
        self.id = id
        self._declaration = declaration
        self._values = decode(declaration, wire)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        field = self._declaration.fields.get(name)
        if field is None:
            near = difflib.get_close_matches(name, self._declaration.fields, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise AttributeError(f"{self._declaration.name}: {name!r} is not a field{hint}")
        if field.ownership in (Ownership.WRITE_ONLY, Ownership.LOCAL):
            raise AttributeError(f"{self._declaration.name}: {name!r} cannot be read from the server")
        value = self._values.get(name)
        return pulumi.Output.secret(value) if field.secret and value is not None else value

    def __getitem__(self, field: Field[T]) -> T:
        if field.secret:
            raise TypeError(f"{self._declaration.name}.{field.name} is a secret: read it as an attribute")
        value: T = getattr(self, field.name)
        return value

    def __dir__(self) -> builtins.list[str]:
        return [*super().__dir__(), *self._declaration.fields]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Found) and (self.id, self._values) == (other.id, other._values)

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"<{self._declaration.label(self._values)} {self.id}>"


class LookUps:
    """What every declared type offers beside its constructor.

    Filters are fields, with the endings that the server knows after two underscores (``name__icontains``); a
    reference takes what a look-up found, or a URI; None matches what is not set; ``id`` takes a URI or a number.
    ``connection`` names an entry of ``<vendor>:connections``. What goes wrong ends the program in one line.
    """

    declaration: ClassVar[Declaration]

    @classmethod
    def get(cls, *, id: str | int | None = None, connection: str | None = None, **filters: Any) -> Found:
        """The one object that matches.

        Raises `NotUnique` when none does or several do, `TypeError` for a filter that cannot be one.
        """
        declaration = cls.declaration
        if id is not None:
            filters["id"] = id
        if not filters and not declaration.exists_once:
            raise TypeError(f"{declaration.name}.get needs a filter, such as its {_key(declaration)}")
        matches = list(itertools.islice(_search(declaration, connection, filters), COUNTED + 1))
        if len(matches) == 1:
            return matches[0]
        count = f"more than {COUNTED}" if len(matches) > COUNTED else str(len(matches)) if matches else "none"
        listed = f" ({', '.join(match.id for match in matches[:3])}{', …' if matches[3:] else ''})" if matches else ""
        raise _ending(errors.NotUnique)(
            f"{declaration.name}.get must match exactly one, got {count}{listed} with {_shown(declaration, filters)}"
        )

    @classmethod
    def list(cls, *, connection: str | None = None, **filters: Any) -> builtins.list[Found]:
        """All objects that match, in the server's order; without filters all there are."""
        return [*_search(cls.declaration, connection, filters)]


def _search(declaration: Declaration, connection: str | None, filters: Mapping[str, Any]) -> Iterator[Found]:
    if declaration.flow:
        raise TypeError(
            f"{declaration.name} is no type of the {declaration.vendor.server}: there is nothing to look up"
        )
    queries = _queries(declaration, filters)
    try:
        settings = Connections(declaration.vendor.name, get_config, os.environ).settings(connection or "")
        backend = backend_of(declaration.vendor, settings)
        uri = filters.get("id")
        if isinstance(uri, str) and "/" in uri:
            if set(filters) != {"id"} or f"/{declaration.path}/" not in uri:
                raise TypeError(f"id must be the URI of a {declaration.path}, and the only filter, got {show(uri)}")
            path = str(Reference(declaration.path).encode(uri))
            wire = backend.read(declaration.path, path)
            if wire is not None:
                yield Found(declaration, path, wire)
            return
        for query in queries:
            for id, wire in backend.list(declaration.path, query):
                yield Found(declaration, id, wire)
    except errors.NotFound as error:
        _end(error, f"{declaration.path} is not offered by this {declaration.vendor.server}")
    except errors.ProviderError as error:
        _end(error, f"{declaration.name}: {error}")


def _queries(declaration: Declaration, filters: Mapping[str, Any]) -> builtins.list[dict[str, Any]]:
    """The filters as the server takes them: one query, or one for each of several references."""
    query: dict[str, Any] = {}
    several: builtins.list[dict[str, Any]] = [{}]
    for name, value in filters.items():
        base, _, ending = name.partition("__")
        field = declaration.fields.get(base)
        if field is None and base != "id":
            near = difflib.get_close_matches(base, declaration.fields, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise TypeError(f"{declaration.name}: {base!r} is not a field to look up by{hint}")
        if isinstance(value, (pulumi.Output, pulumi.CustomResource)):
            raise TypeError(
                f"{declaration.name}: {name} must be known when the program runs, got an Output: "
                "a look-up asks at once; pass what another look-up found, or a URI"
            )
        refers = field is not None and isinstance(_inner(field), Reference)
        if value is None:
            query[f"{base}__isnull"] = "true"
        elif refers and ending == "in":
            several = [{**each, base: _number(one)} for each in several for one in value]
        else:
            query[name] = _number(value) if refers and not ending else value
    return [{**query, **each} for each in several]


def _inner(field: Field[Any]) -> Any:
    return field.kind.item if isinstance(field.kind, Many) else field.kind


def _number(value: Any) -> Any:
    """A reference as servers filter by it: the last part of its URI."""
    uri = value.id if isinstance(value, Found) else value
    return uri.rstrip("/").rpartition("/")[2] if isinstance(uri, str) else uri


def _key(declaration: Declaration) -> str:
    return " and ".join(declaration.natural_key) or "id"


def _shown(declaration: Declaration, filters: Mapping[str, Any]) -> str:
    parts = []
    for name, value in filters.items():
        field = declaration.fields.get(name.partition("__")[0])
        hidden = field is not None and field.secret
        parts.append(f"{name}={'[hidden]' if hidden else show(value.id if isinstance(value, Found) else value)}")
    return ", ".join(parts) or "no filter"


def _ending(kind: type[errors.ProviderError]) -> type[errors.ProviderError]:
    """The same error as one that ends a program in one line instead of a traceback."""
    made = type(kind.__name__, (kind, pulumi.RunError), {"__doc__": kind.__doc__})
    made.__module__ = "builtins"
    return made


def _end(error: errors.ProviderError, message: str) -> NoReturn:
    kind = _ending(type(error))
    made = kind.__new__(kind)
    made.__dict__.update(error.__dict__)
    made.args = (message,)
    raise made from None
