"""Rules for tags, by which objects that a stack manages are told from others on the node."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    PolicyConfigSchema,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)

from policies.properties import objects, read
from provider_core.declaration import declarations

__all__ = ["REQUIRED_TAG", "taggable", "untagged"]

TAG = "managed-by-pulumi"


@functools.cache
def taggable() -> frozenset[str]:
    """The tokens of all types of resource that have a tag."""
    return frozenset(each.token for each in declarations("pexip") if "tag" in each.inputs)


def untagged(
    resource_type: str, resource_name: str, props: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The objects in a resource that could have a tag and have none. A tag that is not known yet is one."""
    for token in taggable():
        for label, each in objects(token, resource_type, resource_name, props):
            if not read(each, "tag"):
                yield label, each


def _remediate(args: ResourceValidationArgs) -> Any:
    found: list[Any] = [props for _, props in untagged(args.resource_type, args.name, args.props)]
    # Changed in place: a copy would stumble over values that are not known yet.
    for props in found:
        props["tag"] = args.get_config().get("tag", TAG)
    return args.props if found else None


def _validate(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
    tag = args.get_config().get("tag", TAG)
    for label, _ in untagged(args.resource_type, args.name, args.props):
        report_violation(f'{label}: tag must be set, got nothing: set tag="{tag}"', None)


REQUIRED_TAG = ResourceValidationPolicy(
    name="required-tag",
    description="Every resource that can have a tag has one.",
    enforcement_level=EnforcementLevel.REMEDIATE,
    config_schema=PolicyConfigSchema(
        properties={"tag": {"type": "string", "minLength": 1, "maxLength": 250, "default": TAG}}
    ),
    remediate=_remediate,
    validate=_validate,
)
