"""One walk through the whole life of an object, for every registered type.

It runs against the simulated node. With ``PEXIP_WALK_ADDRESS``, ``PEXIP_WALK_USERNAME`` and
``PEXIP_WALK_PASSWORD`` in the environment it runs against a real one, and leaves it as it was.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from provider_core import errors, operation
from provider_core.declaration import Declaration, declarations
from provider_core.fields import Ownership
from provider_core.kinds import Boolean, Choice, Integer, Text
from provider_core.lifecycle import Lifecycle
from provider_core.values import encode
from tests.contract.bench import ROOT, Bench, Sent, resolved
from tests.contract.comparison import facts
from tests.contract.examples import write_zip
from tests.contract.known import ignored
from tests.contract.plan import Plan

ALL = declarations("pexip")
FACTS = facts()
LASTING = [each for each in ALL if each.exists_once or "DELETE" not in FACTS[each.path]["methods"]["detail"]]
MANY = [each for each in ALL if each not in LASTING]
IN_PLACE = [
    each
    for each in ALL
    if each.files
    and not any(each.inputs[name].replaces or each.inputs[name].ownership is Ownership.LOCAL for name in each.files)
]


class Walk:
    """One object on its way: the steps that the engine takes, each with what must hold after it."""

    def __init__(self, bench: Bench, declaration: Declaration) -> None:
        self.bench = bench
        self.declaration = declaration
        self.lifecycle = bench.lifecycle(declaration)
        self.plan = Plan(declaration, number=8)
        self.known: dict[str, str] = {}
        self.id = ""
        self.inputs: dict[str, Any] = {}
        self.outs: dict[str, Any] = {}

    def resolve(self, values: dict[str, Any]) -> dict[str, Any]:
        """The values with references to objects that are there, made if need be."""
        for each in self.plan.before:
            if each.name not in self.known:
                self.known[each.name] = self.bench.make(each, self.known)
        found: dict[str, Any] = resolved(values, self.known)
        return found

    def check(self, values: dict[str, Any]) -> dict[str, Any]:
        """Check passes."""
        result = self.lifecycle.check(self.inputs, self.bench.bag(self.declaration, values))
        assert [failure.reason for failure in result.failures] == []
        return {**result.inputs}

    def bag_of(self, outs: dict[str, Any] | None) -> dict[str, Any]:
        """Outputs as the state keeps them."""
        return {**(outs or {}), "__provider": self.inputs["__provider"]}

    def create(self, values: dict[str, Any]) -> None:
        """The object is there, with an id that is the path of one object."""
        for name in self.declaration.files:
            if name in values and not (self.bench.folder / values[name]).exists():
                write_zip(self.bench.folder, values[name])
        self.inputs = self.check(values)
        assert self.bench.recorder.sent == []
        result = self.lifecycle.create(self.inputs)
        self.id = result.id
        self.outs = self.bag_of(result.outs)
        assert self.id.startswith(f"{ROOT}{self.declaration.path}/")

    def unchanged(self) -> None:
        """What is read is what was written, and a second run finds nothing to do."""
        read = self.lifecycle.read(self.id, self.outs)
        assert read.id == self.id
        assert read.inputs is None
        self.outs = self.bag_of(read.outs)
        assert {name: self.outs[name] for name in self.inputs} == self.inputs
        again = self.lifecycle.check(self.inputs, self.inputs)
        assert again.failures == []
        found = self.lifecycle.diff(self.id, self.outs, again.inputs)
        assert not found.changes

    def update(self, values: dict[str, Any]) -> list[Sent]:
        """Diff sees the change and writes nothing; update writes it. Returns what was written."""
        self.bench.recorder.sent.clear()
        news = self.check(values)
        found = self.lifecycle.diff(self.id, self.outs, news)
        assert found.changes
        assert not found.replaces
        assert self.bench.recorder.sent == []
        result = self.lifecycle.update(self.id, self.outs, news)
        self.inputs, self.outs = news, self.bag_of(result.outs)
        return self.bench.recorder.writes

    def drift(self, values: dict[str, Any]) -> None:
        """A change by somebody else shows when it is read."""
        self.bench.other.patch(self.id, encode(self.declaration, values))
        read = self.lifecycle.read(self.id, self.outs)
        for name, value in values.items():
            field = self.declaration.inputs[name]
            if field.ownership is not Ownership.WRITE_ONLY:
                assert field.kind.same((read.inputs or {}).get(name), value)
        self.outs = self.bag_of(read.outs)

    def change_and_heal(self, name: str, values: dict[str, Any]) -> None:
        """One PATCH of what changed, and nothing else; what somebody else changed since is put right again."""
        other = self.resolve(self.plan.change(name, values.get(name)))
        written = self.update({**values, **other})
        assert [(sent.method, ROOT + sent.path, sent.body) for sent in written] == [
            ("PATCH", self.id, encode(self.declaration, other))
        ]
        self.unchanged()
        self.drift(self.resolve(self.plan.change(name, other[name])))
        # A key cannot be read, so a certificate that somebody exchanged with its key is healed by a new pair only.
        self.update({**values, **other} if len(other) == 1 else values)
        self.unchanged()

    def tidy(self) -> None:
        """Leave the node as it was."""
        made = [self.id] if self.id and not self.declaration.exists_once else []
        for each in self.plan.before:
            if each.body is not None and each.name in self.known:
                made.insert(0, self.known[each.name])
        for uri in made:
            with contextlib.suppress(errors.Refused):
                self.bench.other.delete(uri)

    def changeable(self) -> str | None:
        """A field that can change in place and be read back: the plainest there is, the natural key last."""
        path, key = self.declaration.path, self.declaration.natural_key
        names = [
            name
            for name, field in self.declaration.sent.items()
            if field.ownership is Ownership.INPUT
            and not (field.replaces or field.secret or ignored(path, name))
            and not (isinstance(field.kind, Choice) and len(field.kind.choices) == 1)
        ]
        return min(names, key=lambda name: (name != "description", name in key, self._effort(name)), default=None)

    def _effort(self, name: str) -> int:
        kind = self.declaration.inputs[name].kind
        if isinstance(kind, (Boolean, Choice, Integer)):
            return 0
        return 1 if isinstance(kind, Text) and not kind.format else 2


@pytest.fixture
def walk(walked: Bench, declaration: Declaration) -> Iterator[Walk]:
    """The walk of a type; whatever it made is gone at the end."""
    walk = Walk(walked, declaration)
    yield walk
    walk.tidy()


def each(chosen: list[Declaration]) -> pytest.MarkDecorator:
    """A test for each of these types."""
    return pytest.mark.parametrize("declaration", chosen, ids=lambda declaration: declaration.path)


@each(MANY)
def test_an_object_lives_and_goes(walk: Walk) -> None:
    """Created, read, changed, healed of drift, deleted, and deleted once more without complaint."""
    values = walk.resolve(walk.plan.minimal())
    walk.create(values)
    walk.unchanged()
    if name := walk.changeable():
        walk.change_and_heal(name, values)
    operation.start_anew()
    walk.lifecycle.delete(walk.id, walk.outs)
    walk.lifecycle.delete(walk.id, walk.outs)
    assert walk.lifecycle.read(walk.id, walk.outs).id == ""


@each(LASTING)
def test_an_object_that_cannot_be_deleted_is_borrowed(walk: Walk) -> None:
    """Taken over, changed, healed of drift; deleting it puts back the defaults of what the stack had set."""
    name = walk.changeable()
    assert name
    before = next(walk.bench.other.pages(walk.declaration.path, {}))[0]
    values = walk.resolve({**walk.plan.minimal(), **walk.plan.change(name, before[name])})
    try:
        walk.create(values)
        walk.unchanged()
        walk.change_and_heal(name, values)
        operation.start_anew()
        walk.lifecycle.delete(walk.id, walk.outs)
        walk.lifecycle.delete(walk.id, walk.outs)
        field = walk.declaration.inputs[name]
        after = walk.bench.other.get(walk.id)
        if type(walk.lifecycle).remove is Lifecycle.remove:
            assert field.kind.same(after[name], field.default if field.default_known else walk.inputs[name])
    finally:
        if walk.id:
            walk.bench.other.patch(walk.id, {each: before[each] for each in values if before.get(each)})


@pytest.mark.parametrize("declaration", IN_PLACE, ids=lambda each: each.path)
def test_a_file_is_uploaded_again_when_its_content_changes(walk: Walk) -> None:
    """The content of a file decides: the same content under the same name is no difference, other content is."""
    values = {**walk.resolve(walk.plan.minimal()), **{name: f"{name}.zip" for name in walk.declaration.files}}
    for name in walk.declaration.files:
        write_zip(walk.bench.folder, f"{name}.zip")
    walk.create(values)
    walk.unchanged()
    for name in walk.declaration.files:
        write_zip(walk.bench.folder, "other.zip").rename(walk.bench.folder / f"{name}.zip")
    written = walk.update(values)
    assert [(sent.method, sent.files) for sent in written] == [
        ("PATCH", {name: f"{name}.zip" for name in walk.declaration.files})
    ]
