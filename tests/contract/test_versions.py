"""Versions: what a node does not have is named at preview, by the node's own schema."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pexip_provider.backend import connect
from provider_core import errors, schemas
from provider_core.connections import Connections, Settings
from provider_core.declaration import Declaration, declarations
from provider_core.fields import Ownership
from provider_core.schemas import not_offered
from tests.contract.bench import configuration, resolved
from tests.contract.comparison import facts
from tests.contract.plan import Plan, by_path
from tests.support.node import Node
from tests.support.versions import Versions

ALL = declarations("pexip")
FACTS = facts()
VERSIONS = (12, 34, 41)


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> int:
    """Each version that the simulated node can be."""
    number: int = request.param
    return number


@pytest.fixture
def versioned(versions: Versions, version: int) -> Node:
    """A simulated node of the version."""
    return versions.node(version)


def _settings(node: Node, **more: Any) -> Settings:
    return Connections("pexip", {**configuration(node), **more}.get, environ={}).settings()


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a new provider process: nothing was asked yet."""
    monkeypatch.setattr(schemas, "_servers", {})


def _offered(fact: dict[str, Any], version: int) -> bool:
    return bool(fact.get("since", 12) <= version <= fact.get("until", 41))


def _lacking(declaration: Declaration, version: int) -> set[str]:
    """The fields that a node of a version lacks, as its data file has it."""
    fields = FACTS[declaration.path]["fields"]
    return {
        name
        for name, field in declaration.inputs.items()
        if field.ownership is not Ownership.LOCAL
        and not (
            name in fields
            and _offered(fields[name], version)
            and _offered(FACTS.get(fields[name].get("to") or declaration.path, {}), version)
        )
    }


def test_every_type_and_field_of_a_version(versioned: Node, version: int) -> None:
    """For every declared type: the type is refused, or exactly the fields that this version lacks are."""
    settings = _settings(versioned)
    for declaration in ALL:
        # None stands for every field: names are checked whatever the value.
        values = dict.fromkeys(declaration.inputs)
        reasons = [reason for _, reason in not_offered(declaration, values, settings)]
        if not _offered(FACTS[declaration.path], version):
            assert reasons == [f"{declaration.path} is not offered by this Management Node"]
        else:
            assert set(reasons) == {
                f"{declaration.name}.{name} is not a field of this Management Node's version"
                for name in _lacking(declaration, version)
            }


def test_every_declared_choice_is_known_to_a_version(versioned: Node, version: int) -> None:
    """A choice that this version lacks is named with those that it has."""
    worker = by_path()["worker_vm"]
    kind = "MANUAL-KVM" if version == 12 else "VMWARE"
    (failure,) = not_offered(worker, {"deployment_type": kind}, _settings(versioned))
    assert failure[0] == "deployment_type"
    assert failure[1].startswith('deployment_type must be one of "MANUAL-PROVISION-ONLY", ')
    assert failure[1].endswith(f'on this Management Node, got "{kind}"')
    assert not_offered(worker, {"deployment_type": "MANUAL-HYPERV2012"}, _settings(versioned)) == []


def test_the_catalogue_works_on_a_version(versioned: Node, version: int) -> None:
    """On each version, every type that it has and that needs nothing it lacks is made, read and deleted."""
    backend = connect(_settings(versioned, **{"pexip:requests_per_minute": 1_000_000}))
    walked = 0
    for declaration in ALL:
        plan = Plan(declaration, number=3)
        special = declaration.exists_once or declaration.files or declaration.lifecycle.alone
        if special or not _offered(FACTS[declaration.path], version):
            continue
        values = plan.minimal()
        needed = [each.path for each in plan.before]
        plain = all(
            _offered(FACTS[path], version) and not by_path()[path].files for path in needed if path in by_path()
        )
        if not plain or set(values) & _lacking(declaration, version) or any(each.file for each in plan.before):
            continue
        known: dict[str, str] = {}
        for each in plan.before:
            if each.body is None:
                known[each.name] = next(backend.list(each.path, {}))[0]
            else:
                known[each.name] = backend.create(each.path, resolved(each.body, known), {}).id
        body = resolved(values, known)
        id = backend.create(declaration.path, body, {}).id
        assert backend.read(declaration.path, id) is not None
        backend.delete(declaration.path, id)
        assert backend.read(declaration.path, id) is None
        for each in reversed(plan.before):
            if each.body is not None:
                backend.delete(each.path, known[each.name])
        walked += 1
    assert walked > 20


def test_one_request_a_type(node: Node) -> None:
    """However many resources and threads check, a type's schema is asked for once."""
    settings, conference, dns = _settings(node), by_path()["conference"], by_path()["dns_server"]
    gate = threading.Barrier(16)

    def check(number: int) -> object:
        gate.wait()
        return not_offered((conference, dns)[number % 2], {"description": ""}, settings)

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(check, range(16))) == [[]] * 16
    asked = node.request("GET", "/simulator/requests").json()["requests"]
    assert sorted(each["path"].split("/")[-3] for each in asked) == ["conference", "dns_server"]


def test_it_can_be_turned_off(node: Node) -> None:
    """``check_schema: false`` asks nothing and finds nothing."""
    host = by_path()["host_system"]
    assert not_offered(host, {"name": "x"}, _settings(node, **{"pexip:check_schema": "false"})) == []
    assert node.request("GET", "/simulator/requests").json()["requests"] == []
    assert not_offered(host, {"name": "x"}, _settings(node)) != []


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"pexip:password": "wrong-word"}, "refuses the credentials (401)"),
        ({"pexip:address": "https://127.0.0.1:9"}, "cannot be reached"),
        ({"pexip:ca_bundle": ""}, "is not trusted"),
        ({"pexip:username": ""}, "no credentials for"),
    ],
)
def test_a_node_that_cannot_be_asked_is_a_warning(
    node: Node, capsys: pytest.CaptureFixture[str], broken: dict[str, str], said: str
) -> None:
    """One warning for all types, no failure, and no password in it."""
    settings = _settings(node, **broken)
    for declaration in ALL[:5]:
        assert not_offered(declaration, {"name": "x"}, settings) == []
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("warning: ")
    assert said in lines[0]
    assert "wrong-word" not in lines[0]


def test_a_server_that_is_no_node_is_a_warning(node: Node, capsys: pytest.CaptureFixture[str]) -> None:
    """404 for a schema is a type that is not there only where the node lists its types."""
    node.fail("status", status=404, path="^/api/", times=2, body={"error": "nothing here"})
    assert not_offered(by_path()["conference"], {"name": "x"}, _settings(node)) == []
    assert "warning: " in capsys.readouterr().out


def test_an_address_that_is_not_there_is_no_matter_at_check(tmp_path: Path) -> None:
    """A stack without an address can be checked."""
    declaration = by_path()["conference"]
    lifecycle = declaration.lifecycle(declaration)
    bag = {"name": "Room"}
    assert lifecycle.check({}, bag).failures == []
    with pytest.raises(errors.ConfigurationError, match="no address to connect to"):
        lifecycle.create(bag)


def test_check_names_the_field(versions: Versions) -> None:
    """The engine's check reports it with everything else, for a null too."""
    declaration = by_path()["conference"]
    lifecycle = declaration.lifecycle(declaration)
    lifecycle.connections = Connections("pexip", configuration(versions.node(12)).get, environ={})
    bag = {"name": "Room", "breakout_rooms": False, "nulls": ["host_identity_provider_group"]}
    reasons = [failure.reason for failure in lifecycle.check({}, bag).failures]
    assert reasons == [
        f"Conference.{name} is not a field of this Management Node's version"
        for name in ("breakout_rooms", "host_identity_provider_group")
    ]
