"""The declarations and the simulator are two readings of one API: where they differ, it is known, and why."""

from __future__ import annotations

import pytest

from provider_core.declaration import Declaration, declarations
from tests.contract.comparison import facts, of_field, of_type
from tests.contract.known import NOT_DECLARED, REASONS

FACTS = facts()


def found(declaration: Declaration) -> dict[str, str]:
    """The differences of a type: where, and what the two sides say."""
    fact = FACTS[declaration.path]
    differences = {f"{declaration.path} {each.aspect}": each for each in of_type(declaration, fact)}
    for name in {*declaration.fields, *fact["fields"]} - {"id"}:
        for each in of_field(declaration.fields.get(name), fact["fields"].get(name)):
            differences[f"{declaration.path}.{name} {each.aspect}"] = each
    return {where: f"declared {each.ours!r}, simulated {each.theirs!r}" for where, each in differences.items()}


@pytest.mark.parametrize("declaration", declarations("pexip"), ids=lambda each: each.path)
def test_every_difference_is_known(declaration: Declaration) -> None:
    """A field that two readings of the API understand differently is a mistake of one of them, or has a reason."""
    unknown = {where: said for where, said in found(declaration).items() if where not in REASONS}
    assert unknown == {}


def test_no_known_difference_is_stale() -> None:
    """A difference that is gone is taken off the list, so that it cannot come back unseen."""
    there = {where for declaration in declarations("pexip") for where in found(declaration)}
    assert sorted(REASONS.keys() - there) == []


def test_every_type_is_declared_or_has_a_reason_not_to_be() -> None:
    """A type that the node has and a stack cannot declare is a gap that somebody decided on."""
    declared = {declaration.path for declaration in declarations("pexip")}
    assert sorted(FACTS.keys() - declared) == sorted(NOT_DECLARED)
