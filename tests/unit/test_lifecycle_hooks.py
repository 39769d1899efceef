"""Hooks of the lifecycle that no type of Pexip Infinity needs, on a server that is a dict."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from provider_core import errors, operation
from provider_core.backend import Backend, Created
from provider_core.connections import Connections, Settings
from provider_core.diffing import Difference
from provider_core.fields import image, integer, local, references, text
from provider_core.handover import Stream, accept, offer
from provider_core.journal import journal_of
from provider_core.kinds import Boolean, Text
from provider_core.lifecycle import Lifecycle, Props
from tests.support.disk import Disk
from tests.unit.samples import SAMPLE, declare


class Shelf:
    """A server. ``lost`` creates are not answered; from then on it may be ``away``."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.lost = self.away = False

    def create(
        self, path: str, body: Props, files: Mapping[str, Path], key: Mapping[str, Any] | None = None
    ) -> Created:
        """Put it on the shelf."""
        self.objects[body["name"]] = dict(body)
        if self.lost:
            raise errors.AnswerLost("cut off")
        return Created(body["name"])

    def read(self, path: str, id: str) -> dict[str, Any] | None:
        """Look."""
        return self.objects.get(id)

    def update(self, path: str, id: str, body: Props, files: Mapping[str, Path]) -> None:
        """Change it."""
        self.objects[id] |= body

    def delete(self, path: str, id: str) -> None:
        """Take it away."""
        self.objects.pop(id, None)

    def list(self, path: str, filters: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """All of that name."""
        if self.away:
            raise errors.ConnectionFailed("nobody answers")
        yield from ((id, wire) for id, wire in self.objects.items() if wire["name"] == filters["name"])


class Careful(Lifecycle):
    """It never shrinks, and changes only where the stack permits it."""

    def objections(self, olds: Props, news: Props, found: Difference) -> Sequence[str]:
        """A smaller size."""
        return ["size must not shrink"] if news["size"] < olds["size"] else []

    def change(
        self, backend: Backend, id: str, body: Props, files: Mapping[str, Path], olds: Props, news: Props
    ) -> dict[str, Any]:
        """Only when permitted."""
        if not news.get("permitted"):
            raise errors.Rejected("permitted must be true, got false")
        return super().change(backend, id, body, files, olds, news)


THING = declare(
    {
        "name": text(),
        "size": integer(default=1),
        "permitted": local(Boolean(), default=False),
        "image": image(default=""),
    },
    natural_key="name",
    lifecycle=Careful,
)


@pytest.fixture
def shelf() -> Shelf:
    """An empty one."""
    operation.start_anew()
    return Shelf()


@pytest.fixture
def lifecycle(shelf: Shelf) -> Lifecycle:
    """Things on the shelf."""

    def connect(settings: Settings) -> Backend:
        return shelf

    made = Careful(dataclasses.replace(THING, vendor=dataclasses.replace(SAMPLE, connect=connect)))
    made.connections = Connections("sample", {"sample:address": f"shelf-{id(shelf)}"}.get, environ={})
    return made


def test_a_change_can_be_refused_at_preview(lifecycle: Lifecycle) -> None:
    """The refusal names the resource; what does not change is not asked."""
    bag = {"name": "box", "size": 2}
    assert lifecycle.diff("box", bag, {**bag, "size": 3}).changes
    with pytest.raises(errors.Rejected, match='"box": size must not shrink'):
        lifecycle.diff("box", bag, {**bag, "size": 1})


def test_an_update_knows_what_is_never_sent(lifecycle: Lifecycle, shelf: Shelf) -> None:
    """What concerns only this machine reaches the hook, and not the server."""
    made = lifecycle.create({"name": "box", "size": 2})
    with pytest.raises(errors.Rejected, match="permitted must be true, got false"):
        lifecycle.update("box", dict(made.outs or {}), {"name": "box", "size": 3})
    lifecycle.update("box", dict(made.outs or {}), {"name": "box", "size": 3, "permitted": True})
    assert shelf.objects == {"box": {"name": "box", "size": 3}}


def test_a_create_is_on_the_disk_before_it_is_sent(
    lifecycle: Lifecycle, shelf: Shelf, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a server that knows nothing of journals can be created on."""
    lifecycle.stack = "kept"
    make = shelf.create

    def create(path: str, body: Props, files: Mapping[str, Path], key: Mapping[str, Any] | None = None) -> Created:
        assert lifecycle.mark(body, body).key in json.loads(disk.kept)
        return make(path, body, files, key)

    monkeypatch.setattr(shelf, "create", create)
    assert lifecycle.create({"name": "box"}).id == "box"


def test_the_journal_forgets_what_the_state_has(lifecycle: Lifecycle, disk: Disk) -> None:
    """The next run shows the object that it has, and on which connection; without an address nothing is forgotten."""
    lifecycle.stack = "forgets"
    made = lifecycle.create({"name": "box"}).outs or {}
    journal = journal_of("forgets")
    (mark,) = journal.entries()
    connections = lifecycle.connections
    lifecycle.connections = Connections("sample", {"sample:connections": {"two": {"address": "two"}}}.get, environ={})
    elsewhere = {**made, "connection": "two"}
    lifecycle.diff("box", elsewhere, elsewhere)
    lifecycle.diff("box", made, made)
    assert journal.entries() == {mark: "box"}
    lifecycle.connections = connections
    lifecycle.diff("box", made, made)
    assert journal.entries() == {}


def test_a_create_that_is_lost_with_its_server_stays_in_the_journal(
    lifecycle: Lifecycle, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can say that nothing was made, so the next run looks, and takes it over."""
    monkeypatch.setenv("PROVIDER_JOURNAL", str(tmp_path))
    lifecycle.stack = "lost"
    bag = {"name": "box", "size": 2}
    shelf.lost = shelf.away = True
    with pytest.raises(errors.AnswerLost, match="cut off"):
        lifecycle.create(bag)
    assert journal_of("lost").find(lifecycle.mark(bag, {"name": "box"})) == ""
    shelf.lost = shelf.away = False
    assert lifecycle.create(bag).id == "box"


def test_an_image_that_is_not_used_goes_back(lifecycle: Lifecycle, shelf: Shelf) -> None:
    """Whatever a create fails from: its giver hears of it, once, and nobody else can have it."""
    ended: list[bool] = []
    name = offer(Stream("image", iter(()), None, ended.append))
    shelf.lost = shelf.away = True
    with pytest.raises(errors.AnswerLost):
        lifecycle.create({"name": "box", "size": 2, "image": name})
    assert ended == [False]
    with pytest.raises(errors.ConfigurationError, match="handed out in another run"):
        accept(name)


def test_references_may_be_of_a_kind_of_their_own() -> None:
    """Where ids are no URIs, the kind says what is a reference."""
    thing = declare({"name": text(), "others": references(Text(max_length=3))}, natural_key="name")
    (problem,) = thing.fields["others"].kind.problems(["long name"])
    assert problem.sentence("others", False) == "others[0] must be at most 3 characters, got 9"
