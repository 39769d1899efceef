"""Rules for rooms: Virtual Meeting Rooms and Virtual Auditoriums."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_policy import PolicyConfigSchema, ReportViolation, ResourceValidationArgs, ResourceValidationPolicy

from policies.properties import UNKNOWN, objects, read

__all__ = ["PIN_LENGTH", "pin_problems"]

CONFERENCE = "pexip:Conference"
ROOMS = ("conference", "lecture", None)
"""The service types that are rooms; a Conference that does not set its type is a Virtual Meeting Room."""

MINIMUM = 6


def pin_problems(props: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the PINs of a Conference, a sentence each. No sentence says anything about a PIN itself."""
    if read(props, "service_type") not in ROOMS or _exempt(props, settings):
        return
    minimum = int(settings.get("minimum", MINIMUM))
    pin, guest_pin = read(props, "pin"), read(props, "guest_pin")
    if not pin:
        yield f"pin must be at least {minimum} digits, got none: set pin, or exempt the room by name or tag"
    elif _short(pin, minimum):
        yield f"pin must be at least {minimum} digits, got fewer: set a longer one"
    if guest_pin and _short(guest_pin, minimum):
        yield f"guest_pin must be at least {minimum} digits, got fewer: set a longer one"


def _short(pin: Any, minimum: int) -> bool:
    return pin is not UNKNOWN and len(str(pin)) < minimum


def _exempt(props: Mapping[str, Any], settings: Mapping[str, Any]) -> bool:
    return read(props, "name") in settings.get("exemptNames", ()) or read(props, "tag") in settings.get(
        "exemptTags", ()
    )


def _validate(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
    for room, props in objects(CONFERENCE, args.resource_type, args.name, args.props):
        for problem in pin_problems(props, args.get_config()):
            report_violation(f"{room}: {problem}", None)


PIN_LENGTH = ResourceValidationPolicy(
    name="pin-length",
    description="Every room has a PIN that is long enough.",
    config_schema=PolicyConfigSchema(
        properties={
            "minimum": {"type": "integer", "minimum": 4, "maximum": 20, "default": MINIMUM},
            "exemptNames": {"type": "array", "items": {"type": "string"}, "default": []},
            "exemptTags": {"type": "array", "items": {"type": "string"}, "default": []},
        }
    ),
    validate=_validate,
)
