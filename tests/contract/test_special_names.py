"""References by name: permissions and codecs."""

from __future__ import annotations

import pytest

from pexip_provider import DisabledCodec, GatewayRoutingRule, Permission, Role
from provider_core import errors
from provider_core.collecting import CollectionLifecycle
from tests.contract.bench import ROOT, Bench
from tests.contract.held import Held
from tests.support.node import Node


def test_permissions_by_codename_name_and_uri(bench: Bench, node: Node) -> None:
    """They are found with one request, sent as URIs, and read back as they were given."""
    third = node.objects("permission", codename="use_web")[0]["resource_uri"]
    given = ["is_admin", "May use the API", third]
    held = Held(bench, Role).up(name="Operators", permissions=given)
    assert [(sent.method, sent.path) for sent in bench.recorder.sent] == [("GET", "permission/"), ("POST", "role/")]
    (role,) = node.objects("role", name="Operators")
    assert sorted(role["permissions"]) == sorted(bench.recorder.writes[0].body["permissions"])
    assert held.refresh()
    assert held.inputs["permissions"] == given
    assert held.up(name="Operators", permissions=[third, "May use the API", "is_admin"]).did == "same"


def test_a_change_and_drift_of_permissions(bench: Bench, node: Node) -> None:
    """One that is added is sent; one that somebody else took away shows, and comes back."""
    held = Held(bench, Role).up(name="Operators", permissions=["is_admin"])
    assert held.up(name="Operators", permissions=["is_admin", "use_api"]).did == "update"
    node.change(held.id, permissions=node.objects("role", name="Operators")[0]["permissions"][:1])
    assert held.refresh()
    assert len(held.inputs["permissions"]) == 1
    assert not held.inputs["permissions"][0].startswith("/")
    assert held.up(name="Operators", permissions=["is_admin", "use_api"]).did == "update"
    assert len(node.objects("role", name="Operators")[0]["permissions"]) == 2


def test_a_permission_that_is_not_there(bench: Bench, node: Node) -> None:
    """Nothing is made; the error names the place, and what was probably meant."""
    with pytest.raises(errors.ConfigurationError) as wrong:
        Held(bench, Role).up(name="Operators", permissions=["use_api", "is_adminn"])
    assert str(wrong.value) == (
        'Role "Operators": permissions[1] must be the codename or name of one permission, got "is_adminn", '
        "which none has; did you mean 'is_admin'?"
    )
    assert node.objects("role", name="Operators") == []


def test_a_role_that_is_there_is_adopted_by_names(bench: Bench, node: Node) -> None:
    """What is compared with the node are URIs."""
    node.create("role", name="Operators", permissions=[f"{ROOT}permission/1/"])
    bag = bench.bag(Role.declaration, {"name": "Operators", "permissions": ["is_admin"], "adopt": True})
    made = bench.lifecycle(Role.declaration).create(bag)
    assert made.id == node.objects("role", name="Operators")[0]["resource_uri"]
    assert bench.recorder.writes == []


def test_a_collection_takes_names_too(bench: Bench, node: Node) -> None:
    """One request finds the names of all items; they are read back as they were given."""
    lifecycle = CollectionLifecycle(bench.lifecycle(Role.declaration))
    items = {f"r{n}": {"name": f"Role {n}", "permissions": ["is_admin", "use_api"]} for n in range(3)}
    made = lifecycle.create({"items": items})
    assert len([sent for sent in bench.recorder.sent if sent.path == "permission/"]) == 1
    assert {len(each["permissions"]) for each in node.objects("role", name__startswith="Role")} == {2}
    read = lifecycle.read(made.id, dict(made.outs or {}))
    assert read.inputs is None
    assert (read.outs or {})["items"] == items


def test_codecs_by_value(bench: Bench, node: Node) -> None:
    """A gateway rule without some codecs, named by what they are."""
    held = Held(bench, GatewayRoutingRule).up(
        name="Rule", match_string=".*", priority=1, disabled_codecs=["H264_H_0", "H264_H_1"]
    )
    uris = {each["resource_uri"] for each in node.objects("disabled_codec") if each["value"].startswith("H264_H_")}
    assert set(node.objects("gateway_routing_rule")[0]["disabled_codecs"]) == uris
    assert held.refresh()
    assert held.up(name="Rule", match_string=".*", priority=1, disabled_codecs=["H264_H_1", "H264_H_0"]).did == "same"


def test_what_was_looked_up_is_a_reference(bench: Bench, node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look-up's answer stands where a reference does."""
    for name, value in bench.configuration.items():
        if name != "pexip:requests_per_minute":
            monkeypatch.setenv(name.replace(":", "_").upper(), str(value))
    found = [Permission.get(codename="is_admin"), DisabledCodec.get(value="H264_H_0")]
    assert [each.id.rsplit("/", 3)[1] for each in found] == ["permission", "disabled_codec"]
    assert Held(bench, Role).refused(name="x", permissions=[found[0].id]) == []
