"""Lists of related objects: which table holds them, reading them for a page, writing them for a batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from .catalogue import TYPES, FieldSpec, TypeSpec
from .database import insert
from .models import MODELS

# SQLite takes 32,766 variables a statement; half of a thousand keeps statements small.
CHUNK = 500


def chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    """The values in lists that fit one statement."""
    whole = list(values)
    for start in range(0, len(whole), CHUNK):
        yield whole[start : start + CHUNK]


@dataclass(frozen=True, slots=True)
class Pairs:
    """A table of pairs: the model, and the columns of this side and of the other."""

    model: Any
    own: str
    other: str


def other_side(field: FieldSpec) -> FieldSpec:
    """The field of the related type that this one is the other side of."""
    return TYPES[str(field.to)].fields[str(field.reverse)]


def is_children(field: FieldSpec) -> bool:
    """Whether the list is of objects that refer to this one by a field of theirs."""
    return field.reverse is not None and not other_side(field).many


def manager_name(field: FieldSpec) -> str:
    """The model's attribute that leads to the related objects."""
    return field.name if field.reverse is None else f"{field.to}_by_{field.reverse}"


def pairs(spec: TypeSpec, field: FieldSpec) -> Pairs:
    """The table behind a many-to-many field, seen from this side."""
    owner, name = (spec.name, field.name) if field.reverse is None else (str(field.to), field.reverse)
    many = MODELS[owner]._meta.get_field(name)
    own, other = many.m2m_column_name(), many.m2m_reverse_name()
    if field.reverse is not None:
        own, other = other, own
    return Pairs(many.remote_field.through, own, other)


def read(spec: TypeSpec, field: FieldSpec, numbers: Sequence[int]) -> dict[int, list[int]]:
    """The numbers of the related objects, for each of these objects."""
    found: dict[int, list[int]] = defaultdict(list)
    if is_children(field):
        model, own, other = MODELS[str(field.to)], f"{field.reverse}_id", "id"
    else:
        table = pairs(spec, field)
        model, own, other = table.model, table.own, table.other
    for chunk in chunks(numbers):
        # Plain SQL: a page asks for several lists, and it takes Django longer to write a question than to answer it.
        places = ", ".join(["%s"] * len(chunk))
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT "{own}", "{other}" FROM "{model._meta.db_table}" WHERE "{own}" IN ({places}) ORDER BY "id"',  # noqa: S608
                chunk,
            )
            for number, related in cursor.fetchall():
                found[number].append(related)
    return found


def write(spec: TypeSpec, field: FieldSpec, wanted: dict[int, list[int]], *, fresh: bool) -> None:
    """Make these the related objects of each of these objects; fresh ones have none yet."""
    table = pairs(spec, field)
    if not fresh:
        for chunk in chunks(wanted):
            table.model.objects.filter(**{f"{table.own}__in": chunk}).delete()
    rows = [
        table.model(**{table.own: number, table.other: related})
        for number, others in wanted.items()
        for related in dict.fromkeys(others)
    ]
    insert(rows)
