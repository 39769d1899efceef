"""A small vendor of the tests' own: types that have every trait, and a way to declare more."""

from __future__ import annotations

import itertools
import types
from typing import Any

import pulumi

from provider_core.backend import Backend
from provider_core.connections import Settings
from provider_core.declaration import Declaration, Vendor
from provider_core.fields import (
    BY_NODE,
    Computed,
    Field,
    Ref,
    Refs,
    boolean,
    choice,
    computed,
    digits,
    file,
    integer,
    nested,
    path,
    reference,
    references,
    text,
    texts,
)
from provider_core.resource import Nested, Resource

__all__ = ["ROOM", "SAMPLE", "UNKNOWN", "Room", "SampleResource", "declare"]

UNKNOWN: Any = pulumi.output.Unknown()  # type: ignore[no-untyped-call]  # the SDK leaves it without types
"""A value that is not known before the update."""


def _connect(settings: Settings) -> Backend:
    raise AssertionError("a pure test connects to nothing")


SAMPLE = Vendor("sample", "Sample", _connect)
_numbers = itertools.count()


class SampleResource(Resource, vendor=SAMPLE):
    """A resource of the sample vendor."""


class Door(Nested):
    """A part of a room."""

    label: Field[str] = text(max_length=10)
    width: Field[int] = integer(minimum=1, default=80)


class Room(SampleResource, path="room", natural_key="name"):
    """A type with every trait."""

    name: Field[str] = text(max_length=20)
    doors: Field[list[Door]] = nested(Door, default=())
    kind: Field[str] = choice("large", "small", default="small")
    seats: Field[int] = integer(minimum=4, maximum=20, also=(0,), default=8)
    open: Field[bool] = boolean(default=False)
    pin: Field[str] = digits(4, 6, default="")
    password: Field[str] = text(max_length=8, secret=True, write_only=True, default="")
    floor: Field[str] = text(replaces=True, default="")
    host: Ref = reference("host", default=None)
    guests: Refs = references("guest", default=())
    queue: Field[list[str]] = texts(unordered=False, default=())
    certificate: Field[str] = text(format="pem", default=BY_NODE)
    layout: Field[str] = text(format="json", default="")
    ratio: Field[int] = integer(default=None)
    picture: Field[str] = file(default=BY_NODE)
    document_path: Field[str] = path(default="")
    chosen: Field[str] = text(default=BY_NODE)
    made: Computed[str] = computed()


ROOM: Declaration = Room.declaration


def declare(fields: dict[str, Any], name: str = "", **keywords: Any) -> Declaration:
    """Declare a type; without a name, one that nobody else has."""

    def body(namespace: dict[str, Any]) -> None:
        namespace.update(fields, __annotations__={}, __doc__="A type of a test.")

    name = name or f"Thing{next(_numbers)}"
    made: Any = types.new_class(name, (SampleResource,), {"path": "thing", **keywords}, body)
    declaration: Declaration = made.declaration
    return declaration
