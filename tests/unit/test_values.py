"""Between property bags and plain values: what the engine cannot carry is carried beside."""

from __future__ import annotations

from provider_core.values import decode, digest_of, encode, from_engine, to_engine
from tests.unit.samples import ROOM


def test_a_null_travels_as_a_name() -> None:
    """The engine drops properties that are null, so their names stand in a list."""
    bag = to_engine(ROOM, {"name": "a", "ratio": None, "host": None}, {})
    assert bag == {"name": "a", "nulls": ["host", "ratio"]}
    assert from_engine(ROOM, bag) == {"name": "a", "ratio": None, "host": None}


def test_a_computed_null_is_left_out() -> None:
    """Only inputs can be null on purpose; what the node has not computed is simply not there."""
    assert to_engine(ROOM, {"name": "a", "made": None}, {}) == {"name": "a"}


def test_options_and_digests_stay() -> None:
    """Connection, adoption and file digests belong to the bag, not to the values."""
    kept = {"connection": "lab", "adopt": True, digest_of("picture"): "12", "other": 1, "__provider": "x"}
    assert to_engine(ROOM, {"name": "a"}, kept) == {
        "name": "a",
        "connection": "lab",
        "adopt": True,
        "picture_sha256": "12",
    }


def test_what_is_not_declared_is_no_value() -> None:
    """The engine's own properties, and names in the list of nulls that are no inputs, are passed over."""
    bag = {"name": "a", "__provider": "x", "connection": "lab", "nulls": ["ratio", "made", "nonsense"]}
    assert from_engine(ROOM, bag) == {"name": "a", "ratio": None}


def test_an_unknown_list_of_nulls_is_none() -> None:
    """Whatever stands where the list of nulls should be, reading it does not fail."""
    assert from_engine(ROOM, {"name": "a", "nulls": "ratio"}) == {"name": "a"}


def test_only_what_is_set_is_sent() -> None:
    """Files, local paths and computed fields are no part of an object's JSON."""
    values = {
        "name": "a",
        "seats": 5.0,
        "ratio": None,
        "picture": "a.zip",
        "document_path": "x",
        "made": "now",
        "guests": ("https://node.example.com/a/guest/1/",),
    }
    assert encode(ROOM, values) == {"name": "a", "seats": 5, "ratio": None, "guests": ["/a/guest/1/"]}


def test_only_what_is_in_the_clear_is_read() -> None:
    """A write-only field is answered masked or not at all: reading it would look like drift."""
    wire = {"name": "a", "password": "****", "ratio": None, "made": "now", "resource_uri": "/a/room/1/", "seats": "5"}
    assert decode(ROOM, wire) == {"name": "a", "ratio": None, "made": "now", "seats": 5}
