"""Utilities."""

from __future__ import annotations

from pexip_provider.base import PexipResource
from provider_core.fields import Computed, Field, boolean, choice, computed, integer, text

__all__ = ["Autobackup", "ScheduledScaling"]

GROUP = "Utilities"


class Autobackup(PexipResource, group=GROUP, path="autobackup", exists_once=True):
    """Automatic backup."""

    autobackup_enabled: Field[bool] = boolean(default=False)
    autobackup_interval: Field[int] = integer(minimum=1, maximum=24, default=24)
    autobackup_passphrase: Field[str] = text(max_length=100, secret=True, write_only=True, default="")
    autobackup_start_hour: Field[int] = integer(minimum=0, maximum=23, default=1)
    autobackup_upload_password: Field[str] = text(max_length=100, secret=True, write_only=True, default="")
    autobackup_upload_url: Field[str] = text(max_length=255, default="")
    autobackup_upload_username: Field[str] = text(max_length=100, default="")


class ScheduledScaling(PexipResource, group=GROUP, path="scheduled_scaling", natural_key="policy_name"):
    """Teams scheduled scaling."""

    policy_name: Field[str] = text(max_length=100)
    policy_type: Field[str] = choice("TeamsConnectorScaling")
    resource_identifier: Field[str] = text()
    start_date: Field[str] = text(format="date")
    time_from: Field[str] = text(format="time")
    time_to: Field[str] = text(format="time")
    enabled: Field[bool] = boolean(default=True)
    fri: Field[bool] = boolean(default=False)
    instances_to_add: Field[int] = integer(default=0)
    local_timezone: Field[str] = text(default="UTC")
    minutes_in_advance: Field[int] = integer(default=20)
    mon: Field[bool] = boolean(default=False)
    sat: Field[bool] = boolean(default=False)
    sun: Field[bool] = boolean(default=False)
    thu: Field[bool] = boolean(default=False)
    tue: Field[bool] = boolean(default=False)
    wed: Field[bool] = boolean(default=False)
    updated: Computed[str] = computed()
