"""Where a declaration and the simulator's data file say different things of the same type: two readings of one API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from provider_core.declaration import Declaration
from provider_core.fields import BY_NODE, Field, Ownership
from provider_core.kinds import Boolean, Choice, File, Integer, Kind, Many, Record, Reference, Text

__all__ = ["Difference", "facts", "last_version", "of_field", "of_type"]

_FILE = Path(__file__).parents[2] / "simulators" / "pexip" / "resources.json"
_EMPTY: dict[str, Any] = {"string": "", "file": "", "boolean": False}


class Difference(NamedTuple):
    """What the two sides say of one aspect."""

    aspect: str
    ours: Any
    theirs: Any


def facts() -> dict[str, dict[str, Any]]:
    """The data file: types by path."""
    found: dict[str, dict[str, Any]] = json.loads(_FILE.read_text())["resources"]
    return found


def last_version(path: str) -> int | None:
    """The last version whose nodes have a type; None when the newest ones do."""
    until: int | None = facts()[path].get("until")
    return until


def of_type(declaration: Declaration, fact: dict[str, Any]) -> Iterator[Difference]:
    """Differences in what is true of the type as a whole."""
    pairs = {
        "exists once": (declaration.exists_once, bool(fact.get("singleton"))),
        "natural key": (list(declaration.natural_key), fact["natural_key"]),
        "key is unique": (
            declaration.key_is_unique or declaration.exists_once,
            declaration.exists_once or any(set(keys) <= set(declaration.natural_key) for keys in fact["unique"]),
        ),
    }
    yield from _different(pairs)
    lists, details = set(fact["methods"]["list"]), set(fact["methods"]["detail"])
    needed = {"GET", "PATCH"} if declaration.exists_once else {"GET", "PATCH", "DELETE"}
    if missing := sorted(needed - details) + sorted({"GET", *(() if declaration.exists_once else ("POST",))} - lists):
        yield Difference("methods", missing, "not allowed")


def of_field(field: Field[Any] | None, fact: dict[str, Any] | None) -> Iterator[Difference]:
    """Differences in a field; either side may not have it."""
    if field is None or fact is None:
        # What only shows who refers to an object is of no use in a stack.
        if not (fact and fact.get("reverse") and fact.get("read_only")):
            yield Difference("there", field is not None, fact is not None)
        return
    read_only = bool(fact.get("read_only"))
    if field.is_input == read_only:
        yield Difference("input", field.is_input, not read_only)
    elif field.is_input:
        yield from _different(_input(field, fact))
    yield from _different({"secret": (field.secret, bool(fact.get("secret")))})


def _input(field: Field[Any], fact: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    kind = field.kind
    hidden = fact.get("shown", "clear") != "clear" or fact["type"] == "file"
    plain = fact["type"] in ("integer", "datetime", "date", "time", "related") and not fact.get("many")
    optional = not fact.get("required") and "default" not in fact
    pairs = {
        "type": (_type(kind), fact["type"]),
        "to": (_to(kind), fact.get("to") if fact["type"] == "related" and not fact.get("nested") else None),
        "many": (isinstance(kind, Many), bool(fact.get("many"))),
        "required": (field.required, bool(fact.get("required"))),
        "nullable": (field.nullable, bool(fact.get("nullable")) or (plain and optional)),
        "write only": (field.ownership is Ownership.WRITE_ONLY, hidden),
        "replaces": (field.replaces, bool(fact.get("create_only"))),
        "choices": (sorted(kind.choices) if isinstance(kind, Choice) else [], sorted(fact.get("choices", []))),
        "max_length": (getattr(kind, "max_length", None), None if isinstance(kind, Choice) else fact.get("max_length")),
        "digits": (list(getattr(kind, "digits", None) or ()), fact.get("digits", [])),
        "format": (_known(getattr(kind, "format", None)), _known(fact.get("format"))),
    }
    if isinstance(kind, Text) and kind.digits:
        del pairs["max_length"]
    if isinstance(kind, Integer):
        pairs["bounds"] = ([kind.minimum, kind.maximum], [fact.get("min"), fact.get("max")])
        pairs["also"] = (list(kind.also), fact.get("also", []))
    if not field.required and not (field.default is BY_NODE and "default" not in fact):
        pairs["default"] = (_plain(field.default), _default(fact))
    return pairs


def _different(pairs: dict[str, tuple[Any, Any]]) -> Iterator[Difference]:
    for aspect, (ours, theirs) in pairs.items():
        if ours != theirs:
            yield Difference(aspect, ours, theirs)


def _type(kind: Kind) -> str:
    inner = kind.item if isinstance(kind, Many) else kind
    match inner:
        case Text(format="date" | "time" | "datetime"):
            return str(inner.format)
        case Text() | Choice():
            return "string"
        case Integer():
            return "integer"
        case Boolean():
            return "boolean"
        case Reference() | Record():
            return "related"
        case File():
            return "file"
    return repr(kind)


def _to(kind: Kind) -> str | None:
    inner = kind.item if isinstance(kind, Many) else kind
    return inner.to if isinstance(inner, Reference) else None


def _known(format: str | None) -> str | None:
    """A format that both sides know; the rest are types of their own there, or settled by code."""
    return format if format in ("ip_address", "url", "email", "domain", "regex") else None


def _plain(default: Any) -> Any:
    return list(default) if isinstance(default, tuple) else default


def _default(fact: dict[str, Any]) -> Any:
    if "default" in fact:
        return fact["default"]
    if fact.get("many"):
        return []
    return None if fact.get("nullable") else _EMPTY.get(fact["type"])
