"""The policy pack, run by the real engine."""

from __future__ import annotations

import json

import pytest

from tests.conftest import StackFactory
from tests.support.engine import ROOT
from tests.support.node import Node
from tests.support.stack import Result, Stack

PROGRAM = """
from pexip_provider import Conference, GatewayRoutingRule, SystemLocation

london = SystemLocation("london", name="London")
Conference("board", name="Board room", pin="{pin}", system_location=london)
Conference("late", name=london.id.apply(lambda id: "Late"), pin=london.id.apply(lambda id: "{late}"), tag="mine")
GatewayRoutingRule("teams", name="To Teams", priority=50, match_string="a")
GatewayRoutingRule("devices", name="To devices", priority={priority}, match_string="b")
"""


def program(pin: str = "739146", late: str = "246813", priority: int = 60) -> str:
    return PROGRAM.format(pin=pin, late=late, priority=priority)


@pytest.fixture
def checked(stack: StackFactory) -> Stack:
    """A stack that keeps all rules."""
    return stack(program())


def preview(stack: Stack, command: str = "preview", **config: object) -> Result:
    """A command with the pack, and with its settings where there are any."""
    more: list[str] = []
    if config:
        settings = {name.replace("_", "-"): values for name, values in config.items()}
        more = ["--policy-pack-config", str(stack.file("policies.json", json.dumps(settings)))]
    if command == "up":
        return stack.up("--policy-pack", str(ROOT / "policies"), *more)
    return stack.run(command, "--policy-pack", str(ROOT / "policies"), *more)


def test_a_violation_stops_the_preview_and_its_correction_passes(checked: Stack, node: Node) -> None:
    """Every violation is shown at once, with the resource and what to do; nothing is made; corrected, all passes."""
    checked.program(program(pin="7391", priority=50))
    result = preview(checked)
    assert result.code != 0
    assert "- [mandatory]  pin-length  (pulumi-python:dynamic/pexip:Conference: board)" in result.lines
    assert 'Conference "Board room": pin must be at least 6 digits, got fewer: set a longer one' in result.lines
    both = 'GatewayRoutingRule "To devices" and GatewayRoutingRule "To Teams"'
    assert f"{both}: priority must be unique, got 50 in 2 rules: renumber them" in result.lines
    assert "7391" not in result.out
    assert "can't run policy" not in result.out, "a value that is not known yet is no reason to complain"
    assert not any(request["method"] == "POST" for request in node.requests())

    checked.program(program())
    result = preview(checked)
    assert result.ok, result.out
    assert "✅ pexip@" in result.out
    assert "[mandatory]" not in result.out


def test_what_is_known_late_is_checked_late(checked: Stack, node: Node) -> None:
    """A PIN that depends on another resource passes the preview, and is checked in the update before it is used."""
    checked.program(program(late="2468"))
    assert preview(checked).ok
    result = preview(checked, "up")
    assert not result.ok
    assert 'Conference "Late": pin must be at least 6 digits, got fewer: set a longer one' in result.lines
    assert "2468" not in result.out
    assert node.objects("conference", name="Late") == []


def test_remediation_adds_the_tag(checked: Stack, node: Node) -> None:
    """What has no tag gets one, by the name in the settings; a tag that is there stays; the next run is quiet."""
    result = preview(checked, "up", required_tag={"tag": "ours"})
    assert result.ok, result.out
    assert any(line.startswith("- [remediate]  required-tag") for line in result.lines), result.out
    assert {each["name"]: each["tag"] for each in node.objects("conference")} == {"Board room": "ours", "Late": "mine"}
    assert {each["tag"] for each in node.objects("gateway_routing_rule")} == {"ours"}
    assert "tag" not in checked.resources()["london"]["inputs"]

    again = preview(checked, required_tag={"tag": "ours"})
    assert again.ok, again.out
    assert "6 unchanged" in again.lines


def test_settings_change_the_outcome(checked: Stack) -> None:
    """Numbers, exemptions and enforcement levels come from the settings file; one that is wrong stops the run."""
    assert preview(checked).ok
    stricter = preview(checked, pin_length={"minimum": 8})
    assert not stricter.ok
    assert 'Conference "Board room": pin must be at least 8 digits, got fewer: set a longer one' in stricter.lines
    exempt = preview(checked, pin_length={"minimum": 8, "exemptNames": ["Board room"]})
    assert exempt.ok, exempt.out
    assert preview(checked, pin_length={"minimum": 8, "enforcementLevel": "advisory"}).ok

    mandatory = preview(checked, required_tag={"tag": "ours", "enforcementLevel": "mandatory"})
    assert not mandatory.ok
    assert 'Conference "Board room": tag must be set, got nothing: set tag="ours"' in mandatory.lines

    wrong = preview(checked, pin_length={"minimum": "eight"})
    assert not wrong.ok
    assert "pin-length: minimum: Invalid type. Expected: integer, given: string" in wrong.out


def test_the_quickstart_keeps_all_rules(stack: StackFactory) -> None:
    """The example stack passes the pack as it is."""
    quickstart = ROOT / "stacks" / "quickstart"
    files = {path.name: path.read_bytes() for path in quickstart.iterdir() if path.is_file()}
    result = preview(stack(files.pop("__main__.py").decode(), files=files))
    assert result.ok, result.out
    assert "✅ pexip@" in result.out


def test_a_collection_is_held_to_the_rules(stack: StackFactory, node: Node) -> None:
    """An item of a collection is checked and tagged as a single resource would be."""
    text = """
from pexip_provider import Conference, SystemLocation
from provider_core.collection import item

london = SystemLocation("london", name="London")
staff = {{"alice": item(Conference, name="Alice", pin="{pin}", system_location=london)}}
Conference.collection("staff", {{**staff, "bob": item(Conference, name="Bob", pin="246813", tag="mine")}})
"""
    made = stack(text.format(pin="7391"))
    result = preview(made)
    assert not result.ok
    assert 'Conference "Alice": pin must be at least 6 digits, got fewer: set a longer one' in result.lines
    assert "7391" not in result.out

    made.program(text.format(pin="739146"))
    result = preview(made, "up")
    assert result.ok, result.out
    tags = {each["name"]: each["tag"] for each in node.objects("conference")}
    assert tags == {"Alice": "managed-by-pulumi", "Bob": "mine"}
    assert "739146" not in json.dumps(made.state())
