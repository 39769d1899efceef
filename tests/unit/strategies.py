"""Hypothesis strategies made from the declarations themselves."""

from __future__ import annotations

import base64
import json
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from pulumi.output import Unknown

from provider_core.declaration import Declaration
from provider_core.fields import Field
from provider_core.kinds import Boolean, Choice, File, Image, Integer, Json, Kind, Many, Record, Reference, Text

__all__ = ["anything", "legal", "legal_values"]

_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
_FORMATS: dict[str, SearchStrategy[str]] = {
    "ip_address": st.ip_addresses().map(str),
    "url": st.integers(1, 99).map("https://node{}.example.com/a".format),
    "email": st.integers(1, 99).map("user{}@example.com".format),
    "domain": st.integers(1, 99).map("n{}.example.com".format),
    "regex": st.sampled_from([".*", "(a|b)+", "[0-9]{3}", "^$", "x"]),
    "date": st.dates().map(str),
    "time": st.times().map(lambda time: time.strftime("%H:%M:%S")),
    "datetime": st.datetimes().map(lambda time: time.isoformat(timespec="seconds")),
    "pem": st.binary(min_size=1, max_size=60).map(
        lambda content: (
            f"-----BEGIN CERTIFICATE-----\n{base64.b64encode(content).decode()}\n-----END CERTIFICATE-----\n"
        )
    ),
    "json": st.dictionaries(_WORDS, st.integers() | _WORDS, max_size=3).map(json.dumps),
}
_NASTY = st.sampled_from(
    ["", " ", "\n", "//[/conference/", "https://[::1/role/1/", "\x00", "(?P<", "1e999", "9" * 5000, "[" * 2000, "NaN"]
)
_PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | _WORDS | _NASTY | st.builds(Unknown)

anything: SearchStrategy[Any] = st.recursive(
    _PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS | st.sampled_from(["alias"]), inner, max_size=3),
    max_leaves=6,
)
"""Whatever the engine may hand over: JSON, with unknown parts."""


def legal(kind: Kind) -> SearchStrategy[Any]:
    """Values that a node takes."""
    match kind:
        case Text(digits=(least, most)):
            return st.text("0123456789", min_size=least, max_size=min(most, least + 4))
        case Text(format=str() as format):
            return _FORMATS[format]
        case Text():
            return _WORDS if kind.max_length is None else _WORDS.map(lambda text: text[: kind.max_length])
        case Integer():
            low = kind.minimum if kind.minimum is not None else -1000
            high = kind.maximum if kind.maximum is not None else low + 100_000
            return st.integers(low, high) | st.sampled_from(kind.also or (low,))
        case Boolean():
            return st.booleans()
        case Choice():
            return st.sampled_from(kind.choices)
        case Reference():
            return st.integers(1, 20).map(f"/api/admin/configuration/v1/{kind.to}/{{}}/".format)
        case Many():
            return st.lists(legal(kind.item), max_size=3, unique_by=kind.item.canonical)
        case Record():
            required = {name: legal(inner) for name, (inner, default) in kind.fields.items() if default is ...}
            optional = {name: legal(inner) for name, (inner, default) in kind.fields.items() if default is not ...}
            return st.fixed_dictionaries(required, optional=optional)
        case File():
            return st.just("package.zip")
        case Image():
            return st.sampled_from(["node.ova", "stream:0123"])
        case Json():
            return st.dictionaries(_WORDS, st.integers() | _WORDS, max_size=3)
    raise AssertionError(f"no strategy for {kind!r}")


def _legal_field(field: Field[Any]) -> SearchStrategy[Any]:
    return (legal(field.kind) | st.none()) if field.nullable else legal(field.kind)


def legal_values(declaration: Declaration, fields: int = 6) -> SearchStrategy[dict[str, Any]]:
    """Some fields of a type, with values that a node takes: a few at a time, because some types have a hundred."""
    inputs = declaration.inputs
    names = st.lists(st.sampled_from(sorted(inputs)), unique=True, max_size=fields)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: _legal_field(inputs[name]) for name in chosen}))
