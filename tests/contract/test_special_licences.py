"""Licences: activated and returned at once, or by files that go to the licensing service and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from pexip_provider import Licence
from provider_core import errors
from provider_core.connections import Connections
from tests.contract.bench import ROOT, Bench
from tests.contract.held import Held
from tests.support.node import Node

ENTITLEMENT = "0123-4567-89AB-CDEF"


def _service(node: Node, request: str) -> str:
    """What the licensing service answers to a request."""
    return node.request("POST", "/simulator/licence-response", data=request).text


def test_a_licence_online(bench: Bench, node: Node) -> None:
    """One request activates it, one returns it; the state tells what it is good for."""
    held = Held(bench, Licence).up(entitlement_id=ENTITLEMENT)
    (licence,) = node.objects("licence")
    assert (held.id, held["licence"], held["status"]) == (licence["resource_uri"], held.id, "ACTIVE")
    assert held["fulfillment_id"] == licence["fulfillment_id"]
    assert held.refresh()
    assert held.up(entitlement_id=ENTITLEMENT).did == "same"
    held.destroy()
    assert node.objects("licence") == []


def test_another_entitlement_replaces(bench: Bench, node: Node) -> None:
    """The new licence is there before the old one is returned."""
    held = Held(bench, Licence).up(entitlement_id=ENTITLEMENT)
    assert held.up(entitlement_id="FEDC-BA98-7654-3210").did == "replace"
    assert [each["entitlement_id"] for each in node.objects("licence")] == ["FEDC-BA98-7654-3210"]


def test_a_wrong_entitlement_is_never_shown(bench: Bench) -> None:
    """The node's refusal is told, the key is not."""
    with pytest.raises(errors.Rejected, match="Licence: entitlement_id: Enter a valid entitlement key") as refused:
        Held(bench, Licence).up(entitlement_id="no-such-key")
    assert "no-such-key" not in str(refused.value)


def test_a_licence_whose_answer_was_lost(bench: Bench, node: Node) -> None:
    """It is found, and not activated twice."""
    node.fail("drop_after", method="POST", path="licence")
    held = Held(bench, Licence).up(entitlement_id=ENTITLEMENT)
    assert [each["resource_uri"] for each in node.objects("licence")] == [held.id]


def test_a_licence_offline(bench: Bench, node: Node) -> None:
    """First a request, then with the response a licence, under the same id; returned in two runs as well."""
    held = Held(bench, Licence).up(entitlement_id=ENTITLEMENT, offline_mode=True)
    kept = held.id
    assert held.id.startswith(f"{ROOT}licence_request/")
    assert node.objects("licence") == []
    assert held.refresh()
    assert "licence" not in held.outs
    assert held.up(entitlement_id=ENTITLEMENT, offline_mode=True).did == "same"

    Path("response.xml").write_text(_service(node, held["activation_request"]))
    held.up(entitlement_id=ENTITLEMENT, offline_mode=True, response_xml="response.xml")
    assert held.did == "update"
    (licence,) = node.objects("licence")
    assert (held.id, held["licence"], held["status"]) == (kept, licence["resource_uri"], "ACTIVE")
    assert held.refresh()
    assert held.up(entitlement_id=ENTITLEMENT, offline_mode=True, response_xml="response.xml").did == "same"

    number = licence["fulfillment_id"]
    for _ in range(2):
        with pytest.raises(errors.ConfigurationError, match=f"licence {number} is returned offline: take .*request"):
            held.destroy()
    assert len(node.objects("licence_request")) == 2
    request = Path(f"licence-{number}-return-request.xml")
    assert request.stat().st_mode & 0o777 == 0o600
    Path(f"licence-{number}-return-response.xml").write_text(_service(node, request.read_text()))
    held.destroy()
    assert node.objects("licence") == []


def test_the_files_of_a_return_lie_where_the_stack_says(bench: Bench, node: Node) -> None:
    """``return_request_path`` and ``return_response_xml`` are known when it is destroyed."""
    paths = {"return_request_path": "out.xml", "return_response_xml": "in.xml"}
    held = Held(bench, Licence).up(entitlement_id=ENTITLEMENT)
    assert held.up(entitlement_id=ENTITLEMENT, offline_mode=True, **paths).did == "update"
    with pytest.raises(errors.ConfigurationError, match=r"out\.xml"):
        held.destroy()
    Path("in.xml").write_text(_service(node, Path("out.xml").read_text()))
    held.destroy()
    assert node.objects("licence") == []


def test_a_request_that_came_to_nothing_is_left(bench: Bench, node: Node) -> None:
    """A pending request is no licence: nothing is returned."""
    held = Held(bench, Licence).up(entitlement_id=ENTITLEMENT, offline_mode=True)
    held.destroy()
    assert [each["status"] for each in node.objects("licence_request")] == ["PENDING"]


def test_a_response_that_was_uploaded_by_hand(bench: Bench, node: Node) -> None:
    """A refresh finds the licence that somebody completed in the web interface."""
    held = Held(bench, Licence).up(entitlement_id=ENTITLEMENT, offline_mode=True)
    response = _service(node, held["activation_request"])
    node.request("POST", held.id, files={"response_xml": ("response.xml", response)})
    assert held.refresh()
    assert held["licence"] == node.objects("licence")[0]["resource_uri"]


def test_the_journal_keeps_no_entitlement(bench: Bench) -> None:
    """Two licences are told apart, by what gives neither away."""
    lifecycle = bench.lifecycle(Licence.declaration)
    assert isinstance(lifecycle.connections, Connections)
    one, other = (lifecycle.mark({}, {"entitlement_id": key}) for key in (ENTITLEMENT, "FEDC-BA98-7654-3210"))
    assert one != other
    assert ENTITLEMENT not in str(one)
