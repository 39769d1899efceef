"""The golden cases: for each type, what a stack says, exactly what is then sent, and what the node then has."""

from __future__ import annotations

import pytest

from provider_core.declaration import Declaration, declarations
from tests.contract.bench import Bench
from tests.contract.cases import FOLDER, KINDS, load, path_of, run
from tests.contract.known import ELSEWHERE

ALL = [each for each in declarations("pexip") if each.path not in ELSEWHERE]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("declaration", ALL, ids=lambda declaration: declaration.path)
def test_case(bench: Bench, declaration: Declaration, kind: str) -> None:
    """The requests are those of the case, no more, no fewer, in their order; and so is what the node has then."""
    case = load(declaration.path, kind)
    outcome = run(bench, declaration, case)
    assert outcome.requests == case.requests
    assert outcome.state == (outcome.earlier if case.state is None else case.state)


def test_no_case_is_left_over() -> None:
    """A case of a type that is not declared, or of another kind, would be run by nobody."""
    expected = {path_of(declaration.path, kind) for declaration in ALL for kind in KINDS}
    assert sorted(set(FOLDER.glob("*/*.json")) - expected) == []


def test_a_change_is_what_changed_and_nothing_changed_is_nothing_sent() -> None:
    """Whatever the cases were made from: leaving fields out is at most one PATCH, and a no-op sends nothing."""
    for declaration in ALL:
        assert load(declaration.path, "no_op").requests == []
        sent = load(declaration.path, "full_to_min").requests
        sent = [each for each in sent if each["method"] != "GET"]
        assert [each["method"] for each in sent] in ([], ["PATCH"])
        for each in sent:
            case = load(declaration.path, "full_to_min")
            assert set(each["body"]) <= set(case.old or {}) - set(case.inputs)
