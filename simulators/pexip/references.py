"""Resource URIs: from an object to its URI, and from what a client sends to an object's number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from tastypie.exceptions import BadRequest

from .catalogue import ROOT, TYPES
from .models import MODELS
from .relations import chunks


def uri(type_name: str, key: Any) -> str:
    """The URI of the object that has this key."""
    return f"{ROOT}{type_name}/{key}/"


class References:
    """Looks objects up by URI, and the other way round, each at most once a request."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}
        self._uris: dict[tuple[str, int], str] = {}

    def number(self, type_name: str, value: Any, *, by_id: bool = False) -> int:
        """The number of the object that a URI names (a path, or a whole URL).

        Raises:
            BadRequest: the value is no URI of that type, or no such object is there.
        """
        if by_id and (isinstance(value, int) or str(value).isdigit()):
            value = uri(type_name, value)
        if isinstance(value, dict):
            value = value.get("resource_uri")
        if not isinstance(value, str):
            raise BadRequest(f"A related {type_name} must be given as a resource URI: {value}.")
        known = self._numbers.get((type_name, value))
        if known is None:
            known = self._numbers[type_name, value] = self._find(type_name, value)
        return known

    def learn(self, type_name: str, values: Iterable[Any]) -> None:
        """Look many URIs up together; those that lead nowhere are left for `number` to tell of."""
        keys = {value: _key(type_name, value) for value in values if isinstance(value, str)}
        name = TYPES[type_name].key
        numbers: dict[str | None, int] = {}
        for chunk in chunks({key for key in keys.values() if key is not None}):
            found = MODELS[type_name].objects.filter(**{f"{name}__in": chunk}).values_list(name, "pk")
            numbers |= {str(key): number for key, number in found}
        self._numbers |= {(type_name, value): numbers[key] for value, key in keys.items() if key in numbers}

    def _find(self, type_name: str, value: str) -> int:
        key = _key(type_name, value)
        found = None
        if key is not None:
            objects = MODELS[type_name].objects
            found = objects.filter(**{TYPES[type_name].key: key}).values_list("pk", flat=True).first()
        if found is None:
            raise BadRequest(f"Could not find the provided {type_name} object via resource URI '{value}'.")
        return int(found)

    def uri_of(self, type_name: str, number: int) -> str:
        """The URI of the object of this number."""
        key = TYPES[type_name].key
        if key == "id":
            return f"{ROOT}{type_name}/{number}/"
        known = self._uris.get((type_name, number))
        if known is None:
            value = MODELS[type_name].objects.values_list(key, flat=True).get(pk=number)
            known = self._uris[type_name, number] = uri(type_name, value)
        return known


def _key(type_name: str, value: str) -> str | None:
    """What follows the list's path in a URI, as it is in the column; None where that names no object."""
    folder, _, key = urlsplit(value).path.rstrip("/").rpartition("/")
    spec = TYPES[type_name]
    if folder + "/" != spec.uri:
        return None
    if spec.key != "id":
        return key
    # A number that no column can hold is nobody's, and the database would not be asked for it.
    return str(int(key)) if key.isdecimal() and int(key) < 1 << 63 else None
