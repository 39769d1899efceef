"""Software and backups: bundles, upgrades, copies of the node's data sealed with a passphrase."""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.conf import settings
from django.db import connection
from django.http import FileResponse, HttpRequest, HttpResponse
from tastypie import http

from ..models import MODELS
from ..references import uri
from ..rejections import Rejected
from ..resources import ConfigurationResource
from .uploads import check_zip, keep

_MAGIC = b"SIMULATED-BACKUP-1\n"
_BUNDLE = re.compile(r"\A([a-z0-9]+)_([0-9.]+)_([0-9]+)\.zip\Z")


def build() -> str:
    """The build that the node says it runs."""
    return f"{settings.SIMULATOR.version}000.0.0"


def version() -> str:
    """The version that the node says it runs."""
    return f"{settings.SIMULATOR.version}.0.0"


def _folder() -> Path:
    folder: Path = settings.SIMULATOR.data / "backups"
    folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def _copy(content: bytes = b"") -> Iterator[tuple[Path, sqlite3.Connection]]:
    """A database file of its own for a while."""
    path = _folder() / f"{os.urandom(8).hex()}.sqlite3"
    path.write_bytes(content)
    copy = sqlite3.connect(path)
    try:
        yield path, copy
    finally:
        copy.close()
        path.unlink()


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=2**14, r=8, p=1).derive(passphrase.encode()))


def create_backup(passphrase: str) -> Any:
    """Keep a copy of everything that the node knows; the `system_backup` object."""
    with _copy() as (path, copy):
        connection.ensure_connection()
        connection.connection.backup(copy)
        content = path.read_bytes()
    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = _MAGIC + salt + nonce + _cipher(passphrase, salt).encrypt(nonce, content, _MAGIC)
    now = datetime.now(UTC).replace(tzinfo=None)
    name = f"simulated_backup_{version()}_{now:%Y%m%d-%H%M%S-%f}.bin"
    (_folder() / name).write_bytes(sealed)
    return MODELS["system_backup"].objects.create(
        filename=name,
        date=now,
        size=len(sealed),
        sha256sum=hashlib.sha256(sealed).hexdigest(),
        build=build(),
        version=version(),
        type="manual",
    )


def restore_backup(upload: Any, passphrase: str) -> None:
    """Take the node back to a backup; the list of backups stays. Raises ValueError."""
    sealed = upload.read()
    if not sealed.startswith(_MAGIC):
        raise ValueError("This is no backup file.")
    sealed = sealed.removeprefix(_MAGIC)
    salt, nonce, rest = sealed[:16], sealed[16:28], sealed[28:]
    try:
        content = _cipher(passphrase, salt).decrypt(nonce, rest, _MAGIC)
    except InvalidTag:
        raise ValueError("The backup is damaged, or the passphrase is wrong.") from None
    backups = list(MODELS["system_backup"].objects.all())
    with _copy(content) as (_, copy):
        copy.backup(connection.connection)
    MODELS["system_backup"].objects.all().delete()
    MODELS["system_backup"].objects.bulk_create(backups)


class SystemBackup(ConfigurationResource):
    """A backup that the node keeps; its file is under ``download/``."""

    def action_download(self, request: HttpRequest, key: str) -> Any:
        """The file."""
        self.method_check(request, allowed=["get"])
        backup = self.named(key)
        return FileResponse((_folder() / backup.filename).open("rb"), as_attachment=True, filename=backup.filename)

    def delete(self, numbers: list[int]) -> None:
        """Forget backups, and remove their files."""
        for backup in MODELS[self.spec.name].objects.filter(pk__in=numbers):
            (_folder() / backup.filename).unlink(missing_ok=True)
        super().delete(numbers)


class SoftwareBundle(ConfigurationResource):
    """Which revision of a bundle is in use."""

    def prepare(self, obj: Any, data: dict[str, Any]) -> None:
        """Refuse a revision of another bundle."""
        if obj.selected_revision and obj.selected_revision.bundle_type != obj.bundle_type:
            raise Rejected(self.spec.name, {"selected_revision": [f"This is no revision of {obj.bundle_type}."]})


def add_bundle(upload: Any) -> Any:
    """Take a new revision of a bundle from a file named ``TYPE_VERSION_REVISION.zip``."""
    if not (match := _BUNDLE.match(Path(upload.name).name)):
        raise Rejected("software_bundle", {"package": ["Name the file TYPE_VERSION_REVISION.zip."]})
    check_zip("software_bundle", "package", upload)
    bundle_type, number, revision = match.groups()
    revisions = MODELS["software_bundle_revision"].objects
    made, new = revisions.get_or_create(bundle_type=bundle_type, version=number, revision=revision)
    if not new:
        raise Rejected("software_bundle", {"package": ["This revision is there already."]})
    MODELS["software_bundle"].objects.get_or_create(bundle_type=bundle_type, defaults={"selected_revision": made})
    keep(upload, settings.SIMULATOR.data / "files" / "software_bundle" / str(made.pk))
    return made


def request_upgrade(upload: Any) -> Any:
    """Take an upgrade package; the `upgrade_request` object that tells what became of it."""
    current = MODELS["version_info"].objects.first()
    made = MODELS["upgrade_request"](state="UPLOADED", offset=upload.size, current=current)
    made.uuid = os.urandom(16).hex()
    made.save()
    keep(upload, settings.SIMULATOR.data / "files" / "upgrade" / made.uuid)
    return made


class Upgrade(ConfigurationResource):
    """Takes an upgrade package; what becomes of it is an `upgrade_request`."""

    def post_list(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """202 and where the request is."""
        package = self.body(request).get("package")
        if not hasattr(package, "chunks"):
            raise Rejected(self.spec.name, {"package": ["Upload the package as a file in a form."]})
        made = request_upgrade(package)
        return http.HttpAccepted(headers={"Location": request.build_absolute_uri(uri("upgrade_request", made.uuid))})
