"""Kinds of value in the words of a table's cell, and a value of each that stands for another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from provider_core.fields import BY_NODE, Field
from provider_core.formats import FORMATS
from provider_core.kinds import Boolean, Choice, File, Integer, Kind, Many, Record, Reference, Text, bounds

__all__ = ["code", "default", "kind_in_words", "placeholder"]

_ROOT = "/api/admin/configuration/v1"


def kind_in_words(kind: Kind, classes: Mapping[str, str]) -> str:
    """``integer, 1 to 65535``; a reference links to its type's page, whose class ``classes`` knows by path."""
    match kind:
        case Many(item=Record()):
            return "list of objects"
        case Many(item=item):
            return f"{'set' if kind.unordered else 'list'} of {kind_in_words(item, classes)}"
        case Reference(to=to):
            link = f"[{classes[to]}]({to}.md)" if to in classes else f"URI of a `{to}`"
            return link + (f" (also by {' or '.join(map(code, kind.by))})" if kind.by else "")
        case Text(digits=(least, most)):
            return f"string of {bounds(least, most)} digits"
        case Text(format=str() as format):
            return f"string: {FORMATS[format][0].replace('|', chr(92) + '|')}"
        case Text(max_length=int() as most):
            return f"string, at most {most} characters"
        case Choice(choices=choices):
            return "one of " + ", ".join(code(choice) for choice in choices)
        case Integer():
            return _integer(kind)
        case Boolean():
            return "boolean"
        case File():
            return "path of a file"
        case Text():
            return "string"
    return "any value"


def _integer(kind: Integer) -> str:
    if kind.minimum is None and kind.maximum is None:
        return "integer"
    return f"integer, {bounds(kind.minimum, kind.maximum)}" + "".join(f" or {extra}" for extra in kind.also)


def default(field: Field[Any]) -> str:
    """What happens without the field: ``required``, the default, or that the node decides."""
    if field.required:
        return "**required**"
    return "set by the node" if field.default is BY_NODE else value(field.default)


def value(given: object) -> str:
    """A value as a program would write it, in code."""
    return code("[]" if given == () else repr(given) if not isinstance(given, str) else json.dumps(given))


def code(text: str) -> str:
    """Code within a cell of a table."""
    return f"`{text}`".replace("|", "\\|")


def placeholder(kind: Kind) -> Any:
    """A value of the kind, as JSON, for a reader to replace."""
    match kind:
        case Many(item=item):
            return [placeholder(item)]
        case Reference(to=to):
            return f"{_ROOT}/{to}/1/"
        case Choice(choices=choices):
            return choices[0]
        case Integer(minimum=low):
            return 1 if low is None else max(low, 1)
        case Boolean():
            return True
    return "…"
