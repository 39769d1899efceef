"""Whatever goes wrong on the way, a collection ends with exactly the objects that the stack wants, or with none."""

from __future__ import annotations

import os
from typing import Any
from unittest import mock

import pytest

from pexip_provider import Conference
from provider_core import errors
from provider_core.collecting import CollectionLifecycle
from provider_core.journal import journal_of
from tests.contract.bench import Bench
from tests.contract.test_client_faults import FAULTS
from tests.support.disk import Disk
from tests.support.node import Node

COUNT = 30
KEYS = [f"k{number}" for number in range(COUNT)]


class Rooms:
    """A collection of rooms, and the operations of the engine on it."""

    def __init__(self, bench: Bench, node: Node) -> None:
        self.node = node
        self.collection = CollectionLifecycle(bench.lifecycle(Conference.declaration))
        self.outs: dict[str, Any] = {}

    @staticmethod
    def bag(tag: str = "", count: int = COUNT) -> dict[str, Any]:
        """The inputs: so many rooms, all with this tag."""
        return {"items": {key: {"name": f"Room {key}", "pin": "123456", "tag": tag} for key in KEYS[:count]}}

    def create(self, tag: str = "") -> None:
        """As the engine creates."""
        self.outs = self.collection.create(self.bag(tag)).outs or {}

    def update(self, tag: str, count: int = COUNT) -> None:
        """As the engine updates."""
        self.outs = self.collection.update("id", self.outs, self.bag(tag, count)).outs or {}

    def delete(self) -> None:
        """As the engine deletes."""
        self.collection.delete("id", self.outs)

    @property
    def there(self) -> dict[str, str]:
        """Name and tag of each room on the node; fails when one is there twice."""
        rooms = self.node.objects("conference")
        found = {each["name"]: each["tag"] for each in rooms}
        assert len(found) == len(rooms)
        return found


def wanted(tag: str, count: int = COUNT) -> dict[str, str]:
    """What ``there`` is when all is as declared."""
    return {f"Room {key}": tag for key in KEYS[:count]}


@pytest.fixture
def rooms(bench: Bench, node: Node) -> Rooms:
    """No rooms yet."""
    return Rooms(bench, node)


@pytest.mark.parametrize("fault", FAULTS)
def test_create(rooms: Rooms, fault: str) -> None:
    """Made once, with all URIs known, though the answer to the bulk request does not arrive."""
    rooms.node.fail(method="PATCH", path="/conference/$", **FAULTS[fault])
    rooms.create("x")
    assert rooms.there == wanted("x")
    assert sorted(rooms.outs["uris"].values()) == sorted(
        each["resource_uri"] for each in rooms.node.objects("conference")
    )


@pytest.mark.parametrize("fault", FAULTS)
def test_create_when_the_look_up_fails(rooms: Rooms, fault: str) -> None:
    """The ids are asked for after the bulk request: that question may go wrong too."""
    rooms.node.fail(method="GET", path="/conference/", **FAULTS[fault])
    rooms.create("x")
    assert rooms.there == wanted("x")
    assert len(rooms.outs["uris"]) == COUNT


@pytest.mark.parametrize("lost", ["drop_after", "drop_before"])
def test_create_of_which_nobody_can_tell(rooms: Rooms, lost: str, disk: Disk) -> None:
    """The answer is lost, and what follows is refused: all stays in the journal, and the next run goes on with it."""
    rooms.collection.single.stack = "unknown"
    rooms.node.fail(lost, method="PATCH", path="/conference/$")
    rooms.node.fail("status", method="GET", path="/conference/", status=401, times=99)
    with pytest.raises(errors.ProviderError, match="refuses the credentials"):
        rooms.create("x")
    assert len(journal_of("unknown").entries()) == COUNT
    rooms.node.mend()
    rooms.create("x")
    assert rooms.there == wanted("x")


def test_an_attempt_after_one_that_is_unknown(rooms: Rooms, disk: Disk) -> None:
    """What a later attempt is refused for says nothing of an earlier one, which may still be at work."""
    rooms.collection.single.stack = "unknown"
    rooms.node.fail("drop_before", method="PATCH", path="/conference/$")
    rooms.node.fail("status", method="PATCH", path="/conference/$", status=401, times=9)
    with pytest.raises(errors.ItemsRefused, match="refuses the credentials"):
        rooms.create("x")
    assert len(journal_of("unknown").entries()) == COUNT


@pytest.mark.parametrize("fault", FAULTS)
def test_update(rooms: Rooms, fault: str) -> None:
    """Changes reach every item; again, where it is not known whether they did."""
    rooms.create("before")
    rooms.node.fail(method="PATCH", path="/conference/", **FAULTS[fault])
    try:
        rooms.update("after", COUNT - 5)
    except errors.ItemsRefused:
        rooms.update("after", COUNT - 5)
    assert rooms.there == wanted("after", COUNT - 5)


@pytest.mark.parametrize("fault", FAULTS)
def test_delete(rooms: Rooms, fault: str) -> None:
    """Nothing is left, and what was gone already is no error."""
    rooms.create("x")
    rooms.node.fail(method="PATCH", path="/conference/$", **FAULTS[fault])
    try:
        rooms.delete()
    except errors.ItemsRefused:
        rooms.delete()
    assert rooms.there == {}


def test_the_journal_forgets_what_the_state_has(rooms: Rooms, disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    """All at once, when the next run shows the items it has; what is deleted goes as well."""
    rooms.collection.single.stack = "kept"
    rooms.create("x")
    journal = journal_of("kept")
    assert set(journal.entries().values()) == set(rooms.outs["uris"].values())
    writes = mock.Mock(wraps=os.write)
    monkeypatch.setattr(os, "write", writes)
    assert not rooms.collection.diff("id", rooms.outs, rooms.bag("x")).changes
    assert (journal.entries(), writes.call_count) == ({}, 1)
    rooms.delete()
    rooms.create("y")
    rooms.update("y", count=20)
    assert len(journal.entries()) == 20


def test_read_of_items_that_are_gone(rooms: Rooms) -> None:
    """They are left out, the others keep their URIs, and the next update makes them again."""
    rooms.create("x")
    for key in KEYS[::3]:
        rooms.node.delete(rooms.outs["uris"][key])
    read = rooms.collection.read("id", rooms.outs)
    rooms.outs = read.outs or {}
    assert set(rooms.outs["items"]) == set(rooms.outs["uris"]) == set(KEYS) - set(KEYS[::3])
    assert (read.inputs or {})["items"] == rooms.outs["items"]
    rooms.update("x")
    assert rooms.there == wanted("x")


def test_read_of_items_that_have_changed(rooms: Rooms) -> None:
    """All inputs come back with the one change in them; without a change none do, and the engine keeps its own."""
    rooms.create("x")
    assert rooms.collection.read("id", rooms.outs).inputs is None
    rooms.node.change(rooms.outs["uris"][KEYS[-1]], tag="by hand")
    read = rooms.collection.read("id", rooms.outs)
    expected = rooms.bag("x")
    expected["items"][KEYS[-1]]["tag"] = "by hand"
    assert read.inputs == expected
