"""What holds for every declared type and every value, tried with values that the declarations themselves make."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provider_core.checking import check
from provider_core.declaration import Declaration, declarations
from provider_core.diffing import diff
from provider_core.kinds import Kind, contains_unknown
from provider_core.values import decode, encode, from_engine, to_engine
from tests.unit.samples import ROOM
from tests.unit.strategies import anything, legal, legal_values


def _shape(kind: Kind) -> str:
    """What kinds are compared by: those that differ in bounds and choices only are compared alike."""
    inner = getattr(kind, "item", None)
    traits = (getattr(kind, "format", None), getattr(kind, "unordered", None), bool(getattr(kind, "digits", None)))
    return f"{type(kind).__name__} {traits} {_shape(inner) if inner else ''}"


ALL = [*declarations("pexip"), ROOM]
KINDS = list({_shape(field.kind): field.kind for each in ALL for field in each.fields.values()}.values())

every_type = pytest.mark.parametrize("declaration", ALL, ids=lambda each: each.path)
every_kind = pytest.mark.parametrize("kind", KINDS, ids=_shape)
few = settings(
    max_examples=12,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@every_type
@few
@given(data=st.data())
def test_decode_of_encode_is_the_identity(declaration: Declaration, data: st.DataObject) -> None:
    """What is sent and comes back as it was sent is what the stack has said: no false drift."""
    values = data.draw(legal_values(declaration))
    assert [sentence for _, sentence in check(declaration, values) if not sentence.endswith("got nothing")] == []
    found = decode(declaration, encode(declaration, values))
    for name, value in found.items():
        assert declaration.inputs[name].kind.same(value, values[name])


@every_type
@few
@given(data=st.data())
def test_the_diff_of_equals_is_empty(declaration: Declaration, data: st.DataObject) -> None:
    """Nothing changed is nothing to do, also when the values went through the engine and the wire."""
    values = data.draw(legal_values(declaration))
    assert not diff(declaration, values, values)
    again = {**values, **decode(declaration, encode(declaration, values))}
    assert not diff(declaration, again, values)
    assert not diff(declaration, from_engine(declaration, to_engine(declaration, values, {})), values)


@every_type
@few
@given(data=st.data())
def test_applying_a_diff_gives_the_target(declaration: Declaration, data: st.DataObject) -> None:
    """What is declared is as declared afterwards; what is declared no more is at its default, or forgotten."""
    olds, news = data.draw(legal_values(declaration)), data.draw(legal_values(declaration))
    found = diff(declaration, olds, news)
    node = {**olds, **found.changes}
    for name, field in declaration.sent.items():
        if name in news:
            assert field.kind.same(node[name], news[name])
        elif name in olds:
            assert name in found.forgotten or field.kind.same(node[name], field.default)
            assert field.default_known or name in found.forgotten
        else:
            assert name not in found.changes
    assert not set(found.changes) & set(found.forgotten)
    assert not diff(declaration, news, news)


@every_type
@few
@given(data=st.data())
def test_check_never_raises(declaration: Declaration, data: st.DataObject) -> None:
    """Whatever a program hands over, the answer is a list of sentences, one line each."""
    names = data.draw(st.lists(st.sampled_from(sorted(declaration.inputs)), unique=True, max_size=6))
    for name, sentence in check(declaration, {name: data.draw(anything) for name in names}):
        assert name == "" or name in declaration.inputs
        assert " must be " in sentence
        assert "\n" not in sentence


@every_type
@few
@given(text=st.text("abcdef0123456789", min_size=8, max_size=2000), data=st.data())
def test_no_failure_holds_a_secret(declaration: Declaration, text: str, data: st.DataObject) -> None:
    """However wrong a secret is, neither it nor a part of it is in a sentence, and its property is not named."""
    secrets = [name for name, field in declaration.inputs.items() if field.secret]
    marked = f"§{text}§"
    for value in (marked, [marked], {"alias": marked}):
        for name, sentence in check(declaration, dict.fromkeys(secrets, value)):
            assert "§" not in sentence
            assert name not in secrets


@every_type
@few
@given(data=st.data())
def test_values_survive_the_engine(declaration: Declaration, data: st.DataObject) -> None:
    """Nulls, options and digests are all still there after the way through a property bag."""
    values = data.draw(legal_values(declaration))
    kept = {"connection": "lab", "adopt": True, **{f"{name}_sha256": "12" for name in declaration.files}}
    bag = to_engine(declaration, values, kept)
    assert None not in bag.values()
    assert from_engine(declaration, bag) == values
    assert {name: bag[name] for name in kept} == kept


@every_kind
@few
@given(data=st.data())
def test_same_is_an_equivalence(kind: Kind, data: st.DataObject) -> None:
    """Equal to itself, either way round, and to what its equals equal; the unknown is equal to nothing."""
    pool = [data.draw(legal(kind) | anything) for _ in range(3)]
    for one in pool:
        assert kind.same(one, one) is not contains_unknown(one)
        for other in pool:
            assert kind.same(one, other) == kind.same(other, one)
            for third in pool:
                if kind.same(one, other) and kind.same(other, third):
                    assert kind.same(one, third)


@every_kind
@few
@given(wire=anything)
def test_no_answer_of_a_node_is_too_odd(kind: Kind, wire: Any) -> None:
    """What cannot be understood is passed on as it is, so that it shows as drift instead of an error."""
    if not contains_unknown(wire):
        kind.decode(wire)
