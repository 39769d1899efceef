"""Formats of text: each is a sentence that completes "must be …" and a test that a value passes or not."""

from __future__ import annotations

import datetime
import ipaddress
import json
import re
from collections.abc import Callable
from urllib.parse import urlsplit

__all__ = ["FORMATS", "same_json", "same_pem"]

_DOMAIN = re.compile(r"(?=.{1,253}\Z)([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9-]{1,63}\Z")
_PEM_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)


def _passes(parse: Callable[[str], object]) -> Callable[[str], bool]:
    def test(value: str) -> bool:
        try:
            parse(value)
        except (ValueError, re.error, RecursionError, OverflowError):
            return False
        return True

    return test


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _is_email(value: str) -> bool:
    local, at, domain = value.rpartition("@")
    return bool(at and local and " " not in value and _DOMAIN.match(domain))


def same_pem(value: str) -> object:
    """What two PEM texts are compared by: the blocks' labels and their base64, without white space."""
    blocks = _PEM_BLOCK.findall(value)
    return tuple((label, "".join(body.split())) for label, body in blocks) or value.strip()


def same_json(value: object) -> object:
    """What two JSON texts are compared by: their content, whatever the order of keys."""
    try:
        parsed = json.loads(value) if isinstance(value, str) else value
        return json.dumps(parsed, sort_keys=True)
    except (ValueError, TypeError, RecursionError):
        return str(value)


FORMATS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "ip_address": ("an IP address", _passes(ipaddress.ip_address)),
    "url": ("an http or https URL", _is_url),
    "email": ("an e-mail address", _is_email),
    "domain": ("a domain name", lambda value: bool(_DOMAIN.match(value))),
    "regex": ("a regular expression that compiles", _passes(re.compile)),
    "date": ("a date (YYYY-MM-DD)", _passes(datetime.date.fromisoformat)),
    "time": ("a time (HH:MM or HH:MM:SS)", _passes(datetime.time.fromisoformat)),
    "datetime": ("a date and time (ISO 8601)", _passes(datetime.datetime.fromisoformat)),
    "pem": ("a PEM block (-----BEGIN …-----)", lambda value: bool(_PEM_BLOCK.search(value))),
    "json": ("JSON", _passes(json.loads)),
}
"""Format name → (what it must be, test). An empty string is tested only where no default makes it legal."""
