"""What must happen to the objects of a collection. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from provider_core.declaration import Declaration
from provider_core.diffing import diff

__all__ = ["Plan", "Values", "natural", "plan"]

Values = Mapping[str, Any]


@dataclass
class Plan:
    """By key: values to create, (uri, changes) to update, URIs to delete, URIs of what stays.

    ``replaced`` holds the keys of what must be deleted before it can be created anew; ``moved``: a key changed.
    """

    creates: dict[str, Values] = field(default_factory=dict)
    updates: dict[str, tuple[str, Values]] = field(default_factory=dict)
    deletes: dict[str, str] = field(default_factory=dict)
    replaced: set[str] = field(default_factory=set)
    stays: dict[str, str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        moved = any(key != origin for key, origin in self.origins.items())
        return bool(self.creates or self.updates or self.deletes or moved)


def plan(
    declaration: Declaration, olds: Mapping[str, Values], uris: Mapping[str, str], news: Mapping[str, Values]
) -> Plan:
    """The way from the items ``olds``, whose URIs are known, to ``news``.

    An item is the same object when its key is the same, or when its natural key is and the old key is gone.
    """
    made = Plan()
    gone = {key for key in olds if key not in news}
    homeless = {natural(declaration, olds[key]): key for key in gone}
    for key, values in news.items():
        origin = key if key in olds else homeless.pop(natural(declaration, values), None)
        if origin is None or origin not in uris:
            made.creates[key] = values
            continue
        gone.discard(origin)
        difference = diff(declaration, olds[origin], values)
        if difference.replaces:
            made.creates[key] = values
            made.deletes[origin] = uris[origin]
            made.replaced.add(origin)
            continue
        made.stays[key] = uris[origin]
        made.origins[key] = origin
        if difference.changes:
            made.updates[key] = (uris[origin], difference.changes)
        elif difference:
            made.updates[key] = (uris[origin], {})
    made.deletes |= {key: uris[key] for key in gone if key in uris}
    return made


def natural(declaration: Declaration, values: Values) -> Hashable:
    """The natural key as one value; unknown or missing parts make it unlike any other."""
    key = declaration.key_of(values)
    return tuple(str(part) for part in key.values()) if key else object()
