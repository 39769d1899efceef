"""What a resource class declares, as one value, and the registry in which the provider process finds it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from provider_core.fields import Field, Ownership
from provider_core.kinds import File, Integer, Kind, Many, Reference

if TYPE_CHECKING:
    from provider_core.backend import Backend
    from provider_core.connections import Settings
    from provider_core.lifecycle import Lifecycle

__all__ = [
    "Declaration",
    "DeclarationError",
    "Vendor",
    "declarations",
    "find",
    "flows",
    "look_ups",
    "register",
    "verify_references",
]


class DeclarationError(TypeError):
    """A declaration contradicts itself; raised at import, naming resource and field."""


@dataclass(frozen=True)
class Vendor:
    """A system that resources live on: the name is the token's and the configuration's namespace.

    ``connect`` makes a `Backend` from the settings of a connection, and is called when something is asked.
    ``server`` is what messages call the system. ``family`` is for vendors that one package declares together:
    ``hypervisor`` for those of ``hypervisor_provider``.
    """

    name: str
    title: str
    connect: Callable[[Settings], Backend]
    server: str = "server"
    family: str = ""

    @property
    def namespace(self) -> str:
        """``pexip``, or ``hypervisor.vsphere``: its name, after the family's."""
        return f"{self.family}.{self.name}" if self.family else self.name


@dataclass(frozen=True)
class Declaration:
    """Everything there is to know of one type of resource; pure data."""

    vendor: Vendor
    name: str
    path: str
    natural_key: tuple[str, ...]
    fields: Mapping[str, Field[Any]]
    lifecycle: type[Lifecycle]
    group: str = ""
    doc: str = ""
    exists_once: bool = False
    key_is_unique: bool = True
    read_only: bool = False
    """Whether the type can only be looked up."""
    flow: bool = False
    """Whether it is no type of the server's API but steps between types, which its lifecycle takes by itself."""

    @property
    def token(self) -> str:
        """``pexip:Conference``: the stable name, in states and in the registry."""
        return f"{self.vendor.namespace}:{self.name}"

    @cached_property
    def inputs(self) -> dict[str, Field[Any]]:
        """The fields that a stack can set."""
        return {name: field for name, field in self.fields.items() if field.is_input}

    @cached_property
    def sent(self) -> dict[str, Field[Any]]:
        """The inputs that are part of an object's JSON: all but files and what concerns this machine only."""
        return {
            name: field
            for name, field in self.inputs.items()
            if field.ownership is not Ownership.LOCAL and not isinstance(field.kind, File)
        }

    @cached_property
    def readable(self) -> frozenset[str]:
        """The names of the fields that the server returns in the clear."""
        hidden = (Ownership.WRITE_ONLY, Ownership.LOCAL)
        return frozenset(name for name, field in self.fields.items() if field.ownership not in hidden)

    @cached_property
    def computed(self) -> dict[str, Field[Any]]:
        """The fields that only the node sets."""
        return {name: field for name, field in self.fields.items() if not field.is_input}

    @cached_property
    def read_at_create(self) -> bool:
        """Whether creating must read the object back, for fields that the node fills at once."""
        return any(field.ownership is Ownership.COMPUTED_AT_CREATE for field in self.fields.values())

    @cached_property
    def joinable(self) -> bool:
        """Whether creates can be joined: each object can be found again by a short, unique natural key."""
        plain = all(not getattr(self.fields[name].kind, "format", None) for name in self.natural_key)
        return self.key_is_unique and plain and not self.lifecycle.alone

    @cached_property
    def bulky(self) -> bool:
        """Whether an object comes with a file or with steps of its own, whose work is mostly outside of Python."""
        return self.lifecycle.alone or bool(self.files)

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The names of the fields that are uploaded files."""
        return tuple(name for name, field in self.fields.items() if isinstance(field.kind, File))

    def key_of(self, values: Mapping[str, Any]) -> dict[str, Any] | None:
        """The natural key in ``values``, in wire form, or None where a part of it is missing or unknown."""
        key = {}
        for name in self.natural_key:
            value = values.get(name)
            if not isinstance(value, (str, int, float)):
                return None
            key[name] = self.fields[name].kind.encode(value)
        return key or None

    def label(self, values: Mapping[str, Any]) -> str:
        """``Conference "Board room"``: how messages name an object."""
        shown = [str(values[name]) for name in self.natural_key if isinstance(values.get(name), (str, int, float))]
        secret = any(self.fields[name].secret for name in self.natural_key)
        # A certificate or a key can be a natural key: one line of a message holds its beginning.
        line = " ".join(" / ".join(shown).split())
        short = line if len(line) <= 60 else f"{line[:59]}…"
        return f'{self.name} "{short}"' if shown and not secret else self.name

    def verify(self) -> None:
        """Raise `DeclarationError` for the first thing wrong with this declaration."""
        for key in self.natural_key:
            if key not in self.fields:
                raise DeclarationError(f"{self.name}: natural key {key!r} is not a field")
            if not self.fields[key].is_input and not self.read_only:
                raise DeclarationError(f"{self.name}.{key}: a natural key must be a field that the stack sets")
        for name, field in self.fields.items():
            if field.mistake:
                raise DeclarationError(f"{self.name}.{name}: {field.mistake}")
            kind = field.kind.item if isinstance(field.kind, Many) else field.kind
            if isinstance(kind, Integer) and not kind.possible:
                raise DeclarationError(f"{self.name}.{name}: its bounds are the wrong way round")
            if name in _RESERVED:
                raise DeclarationError(f"{self.name}.{name}: the name is taken by the engine or by an option")


_RESERVED = frozenset(
    {"id", "urn", "opts", "connection", "adopt", "nulls", "resource_name", "get", "list", "collection", "declaration"}
)
_registry: dict[str, Declaration] = {}


def register(declaration: Declaration) -> None:
    """Enter a declaration; two of one token, or a bad one, fail here, at import."""
    declaration.verify()
    if declaration.token in _registry:
        raise DeclarationError(f"{declaration.name}: {declaration.token} is declared twice")
    _registry[declaration.token] = declaration


def find(token: str) -> Declaration:
    """The declaration behind a token such as ``pexip:Conference``; imports the vendor's package first."""
    _import(token.partition(":")[0])
    if token not in _registry or _registry[token].read_only:
        raise DeclarationError(f"{token} is not a type of resource of this version")
    return _registry[token]


def declarations(vendor: str) -> list[Declaration]:
    """All declarations of a vendor's types that are resources, by its namespace, in the order of their declaration."""
    return [each for each in _of(vendor) if not each.read_only and not each.flow]


def flows(vendor: str) -> list[Declaration]:
    """The declarations of a vendor's resources that are no types of its API, in the order of their declaration."""
    return [each for each in _of(vendor) if each.flow]


def look_ups(vendor: str) -> list[Declaration]:
    """The declarations of a vendor's types that can only be looked up, in the order of their declaration."""
    return [each for each in _of(vendor) if each.read_only]


def verify_references(vendor: str, besides: frozenset[str] = frozenset()) -> None:
    """Fail for a reference to a type that nobody declares; called when a vendor's package is complete.

    ``besides`` names paths that exist on the node and are no resources.
    """
    own = [each for each in _registry.values() if each.vendor.namespace == vendor]
    known = besides | {each.path for each in own}
    for declaration in own:
        for name, field in declaration.fields.items():
            for to in _targets(field.kind):
                if to not in known:
                    raise DeclarationError(f"{declaration.name}.{name}: refers to {to!r}, an unknown type")


def _of(vendor: str) -> list[Declaration]:
    _import(vendor)
    return [each for each in _registry.values() if each.vendor.namespace == vendor]


def _import(namespace: str) -> None:
    importlib.import_module(f"{namespace.partition('.')[0]}_provider")


def _targets(kind: Kind) -> Iterator[str]:
    if isinstance(kind, Many):
        yield from _targets(kind.item)
    elif isinstance(kind, Reference):
        yield kind.to
