"""Rules for call routing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pulumi_policy import PolicyConfigSchema, ReportViolation, StackValidationArgs, StackValidationPolicy

from policies.properties import UNKNOWN, objects, read

__all__ = ["UNIQUE_RULE_PRIORITY", "Rule", "priority_problems"]

ROUTING_RULE = "pexip:GatewayRoutingRule"


class Rule(NamedTuple):
    """A routing rule of the stack: its resource's URN and connection, how messages name it, and its properties."""

    urn: str
    connection: Any
    label: str
    props: Mapping[str, Any]


def priority_problems(rules: Iterable[Rule], settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(URN, sentence) for each priority that several rules of one Management Node have."""
    at: dict[tuple[Any, int], list[Rule]] = defaultdict(list)
    for rule in rules:
        priority = read(rule.props, "priority")
        counts = read(rule.props, "enable") in (True, None) or settings.get("countDisabled", True)
        if counts and priority not in (UNKNOWN, None) and rule.connection is not UNKNOWN:
            at[rule.connection, int(priority)].append(rule)
    for (_, priority), same in at.items():
        if len(same) > 1:
            # The engine lists resources in the order in which it happened to finish them.
            same.sort(key=lambda rule: (rule.urn, rule.label))
            names = " and ".join(rule.label for rule in same)
            yield same[-1].urn, f"{names}: priority must be unique, got {priority} in {len(same)} rules: renumber them"


def _validate(args: StackValidationArgs, report_violation: ReportViolation) -> None:
    rules = [
        Rule(each.urn, read(each.props, "connection"), label, props)
        for each in args.resources
        for label, props in objects(ROUTING_RULE, each.resource_type, each.name, each.props)
    ]
    for urn, problem in priority_problems(rules, args.get_config()):
        report_violation(problem, urn)


UNIQUE_RULE_PRIORITY = StackValidationPolicy(
    name="unique-rule-priority",
    description="No two routing rules have the same priority.",
    config_schema=PolicyConfigSchema(properties={"countDisabled": {"type": "boolean", "default": True}}),
    validate=_validate,
)
