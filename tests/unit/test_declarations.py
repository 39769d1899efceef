"""Declarations check themselves: a bad one fails at import, and says which resource and field."""

from __future__ import annotations

from typing import Any

import pytest

from provider_core import declaration as registry
from provider_core.declaration import DeclarationError, Vendor
from provider_core.fields import BY_NODE, Field, Ownership, choice, computed, integer, reference, references, text
from tests.unit.samples import ROOM, Room, declare

BAD: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"size": integer(minimum=1, maximum=5, default=9)}, {}, "Bad.size: default must be 1 to 5, got 9"),
    ({"size": integer(minimum=5, maximum=1)}, {}, "Bad.size: its bounds are the wrong way round"),
    ({"mode": choice("a", "b", default="c")}, {}, 'Bad.mode: default must be one of "a", "b", got "c"'),
    ({"name": text(max_length=2, default="abc")}, {}, "Bad.name: default must be at most 2 characters, got 3"),
    ({"url": text(format="url", default="here")}, {}, 'Bad.url: default must be an http or https URL, got "here"'),
    ({"name": text()}, {"natural_key": "title"}, "Bad: natural key 'title' is not a field"),
    ({"name": computed()}, {"natural_key": "name"}, "Bad.name: a natural key must be a field that the stack sets"),
    ({"connection": text()}, {}, "Bad.connection: the name is taken by the engine or by an option"),
    ({"adopt": text()}, {}, "Bad.adopt: the name is taken by the engine or by an option"),
    ({"nulls": text()}, {}, "Bad.nulls: the name is taken by the engine or by an option"),
    ({"urn": text()}, {}, "Bad.urn: the name is taken by the engine or by an option"),
    ({"id": text()}, {}, "Bad.id: the name is taken by the engine or by an option"),
]


@pytest.mark.parametrize(("fields", "keywords", "message"), BAD)
def test_a_bad_declaration_fails_at_import(fields: dict[str, Any], keywords: dict[str, Any], message: str) -> None:
    """The mistake is found where it is made, not in somebody's deployment."""
    with pytest.raises(DeclarationError) as caught:
        declare(fields, "Bad", **keywords)
    assert str(caught.value) == message


def test_a_token_is_declared_once() -> None:
    """Two types of one name would read each other's states."""
    with pytest.raises(DeclarationError, match="Room: sample:Room is declared twice"):
        declare({"name": text()}, "Room")


@pytest.mark.parametrize("field", [reference("nowhere", default=None), references("nowhere", default=())])
def test_a_reference_leads_somewhere(field: Any) -> None:
    """A reference to a type that nobody declares could never be satisfied."""
    vendor = Vendor("elsewhere", "Elsewhere", lambda settings: pytest.fail("connected"))
    made = declare({"to": field}, vendor=vendor)
    registry.verify_references("elsewhere", besides=frozenset({"nowhere"}))
    with pytest.raises(DeclarationError, match=rf"{made.name}\.to: refers to 'nowhere', an unknown type"):
        registry.verify_references("elsewhere")
    registry._registry.pop(made.token)


def test_fields_know_who_sets_them() -> None:
    """No default means required, as in a dataclass; what the node sets is no input."""
    assert [name for name, field in ROOM.inputs.items() if field.required] == ["name"]
    assert set(ROOM.computed) == {"made"}
    assert ROOM.files == ("picture",)
    assert set(ROOM.inputs) - set(ROOM.sent) == {"picture", "document_path"}
    assert ROOM.inputs["password"].ownership is Ownership.WRITE_ONLY
    assert not ROOM.inputs["chosen"].default_known
    assert repr(BY_NODE) == "BY_NODE"


def test_a_field_on_the_class_is_itself() -> None:
    """Look-ups and documents read the declaration from the class."""
    assert isinstance(Room.pin, Field)
    assert Room.pin.name == "pin"


def test_a_field_is_set_in_the_constructor_only() -> None:
    """A resource is registered when it is made: a later assignment would be lost, so it is an error."""
    with pytest.raises(AttributeError, match="pin is set in the constructor"):
        Room.pin.__set__(object(), "1234")


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ({"name": "a", "seat": 4}, ["'seat' is not a field", "did you mean 'seats'?"]),
        ({"name": "a", "made": "now"}, ["'made' is set by the node"]),
        ({"kind": "large"}, ["name must be given"]),
    ],
)
def test_a_constructor_refuses_what_is_not_declared(values: dict[str, Any], parts: list[str]) -> None:
    """A misspelt name is found in the program's first second, with the name that was probably meant."""
    with pytest.raises(TypeError, match=r"^Room") as caught:
        Room("a-room", **values)
    assert [part for part in parts if part not in str(caught.value)] == []


def test_a_label_names_an_object_in_one_line() -> None:
    """Messages say which object they are about; a key of many lines or characters is shortened."""
    assert ROOM.label({"name": "Board room"}) == 'Room "Board room"'
    assert ROOM.label({}) == "Room"
    long = ROOM.label({"name": "-----BEGIN CERTIFICATE-----\n" + "A" * 500})
    assert "\n" not in long
    assert len(long) < 100


def test_a_secret_key_is_no_label() -> None:
    """An object that is known by a secret is not named by it."""
    made = declare({"token": text(secret=True)}, natural_key="token")
    assert made.label({"token": "hunter2"}) == made.name


def test_the_natural_key_is_complete_or_none() -> None:
    """A look-up by half a key would find somebody else's object."""
    made = declare({"realm": text(), "number": integer()}, natural_key=("realm", "number"))
    assert made.key_of({"realm": "a", "number": 4.0}) == {"realm": "a", "number": 4}
    assert made.key_of({"realm": "a"}) is None
    assert declare({"name": text()}).key_of({"name": "a"}) is None
