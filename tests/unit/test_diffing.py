"""Diff: what must change so that the node is as the stack says; pure."""

from __future__ import annotations

from typing import Any

import pytest

from provider_core.declaration import Declaration
from provider_core.diffing import Difference, diff
from provider_core.fields import integer, text
from tests.unit.samples import ROOM, UNKNOWN, declare

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n"


def changes(olds: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
    """What a room is to be given."""
    return dict(diff(ROOM, {"name": "a", **olds}, {"name": "a", **news}).changes)


def test_nothing_changed() -> None:
    """Equal values are no difference, and an empty difference is false."""
    found = diff(ROOM, {"name": "a", "seats": 4}, {"name": "a", "seats": 4})
    assert not found
    assert found == Difference(changes={})


def test_undeclared_is_unmanaged() -> None:
    """What the stack never said is left as the node has it: no change, whatever the computed fields say."""
    assert changes({"made": "yesterday"}, {}) == {}


def test_declared_anew_is_sent() -> None:
    """A field that the stack begins to manage is sent, also when it is the default: the node may have another."""
    assert changes({}, {"seats": 8}) == {"seats": 8}


def test_removed_goes_back_to_the_default() -> None:
    """A field that the stack stops managing goes back to the API's own default."""
    assert changes({"seats": 4, "host": "/api/host/1/"}, {}) == {"seats": 8, "host": None}
    assert changes({"guests": ["/a/guest/1/"]}, {}) == {"guests": ()}


@pytest.mark.parametrize(("name", "value"), [("chosen", "by hand"), ("seats", 8)])
def test_removed_with_nothing_to_send_is_forgotten(name: str, value: Any) -> None:
    """At its default already, or with no default to go back to, it only leaves the state."""
    found = diff(ROOM, {"name": "a", name: value}, {"name": "a"})
    assert found
    assert (found.changes, found.forgotten) == ({}, (name,))


def test_an_explicit_null_is_a_value() -> None:
    """None in the stack is null on the node, which is not the same as saying nothing."""
    assert changes({"ratio": 5}, {"ratio": None}) == {"ratio": None}
    assert changes({"ratio": None}, {"ratio": None}) == {}
    assert changes({}, {"ratio": None}) == {"ratio": None}


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("guests", ["/a/guest/1/", "/a/guest/2/"], ["/a/guest/2/", "/a/guest/1/"]),
        ("guests", ["/a/guest/1/"], ["https://node.example.com/a/guest/1/"]),
        ("host", "/a/host/1/", "https://node.example.com/a/host/1/"),
        ("doors", [{"label": "a"}, {"label": "b"}], [{"label": "b", "width": 80}, {"label": "a"}]),
        ("seats", 5, "5"),
        ("seats", 5, 5.0),
        ("certificate", CERTIFICATE, CERTIFICATE.replace("\n", "\r\n")),
        ("layout", '{"a":1,"b":2}', '{"b": 2, "a": 1}'),
    ],
)
def test_the_same_in_another_form_is_no_change(name: str, old: Any, new: Any) -> None:
    """Sets have no order, URIs are their paths, PEM and JSON their content, a number in a string a number."""
    assert changes({name: old}, {name: new}) == {}


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("queue", ["a", "b"], ["b", "a"]),
        ("doors", [{"label": "a"}], [{"label": "a", "width": 90}]),
        ("layout", "[1, 2]", "[2, 1]"),
        ("kind", "large", "small"),
        ("pin", "1234", ""),
        ("password", "old", "new"),
    ],
)
def test_what_means_something_else_changes(name: str, old: Any, new: Any) -> None:
    """An order that matters, a part, a secret: each change is seen, and nothing else is sent."""
    assert changes({name: old, "seats": 4}, {name: new, "seats": 4}) == {name: new}


def test_the_unknown_may_change() -> None:
    """In a preview an unknown value is shown as a change, because it may be one."""
    assert list(changes({"host": "/a/host/1/"}, {"host": UNKNOWN})) == ["host"]


def test_what_cannot_change_in_place_replaces() -> None:
    """A replacement names the fields; where the natural key stays, the old object must go first."""
    found = diff(ROOM, {"name": "a", "floor": "1"}, {"name": "a", "floor": "2"})
    assert (found.replaces, found.delete_first) == (("floor",), True)
    renamed = diff(ROOM, {"name": "a", "floor": "1"}, {"name": "b", "floor": "2"})
    assert (renamed.replaces, renamed.delete_first) == (("floor",), False)


def test_a_key_of_two_parts_differs_when_one_does() -> None:
    """Half of a natural key is enough for both objects to exist side by side."""
    made = declare({"realm": text(), "user": text(), "size": integer(replaces=True)}, natural_key=("realm", "user"))
    olds = {"realm": "a", "user": "b", "size": 1}
    assert diff(made, olds, {**olds, "size": 2}).delete_first
    assert not diff(made, olds, {**olds, "user": "c", "size": 2}).delete_first


def test_another_connection_is_another_object() -> None:
    """On another node it is made first: the two cannot be in each other's way."""
    found = diff(ROOM, {"name": "a"}, {"name": "a"}, {}, {"connection": "lab"})
    assert (found.replaces, found.delete_first) == (("connection",), False)
    assert not diff(ROOM, {"name": "a"}, {"name": "a"}, {"connection": "lab"}, {"connection": "lab"})


def test_a_file_is_its_content() -> None:
    """A file is uploaded when its digest changes, whatever its name; when it is set no more, nothing is sent."""
    olds, one, two = {"name": "a", "picture": "a.zip"}, {"picture_sha256": "1"}, {"picture_sha256": "2"}
    assert diff(ROOM, olds, olds, one, two).files == ("picture",)
    assert not diff(ROOM, olds, {**olds, "picture": "b.zip"}, one, one)
    gone = diff(ROOM, olds, {"name": "a"}, one, {})
    assert (gone.files, gone.forgotten, gone.changes) == ((), ("picture",), {})


def test_what_concerns_this_machine_is_not_sent() -> None:
    """A local path changes in the state only."""
    found = diff(ROOM, {"name": "a", "document_path": "x"}, {"name": "a", "document_path": "y"})
    assert (found.changes, found.forgotten) == ({}, ("document_path",))


def test_several_things_at_once() -> None:
    """Changes, replacements and what is forgotten do not hide each other."""
    olds = {"name": "a", "seats": 4, "floor": "1", "chosen": "x"}
    found = diff(ROOM, olds, {"name": "a", "kind": "large", "floor": "2"})
    assert found.changes == {"kind": "large", "seats": 8, "floor": "2"}
    assert (found.forgotten, found.replaces, found.delete_first) == (("chosen",), ("floor",), True)


def test_an_empty_declaration_has_no_difference() -> None:
    """A type without fields never changes."""
    made: Declaration = declare({})
    assert not diff(made, {}, {})
