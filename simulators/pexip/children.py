"""Objects given inside another one: the aliases of a conference, the domains of an Exchange connector.

Those given are matched with what is there, by number, by URI or by natural key, wherever it is: an alias that
another conference holds is taken away from it, silently, as the real node does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tastypie.exceptions import BadRequest

from . import relations
from .catalogue import FieldSpec
from .database import insert, stamp
from .models import CASELESS
from .rejections import Rejected, fold

if TYPE_CHECKING:
    from .writing import Writer


class Children:
    """Saves the children of a batch of objects."""

    def __init__(self, parent: Writer, field: FieldSpec) -> None:
        self.field = field
        self.writer = parent.of(str(field.to))
        self.spec = self.writer.spec
        self.link = str(field.reverse)
        self.key = self.spec.natural_key[0]
        self.caseless = f"{self.spec.name}.{self.key}" in CASELESS

    def save(self, wanted: dict[int, list[Any]], *, fresh: bool) -> None:
        """Make these the children of each of these parents; fresh parents have none yet."""
        known = self._known(wanted)
        new: dict[Any, Any] = {}
        kept: dict[int, Any] = {}
        for parent, items in wanted.items():
            seen: set[Any] = set()
            for item in items:
                child = self._child(item, known, new)
                setattr(child, f"{self.link}_id", parent)
                key = self._fold(getattr(child, self.key))
                if key in seen:
                    raise Rejected(self.spec.name, {self.key: [f"“{getattr(child, self.key)}” is given twice."]})
                seen.add(key)
                if child.pk is None:
                    new[key] = child
                else:
                    kept[child.pk] = child
        if not fresh:
            self._drop(wanted, kept)
        self.writer.check_unique([*kept.values(), *new.values()])
        for child in kept.values():
            child.save()
        insert(list(new.values()))

    def _fold(self, value: Any) -> Any:
        return fold(value) if self.caseless else value

    def _known(self, wanted: dict[int, list[Any]]) -> dict[Any, Any]:
        items = [item for items in wanted.values() for item in items]
        keys = {item[self.key] for item in items if isinstance(item, dict) and isinstance(item.get(self.key), str)}
        found: dict[Any, Any] = {}
        for chunk in relations.chunks(keys):
            for child in self.writer.model.objects.filter(**{f"{self.key}__in": chunk}):
                found[self._fold(getattr(child, self.key))] = child
        return found

    def _child(self, item: Any, known: dict[Any, Any], new: dict[Any, Any]) -> Any:
        if isinstance(item, str):
            return self.writer.model.objects.get(pk=self.writer.references.number(self.spec.name, item))
        if not isinstance(item, dict):
            raise BadRequest(f"The '{self.field.name}' field must hold objects or resource URIs.")
        child = self._named(item)
        if child is None and isinstance(item.get(self.key), str):
            key = self._fold(item[self.key])
            child = known.get(key) or new.get(key)
        created = child is None
        child = child or self.writer.model()
        self.writer.fill(child, item, created=created, without=self.link)
        stamp(child, self.spec, created=created)
        return child

    def _named(self, item: dict[str, Any]) -> Any:
        number = item.get("id")
        if number is None and item.get("resource_uri"):
            number = self.writer.references.number(self.spec.name, item["resource_uri"])
        return self.writer.model.objects.filter(pk=number).first() if number is not None else None

    def _drop(self, parents: dict[int, list[Any]], kept: dict[int, Any]) -> None:
        """Let go of the children that are no longer named."""
        if not self.field.nested:
            if self.spec.fields[self.link].nullable:
                left = self.writer.model.objects.filter(**{f"{self.link}__in": list(parents)})
                left.exclude(pk__in=list(kept)).update(**{self.link: None})
            return
        for chunk in relations.chunks(parents):
            left = self.writer.model.objects.filter(**{f"{self.link}__in": chunk})
            left.exclude(
                pk__in=[child.pk for child in kept.values() if getattr(child, f"{self.link}_id") in chunk]
            ).delete()
