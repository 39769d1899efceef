"""Resources that are no types of the vendor's API: what the catalogue's rules mean for them."""

from __future__ import annotations

import pytest

import pexip_provider
from provider_core.declaration import Declaration, declarations, find, flows
from provider_core.fields import Ownership
from tests.support.engine import ROOT

FLOWS = flows("pexip")
PAGES = {"node_provisioning": ROOT / "docs" / "conferencing-nodes.md"}
TESTS = {"node_provisioning": ROOT / "tests" / "contract" / "test_node_provisioning.py"}
every_flow = pytest.mark.parametrize("declaration", FLOWS, ids=lambda each: each.path)


def test_they_are_no_types_of_the_api() -> None:
    """The catalogue, its cases and its pages are of the API's own types; the engine finds the others all the same."""
    assert {each.path for each in FLOWS} == set(PAGES) == set(TESTS)
    assert not {each.token for each in FLOWS} & {each.token for each in declarations("pexip")}
    assert [find(each.token) for each in FLOWS] == FLOWS


@every_flow
def test_each_is_exported_described_and_tested(declaration: Declaration) -> None:
    """A stack imports it; its page names every field; its tests stand in a module of their own."""
    assert declaration.name in pexip_provider.__all__
    assert declaration.doc
    assert declaration.group
    page = PAGES[declaration.path].read_text("utf-8")
    assert [name for name in declaration.fields if f"`{name}`" not in page] == []
    assert declaration.name in TESTS[declaration.path].read_text("utf-8")


@every_flow
def test_each_takes_its_steps_by_itself(declaration: Declaration) -> None:
    """No field is sent as an object's JSON, but for references, and it tells the journal what it is known by."""
    sent = [name for name, field in declaration.sent.items() if field.ownership is not Ownership.INPUT]
    assert sent == []
    assert "mark" in vars(declaration.lifecycle)
    assert {"make", "fetch", "remove"} <= set(vars(declaration.lifecycle))


@every_flow
def test_there_is_nothing_to_look_up(declaration: Declaration) -> None:
    """The node is not asked for what it does not have."""
    with pytest.raises(TypeError, match=f"{declaration.name} is no type of the Management Node"):
        getattr(pexip_provider, declaration.name).list()


@every_flow
def test_its_secrets_are_marked(declaration: Declaration) -> None:
    """What the Management Node hands out once is in no state in the clear."""
    assert declaration.fields["document"].secret
