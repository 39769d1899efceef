"""Kinds of value: what each must be, what it is compared by, and how it stands on the wire.

A kind is a frozen value with a readable repr. It knows nothing of the engine or of HTTP.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from pulumi.output import Unknown

from provider_core.formats import FORMATS, same_json, same_pem
from provider_core.handover import is_stream

__all__ = [
    "Boolean",
    "Choice",
    "File",
    "Image",
    "Integer",
    "Json",
    "Kind",
    "Many",
    "Problem",
    "Record",
    "Reference",
    "Text",
    "bounds",
    "contains_unknown",
    "show",
]


class Problem(NamedTuple):
    """One thing wrong with a value: what it must be, what it is, and where (``[2].alias``), if inside."""

    must: str
    got: str
    where: str = ""

    def sentence(self, name: str, secret: bool) -> str:
        """One line in the grammar "must be …, got …"; a secret's value is never in it."""
        got = "a hidden value" if secret and self.got not in ("null", "nothing") else self.got
        return f"{name}{self.where} must be {self.must}, got {got}"


def show(value: object) -> str:
    """A value as it stands in a message: bounded, strings in quotes."""
    if value is None:
        return "null"
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= 80 else text[:77] + "…"


def bounds(low: int | None, high: int | None) -> str:
    """``4 to 20``, ``at least 4`` or ``at most 20``."""
    if low is not None and high is not None:
        return f"{low} to {high}"
    return f"at least {low}" if low is not None else f"at most {high}"


class Kind:
    """What all kinds have in common; the defaults are those of a plain JSON value."""

    def problems(self, value: Any) -> Iterator[Problem]:
        """What is wrong with a value that is neither null nor unknown. Never raises."""
        yield from ()

    def canonical(self, value: Any) -> Hashable:
        """What two values are compared by: equal exactly when they mean the same to the node."""
        return json.dumps(value, sort_keys=True, default=repr)

    def same(self, one: Any, other: Any) -> bool:
        """Whether two values, null among them, mean the same. What is unknown, even in part, is never the same."""
        if contains_unknown(one) or contains_unknown(other):
            return False
        if one is None or other is None:
            return one is other
        return self.canonical(one) == self.canonical(other)

    def encode(self, value: Any) -> Any:
        """The value as JSON for the node."""
        return value

    def decode(self, wire: Any) -> Any:
        """The node's JSON as a value; what cannot be understood is passed on as it is."""
        return wire


@dataclass(frozen=True)
class Text(Kind):
    """A string: at most ``max_length`` characters, or ``digits`` (least, most) digits, or of a format."""

    max_length: int | None = None
    digits: tuple[int, int] | None = None
    format: str | None = None

    def problems(self, value: Any) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield Problem("a string", show(value))
        elif self.digits and not (
            value.isascii() and value.isdigit() and self.digits[0] <= len(value) <= self.digits[1]
        ):
            yield Problem(f"{bounds(*self.digits)} digits", show(value))
        elif self.max_length is not None and len(value) > self.max_length:
            yield Problem(f"at most {self.max_length} characters", f"{len(value)}")
        elif self.format and not FORMATS[self.format][1](value):
            yield Problem(FORMATS[self.format][0], show(value))

    def canonical(self, value: Any) -> Hashable:
        text = str(value)
        if self.format == "pem":
            return repr(same_pem(text))
        return str(same_json(text)) if self.format == "json" else text

    def decode(self, wire: Any) -> Any:
        if self.format == "json" and isinstance(wire, (dict, list)):
            return json.dumps(wire, sort_keys=True)
        return wire if wire is None or isinstance(wire, str) else str(wire)


@dataclass(frozen=True)
class Choice(Kind):
    """One of a fixed set of strings."""

    choices: tuple[str, ...]

    def problems(self, value: Any) -> Iterator[Problem]:
        if value not in self.choices:
            yield Problem("one of " + ", ".join(show(choice) for choice in self.choices), show(value))

    def canonical(self, value: Any) -> Hashable:
        return str(value)


@dataclass(frozen=True)
class Integer(Kind):
    """A whole number between bounds; ``also`` holds values outside them that are allowed (0 for "never")."""

    minimum: int | None = None
    maximum: int | None = None
    also: tuple[int, ...] = ()

    @property
    def possible(self) -> bool:
        """Whether any number lies between the bounds."""
        return self.minimum is None or self.maximum is None or self.minimum <= self.maximum

    def problems(self, value: Any) -> Iterator[Problem]:
        number = self.decode(value)
        if not isinstance(number, int) or isinstance(value, (bool, str)):
            yield Problem("a whole number", show(value))
        elif number in self.also:
            return
        elif (self.minimum is not None and number < self.minimum) or (
            self.maximum is not None and number > self.maximum
        ):
            besides = "".join(f" or {extra}" for extra in self.also)
            yield Problem(bounds(self.minimum, self.maximum) + besides, show(number))

    def canonical(self, value: Any) -> Hashable:
        return str(self.decode(value))

    def encode(self, value: Any) -> Any:
        return self.decode(value)

    def decode(self, wire: Any) -> Any:
        # The engine's numbers are floats, and some of the vendor's numbers are strings.
        try:
            return int(wire) if not isinstance(wire, bool) and float(wire) == int(wire) else wire
        except (TypeError, ValueError, OverflowError):
            return wire


@dataclass(frozen=True)
class Boolean(Kind):
    """True or false."""

    def problems(self, value: Any) -> Iterator[Problem]:
        if not isinstance(value, bool):
            yield Problem("true or false", show(value))


@dataclass(frozen=True)
class Json(Kind):
    """Any JSON value; compared by content."""


@dataclass(frozen=True)
class Reference(Kind):
    """The URI of an object of type ``to`` (its path, as the root listing names it).

    ``by`` names fields of that type whose value may stand for the URI, where the lifecycle resolves them.
    """

    to: str
    by: tuple[str, ...] = ()

    def problems(self, value: Any) -> Iterator[Problem]:
        if self.is_name(value):
            return
        if not isinstance(value, str) or f"/{self.to}/" not in value:
            names = f", or its {' or '.join(self.by)}" if self.by else ""
            yield Problem(f"a resource of type {self.to} or its URI (…/{self.to}/<id>/){names}", show(value))

    def is_name(self, value: Any) -> bool:
        """Whether the value stands for a URI that is still to be found."""
        return bool(self.by) and isinstance(value, str) and value != "" and "/" not in value

    def canonical(self, value: Any) -> Hashable:
        return str(self.encode(value))

    def encode(self, value: Any) -> Any:
        try:
            return urlsplit(value).path if isinstance(value, str) and "/" in value else value
        except ValueError:
            return value

    def decode(self, wire: Any) -> Any:
        uri = wire.get("resource_uri") if isinstance(wire, dict) else wire
        return self.encode(uri)


@dataclass(frozen=True)
class Many(Kind):
    """A list of one kind. ``unordered``: compared as a set."""

    item: Kind
    unordered: bool = True

    def problems(self, value: Any) -> Iterator[Problem]:
        if not isinstance(value, (list, tuple)):
            yield Problem("a list", show(value))
            return
        seen: set[Hashable] = set()
        for index, item in enumerate(value):
            if isinstance(item, Unknown):
                continue
            if item is None:
                yield Problem("a value", "null", f"[{index}]")
                continue
            wrong = [problem._replace(where=f"[{index}]{problem.where}") for problem in self.item.problems(item)]
            yield from wrong
            if self.unordered and not wrong:
                key = self.item.canonical(item)
                if key in seen:
                    yield Problem("given once", f"{show(item)} twice", f"[{index}]")
                seen.add(key)

    def canonical(self, value: Any) -> Hashable:
        if not isinstance(value, (list, tuple)):
            return super().canonical(value)
        items = ["null" if item is None else str(self.item.canonical(item)) for item in value]
        return tuple(sorted(items)) if self.unordered else tuple(items)

    def encode(self, value: Any) -> Any:
        return [self.item.encode(item) for item in value]

    def decode(self, wire: Any) -> Any:
        return [self.item.decode(item) for item in wire] if isinstance(wire, list) else wire


@dataclass(frozen=True)
class Record(Kind):
    """An object inside another, with fields of its own: name → (kind, default or ``...`` when required)."""

    fields: Mapping[str, tuple[Kind, Any]]

    def __hash__(self) -> int:
        return hash(tuple(self.fields))

    def problems(self, value: Any) -> Iterator[Problem]:
        if not isinstance(value, Mapping):
            yield Problem(f"an object with {', '.join(self.fields)}", show(value))
            return
        for name in value:
            if name not in self.fields:
                yield Problem(f"one of {', '.join(self.fields)}", "this name", f".{name}")
        for name, (kind, default) in self.fields.items():
            inner = value.get(name)
            if isinstance(inner, Unknown):
                continue
            if inner is None:
                if default is ...:
                    yield Problem("given", "nothing", f".{name}")
                continue
            for problem in kind.problems(inner):
                yield problem._replace(where=f".{name}{problem.where}")

    def canonical(self, value: Any) -> Hashable:
        if not isinstance(value, Mapping):
            return super().canonical(value)
        # A part that is left out means its default: the whole record is sent and so replaced.
        parts = []
        for name, (kind, default) in sorted(self.fields.items()):
            inner = value.get(name)
            if inner is not None and inner != default:
                parts.append(f"{name}={kind.canonical(inner)}")
        return "\n".join(parts)

    def encode(self, value: Any) -> Any:
        return {name: self.fields[name][0].encode(inner) for name, inner in value.items() if inner is not None}

    def decode(self, wire: Any) -> Any:
        if not isinstance(wire, Mapping):
            return wire
        kept = {}
        for name, (kind, default) in self.fields.items():
            inner = wire.get(name)
            if inner is not None and inner != default:
                kept[name] = kind.decode(inner)
        return kept


@dataclass(frozen=True)
class File(Kind):
    """A file to upload: a path, relative to where the program runs. Its content is what is compared."""

    def problems(self, value: Any) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield Problem("the path of a file", show(value))

    def canonical(self, value: Any) -> Hashable:
        return str(value)


@dataclass(frozen=True)
class Image(Kind):
    """What a machine is made from: the path of a file, or the name of a stream (`provider_core.handover`).

    To a machine that is there one file is as good as another; another stream is another machine's image.
    """

    def problems(self, value: Any) -> Iterator[Problem]:
        if not isinstance(value, str) or not value:
            yield Problem("the path of a file, or what another resource hands over", show(value))

    def canonical(self, value: Any) -> Hashable:
        return value if isinstance(value, str) and is_stream(value) else "a file"


def contains_unknown(value: Any) -> bool:
    """Whether a value, or anything inside it, is not known before the update."""
    if isinstance(value, Unknown):
        return True
    if isinstance(value, Mapping):
        return any(contains_unknown(inner) for inner in value.values())
    return isinstance(value, (list, tuple)) and any(contains_unknown(inner) for inner in value)
