"""Commands that this node can carry out: those that concern the platform itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.db import transaction
from tastypie.exceptions import BadRequest

from .catalogue import TYPES
from .flows import certificates, pem, platform
from .models import MODELS
from .references import uri
from .writing import Writer

_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)
Data = dict[str, Any]


def _file(data: Data, name: str) -> Any:
    if not hasattr(data.get(name), "chunks"):
        raise BadRequest(f"Upload the {name} as a file in a form.")
    return data[name]


def _backup_create(data: Data) -> Data:
    made = platform.create_backup(str(data["passphrase"]))
    return {"filename": made.filename, "resource_uri": uri("system_backup", made.filename)}


def _backup_restore(data: Data) -> Data:
    try:
        platform.restore_backup(_file(data, "package"), str(data["passphrase"]))
    except ValueError as error:
        raise BadRequest(str(error)) from None
    return {}


@transaction.atomic
def _certificates_import(data: Data) -> Data:
    blocks = [(match[1], match[0] + "\n") for match in _BLOCK.finditer(str(data["bundle"]))]
    passphrase = str(data.get("private_key_passphrase") or "")
    found = [certificate for kind, text in blocks if kind == "CERTIFICATE" for certificate in _read(pem.chain, text)]
    keys = [_read(pem.private_key, text, passphrase) for kind, text in blocks if kind.endswith("PRIVATE KEY")]
    if not found:
        raise BadRequest("There is no certificate in the bundle.")
    made: dict[str, list[str]] = {"tls_certificate": [], "ca_certificate": []}
    for certificate in found:
        text = pem.certificate_text([certificate])
        own = [key for key in keys if pem.belong_together(certificate, key)]
        if own:
            pair = {"certificate": text, "private_key": pem.key_text(own[0])}
            made["tls_certificate"].append(_create("tls_certificate", pair, certificates.describe_tls))
        else:
            made["ca_certificate"].append(_create("ca_certificate", {"certificate": text}, certificates.describe_ca))
    return made


def _read(reader: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return reader(*arguments)
    except ValueError as error:
        raise BadRequest(str(error)) from None


def _create(type_name: str, data: Data, describe: Callable[[Any], None]) -> str:
    from django.conf import settings

    obj = Writer(TYPES[type_name], settings.SIMULATOR.version).create([data], lambda obj, _: describe(obj))[0]
    return uri(type_name, obj.pk)


@transaction.atomic
def _software_bundle(data: Data) -> Data:
    return {"revision": uri("software_bundle_revision", platform.add_bundle(_file(data, "package")).pk)}


@transaction.atomic
def _upgrade(data: Data) -> Data:
    made = platform.request_upgrade(_file(data, "package"))
    return {"resource_uri": uri("upgrade_request", made.uuid)}


def _sync(data: Data) -> Data:
    if not MODELS["conference_sync_template"].objects.filter(pk=data["conference_sync_template_id"]).exists():
        raise BadRequest("There is no such conference_sync_template.")
    return {}


COMMANDS: dict[str, Callable[[Data], Data]] = {
    "command/conference/sync": _sync,
    "command/platform/backup_create": _backup_create,
    "command/platform/backup_restore": _backup_restore,
    "command/platform/certificates_import": _certificates_import,
    "command/platform/snapshot": lambda _: {},
    "command/platform/software_bundle": _software_bundle,
    "command/platform/upgrade": _upgrade,
}
