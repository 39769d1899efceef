"""Check: all that is wrong at once, before anything is asked of the node, and no secret in any of it."""

from __future__ import annotations

from typing import Any

import pytest

from provider_core.checking import check
from provider_core.declaration import declarations
from provider_core.fields import digits, integer, text
from tests.unit.samples import ROOM, UNKNOWN, declare


def failures(**values: Any) -> list[tuple[str, str]]:
    """What check says of a room."""
    return [(name, sentence) for name, sentence in check(ROOM, values)]


def test_nothing_wrong() -> None:
    """What the node would take has no failure."""
    assert failures(name="Board room", seats=0, pin="1234", doors=[{"label": "north"}], host=None) == []


def test_everything_wrong_at_once() -> None:
    """All failures are told in one go, in the order of the declaration: nobody likes to fix them one by one."""
    assert failures(kind="huge", seats=3, doors=[{"label": "far too long"}], guests=["/a/"]) == [
        ("name", "name must be given, got nothing"),
        ("doors", "doors[0].label must be at most 10 characters, got 12"),
        ("kind", 'kind must be one of "large", "small", got "huge"'),
        ("seats", "seats must be 4 to 20 or 0, got 3"),
        ("guests", 'guests[0] must be a resource of type guest or its URI (…/guest/<id>/), got "/a/"'),
    ]


def test_a_secret_is_named_but_not_shown() -> None:
    """The engine prints the value of a property that a failure names: a secret's failure names none."""
    assert failures(name="a", pin="123", password="much too long") == [
        ("", "pin must be 4 to 6 digits, got a hidden value"),
        ("", "password must be at most 8 characters, got a hidden value"),
    ]


def test_what_is_missing_is_told_of_a_secret_too() -> None:
    """That a secret is missing or null is no secret."""
    made = declare({"token": text(secret=True)})
    assert list(check(made, {})) == [("", "token must be given, got nothing")]
    assert list(check(made, {"token": None})) == [("", "token must be a value, got null")]


@pytest.mark.parametrize("name", ROOM.inputs)
def test_the_unknown_passes_anywhere(name: str) -> None:
    """In a preview a value may not be known yet: that is never a failure."""
    assert failures(**{"name": "a", name: UNKNOWN}) == []


def test_the_unknown_passes_inside() -> None:
    """What is known beside an unknown part is still checked."""
    doors = [{"label": UNKNOWN}, UNKNOWN, {"label": "north", "width": 0}]
    assert failures(name="a", doors=doors, guests=[UNKNOWN, UNKNOWN]) == [
        ("doors", "doors[2].width must be at least 1, got 0"),
    ]


def test_null_is_a_value_where_the_node_takes_it() -> None:
    """An explicit None is sent as null, so it is only allowed where the field says so, or is null by default."""
    made = declare({"one": integer(nullable=True), "two": integer(default=None), "three": integer(default=3)})
    assert list(check(made, {"one": None, "two": None, "three": None})) == [
        ("three", "three must be a value, got null"),
    ]


def test_the_default_of_the_api_is_always_legal() -> None:
    """A default may lie outside the bounds (an empty PIN); giving it is asking for the default."""
    assert failures(name="a", pin="", guests=(), queue=()) == []
    made = declare({"pin": digits(4, 6)})
    assert list(check(made, {"pin": ""})) == [("", "pin must be 4 to 6 digits, got a hidden value")]


def test_a_default_of_another_type_is_not_the_default() -> None:
    """False is not 0, although Python says so."""
    made = declare({"count": integer(minimum=5, also=(0,), default=0)})
    assert list(check(made, {"count": False})) == [("count", "count must be a whole number, got false")]


def test_what_is_not_declared_is_not_checked() -> None:
    """The engine's own properties and computed ones are none of check's business."""
    assert failures(name="a", made=5, __provider="x") == []


@pytest.mark.parametrize("declaration", declarations("pexip"), ids=lambda each: each.path)
def test_every_default_passes(declaration: Any) -> None:
    """Whoever writes a default down explicitly must not be told that it is wrong."""
    defaults = {name: field.default for name, field in declaration.inputs.items() if field.default_known}
    found = [sentence for name, sentence in check(declaration, defaults) if "got nothing" not in sentence]
    assert found == []
    as_lists = {name: list(value) if isinstance(value, tuple) else value for name, value in defaults.items()}
    assert [sentence for _, sentence in check(declaration, as_lists) if "got nothing" not in sentence] == []
