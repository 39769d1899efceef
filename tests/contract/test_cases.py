"""The golden cases: for each type, what a stack says, exactly what is then sent, and what the node then has."""

from __future__ import annotations

import pytest

from provider_core.declaration import Declaration, declarations
from tests.contract.bench import Bench
from tests.contract.cases import FOLDER, KINDS, impossible, load, path_of, run
from tests.contract.plan import Plan

ALL = declarations("pexip")
EVERY = [(each, kind) for each in ALL for kind in KINDS]
POSSIBLE = [(each, kind) for each, kind in EVERY if not impossible(each.path, kind)]
IMPOSSIBLE = [(each, kind) for each, kind in EVERY if impossible(each.path, kind)]


def each_of(chosen: list[tuple[Declaration, str]]) -> pytest.MarkDecorator:
    """A test for each of these cases."""
    return pytest.mark.parametrize(
        ("declaration", "kind"), [pytest.param(*case, id=f"{case[0].path}-{case[1]}") for case in chosen]
    )


@each_of(POSSIBLE)
def test_case(fitting: Bench, declaration: Declaration, kind: str) -> None:
    """The requests are those of the case, no more, no fewer, in their order; and so is what the node has then."""
    case = load(declaration.path, kind)
    outcome = run(fitting, declaration, case)
    assert outcome.requests == case.requests
    assert outcome.state == (outcome.earlier if case.state is None else case.state)


@each_of(IMPOSSIBLE)
def test_a_case_that_cannot_be(declaration: Declaration, kind: str) -> None:
    """The one kind that a type may lack, with a sentence why: nothing can be taken out of an object of the type."""
    assert kind == "full_to_min"
    assert len(impossible(declaration.path, kind).split()) > 3
    plan = Plan(declaration, number=1)
    full = plan.full()
    assert plan.without(full) == full


def test_no_case_is_left_over() -> None:
    """A case of a type that is not declared, or of another kind, would be run by nobody."""
    expected = {path_of(declaration.path, kind) for declaration in ALL for kind in KINDS}
    assert sorted(set(FOLDER.glob("*/*.json")) - expected) == []


def test_a_change_is_what_changed_and_nothing_changed_is_nothing_sent() -> None:
    """Whatever the cases were made from: leaving fields out is at most one PATCH, and a no-op sends nothing."""
    for declaration in ALL:
        assert load(declaration.path, "no_op").requests == []
        if impossible(declaration.path, "full_to_min"):
            continue
        case = load(declaration.path, "full_to_min")
        sent = [each for each in case.requests if each["method"] != "GET"]
        assert [each["method"] for each in sent] in ([], ["PATCH"])
        for each in sent:
            assert set(each["body"]) <= set(case.old or {}) - set(case.inputs)
