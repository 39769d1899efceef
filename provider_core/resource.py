"""The classes that a vendor's resources are declared on, with typed constructors."""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast, dataclass_transform

import pulumi

from provider_core import fields as kinds_of_field
from provider_core.collection import Collection, Item
from provider_core.declaration import Declaration, Vendor, register
from provider_core.fields import Field, Ref, Refs, option, positional
from provider_core.lifecycle import Lifecycle
from provider_core.loading import provider_key
from provider_core.lookups import Found, LookUps
from provider_core.program import tune
from provider_core.values import ADOPT, CONNECTION, NULLS

__all__ = ["CallError", "Nested", "ReadOnly", "Resource"]


tune()


class CallError(TypeError, pulumi.RunError):
    """Fields that a constructor does not take, or lacks. The engine shows it as one line, without a traceback,
    which would show the program's line and what secret may stand in it."""


@dataclass_transform(
    kw_only_default=True,
    field_specifiers=(
        kinds_of_field.text,
        kinds_of_field.digits,
        kinds_of_field.integer,
        kinds_of_field.boolean,
        kinds_of_field.choice,
        kinds_of_field.texts,
        kinds_of_field.reference,
        kinds_of_field.references,
        kinds_of_field.nested,
        kinds_of_field.file,
        kinds_of_field.image,
        kinds_of_field.path,
        kinds_of_field.local,
        kinds_of_field.computed,
        positional,
        option,
    ),
)
class _Declared:
    """Where the type checkers' rules stand. It declares nothing itself: they ignore fields of this class."""

    @classmethod
    def fields(cls) -> dict[str, Field[Any]]:
        """The declared fields by name, a base class's first."""
        return {
            name: value
            for base in reversed(cls.__mro__)
            for name, value in vars(base).items()
            if isinstance(value, Field)
        }

    @classmethod
    def _verify_names(cls, values: Mapping[str, Any], resource_name: str = "") -> None:
        """Raise `CallError` for all fields that are not there, not the stack's to set, or missing."""
        declared, settable, required = _names(cast(Any, cls))
        if settable.issuperset(values) and required.issubset(values):
            return
        wrong = []
        for name in values:
            if name not in declared:
                near = difflib.get_close_matches(name, sorted(settable), n=1)
                wrong.append(f"{name!r} is not a field" + (f", did you mean {near[0]!r}?" if near else ""))
            elif name not in settable:
                wrong.append(f"{name!r} is set by the node")
        wrong += [f"{name} must be given" for name in declared if name in required and name not in values]
        if wrong:
            label = f'{cls.__name__} "{resource_name}"' if resource_name else cls.__name__
            raise CallError(f"{label}: {'; '.join(wrong)} ({_caller()})")


@functools.cache
def _names(cls: Any) -> tuple[dict[str, Field[Any]], frozenset[str], frozenset[str]]:
    """A class's fields, and the names of those that can be set and must be."""
    declared: dict[str, Field[Any]] = cls.fields()
    settable = frozenset(name for name, field in declared.items() if field.is_input)
    return declared, settable, frozenset(name for name in settable if declared[name].required)


def _caller() -> str:
    """Where outside of this package the call stands: a file's name and a line."""
    frame = inspect.currentframe()
    here = Path(__file__).parent
    while frame and Path(frame.f_code.co_filename).parent == here:
        frame = frame.f_back
    return f"{Path(frame.f_code.co_filename).name}, line {frame.f_lineno}" if frame else "unknown"


class Nested(_Declared, dict[str, Any]):
    """An object inside a resource, declared from fields in the same way; at run time a dict of what is given."""

    if not TYPE_CHECKING:

        def __init__(self, **values: Any) -> None:
            self._verify_names(values)
            super().__init__(values)


class Resource(_Declared, LookUps, pulumi.CustomResource):
    """A resource of a vendor's system.

    ``resource_name`` is its name in the stack; ``opts`` the engine's options; ``connection`` the name of an
    entry of ``<vendor>:connections`` when it lives on another node than the default; ``adopt=True`` takes over
    an object of the same natural key that exists already. All else are the type's own fields: what is left
    out is left as the node has it, an explicit None is sent as null.
    """

    declaration: ClassVar[Declaration]

    @classmethod
    def collection(
        cls,
        resource_name: str,
        items: Mapping[str, Item[Self]],
        *,
        opts: pulumi.ResourceOptions | None = None,
        connection: str | None = None,
        adopt: bool = False,
    ) -> Collection:
        """Many objects of this type as one resource, by keys of the stack's choice. See `Collection`."""
        return Collection(
            resource_name,
            cls.declaration,
            items,
            as_input=_as_input,
            opts=opts,
            connection=connection,
            adopt=adopt,
        )

    resource_name: str = positional(kw_only=False)
    opts: pulumi.ResourceOptions | None = option(default=None)
    connection: str | None = option(default=None)
    adopt: bool = option(default=False)

    def __init_subclass__(
        cls,
        *,
        path: str = "",
        natural_key: str | tuple[str, ...] = (),
        vendor: Vendor | None = None,
        lifecycle: type[Lifecycle] | None = None,
        group: str = "",
        exists_once: bool = False,
        key_is_unique: bool = True,
        flow: bool = False,
    ) -> None:
        """Declare and register a type of resource; without ``path`` the class is a vendor's common base.

        ``flow``: it is no type of the vendor's API; see `Declaration.flow`.
        """
        super().__init_subclass__()
        cls._vendor = vendor or getattr(cls, "_vendor", None)
        if not path:
            return
        cls.declaration = Declaration(
            vendor=cls._vendor,
            name=cls.__name__,
            path=path,
            natural_key=(natural_key,) if isinstance(natural_key, str) else natural_key,
            fields=cls.fields(),
            lifecycle=lifecycle or Lifecycle,
            group=group,
            doc=inspect.cleandoc(cls.__doc__ or ""),
            exists_once=exists_once,
            key_is_unique=key_is_unique,
            flow=flow,
        )
        register(cls.declaration)
        # The SDK reads annotations as output types, anew for each resource: it would fail on ours, and be slow.
        cls.__annotations__ = {}

    _vendor: ClassVar[Any] = None

    if not TYPE_CHECKING:

        def __init__(
            self,
            resource_name: str,
            /,
            *,
            opts: pulumi.ResourceOptions | None = None,
            connection: str | None = None,
            adopt: bool = False,
            **values: Any,
        ) -> None:
            self._verify_names(values, resource_name)
            declaration = self.declaration
            props = {name: _as_input(declaration.fields[name], value) for name, value in values.items()}
            props |= dict.fromkeys(declaration.computed)
            nulls = sorted(name for name, value in values.items() if value is None)
            props |= {
                name: value for name, value in ((NULLS, nulls), (CONNECTION, connection), (ADOPT, adopt)) if value
            }
            props["__provider"] = provider_key(declaration.token, pulumi.get_stack())
            secret = [name for name, field in declaration.computed.items() if field.secret]
            if secret:
                opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(additional_secret_outputs=secret))
            vendor = declaration.vendor.name
            super().__init__(f"pulumi-python:dynamic/{vendor}:{declaration.name}", resource_name, props, opts)


def _as_input(field: Field[Any], value: Any) -> Any:
    """A constructor's argument as the engine takes it: resources as their ids, secrets marked."""
    if isinstance(field, Ref):
        value = _id_of(value)
    elif isinstance(field, Refs) and isinstance(value, (list, tuple)):
        value = [_id_of(item) for item in value]
    return pulumi.Output.secret(value) if field.secret and value is not None else value


def _id_of(value: Any) -> Any:
    return value.id if isinstance(value, (pulumi.CustomResource, Found)) else value


class ReadOnly(LookUps):
    """A type that the server fills: it can be looked up and referred to, and is no resource.

    It is declared like a resource, of computed fields.
    """

    _vendor: ClassVar[Any] = None

    def __init_subclass__(
        cls,
        *,
        path: str = "",
        natural_key: str | tuple[str, ...] = (),
        vendor: Vendor | None = None,
        group: str = "",
    ) -> None:
        """Declare and register a type; without ``path`` the class is a vendor's common base."""
        super().__init_subclass__()
        cls._vendor = vendor or getattr(cls, "_vendor", None)
        if path:
            cls.declaration = Declaration(
                vendor=cls._vendor,
                name=cls.__name__,
                path=path,
                natural_key=(natural_key,) if isinstance(natural_key, str) else natural_key,
                fields={name: value for name, value in vars(cls).items() if isinstance(value, Field)},
                lifecycle=Lifecycle,
                group=group,
                doc=inspect.cleandoc(cls.__doc__ or ""),
                read_only=True,
            )
            register(cls.declaration)

    def __init__(self) -> None:
        raise TypeError(f"{type(self).__name__} is set by the server: look it up with get() or list()")
