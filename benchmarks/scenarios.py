"""What is measured: how many rooms in which form, on what node, and the commands that a user gives."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

__all__ = ["OPERATIONS", "Form", "Operation", "Scenario", "scenarios"]


class Form(enum.StrEnum):
    """How rooms are declared."""

    SINGLE = "single"
    COLLECTION = "collection"


@dataclass(frozen=True)
class Operation:
    """A command of the engine; ``changed``: the program has changed one room since the last."""

    name: str
    arguments: tuple[str, ...]
    changed: bool = False
    rooms_after: bool = True


_YES = ("--yes", "--skip-preview")
_SAME = "--expect-no-changes"
"""A command that finds a change where none is fails, so what is measured is also verified."""

OPERATIONS = (
    Operation("create", ("up", *_YES)),
    Operation("preview", ("preview", _SAME)),
    Operation("preview --refresh", ("preview", "--refresh", _SAME)),
    Operation("refresh", ("refresh", *_YES, _SAME)),
    Operation("one change", ("up", *_YES), changed=True),
    Operation("destroy", ("destroy", *_YES), changed=True, rooms_after=False),
)


@dataclass(frozen=True)
class Scenario:
    """A stack and a node. ``floor``: trivial resources in place of rooms; they ask no node, and wait for one request.

    ``latency`` is the milliseconds before each answer, ``rate_limit`` the requests a minute beyond which the node
    refuses (0: none). ``log``: whether the CLI writes its own debug log, which it does unless it cannot.
    ``plain``: the floor with the SDK as it comes, without what we tune in it.
    """

    form: Form
    items: int
    latency: int = 0
    rate_limit: int = 0
    floor: bool = False
    log: bool = True
    plain: bool = False

    @property
    def name(self) -> str:
        """``collection/10,000/50 ms/1,000 a minute``, which ``--only`` searches."""
        log = "" if self.log else "/no log"
        if self.floor:
            return f"{self.form}/{self.items:,}/{self.latency} ms/floor{log}{'/plain' if self.plain else ''}"
        limit = f"{self.rate_limit:,} a minute" if self.rate_limit else "no limit"
        return f"{self.form}/{self.items:,}/{self.latency} ms/{limit}{log}"

    @property
    def program(self) -> str:
        """The module of `benchmarks.programs`."""
        return f"floor_{self.form}" if self.floor else str(self.form)

    @property
    def beneath(self) -> Scenario:
        """The floor of this one."""
        return Scenario(self.form, self.items, self.latency, floor=True, log=self.log)

    @property
    def repeats(self) -> int:
        """How often it is measured unless told otherwise: the median of three, where that takes minutes at most."""
        return 3 if self.items <= 1000 else 1


_NODES = ((0, 0), (50, 0), (50, 1000))
"""Latency and limit: the provider's own cost, then a node as it is on a network, then as it is in earnest."""


def scenarios(only: str = "", quick: bool = False) -> list[Scenario]:
    """Those whose name contains ``only``, and their floors; each after its floor, small ones first.

    ``quick``: a hundred rooms only.
    """
    return _with_floors(each for each in _with_floors(_all(quick)) if only in each.name)


def _with_floors(chosen: Iterable[Scenario]) -> list[Scenario]:
    return list(dict.fromkeys(one for each in chosen for one in (each.beneath, each)))


def _all(quick: bool) -> Iterator[Scenario]:
    for items in (100,) if quick else (100, 1000, 10_000):
        for form in Form:
            telling = items == 1000 or (items, form) == (10_000, Form.COLLECTION)
            for latency, limit in _NODES if telling else _NODES[:1]:
                if (items, form, limit) == (1000, Form.SINGLE, 0):
                    yield Scenario(form, items, latency, floor=True, plain=True)
                yield Scenario(form, items, latency, limit)
            if telling:
                yield Scenario(form, items, *_NODES[-1], log=False)
