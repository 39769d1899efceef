"""From objects to what a client sees: a page at a time, with a fixed number of queries for each page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from . import relations
from .catalogue import MASK, TYPES, FieldSpec, TypeSpec, fields_in
from .models import MODELS
from .references import References

Show = Callable[[Any], Any]


class Page:
    """The objects of one type that go into one answer."""

    def __init__(self, spec: TypeSpec, objects: Sequence[Any], version: int) -> None:
        self.spec = spec
        self.objects = objects
        self.version = version
        self.references = References()
        self.numbers = [obj.pk for obj in objects]
        self._read: dict[str, dict[int, list[int]]] = {}

    def shown(self) -> list[dict[str, Any]]:
        """Each object as a client sees it."""
        shows = {name: self._show(field) for name, field in fields_in(self.spec, self.version).items()}
        key, root = self.spec.key, self.spec.uri
        return [
            {
                **{name: show(obj) for name, show in shows.items()},
                "resource_uri": f"{root}{getattr(obj, key)}/",
            }
            for obj in self.objects
        ]

    def _show(self, field: FieldSpec) -> Show:
        if field.computed == "nodes":
            return self._nodes()
        if field.computed == "count":
            counted = self._related(self.spec.fields["scheduled_conferences"])
            return lambda obj: len(counted.get(obj.pk, ()))
        if field.computed == "default_webapp_alias":
            default = MODELS["global"].objects.values_list("default_webapp_alias", flat=True).first()
            return lambda obj: bool(obj.pk == default)
        if field.nested:
            return self._nested(field)
        if field.many:
            return self._many(field)
        if field.type == "related":
            return self._one(field)
        if field.secret and field.shown != "clear":
            return _hidden(field)
        name = field.name
        return lambda obj: getattr(obj, name)

    def _one(self, field: FieldSpec) -> Show:
        attribute, to, uri_of = f"{field.name}_id", str(field.to), self.references.uri_of

        def show(obj: Any) -> str | None:
            number = getattr(obj, attribute)
            return None if number is None else uri_of(to, number)

        return show

    def _many(self, field: FieldSpec) -> Show:
        found = self._related(field)
        to, uri_of = str(field.to), self.references.uri_of
        return lambda obj: [uri_of(to, number) for number in found.get(obj.pk, ())]

    def _related(self, field: FieldSpec) -> dict[int, list[int]]:
        if field.name not in self._read:
            self._read[field.name] = relations.read(self.spec, field, self.numbers)
        return self._read[field.name]

    def _nested(self, field: FieldSpec) -> Show:
        spec = TYPES[str(field.to)]
        names = [name for name in fields_in(spec, self.version) if name != field.reverse]
        found: dict[int, list[dict[str, Any]]] = {}
        for chunk in relations.chunks(self.numbers):
            rows = MODELS[spec.name].objects.filter(**{f"{field.reverse}__in": chunk}).order_by("id")
            for parent, *values in rows.values_list(f"{field.reverse}_id", *names):
                child = dict(zip(names, values, strict=True))
                child[str(field.reverse)] = f"{self.spec.uri}{parent}/"
                found.setdefault(parent, []).append(child)
        return lambda obj: found.get(obj.pk, [])

    def _nodes(self) -> Show:
        """The Management Node and Conferencing Nodes that refer to each object."""
        found: dict[int, list[str]] = {}
        for name in ("management_vm", "worker_vm"):
            for field in TYPES[name].fields.values():
                if field.to != self.spec.name:
                    continue
                if field.many:
                    table = relations.pairs(TYPES[name], field)
                    rows = table.model.objects.values_list(table.other, table.own)
                else:
                    rows = MODELS[name].objects.values_list(f"{field.name}_id", "pk")
                for number, node in rows:
                    found.setdefault(number, []).append(self.references.uri_of(name, node))
        return lambda obj: sorted(set(found.get(obj.pk, ())))


def _hidden(field: FieldSpec) -> Show:
    name = field.name
    if field.shown == "empty":
        return lambda _: ""
    return lambda obj: MASK if getattr(obj, name) else getattr(obj, name)
