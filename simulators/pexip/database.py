"""Tables and built-in objects: made on first start, wiped and made again on request."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import BooleanField, ForeignKey, IntegerField, TextField

from . import models
from .catalogue import FINGERPRINT, TYPES, FieldSpec, TypeSpec

# SQLite has one writer at a time. Queueing here is fair and never times out.
WRITING = threading.RLock()

_AS_IT_IS = (BooleanField, ForeignKey, IntegerField, TextField)
"""Columns whose values SQLite takes as Python has them."""


def prepare() -> bool:
    """Make the tables and the built-in objects, unless they are there; False: another data file made them."""
    with connection.cursor() as cursor:
        made_from = cursor.execute("PRAGMA user_version").fetchone()[0]
    if made_from:
        return bool(made_from == FINGERPRINT)
    if not connection.introspection.table_names():
        with connection.schema_editor() as editor:
            for model in apps.get_models():
                editor.create_model(model)
    with transaction.atomic():
        _make_objects()
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA user_version = {FINGERPRINT}")
    return True


def reset() -> None:
    """Take the node back to its first start. Numbers begin again at 1."""
    with WRITING, transaction.atomic(), connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True, include_views=False):
            if not table.startswith(("django_", "auth_")):
                cursor.execute(f'DELETE FROM "{table}"')  # noqa: S608  (names of our own models)
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
        _make_objects()


def _make_objects() -> None:
    for spec in TYPES.values():
        for number, values in enumerate(spec.objects, 1):
            _make_object(spec, number, values)
    for spec in TYPES.values():
        for number, values in enumerate(spec.objects, 1):
            _relate(spec, number, values)


def _make_object(spec: TypeSpec, number: int, values: Any) -> None:
    plain = {name: value for name, value in values.items() if spec.fields[name].type != "related"}
    obj = models.MODELS[spec.name](pk=number, built_in=True, **plain)
    stamp(obj, spec, created=True)
    obj.save(force_insert=True)


def _relate(spec: TypeSpec, number: int, values: Any) -> None:
    obj = models.MODELS[spec.name].objects.get(pk=number)
    for name, value in values.items():
        field: FieldSpec = spec.fields[name]
        if field.type != "related":
            continue
        if field.many:
            getattr(obj, name).set([int(uri.split("/")[-2]) for uri in value])
        else:
            setattr(obj, f"{name}_id", int(value.split("/")[-2]))
    obj.save()


def insert(objects: Sequence[Any]) -> None:
    """Save new objects of one type; they have their numbers afterwards. The caller holds `WRITING`, in a transaction.

    What ``bulk_create`` does at a fraction of its time, most of which goes into values that are as the database takes
    them already.
    """
    if not objects:
        return
    meta = objects[0]._meta
    columns = [column for column in meta.local_concrete_fields if not column.primary_key]
    plain = [isinstance(column, _AS_IT_IS) for column in columns]
    names = ", ".join(f'"{column.column}"' for column in columns)
    places = ", ".join("%s" for _ in columns)
    rows = [
        [
            obj.__dict__[column.attname]
            if is_plain
            else column.get_db_prep_save(obj.__dict__[column.attname], connection)
            for column, is_plain in zip(columns, plain, strict=True)
        ]
        for obj in objects
    ]
    with connection.cursor() as cursor:
        statement = f'INSERT INTO "{meta.db_table}" ({names}) VALUES ({places})'  # noqa: S608  (our own models)
        cursor.executemany(statement, rows)
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [meta.db_table])
        last: int = cursor.fetchone()[0]
    # Nobody else writes meanwhile, so the numbers are the latest ones.
    for number, obj in enumerate(objects, last - len(objects) + 1):
        obj.pk = number
        obj._state.adding = False


def stamp(obj: Any, spec: TypeSpec, *, created: bool) -> None:
    """Set what the node computes at every save, or at the first: times and identifiers."""
    now = datetime.now()
    for field in _stamped(spec.name):
        if field.computed == "saved" or (created and field.computed == "created"):
            setattr(obj, field.name, now)
        elif created and field.computed == "uuid" and not getattr(obj, field.name):
            setattr(obj, field.name, str(uuid.uuid4()))


_STAMPED = {
    spec.name: [field for field in spec.fields.values() if field.computed in ("saved", "created", "uuid")]
    for spec in TYPES.values()
}


def _stamped(name: str) -> list[FieldSpec]:
    return _STAMPED[name]
