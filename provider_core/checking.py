"""Check: everything that the node would refuse and that can be known without asking it. Pure, never raises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi.output import Unknown

from provider_core.declaration import Declaration
from provider_core.fields import Field
from provider_core.kinds import Problem

__all__ = ["Failure", "check"]


class Failure(tuple[str, str]):
    """(property, sentence). The property is empty for a secret: the engine prints the value of the one it is given."""

    __slots__ = ()


def check(declaration: Declaration, news: Mapping[str, Any]) -> list[Failure]:
    """All failures of ``news`` at once, in the order of the declaration; unknown values pass."""
    return [
        Failure(("" if field.secret else name, problem.sentence(name, field.secret)))
        for name, field in declaration.inputs.items()
        if name in news or field.required
        for problem in _problems(field, name in news, news.get(name))
    ]


def _problems(field: Field[Any], given: bool, value: Any) -> Iterator[Problem]:
    if isinstance(value, Unknown):
        return
    if not given:
        if field.required:
            yield Problem("given", "nothing")
    elif value is None:
        if not field.nullable:
            yield Problem("a value", "null")
    elif not (field.default_known and type(value) is type(field.default) and value == field.default):
        # The API's own default is always legal, also where it lies outside the bounds (an empty PIN).
        yield from field.kind.problems(value)
