"""The data file as typed objects: which types there are, and what each of their fields is."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DATA_FILE = Path(__file__).with_name("resources.json")
NEWEST = 41
VERSIONS = (12, 34, 41)
_WORKED_OUT = ("count", "nodes", "default_webapp_alias")
ROOT = "/api/admin/configuration/v1/"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a type; the words are explained in the data file's legend."""

    name: str
    type: str
    required: bool = False
    nullable: bool = False
    read_only: bool = False
    create_only: bool = False
    secret: bool = False
    shown: str = "clear"
    default: Any = None
    has_default: bool = False
    max_length: int | None = None
    min: int | None = None
    max: int | None = None
    also: tuple[int, ...] = ()
    digits: tuple[int, int] | None = None
    format: str | None = None
    choices: tuple[str, ...] = ()
    choices_before: Mapping[str, list[str]] = field(default_factory=dict)
    to: str | None = None
    many: bool = False
    reverse: str | None = None
    nested: bool = False
    by_id: bool = False
    on_delete: str = "null"
    computed: str | None = None
    since: int = 12
    until: int = NEWEST

    @property
    def stored(self) -> bool:
        """Whether it is a column, or a table of pairs, of its own type; else it is worked out when shown."""
        return self.name != "id" and self.reverse is None and self.computed not in _WORKED_OUT

    def choices_in(self, version: int) -> tuple[str, ...]:
        """The values that this version takes; empty: any."""
        for before, choices in self.choices_before.items():
            if version < int(before):
                return tuple(choices)
        return self.choices


@dataclass(frozen=True, slots=True)
class TypeSpec:
    """One type of object that the node keeps."""

    name: str
    group: str
    title: str
    methods: Mapping[str, list[str]]
    natural_key: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...]
    fields: Mapping[str, FieldSpec]
    key: str = "id"
    singleton: bool = False
    protected: bool = False
    objects: tuple[Mapping[str, Any], ...] = ()
    since: int = 12
    until: int = NEWEST

    @property
    def uri(self) -> str:
        """The path of the list."""
        return f"{ROOT}{self.name}/"


def _field(name: str, entry: dict[str, Any]) -> FieldSpec:
    plain = entry["type"] in ("integer", "datetime", "date", "time") or (
        entry["type"] == "related" and not entry.get("many")
    )
    optional = not entry.get("required") and "default" not in entry and name != "id"
    entry = {**entry, "nullable": entry.get("nullable", False) or (plain and optional)}
    for key in ("also", "digits", "choices"):
        if key in entry:
            entry[key] = tuple(entry[key])
    return FieldSpec(name=name, has_default="default" in entry, **entry)


def _type(name: str, entry: dict[str, Any]) -> TypeSpec:
    fields = {key: _field(key, value) for key, value in entry["fields"].items()}
    unique = tuple(tuple(keys) for keys in entry["unique"])
    return TypeSpec(
        **{
            **entry,
            "name": name,
            "fields": fields,
            "unique": unique,
            "natural_key": tuple(entry["natural_key"]),
            "objects": tuple(entry.get("objects", ())),
        }
    )


_TEXT = DATA_FILE.read_bytes()
_DATA: dict[str, Any] = json.loads(_TEXT)

MASK: str = _DATA["mask"]
FINGERPRINT: int = zlib.crc32(_TEXT) & 0x7FFFFFFF
TYPES: Mapping[str, TypeSpec] = {name: _type(name, entry) for name, entry in _DATA["resources"].items()}
SECTIONS: Mapping[str, Mapping[str, Any]] = _DATA.get("sections", {})


def types_in(version: int) -> dict[str, TypeSpec]:
    """The types that a node of this version offers."""
    return {name: spec for name, spec in TYPES.items() if spec.since <= version <= spec.until}


def fields_in(spec: TypeSpec, version: int) -> dict[str, FieldSpec]:
    """The fields that a node of this version offers: not those whose related type it does not have."""
    offered = types_in(version)
    return {
        name: field
        for name, field in spec.fields.items()
        if field.since <= version <= field.until and (field.to is None or field.to in offered)
    }
