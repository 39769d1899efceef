"""Named connections: from the stack's configuration and the environment to settings.

For a vendor ``pexip`` the default connection is ``pexip:address``, ``pexip:username``, ``pexip:password`` and so
on, or ``PEXIP_ADDRESS``, ``PEXIP_USERNAME``, ``PEXIP_PASSWORD``. Further ones stand under ``pexip:connections`` as an
object of objects with the same keys, each with variables such as ``PEXIP_LAB_PASSWORD``. The environment wins for
everything but the address: two addresses that differ are an error, so that a variable left over in a shell never
sends a stack to another node. (The engine copies the configuration into the state and takes it from there for
``destroy`` and ``refresh``; a variable is how a password that was changed since reaches them.)
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from provider_core.errors import ConfigurationError

__all__ = ["Connections", "Settings"]


@dataclass(frozen=True)
class Settings:
    """How to reach one system. Times are seconds. The repr shows no credential."""

    vendor: str
    name: str = ""
    address: str = ""
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    oauth2_client_id: str = field(default="", repr=False)
    oauth2_private_key: str = field(default="", repr=False)
    ca_bundle: str = ""
    verify_tls: bool = True
    timeout: float = 60.0
    requests_per_minute: int = 900
    check_schema: bool = True

    def how_to(self, key: str) -> str:
        """Where a setting is given, for messages: ``pexip:address or PEXIP_ADDRESS``."""
        place = f"{self.vendor}:connections.{self.name}.{key}" if self.name else f"{self.vendor}:{key}"
        return f"{place} or {_variable(self.vendor, self.name, key)}"

    def authorities(self) -> str | None:
        """The file of `ca_bundle`, None for the system's own. Raises `ConfigurationError` when it is not there."""
        if self.ca_bundle and not Path(self.ca_bundle).is_file():
            raise ConfigurationError(f"{self.how_to('ca_bundle')} must be a PEM file, got {self.ca_bundle}")
        return self.ca_bundle or None


_KEYS = tuple(each.name for each in fields(Settings) if each.name not in ("vendor", "name"))


def _variable(vendor: str, name: str, key: str) -> str:
    return "_".join(part for part in (vendor, name, key) if part).replace("-", "_").upper()


class Connections:
    """The connections of one vendor; ``get`` reads a key of the stack's configuration (``pexip:address``)."""

    def __init__(self, vendor: str, get: Callable[[str], Any], environ: Mapping[str, str] = os.environ) -> None:
        self._vendor = vendor
        self._get = get
        self._environ = environ
        self._made: dict[str, Settings] = {}

    def names(self) -> list[str]:
        """The names under ``<vendor>:connections``."""
        return sorted(self._named())

    def settings(self, name: str = "") -> Settings:
        """The settings of a connection, the default one without a name; worked out once.

        Raises `ConfigurationError` when it is unknown, incomplete or contradicts the environment.
        """
        if name not in self._made:
            self._made[name] = self._settings(name)
        return self._made[name]

    def _settings(self, name: str) -> Settings:
        if name:
            if name not in self._named():
                known = ", ".join(self.names()) or "none"
                raise ConfigurationError(
                    f"connection must be one of {self._vendor}:connections ({known}), got {json.dumps(name)}"
                )
            configured = self._named()[name]
        else:
            configured = {key: self._get(f"{self._vendor}:{key}") for key in _KEYS}
        given: dict[str, Any] = {}
        for key in _KEYS:
            value = configured.get(key)
            variable = _variable(self._vendor, name, key)
            override = self._environ.get(variable)
            if key == "address" and value and override and _bare(value) != _bare(override):
                raise ConfigurationError(
                    f"{self._vendor}:address is {value} but {variable} is {override}: unset one of them"
                )
            value = override or value
            if value not in (None, ""):
                given[key] = _typed(key, value, variable)
        settings = Settings(vendor=self._vendor, name=name, **given)
        if not settings.address:
            raise ConfigurationError(f"no address to connect to: set {settings.how_to('address')}")
        return settings

    def _named(self) -> dict[str, dict[str, Any]]:
        named = self._get(f"{self._vendor}:connections") or {}
        if isinstance(named, str):
            try:
                named = json.loads(named)
            except ValueError:
                named = None
        if not isinstance(named, dict) or not all(isinstance(each, dict) for each in named.values()):
            raise ConfigurationError(f"{self._vendor}:connections must be an object of objects")
        return named


def _bare(address: str) -> str:
    return address.removeprefix("https://").rstrip("/")


def _typed(key: str, value: Any, variable: str) -> Any:
    """The value as the type of its setting; configuration and environment hold strings."""
    wanted = type(getattr(Settings, key))
    if wanted is bool:
        if str(value).lower() in ("true", "1", "yes"):
            return True
        if str(value).lower() in ("false", "0", "no"):
            return False
        raise ConfigurationError(f"{key} ({variable}) must be true or false, got {value}")
    if wanted in (int, float):
        try:
            number = wanted(value)
        except ValueError:
            number = -1
        if number <= 0:
            raise ConfigurationError(f"{key} ({variable}) must be a number above 0, got {value}")
        return number
    return str(value)
