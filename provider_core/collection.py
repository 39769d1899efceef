"""A resource that holds a map of objects of one type: thousands of them at the cost of one resource.

    Conference.collection("staff", {"alice": item(Conference, name="Alice", pin=pin)})

Each item is checked, diffed and adopted as a single resource would be; creates, updates and deletes go in bulk. An item
whose key changes while its natural key stays is the same object. When an item is refused, what the run made is taken
back, and the error names the items and why.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar

import pulumi

from provider_core.fields import Field
from provider_core.kinds import Boolean, Integer, Many, Record
from provider_core.loading import provider_key
from provider_core.values import ADOPT, CONNECTION, ITEMS, NULLS, URIS

if TYPE_CHECKING:
    from provider_core.declaration import Declaration

__all__ = ["Collection", "Item", "item", "items_from_csv"]

P = ParamSpec("P")
R = TypeVar("R", bound=pulumi.CustomResource)


class Item(Generic[R]):
    """An object of a collection: the type and the fields that a resource of it would be given."""

    def __init__(self, cls: type[R], values: Mapping[str, Any]) -> None:
        self.cls = cls
        self.values = dict(values)


def item(cls: Callable[Concatenate[str, P], R], /, *args: P.args, **values: P.kwargs) -> Item[R]:
    """An item of a collection, typed as the resource's constructor without the name.

    Raises TypeError for a field that the type does not have, or one that is missing.
    """
    if args:
        raise TypeError("an item takes its fields by name only")
    cls._verify_names(values)  # type: ignore[attr-defined]
    return Item(cls, values)  # type: ignore[arg-type]


def items_from_csv(cls: Callable[Concatenate[str, P], R], file: str | Path, key: str) -> dict[str, Item[R]]:
    """Items from a CSV file whose columns are fields; ``key`` is the column of the collection's keys.

    The key's column need not be a field. Empty cells are not set; lists are separated by ``;``, and nested objects are
    given by their first field (``aliases``: ``board@example.com;7001``). Raises ValueError with file and line.
    """
    declaration: Declaration = cls.declaration  # type: ignore[attr-defined]
    items: dict[str, Item[R]] = {}
    with Path(file).open(encoding="utf-8-sig", newline="") as rows:
        reader = csv.DictReader(rows)
        unknown = set(reader.fieldnames or ()) - set(declaration.inputs) - {key}
        if key not in (reader.fieldnames or ()) or unknown:
            wrong = (
                f"{', '.join(sorted(unknown))} is no field of {declaration.name}" if unknown else f"no column {key!r}"
            )
            raise ValueError(f"{file}: {wrong}")
        for row in reader:
            where = f"{file}, line {reader.line_num}"
            if row[key] in items:
                raise ValueError(f"{where}: {key} {row[key]!r} stands twice")
            values = {
                name: _parsed(declaration.inputs[name], cell)
                for name, cell in row.items()
                if name in declaration.inputs and cell not in ("", None)
            }
            try:
                items[row[key]] = item(cls, **values)  # type: ignore[call-arg]
            except TypeError as error:
                raise ValueError(f"{where}: {error}") from None
    return items


def _parsed(field: Field[Any], cell: str) -> Any:
    kind = field.kind
    if isinstance(kind, Many):
        parts = [part.strip() for part in cell.split(";") if part.strip()]
        return [{next(iter(kind.item.fields)): part} for part in parts] if isinstance(kind.item, Record) else parts
    if isinstance(kind, Boolean):
        return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(cell.lower(), cell)
    return kind.decode(cell) if isinstance(kind, Integer) else cell


class Collection(pulumi.CustomResource):
    """A map of objects of one type. ``uris`` gives each item's URI by its key, to refer to it."""

    uris: pulumi.Output[dict[str, str]]

    def __init__(
        self,
        resource_name: str,
        declaration: Declaration,
        items: Mapping[str, Item[Any]],
        *,
        as_input: Callable[[Field[Any], Any], Any],
        opts: pulumi.ResourceOptions | None = None,
        connection: str | None = None,
        adopt: bool = False,
    ) -> None:
        if declaration.files or not declaration.joinable:
            raise TypeError(
                f"{declaration.name}: objects of this type cannot stand in a collection, declare them singly"
            )
        props: dict[str, Any] = {
            ITEMS: {key: dict(_props(declaration, key, each, as_input)) for key, each in items.items()},
            URIS: None,
            "__provider": provider_key(f"{declaration.token}Collection", pulumi.get_stack()),
        }
        props |= {name: value for name, value in ((CONNECTION, connection), (ADOPT, adopt)) if value}
        kind = f"pulumi-python:dynamic/{declaration.vendor.name}:{declaration.name}Collection"
        super().__init__(kind, resource_name, props, opts)

    def uri(self, key: str) -> pulumi.Output[str]:
        """The URI of one item; what a field that refers to it takes."""
        return self.uris.apply(lambda uris: uris[key])


# The SDK reads annotations as output types, anew for each resource.
Collection.__annotations__ = {}


def _props(
    declaration: Declaration, key: str, each: Item[Any], as_input: Callable[[Field[Any], Any], Any]
) -> Iterator[tuple[str, Any]]:
    if each.cls.declaration is not declaration:
        raise TypeError(f"{declaration.name}: item {key!r} is a {each.cls.__name__}")
    nulls = []
    for name, value in each.values.items():
        if value is None:
            nulls.append(name)
        else:
            yield name, as_input(declaration.fields[name], value)
    if nulls:
        yield NULLS, sorted(nulls)
