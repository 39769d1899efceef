"""Checking what a client sends and saving it: one object or thousands, all or nothing.

The framework saves objects one by one, with several queries each. A bulk request would take minutes here, so
new objects are checked together and inserted together. Errors keep the framework's form.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from tastypie.exceptions import BadRequest

from . import relations
from .catalogue import MASK, TYPES, FieldSpec, TypeSpec, fields_in
from .children import Children
from .database import insert, stamp
from .models import CASELESS, MODELS
from .references import References
from .rejections import Rejected, fold


class Writer:
    """Takes objects of one type from clients; one for each request."""

    def __init__(self, spec: TypeSpec, version: int, references: References | None = None) -> None:
        self.spec = spec
        self.version = version
        self.model = MODELS[spec.name]
        self.fields = fields_in(spec, version)
        self.references = references or References()
        self._required = [field for field in self.fields.values() if field.required]
        self._columns = {column.name: column for column in self.model._meta.fields}

    def create(self, items: Iterable[dict[str, Any]], prepare: Any = None) -> list[Any]:
        """New objects, in order.

        ``prepare(obj, data)`` sees each one after its fields were checked and before it is saved.

        Raises:
            Rejected: the first one that is refused, and why.
            BadRequest: a reference leads nowhere, or the data has the wrong shape.
        """
        objects, lists = [], []
        for data in items:
            obj = self.model()
            lists.append(self.fill(obj, data, created=True))
            if prepare:
                prepare(obj, data)
            stamp(obj, self.spec, created=True)
            objects.append(obj)
        self.check_unique(objects)
        insert(objects)
        self._save_lists(objects, lists, fresh=True)
        return objects

    def update(self, obj: Any, data: dict[str, Any], prepare: Any = None) -> None:
        """Change the fields that the data names, and only those. Raises as `create` does."""
        before = dict(obj.__dict__)
        lists = self.fill(obj, data, created=False)
        if prepare:
            prepare(obj, data)
        stamp(obj, self.spec, created=False)
        changed = [
            name for name, column in self._columns.items() if before[column.attname] != obj.__dict__[column.attname]
        ]
        self.check_unique([obj], changed)
        if changed:
            obj.save(update_fields=changed)
        self._save_lists([obj], [lists], fresh=False)

    def fill(self, obj: Any, data: Any, *, created: bool, without: str = "") -> dict[str, Any]:
        """Check the data and put it into the object; what belongs into other tables is returned."""
        if not isinstance(data, dict):
            raise BadRequest(f"An object of type {self.spec.name} must be given as a JSON object.")
        errors: dict[str, list[str]] = {}
        lists: dict[str, Any] = {}
        if created:
            for field in self._required:
                if field.name not in data and field.name != without:
                    errors[field.name] = ["This field is required."]
        for name, value in data.items():
            field_ = self.fields.get(name)
            if field_ is None or field_.read_only or name == "id" or self._unchanged_secret(field_, value, created):
                continue
            try:
                if field_.many:
                    lists[name] = self._list(field_, value)
                elif name != without:
                    self._set(obj, field_, value, created)
            except ValidationError as error:
                errors[name] = list(error.messages)
            except (TypeError, ValueError):
                errors[name] = ["Enter a valid value."]
        if errors:
            raise Rejected(self.spec.name, errors)
        return lists

    @staticmethod
    def _unchanged_secret(field: FieldSpec, value: Any, created: bool) -> bool:
        if field.shown == "mask":
            return bool(value == MASK)
        return field.shown == "empty" and value == "" and not created

    def _set(self, obj: Any, field: FieldSpec, value: Any, created: bool) -> None:
        if field.type == "file":
            return
        attribute = field.name
        if field.type == "related":
            attribute += "_id"
            if value in (None, ""):
                if not field.nullable:
                    raise ValidationError("This field cannot be null.")
                value = None
            else:
                value = self.references.number(str(field.to), value, by_id=field.by_id)
        else:
            value = self._columns[field.name].clean(value, obj)
        if field.create_only and not created and getattr(obj, attribute) != value:
            raise ValidationError("This field cannot be changed after the object was created.")
        setattr(obj, attribute, value)

    def _list(self, field: FieldSpec, value: Any) -> Any:
        if value is None:
            value = []
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list):
            raise ValidationError("Enter a list of values.")
        if relations.is_children(field):
            return value
        return [self.references.number(str(field.to), item) for item in value]

    def check_unique(self, objects: list[Any], changed: list[str] | None = None) -> None:
        """Refuse what another object, or an earlier one of these, already has."""
        for keys in self.spec.unique:
            if changed is None or set(keys) & set(changed):
                self._check_keys(keys, objects)

    def _check_keys(self, keys: tuple[str, ...], objects: list[Any]) -> None:
        attributes = [self._columns[key].attname for key in keys]
        caseless = f"{self.spec.name}.{keys[0]}" in CASELESS

        def values(row: Any) -> tuple[Any, ...]:
            return (fold(row[0]), *row[1:]) if caseless else tuple(row)

        taken: dict[tuple[Any, ...], int | None] = {}
        for chunk in relations.chunks({getattr(obj, attributes[0]) for obj in objects}):
            rows = self.model.objects.filter(**{f"{attributes[0]}__in": chunk})
            for number, *row in rows.values_list("pk", *attributes):
                taken[values(row)] = number
        for obj in objects:
            row = values([getattr(obj, attribute) for attribute in attributes])
            if None in row:
                continue
            if row in taken and (obj.pk is None or taken[row] != obj.pk):
                raise Rejected(self.spec.name, _duplicate(self.spec, keys))
            taken.setdefault(row, obj.pk)

    def _save_lists(self, objects: list[Any], lists: list[dict[str, Any]], *, fresh: bool) -> None:
        for name in {name for each in lists for name in each}:
            field = self.fields[name]
            wanted = {obj.pk: each[name] for obj, each in zip(objects, lists, strict=True) if name in each}
            if relations.is_children(field):
                Children(self, field).save(wanted, fresh=fresh)
            else:
                relations.write(self.spec, field, wanted, fresh=fresh)

    def of(self, type_name: str) -> Writer:
        """A writer of another type that shares what this one looked up."""
        return Writer(TYPES[type_name], self.version, self.references)


def _duplicate(spec: TypeSpec, keys: tuple[str, ...]) -> dict[str, list[str]]:
    words = " and ".join(key.replace("_", " ").capitalize() for key in keys)
    message = f"{spec.name.replace('_', ' ').capitalize()} with this {words} already exists."
    return {keys[0] if len(keys) == 1 else "__all__": [message]}
