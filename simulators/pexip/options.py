"""How one simulated node was asked to behave."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .catalogue import NEWEST

DEFAULT_USERNAME = "admin"
DEFAULT_PASSWORD = "PEXpassword1!"  # noqa: S105  (a simulator's, printed in its --help)


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line said."""

    data: Path
    port: int = 0
    bootstrap_port: int | None = None
    username: str = DEFAULT_USERNAME
    password: str = DEFAULT_PASSWORD
    version: int = NEWEST
    rate_limit: int | None = None
    latency: float = 0.0
    record_bodies: bool = False
    ova_size: int = 64 * 1024
