"""What a machine refers to: disks and networks, by the names that libvirt has for them."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any

from provider_core.kinds import Kind, Problem, show

__all__ = ["BRIDGE", "USER", "Disk", "Nic"]

BRIDGE = "bridge:"
USER = "user"


@dataclass(frozen=True)
class Disk(Kind):
    """A volume as ``pool/volume``, which is its id, or the absolute path of an image or a block device on the host."""

    def problems(self, value: Any) -> Iterator[Problem]:
        pool, _, volume = value.partition("/") if isinstance(value, str) else ("", "", "")
        absolute = isinstance(value, str) and value.startswith("/") and len(value) > 1
        if not absolute and not (pool and volume and "/" not in volume):
            yield Problem("a Volume, pool/volume, or an absolute path on the host", show(value))

    def canonical(self, value: Any) -> Hashable:
        return str(value)


@dataclass(frozen=True)
class Nic(Kind):
    """A network by its name or UUID, which is its id, a bridge of the host as ``bridge:br0``, or ``user``."""

    def problems(self, value: Any) -> Iterator[Problem]:
        if not isinstance(value, str) or not value.removeprefix(BRIDGE) or "/" in value:
            yield Problem(f'a Network, its name, "{BRIDGE}" and a bridge of the host, or "{USER}"', show(value))

    def canonical(self, value: Any) -> Hashable:
        return str(value)
