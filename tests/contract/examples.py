"""Values for fields, made from the declarations: different numbers give different values, where there are any."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from provider_core.declaration import Declaration
from provider_core.kinds import Boolean, Choice, File, Integer, Json, Kind, Many, Record, Text

__all__ = ["changed", "example", "pair", "write_zip"]

_PAIRS = Path(__file__).with_name("material")


def pair(number: int) -> tuple[str, str]:
    """A certificate and its private key; there are eight."""
    text = (_PAIRS / f"{(number - 1) % 8 + 1}.pem").read_text()
    certificate, _, key = text.partition("-----BEGIN PRIVATE KEY-----")
    return certificate, "-----BEGIN PRIVATE KEY-----" + key


def _certificate(number: int) -> str:
    return pair(number)[0]


def _private_key(number: int) -> str:
    return pair(number)[1]


def _ssh_key(number: int) -> str:
    name = b"ssh-ed25519"
    blob = len(name).to_bytes(4, "big") + name + (32).to_bytes(4, "big") + bytes([number] * 32)
    return f"ssh-ed25519 {base64.b64encode(blob).decode()} user{number}@example.com"


def _one_of(*values: str) -> Callable[[int], str]:
    return lambda number: values[number % len(values)]


_PARTICULAR: dict[str, Callable[[int], Any]] = {
    # The key belongs to the certificate of the same number.
    "gms_gateway_token.private_key": _private_key,
    "tls_certificate.private_key": _private_key,
    "licence.entitlement_id": lambda number: f"0123-4567-89AB-{number:04X}",
    # Bundles are there from the start, and a package's name says which one it is for.
    "software_bundle.bundle_type": lambda number: "webapp2",
    "software_bundle.package": lambda number: f"webapp2_2.{number}.0_1.zip",
    # The others come with an image instead of a document.
    "worker_vm.deployment_type": lambda number: "MANUAL-PROVISION-ONLY",
    # A passphrase for a key that has none is refused.
    "tls_certificate.private_key_passphrase": lambda number: "",
    "ssh_authorized_key.key": _ssh_key,
    # Choices that the declaration does not spell out.
    "certificate_signing_request.private_key_type": _one_of("ecdsa256", "ecdsa384"),
    "certificate_signing_request.subject_name": lambda number: f"node{number}.example.com",
    "certificate_signing_request.additional_subject_alt_names": lambda number: f"other{number}.example.com",
    "user_group_entity_mapping.entity_resource_uri": lambda number: f"/api/admin/configuration/v1/conference/{number}/",
}

_FORMATS: dict[str, Callable[[str, int], str]] = {
    "ip_address": lambda name, number: f"192.0.2.{number % 250 + 1}",
    "url": lambda name, number: f"https://{name.replace('_', '-')}{number}.example.com/",
    "email": lambda name, number: f"{name}{number}@example.com",
    "domain": lambda name, number: f"{name.replace('_', '-')}{number}.example.com",
    "regex": lambda name, number: f"{number}[0-9]+@example\\.com",
    "date": lambda name, number: f"2027-01-{number % 28 + 1:02}",
    "time": lambda name, number: f"{number % 24:02}:30:00",
    "datetime": lambda name, number: f"2027-01-{number % 28 + 1:02}T10:30:00",
    "pem": lambda name, number: _certificate(number),
    "json": lambda name, number: f'{{"{name}": {number}}}',
}


def example(path: str, name: str, kind: Kind, number: int, default: Any = ...) -> Any:
    """A value that is not the default and refers to nothing."""
    if particular := _PARTICULAR.get(f"{path}.{name}"):
        return particular(number)
    match kind:
        case Text():
            return _text(name, kind, number)
        case Integer():
            return _integer(kind, number, default)
        case Boolean():
            return default is not True
        case Choice():
            others = [choice for choice in kind.choices if choice != default] or list(kind.choices)
            return others[number % len(others)]
        case Many(item=Record() as record):
            parts = record.fields.items()
            return [{part: example(path, f"{path}_{part}", inner, number) for part, (inner, _) in parts}]
        case File():
            return f"package{number}.zip"
        case Json():
            return {name: number}
    raise AssertionError(f"no example for {path}.{name}: {kind!r}")


def _text(name: str, kind: Text, number: int) -> str:
    if kind.digits:
        return str(number).rjust(kind.digits[0], "1")[: kind.digits[1]]
    if kind.format:
        return _FORMATS[kind.format](name, number)
    words = f"{name.replace('_', ' ')} {number}"
    return words if kind.max_length is None or len(words) <= kind.max_length else words[-kind.max_length :]


def _integer(kind: Integer, number: int, default: Any) -> int:
    low = kind.minimum or 0
    high = kind.maximum if kind.maximum is not None else low + 1000
    value = low + number % (high - low + 1)
    return value if value != default else low + (number + 1) % (high - low + 1)


def changed(declaration: Declaration, name: str, old: Any, number: int) -> Any:
    """A value that means something else than the old one, or the old one when there is none."""
    field = declaration.inputs[name]
    if isinstance(old, bool):
        return not old
    for offset in range(10):
        value = example(declaration.path, name, field.kind, number + offset)
        if not field.kind.same(value, old):
            return value
    return old


def write_zip(folder: Path, name: str) -> Path:
    """A ZIP file of that name; the content follows from the name alone."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(zipfile.ZipInfo("conf.json"), f'{{"name": "{re.escape(name)}"}}')
    path = folder / name
    path.write_bytes(content.getvalue())
    return path
