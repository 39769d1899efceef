"""Lifecycles of a libvirt host's types, as the engine has them."""

from __future__ import annotations

from typing import Any

from provider_core.connections import Connections
from provider_core.declaration import Declaration
from provider_core.lifecycle import Lifecycle
from tests.support.bag import bag_of

__all__ = ["Machines"]


class Machines:
    """A host under test, to be given to a `Held` as its bench. With a ``stack``, creates are journaled."""

    def __init__(self, address: str, stack: str = "", **settings: Any) -> None:
        self.stack = stack
        self.configuration = {"libvirt:address": address} | {f"libvirt:{key}": each for key, each in settings.items()}

    def connections(self) -> Connections:
        """The connections as a stack's configuration gives them."""
        return Connections("libvirt", self.configuration.get, environ={})

    def lifecycle(self, declaration: Declaration) -> Lifecycle:
        """The provider of a type, as the engine makes it in its process."""
        made = declaration.lifecycle(declaration)
        made.stack = self.stack
        made.connections = self.connections()
        return made

    def bag(self, declaration: Declaration, values: dict[str, Any]) -> dict[str, Any]:
        """The property bag that a constructor makes of values."""
        return bag_of(declaration, values, self.stack)
