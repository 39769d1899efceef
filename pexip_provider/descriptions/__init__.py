"""What each type and each of its fields is for, in a TOML file a group of types.

A table a type, named by its path: ``about`` (a sentence or two), ``example`` (a program without its imports), and
one line a field; a part of a nested object is ``"aliases.alias"``. What common.toml says of a field stands for all
types that say nothing themselves.

In one voice: four to fifteen words in our own, a noun for a value ("PIN that Hosts enter"), an imperative for a switch
("Mute Guests when they join"), "Whether …" for a fact, "unset …" for what null means; never the name again.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any, NamedTuple

from provider_core.declaration import Declaration
from provider_core.kinds import Many, Record

__all__ = ["COMMON", "Description", "described", "names", "tables"]

COMMON = "common"


class Description(NamedTuple):
    """The words for one type: ``fields`` by their names, with those that nobody described left out."""

    about: str
    example: str
    fields: Mapping[str, str]


@functools.cache
def tables() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """All tables as they are written: file name without ``.toml`` → path → what is said of it."""
    files = sorted(resources.files(__name__).iterdir(), key=lambda file: file.name)
    read: dict[str, Any] = {
        file.name.removesuffix(".toml"): tomllib.loads(file.read_text("utf-8"))
        for file in files
        if file.name.endswith(".toml")
    }
    return read


def names(declaration: Declaration) -> list[str]:
    """What is described of a type: its fields, and the parts of those that are nested."""
    found = []
    for name, field in declaration.fields.items():
        found.append(name)
        item = field.kind.item if isinstance(field.kind, Many) else field.kind
        if isinstance(item, Record):
            found += [f"{name}.{part}" for part in item.fields]
    return found


def described(declaration: Declaration) -> Description:
    """The words for a type; what is missing is empty or left out."""
    own = next((file[declaration.path] for file in tables().values() if declaration.path in file), {})
    every = {**tables()[COMMON][COMMON], **own}
    fields = {name: every[name] for name in names(declaration) if name in every}
    return Description(own.get("about", ""), own.get("example", ""), fields)
