"""The rules of the policy pack, as functions of the properties that the engine shows them."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_policy import PolicyCustomTimeouts, PolicyResourceOptions, ResourceValidationArgs, ResourceValidationPolicy
from pulumi_policy.proxy import (
    UNKNOWN_BOOLEAN_VALUE,
    UNKNOWN_NUMBER_VALUE,
    UNKNOWN_STRING_VALUE,
    unknown_checking_proxy,
)

from policies.properties import UNKNOWN, engine_type, label, objects, read
from policies.rooms import CONFERENCE, PIN_LENGTH, pin_problems
from policies.routing import ROUTING_RULE, UNIQUE_RULE_PRIORITY, Rule, priority_problems
from policies.tags import REQUIRED_TAG, TAG, taggable, untagged
from provider_core.declaration import declarations


def shown(**props: Any) -> Mapping[str, Any]:
    """Properties as the engine shows them: reading one that is not known yet raises."""
    return unknown_checking_proxy(props)


def arguments(token: str, props: Mapping[str, Any], **settings: Any) -> ResourceValidationArgs:
    options = PolicyResourceOptions(False, [], None, [], PolicyCustomTimeouts(0, 0, 0), [])
    urn = f"urn:pulumi:test::a-test::{engine_type(token)}::one"
    return ResourceValidationArgs(engine_type(token), props, urn, "one", options, None, settings)


def reported(policy: ResourceValidationPolicy, args: ResourceValidationArgs) -> list[str]:
    messages: list[str] = []

    def report(message: str, urn: str | None) -> None:
        messages.append(message)

    policy.validate(args, report)
    return messages


def pins(settings: Mapping[str, Any] = types.MappingProxyType({}), **props: Any) -> list[str]:
    return [sentence.split(":")[0] for sentence in pin_problems(shown(**props), settings)]


class TestProperties:
    def test_unknown_and_missing_are_told_apart(self) -> None:
        """A property that is not set reads as None, one that is not known yet as UNKNOWN."""
        props = shown(name="n", pin=UNKNOWN_STRING_VALUE)
        assert (read(props, "name"), read(props, "tag"), read(props, "pin")) == ("n", None, UNKNOWN)

    def test_label(self) -> None:
        """An object is named by its own name, or by its name in the stack while that is not known."""
        assert label(CONFERENCE, shown(name="Board room"), "one") == 'Conference "Board room"'
        assert label(CONFERENCE, shown(name=UNKNOWN_STRING_VALUE), "one") == 'Conference "one"'

    def test_a_collection_is_looked_into(self) -> None:
        """The items of a collection are objects of its type, named by their own names or by their keys."""
        items = {"alice": {"name": "Alice"}, "bob": {"name": UNKNOWN_STRING_VALUE}, "later": UNKNOWN_STRING_VALUE}
        found = objects(CONFERENCE, engine_type("pexip:ConferenceCollection"), "staff", shown(items=items))
        assert [label for label, _ in found] == ['Conference "Alice"', 'Conference "staff[bob]"']
        unknown = shown(items=UNKNOWN_STRING_VALUE)
        assert list(objects(CONFERENCE, engine_type("pexip:ConferenceCollection"), "staff", unknown)) == []
        assert list(objects(CONFERENCE, engine_type(ROUTING_RULE), "rule", shown(name="n"))) == []


class TestPinLength:
    @pytest.mark.parametrize("service_type", [{}, {"service_type": "conference"}, {"service_type": "lecture"}])
    def test_every_room_needs_a_long_pin(self, service_type: dict[str, Any]) -> None:
        """Virtual Meeting Rooms and Virtual Auditoriums need a PIN of six digits; unset is a Virtual Meeting Room."""
        assert pins(**service_type) == ["pin must be at least 6 digits, got none"]
        assert pins(pin="", **service_type) == ["pin must be at least 6 digits, got none"]
        assert pins(pin="12345", **service_type) == ["pin must be at least 6 digits, got fewer"]
        assert pins(pin="123456", **service_type) == []

    @pytest.mark.parametrize("service_type", ["two_stage_dialing", "media_playback", "test_call", UNKNOWN_STRING_VALUE])
    def test_other_services_are_left_alone(self, service_type: str) -> None:
        """What is no room needs no PIN; what is not known yet is looked at in the update."""
        assert pins(service_type=service_type) == []

    def test_guest_pin_counts_where_it_is_set(self) -> None:
        """A guest PIN may be missing, but not short."""
        assert pins(pin="123456", guest_pin="") == []
        assert pins(pin="123456", guest_pin="1234") == ["guest_pin must be at least 6 digits, got fewer"]
        assert len(pins(pin="1234", guest_pin="1234")) == 2

    def test_unknown_pins_pass(self) -> None:
        """A PIN that is not known before the update is looked at in the update."""
        assert pins(pin=UNKNOWN_STRING_VALUE, guest_pin=UNKNOWN_STRING_VALUE, name=UNKNOWN_STRING_VALUE) == []

    def test_settings(self) -> None:
        """The minimum, and the rooms that are exempt by name or tag, can be set; numbers come as floats."""
        assert pins({"minimum": 8.0}, pin="1234567") == ["pin must be at least 8 digits, got fewer"]
        assert pins({"minimum": 4}, pin="1234") == []
        exempt = {"exemptNames": ["Lobby"], "exemptTags": ["public"]}
        assert pins(exempt, name="Lobby") == pins(exempt, name="Other", tag="public") == []
        assert len(pins(exempt, name="Other", tag="private")) == 1

    @given(pin=st.from_regex(r"[0-9]{2,5}", fullmatch=True), guest=st.from_regex(r"[0-9]{2,5}", fullmatch=True))
    def test_no_pin_is_ever_shown(self, pin: str, guest: str) -> None:
        """No message depends on the digits of a PIN."""
        assert reported(PIN_LENGTH, arguments(CONFERENCE, shown(name="n", pin=pin, guest_pin=guest))) == [
            'Conference "n": pin must be at least 6 digits, got fewer: set a longer one',
            'Conference "n": guest_pin must be at least 6 digits, got fewer: set a longer one',
        ]

    def test_other_types_are_left_alone(self) -> None:
        """Only a Conference can be a room."""
        assert reported(PIN_LENGTH, arguments(ROUTING_RULE, shown(name="n"))) == []


class TestUniqueRulePriority:
    def problems(self, *rules: dict[str, Any], **settings: Any) -> list[tuple[str, str]]:
        given = [
            Rule(f"urn-{number}", props.pop("connection", None), f'Rule "{number}"', shown(**props))
            for number, props in enumerate(rules)
        ]
        return list(priority_problems(given, settings))

    def test_both_rules_are_named(self) -> None:
        """Each priority that several rules have is one problem, which names all of them."""
        message = 'Rule "0" and Rule "2": priority must be unique, got 50 in 2 rules: renumber them'
        assert self.problems({"priority": 50.0}, {"priority": 60.0}, {"priority": 50.0}) == [("urn-2", message)]

    def test_order_does_not_matter(self) -> None:
        """The same stack gives the same message, in whatever order the engine lists its resources."""
        rules = [Rule(f"urn-{name}", None, f'Rule "{name}"', shown(priority=1.0)) for name in "abc"]
        assert list(priority_problems(rules, {})) == list(priority_problems(rules[::-1], {}))

    def test_disabled_rules_count_by_a_setting(self) -> None:
        """A disabled rule counts, unless told otherwise."""
        rules = {"priority": 1.0}, {"priority": 1.0, "enable": False}
        assert len(self.problems(*rules)) == 1
        assert self.problems(*rules, countDisabled=False) == []
        assert len(self.problems(rules[0], {"priority": 1.0, "enable": True}, countDisabled=False)) == 1

    def test_rules_of_other_nodes_do_not_clash(self) -> None:
        """Each Management Node has priorities of its own."""
        assert self.problems({"priority": 1.0}, {"priority": 1.0, "connection": "lab"}) == []

    def test_unknown_values_pass(self) -> None:
        """What is not known before the update clashes with nothing yet."""
        assert self.problems({"priority": UNKNOWN_NUMBER_VALUE}, {"priority": UNKNOWN_NUMBER_VALUE}) == []
        unknown = {"priority": 1.0, "enable": UNKNOWN_BOOLEAN_VALUE}
        assert self.problems({"priority": 1.0}, unknown, countDisabled=False) == []


class TestRequiredTag:
    def test_types_come_from_the_declarations(self) -> None:
        """Exactly the types that declare a tag are looked at."""
        assert {CONFERENCE, ROUTING_RULE} <= taggable()
        assert taggable() == {each.token for each in declarations("pexip") if "tag" in each.fields}
        assert "pexip:SystemLocation" not in taggable()

    def test_what_is_tagged_stays(self) -> None:
        """A tag that is set, or will be known in the update, is kept; an empty one is none."""

        def found(token: str, **props: Any) -> int:
            return len(list(untagged(engine_type(token), "one", shown(**props))))

        assert found(CONFERENCE, name="n") == found(CONFERENCE, tag="") == 1
        assert found(CONFERENCE, tag="mine") == found(CONFERENCE, tag=UNKNOWN_STRING_VALUE) == 0
        assert found("pexip:SystemLocation", name="n") == 0

    def test_remediation_adds_the_tag_and_nothing_else(self) -> None:
        """Remediation returns the same properties with the tag; without need for it, nothing."""
        remediated: Any = REQUIRED_TAG.remediate(arguments(CONFERENCE, shown(name="n"), tag="ours"))
        assert dict(remediated) == {"name": "n", "tag": "ours"}
        remediated = REQUIRED_TAG.remediate(arguments(CONFERENCE, shown(name="n")))
        assert dict(remediated) == {"name": "n", "tag": TAG}
        assert REQUIRED_TAG.remediate(arguments(CONFERENCE, shown(tag="mine"))) is None

    def test_remediation_bears_unknown_values(self) -> None:
        """A property that is not known yet stays as it is."""
        remediated: Any = REQUIRED_TAG.remediate(arguments(CONFERENCE, shown(name=UNKNOWN_STRING_VALUE)))
        assert (read(remediated, "name"), read(remediated, "tag")) == (UNKNOWN, TAG)

    def test_as_a_mandatory_rule_it_says_what_to_set(self) -> None:
        """With enforcementLevel mandatory the rule reports instead of adding."""
        args = arguments(CONFERENCE, shown(name="n"), tag="ours")
        assert reported(REQUIRED_TAG, args) == ['Conference "n": tag must be set, got nothing: set tag="ours"']


@pytest.mark.parametrize("policy", [PIN_LENGTH, UNIQUE_RULE_PRIORITY, REQUIRED_TAG], ids=lambda policy: policy.name)
def test_every_setting_has_a_default_of_its_type(policy: Any) -> None:
    """The pack runs without a settings file."""
    kinds = {"integer": int, "boolean": bool, "string": str, "array": list}
    for schema in policy.config_schema.properties.values():
        assert isinstance(schema["default"], kinds[schema["type"]])
