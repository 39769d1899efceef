"""Backups of the whole platform's configuration."""

from __future__ import annotations

from typing import Any

from pexip_provider.backups import SystemBackupLifecycle
from pexip_provider.base import PexipResource
from provider_core.fields import Computed, Field, computed, local
from provider_core.kinds import Integer, Json, Text

__all__ = ["SystemBackup"]


class SystemBackup(
    PexipResource, group="Utilities", path="system_backup", lifecycle=SystemBackupLifecycle, key_is_unique=False
):
    """A backup that the node makes and keeps, and that is deleted there when it is destroyed.

    Another value in ``triggers`` makes a new one before the old one goes. With ``download_path`` it is written to that
    file too, which stays. `pexip backup restore` takes a node back to one.
    """

    passphrase: Field[str] = local(Text(max_length=100), secret=True)
    download_path: Field[str] = local(default="", replaces=True)
    triggers: Field[dict[str, Any]] = local(Json(), default=None, replaces=True)
    filename: Computed[str] = computed(at_create=True)
    build: Computed[str] = computed(at_create=True)
    date: Computed[str] = computed(at_create=True)
    sha256sum: Computed[str] = computed(at_create=True)
    size: Computed[int] = computed(Integer(), at_create=True)
    type: Computed[str] = computed(at_create=True)
    version: Computed[str] = computed(at_create=True)
