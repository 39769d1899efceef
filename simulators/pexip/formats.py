"""What a value must look like, as Django validators, and model fields that take JSON values strictly."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import (
    EmailValidator,
    MaxValueValidator,
    MinValueValidator,
    RegexValidator,
    URLValidator,
    validate_ipv46_address,
)
from django.db import models
from django.utils.dateparse import parse_datetime

from .catalogue import FieldSpec

_DOMAIN = (
    r"^(?=.{1,253}$)([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$"
)


def compiles(value: str) -> None:
    """Refuse a regular expression that does not compile."""
    try:
        re.compile(value)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValidationError(f"Enter a valid regular expression: {error}.") from None


FORMATS = {
    "ip_address": validate_ipv46_address,
    "url": URLValidator(schemes=["http", "https"]),
    "email": EmailValidator(),
    "domain": RegexValidator(_DOMAIN, "Enter a valid domain name."),
    "regex": compiles,
}


class Between:
    """Accepts whole numbers within bounds, and those listed beside."""

    def __init__(self, field: FieldSpec) -> None:
        self.also = field.also
        self.validators = [
            kind(bound)
            for kind, bound in ((MinValueValidator, field.min), (MaxValueValidator, field.max))
            if bound is not None
        ]

    def __call__(self, value: int) -> None:
        if value not in self.also:
            for validator in self.validators:
                validator(value)


class Text(models.TextField):
    """Text, compared without regard to case where the collation says so; takes no list, object or truth."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, (bool, list, dict)):
            raise ValidationError("Not a valid string.")
        return super().to_python(value)


class Truth(models.BooleanField):
    """true or false; also as words, the way a form sends them."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.capitalize() if isinstance(value, str) else value)


class Whole(models.IntegerField):
    """A whole number; also in a string, as the vendor's examples have it."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, (bool, list, dict)) or (isinstance(value, float) and not value.is_integer()):
            raise ValidationError(f"“{value}” value must be an integer.")
        return super().to_python(value)


class Moment(models.DateTimeField):
    """A time, kept and shown without an offset, in UTC."""

    def to_python(self, value: Any) -> Any:
        moment = parse_datetime(value) if isinstance(value, str) else value
        if isinstance(moment, datetime) and moment.tzinfo:
            return moment.astimezone(UTC).replace(tzinfo=None)
        return super().to_python(value)


def validators(field: FieldSpec) -> list[Any]:
    """What must hold for a value that is not empty."""
    found: list[Any] = []
    if field.min is not None or field.max is not None:
        found.append(Between(field))
    if field.digits:
        least, most = field.digits
        found.append(RegexValidator(rf"\A[0-9]{{{least},{most}}}\Z", f"Enter {least} to {most} digits."))
    if field.format in FORMATS:
        found.append(FORMATS[field.format])
    if field.max_length and field.type == "string":
        found.append(models.CharField(max_length=field.max_length).validators[0])
    return found
