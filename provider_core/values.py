"""Between the engine's property bags and plain values; pure.

The engine drops a property that is null. So an explicit null travels as a name in the property `NULLS`, and
*values* are what all other code sees: a dict in which an absent name means "not managed" and None means null.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provider_core.declaration import Declaration

__all__ = [
    "ADOPT",
    "CONNECTION",
    "ITEMS",
    "NULLS",
    "URIS",
    "decode",
    "digest_of",
    "drifted",
    "encode",
    "from_engine",
    "kept",
    "read_back",
    "to_engine",
]

NULLS = "nulls"
CONNECTION = "connection"
ADOPT = "adopt"
ITEMS = "items"
URIS = "uris"


def digest_of(name: str) -> str:
    """The property that holds the SHA-256 of the file that the field ``name`` points to."""
    return f"{name}_sha256"


def from_engine(declaration: Declaration, props: Mapping[str, Any]) -> dict[str, Any]:
    """The declared fields in a property bag, with explicit nulls as None."""
    values = {name: props[name] for name in declaration.fields if name in props}
    nulls = props.get(NULLS)
    if isinstance(nulls, list):
        values |= {name: None for name in nulls if name in declaration.inputs}
    return values


def to_engine(declaration: Declaration, values: Mapping[str, Any], bag: Mapping[str, Any]) -> dict[str, Any]:
    """A property bag of ``values``, with the options and file digests of ``bag``."""
    props = {name: value for name, value in values.items() if value is not None}
    nulls = sorted(name for name, value in values.items() if value is None and name in declaration.inputs)
    if nulls:
        props[NULLS] = nulls
    return props | kept(declaration, bag)


def kept(declaration: Declaration, bag: Mapping[str, Any]) -> dict[str, Any]:
    """What goes from one property bag to the next as it is: options and file digests."""
    names = (CONNECTION, ADOPT, *map(digest_of, declaration.files))
    return {name: bag[name] for name in names if bag.get(name)}


def read_back(declaration: Declaration, olds: Mapping[str, Any], wire: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs ``olds`` as the node has them now. What means the same keeps its form, so that no difference shows."""
    found = decode(declaration, {name: wire[name] for name in olds if name in wire})
    return {
        name: found[name] if name in found and not declaration.inputs[name].kind.same(value, found[name]) else value
        for name, value in olds.items()
        if name in declaration.inputs
    }


def drifted(olds: Mapping[str, Any], inputs: Mapping[str, Any]) -> bool:
    """Whether `read_back` found anything else; what means the same it hands back as the very value of ``olds``."""
    return any(value is not olds[name] for name, value in inputs.items())


def encode(declaration: Declaration, values: Mapping[str, Any]) -> dict[str, Any]:
    """Input fields as JSON for the node; files, local and computed fields are no part of it."""
    return {
        name: None if value is None else declaration.inputs[name].kind.encode(value)
        for name, value in values.items()
        if name in declaration.sent
    }


def decode(declaration: Declaration, wire: Mapping[str, Any]) -> dict[str, Any]:
    """The node's JSON as values, for every declared field that the node returns in the clear."""
    return {
        name: None if value is None else declaration.fields[name].kind.decode(value)
        for name, value in wire.items()
        if name in declaration.readable
    }
