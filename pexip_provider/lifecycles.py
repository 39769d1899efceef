"""Lifecycles that differ from the rule by a hook or two; the larger ones have modules of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from provider_core.backend import Backend
from provider_core.lifecycle import Lifecycle, Props
from provider_core.values import decode

__all__ = ["GatewayTokenLifecycle", "ReadBackLifecycle"]


class ReadBackLifecycle(Lifecycle):
    """An update changes what the node computes, so that it is read again at once."""

    def write(self, backend: Backend, id: str, body: Props, files: Mapping[str, Path], olds: Props) -> dict[str, Any]:
        """Update, then read."""
        super().write(backend, id, body, files, olds)
        found = decode(self.declaration, backend.read(self.declaration.path, id) or {})
        return {name: found[name] for name in self.declaration.computed if name in found}


class GatewayTokenLifecycle(ReadBackLifecycle):
    """It exists once, and yet can be deleted: key and certificate go, and the node makes a new key when asked."""

    def remove(self, backend: Backend, id: str, values: Props) -> None:
        """Delete what was uploaded, if the stack had uploaded anything."""
        if values.get("certificate") or values.get("private_key"):
            backend.delete(self.declaration.path, id)
