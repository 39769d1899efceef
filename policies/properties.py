"""Reading the properties of a resource as the engine shows them to a rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pulumi_policy.proxy import UnknownValueError

__all__ = ["UNKNOWN", "engine_type", "label", "objects", "read"]


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()
"""A value that is not known before the update. A rule lets it pass: it runs again in the update."""


def engine_type(token: str) -> str:
    """The engine's name of a type of resource: ``pexip:Conference`` → ``pulumi-python:dynamic/pexip:Conference``."""
    return f"pulumi-python:dynamic/{token}"


def read(props: Mapping[str, Any], name: str) -> Any:
    """The value of a property: None where the stack does not set it, `UNKNOWN` before it is known."""
    try:
        return props[name]
    except KeyError:
        return None
    except UnknownValueError:
        return UNKNOWN


def objects(
    token: str, resource_type: str, resource_name: str, props: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The objects of type ``token`` in a resource, with how messages name them: itself, or a collection's items."""
    if resource_type == engine_type(token):
        yield label(token, props, resource_name), props
    elif resource_type == engine_type(f"{token}Collection"):
        items = read(props, "items")
        for key in items if isinstance(items, Mapping) else ():
            item = read(items, key)
            if isinstance(item, Mapping):
                yield label(token, item, f"{resource_name}[{key}]"), item


def label(token: str, props: Mapping[str, Any], fallback: str) -> str:
    """``Conference "Board room"``: how messages name an object; by its name in the stack, if it has no other yet."""
    name = read(props, "name")
    return f'{token.rpartition(":")[2]} "{name if isinstance(name, str) and name else fallback}"'
