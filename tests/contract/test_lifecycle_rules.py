"""The rules of the lifecycle that are about other people's objects, secrets and files; on the simulated node."""

from __future__ import annotations

from typing import Any

import pytest

from provider_core import errors
from provider_core.declaration import Declaration
from tests.contract.bench import Bench
from tests.contract.plan import by_path
from tests.support.node import Node

CONFERENCE = by_path()["conference"]


class Stack:
    """What the engine does for one declared object, in one call each."""

    def __init__(self, bench: Bench, declaration: Declaration = CONFERENCE) -> None:
        self.bench = bench
        self.lifecycle = bench.lifecycle(declaration)
        self.declaration = declaration

    def bag(self, **values: Any) -> dict[str, Any]:
        """The inputs after check."""
        bag = self.bench.bag(self.declaration, values)
        result = self.lifecycle.check(bag, bag)
        assert [failure.reason for failure in result.failures] == []
        return dict(result.inputs)

    def create(self, **values: Any) -> tuple[str, dict[str, Any]]:
        """The id and outputs of a new object."""
        made = self.lifecycle.create(self.bag(**values))
        return made.id, dict(made.outs or {})

    def failures(self, **values: Any) -> list[tuple[str, str]]:
        """What check says of a resource that the state does not have."""
        result = self.lifecycle.check({}, self.bench.bag(self.declaration, values))
        return [(failure.property, failure.reason) for failure in result.failures]


@pytest.fixture
def stack(bench: Bench) -> Stack:
    """A stack with a conference in it."""
    return Stack(bench)


def test_an_object_that_exists_is_left_alone(stack: Stack, node: Node) -> None:
    """A conflict names the object that is there and says how to adopt it; nothing of it is changed."""
    uri = node.create("conference", name="Taken", description="somebody's")
    with pytest.raises(errors.AlreadyExists, match='Conference "Taken": an object with this name exists') as caught:
        stack.create(name="Taken", description="ours")
    assert uri in str(caught.value)
    assert "adopt=True" in str(caught.value)
    assert [each["description"] for each in node.objects("conference")] == ["somebody's"]


def test_adopting_changes_what_differs(stack: Stack, node: Node) -> None:
    """With adopt=True the object that is there becomes the stack's: same id, and a PATCH of what differs only."""
    uri = node.create("conference", name="Taken", description="somebody's", tag="same", pin="1234")
    id, _ = stack.create(name="Taken", description="ours", tag="same", adopt=True)
    assert id == uri
    patches = [each.body for each in stack.bench.recorder.writes if each.method == "PATCH"]
    assert patches == [{"description": "ours"}]
    assert [each["pin"] for each in node.objects("conference")] == ["1234"]


def test_an_alias_of_another_is_not_taken(stack: Stack, node: Node) -> None:
    """The node would move an alias without a word: here it is an error that names who has it."""
    node.create("conference", name="Holder", aliases=[{"alias": "Board@example.com"}, {"alias": "Hall@example.com"}])
    with pytest.raises(errors.Held, match=r'"Board@example.com" belongs to Conference "Holder"'):
        stack.create(name="Thief", aliases=[{"alias": "board@EXAMPLE.com"}, {"alias": "free@example.com"}])
    id, outs = stack.create(name="Later", aliases=[{"alias": "later@example.com"}])
    news = stack.bag(name="Later", aliases=[{"alias": "later@example.com"}, {"alias": "Hall@example.com"}])
    with pytest.raises(errors.Held, match=r'"Hall@example.com" belongs to Conference "Holder"'):
        stack.lifecycle.update(id, outs, news)
    assert {each["name"]: len(each["aliases"]) for each in node.objects("conference")} == {"Holder": 2, "Later": 1}


def test_an_alias_stands_once_in_a_stack(stack: Stack, bench: Bench) -> None:
    """Two resources that want one alias fail at check, whichever way they declare it, and before anything is sent."""
    assert stack.failures(name="One", aliases=[{"alias": "one@rules.example.com"}]) == []
    conference = "/api/admin/configuration/v1/conference/9/"
    ((name, sentence),) = Stack(bench, by_path()["conference_alias"]).failures(
        alias="ONE@rules.example.com", conference=conference
    )
    assert name == ""
    assert sentence.startswith('alias "ONE@rules.example.com" must stand once in a stack, got it in Conference "One"')
    assert bench.recorder.sent == []


def test_what_is_not_declared_is_nobodys_business(stack: Stack, node: Node) -> None:
    """Somebody else may set what the stack does not: it is no drift, and an update leaves it alone."""
    id, outs = stack.create(name="Room")
    node.change(id, description="by hand")
    read = stack.lifecycle.read(id, outs)
    assert read.inputs is None
    inputs = stack.lifecycle.declaration.inputs
    assert {name: value for name, value in (read.outs or {}).items() if name in inputs} == {"name": "Room"}
    stack.lifecycle.update(id, outs, stack.bag(name="Room", tag="ours"))
    assert [(each["description"], each["tag"]) for each in node.objects("conference")] == [("by hand", "ours")]


def test_an_explicit_none_is_sent_as_null(stack: Stack, node: Node) -> None:
    """None is not the same as nothing: the field is emptied on the node."""
    id, outs = stack.create(name="Room", participant_limit=5)
    news = stack.bag(name="Room", participant_limit=None)
    assert stack.lifecycle.diff(id, outs, news).changes
    stack.bench.recorder.sent.clear()
    updated = stack.lifecycle.update(id, outs, news)
    assert [each.body for each in stack.bench.recorder.writes] == [{"participant_limit": None}]
    assert node.objects("conference")[0]["participant_limit"] is None
    assert not stack.lifecycle.diff(id, dict(updated.outs or {}), news).changes


def test_no_secret_in_an_error(stack: Stack, node: Node) -> None:
    """Whatever a node puts into its answer, the stack's secrets are taken out of the message."""
    body = {"conference": {"pin": ["“2846091” is too simple.\nTry another."]}}
    node.fail("status", method="POST", path="/conference/", status=400, body=body)
    with pytest.raises(errors.Rejected) as caught:
        stack.create(name="Room", pin="2846091")
    assert str(caught.value).startswith('Conference "Room": ')
    assert "2846091" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_gone_behind_the_stacks_back(stack: Stack, node: Node) -> None:
    """Something that is gone reads as gone, is deleted without complaint, and cannot be changed."""
    id, outs = stack.create(name="Room")
    node.delete(id)
    assert stack.lifecycle.read(id, outs).id == ""
    stack.lifecycle.delete(id, outs)
    with pytest.raises(errors.NotFound, match=r'Conference "Room": .*/conference/[0-9]+/ is '):
        stack.lifecycle.update(id, outs, stack.bag(name="Room", tag="new"))
    assert node.objects("conference") == []


def test_what_cannot_change_replaces(bench: Bench) -> None:
    """A Conferencing Node's address is fixed: the plan says which field, and that the old node goes first."""
    worker = Stack(bench, by_path()["worker_vm"])
    common = {"name": "n", "domain": "example.com", "hostname": "n", "netmask": "255.255.255.0", "gateway": "192.0.2.1"}
    common |= {"password": "a password", "system_location": "/api/admin/configuration/v1/system_location/1/"}
    olds, news = worker.bag(**common, address="192.0.2.7"), worker.bag(**common, address="192.0.2.8")
    found = worker.lifecycle.diff("", olds, news)
    assert (found.changes, found.replaces, found.delete_before_replace) == (True, ["address"], True)
    assert bench.recorder.sent == []


def test_a_file_that_is_not_there(bench: Bench) -> None:
    """A missing file is found at check, with the folder that was looked in."""
    theme = Stack(bench, by_path()["ivr_theme"])
    ((_, sentence),) = theme.failures(name="No file", package="missing.zip")
    assert sentence.startswith('package must be the path of a file, got "missing.zip", which is not there')
    assert str(bench.folder) in sentence
