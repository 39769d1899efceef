"""Fields: one line in a class declares a property, and drives typing, check, diff, encoding and documents.

The functions here are *specifiers*: to a type checker they return what ``dataclass_transform`` wants; at run
time they return a `Field`. A field without ``default=`` is required; the default is the API's own. Where the
node picks the value, the default is `BY_NODE`.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Generic, Literal, Self, TypeVar, overload

import pulumi

from provider_core.kinds import Boolean, Choice, File, Image, Integer, Kind, Many, Record, Reference, Text

if TYPE_CHECKING:
    from provider_core.lookups import Found
    from provider_core.resource import Nested

__all__ = [
    "BY_NODE",
    "Computed",
    "Field",
    "Ownership",
    "Ref",
    "Refs",
    "boolean",
    "choice",
    "computed",
    "digits",
    "file",
    "image",
    "integer",
    "local",
    "nested",
    "option",
    "path",
    "positional",
    "reference",
    "references",
    "text",
    "texts",
]

T = TypeVar("T")
_REQUIRED: Any = ...


class _ByNode:
    def __repr__(self) -> str:
        return "BY_NODE"


BY_NODE: Any = _ByNode()
"""The default of a field whose value the node chooses when it is not given."""


class Ownership(enum.Enum):
    """Who sets a field, and who can read it back."""

    INPUT = "the stack sets it, the node returns it"
    WRITE_ONLY = "the stack sets it, the node never returns it (or masks it)"
    LOCAL = "the stack sets it, it concerns the machine that runs the stack and is never sent"
    COMPUTED = "the node sets it; known after the first refresh"
    COMPUTED_AT_CREATE = "the node sets it; read back when the object is made"


class Field(Generic[T]):
    """A property of a resource.

    In the constructor it takes an ``Input[T]``; on a resource it reads as an ``Output[T]``, which resolves to
    None when the stack does not set it (what is undeclared is unmanaged, and so not known here). On the class
    it is this object.
    """

    name: str = ""

    def __init__(
        self,
        kind: Kind,
        *,
        default: Any = _REQUIRED,
        ownership: Ownership = Ownership.INPUT,
        secret: bool = False,
        nullable: bool = False,
        replaces: bool = False,
    ) -> None:
        self.kind = kind
        self.default = default
        self.ownership = ownership
        self.secret = secret
        self.nullable = nullable or default is None
        self.replaces = replaces

    @property
    def required(self) -> bool:
        """Whether the constructor demands it."""
        return self.default is _REQUIRED and self.is_input

    @property
    def is_input(self) -> bool:
        """Whether the stack can set it."""
        return self.ownership in (Ownership.INPUT, Ownership.WRITE_ONLY, Ownership.LOCAL)

    @property
    def default_known(self) -> bool:
        """Whether there is a default to go back to when the field is removed from the stack."""
        return self.default is not _REQUIRED and self.default is not BY_NODE

    @property
    def mistake(self) -> str:
        """What is wrong with the declaration itself, or an empty string."""
        if not self.default_known or not self.is_input or self.default in (None, "", ()):
            return ""
        problem = next(self.kind.problems(self.default), None)
        return problem.sentence("default", secret=False) if problem else ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> pulumi.Output[T]: ...
    def __get__(self, instance: object | None, owner: type) -> Self | pulumi.Output[T]:
        if instance is None:
            return self
        value: Any = instance.__dict__.get(self.name)
        return value if isinstance(value, pulumi.Output) else pulumi.Output.from_input(value)

    def __set__(self, instance: object, value: pulumi.Input[T] | None) -> None:
        raise AttributeError(f"{self.name} is set in the constructor and cannot be assigned afterwards")


class Ref(Field[str]):
    """A reference to another object: takes a resource, what a look-up found, an Output or a URI; reads as the URI."""

    if TYPE_CHECKING:

        def __set__(
            self, instance: object, value: pulumi.Input[str] | pulumi.CustomResource | Found | None
        ) -> None: ...


class Refs(Field[list[str]]):
    """References to other objects: a list of what a `Ref` takes; reads as the list of URIs."""

    if TYPE_CHECKING:

        def __set__(  # type: ignore[override]  # a list of resources, where the base takes a list of strings
            self,
            instance: object,
            value: Sequence[pulumi.Input[str] | pulumi.CustomResource | Found] | pulumi.Output[list[str]] | None,
        ) -> None: ...


class Computed(Field[T]):
    """A property that only the node sets: no constructor parameter, reads as ``Output[T]``."""

    if TYPE_CHECKING:

        def __set__(self, instance: object, value: Any) -> None: ...


def text(
    *,
    default: Any = _REQUIRED,
    max_length: int | None = None,
    format: str | None = None,
    secret: bool = False,
    write_only: bool = False,
    nullable: bool = False,
    replaces: bool = False,
) -> Any:
    """A string. ``write_only``: the node never returns it, so it has no drift."""
    ownership = Ownership.WRITE_ONLY if write_only else Ownership.INPUT
    kind = Text(max_length=max_length, format=format)
    return Field(
        kind,
        default=default,
        ownership=ownership,
        secret=secret,
        nullable=nullable,
        replaces=replaces,
    )


def digits(least: int, most: int, *, default: Any = _REQUIRED, secret: bool = True, nullable: bool = False) -> Any:
    """A string of digits, such as a PIN."""
    return Field(Text(digits=(least, most)), default=default, secret=secret, nullable=nullable)


def integer(
    *,
    default: Any = _REQUIRED,
    minimum: int | None = None,
    maximum: int | None = None,
    also: tuple[int, ...] = (),
    nullable: bool = False,
    replaces: bool = False,
) -> Any:
    """A whole number; ``also`` lists values outside the bounds that are allowed."""
    return Field(Integer(minimum, maximum, also), default=default, nullable=nullable, replaces=replaces)


def boolean(*, default: Any = _REQUIRED, write_only: bool = False, nullable: bool = False) -> Any:
    """True or false. ``write_only``: the node never returns it, so it has no drift."""
    ownership = Ownership.WRITE_ONLY if write_only else Ownership.INPUT
    return Field(Boolean(), default=default, ownership=ownership, nullable=nullable)


def choice(*choices: str, default: Any = _REQUIRED, nullable: bool = False, replaces: bool = False) -> Any:
    """One of a fixed set of strings."""
    return Field(Choice(choices), default=default, nullable=nullable, replaces=replaces)


def texts(
    *, default: Any = _REQUIRED, max_length: int | None = None, format: str | None = None,
    unordered: bool = True
) -> Any:  # fmt: skip
    """A list of strings."""
    return Field(Many(Text(max_length=max_length, format=format), unordered), default=default)


def reference(to: str | Kind, *, default: Any = _REQUIRED, nullable: bool = False, replaces: bool = False) -> Any:
    """One object of the type whose path is ``to``, or of a kind of its own, where ids are no URIs."""
    kind = to if isinstance(to, Kind) else Reference(to)
    return Ref(kind, default=default, nullable=nullable, replaces=replaces)


def references(
    to: str | Kind, *, default: Any = _REQUIRED, unordered: bool = True, nullable: bool = False,
    by: tuple[str, ...] = ()
) -> Any:  # fmt: skip
    """Many objects of the type whose path is ``to``, or of a kind of its own, where ids are no URIs.

    ``by``: fields of theirs that may stand for them.
    """
    kind = to if isinstance(to, Kind) else Reference(to, by)
    return Refs(Many(kind, unordered), default=default, nullable=nullable)


def nested(item: type[Nested], *, default: Any = _REQUIRED, unordered: bool = True) -> Any:
    """Objects that live inside this one and are sent with it, all of them each time."""
    parts = {name: (field.kind, field.default) for name, field in item.fields().items()}
    return Field(Many(Record(parts), unordered), default=default)


def file(*, default: Any = _REQUIRED, replaces: bool = False, apart: bool = False) -> Any:
    """The path of a file to upload; uploaded again when its content changes.

    ``apart``: it goes elsewhere than to the object, by the type's own lifecycle.
    """
    ownership = Ownership.LOCAL if apart else Ownership.WRITE_ONLY
    return Field(File(), default=default, ownership=ownership, replaces=replaces)


def image(*, default: Any = _REQUIRED) -> Any:
    """What a machine is made from, and from nothing else afterwards: a file, or a stream, which replaces it."""
    return Field(Image(), default=default, ownership=Ownership.WRITE_ONLY, replaces=True)


def path(*, default: Any = _REQUIRED) -> Any:
    """The path of a file that the provider writes on this machine."""
    return Field(Text(), default=default, ownership=Ownership.LOCAL)


def local(kind: Kind | None = None, *, default: Any = _REQUIRED, secret: bool = False, replaces: bool = False) -> Any:
    """What the type's own lifecycle needs to know, and is no part of the object."""
    return Field(kind or Text(), default=default, ownership=Ownership.LOCAL, secret=secret, replaces=replaces)


def computed(
    kind: Kind | None = None,
    *,
    init: Literal[False] = False,  # noqa: ARG001  # for the type checker: no constructor parameter
    at_create: bool = False,
    secret: bool = False,
) -> Any:
    """A property that the node sets. ``at_create`` reads it back at once, which costs a request."""
    ownership = Ownership.COMPUTED_AT_CREATE if at_create else Ownership.COMPUTED
    return Computed(kind or Text(), default=BY_NODE, ownership=ownership, secret=secret)


def positional(*, kw_only: bool = False) -> Any:
    """For the type checker: the constructor's positional parameter."""


def option(*, default: Any = None) -> Any:
    """For the type checker: a keyword of every resource that is no property of the object."""
