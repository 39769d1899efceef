"""The known differences between the declarations and the simulator, as data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

__all__ = ["NOT_DECLARED", "REASONS", "ignored"]

_KNOWN: dict[str, Any] = json.loads(Path(__file__).with_name("differences.json").read_text())

NOT_DECLARED: dict[str, str] = _KNOWN["not declared"]
REASONS: dict[str, str] = {where: each["because"] for each in _KNOWN["differences"] for where in each["where"]}


def ignored(path: str, name: str) -> bool:
    """Whether the simulator takes no notice of a field that a stack may set."""
    return f"{path}.{name} input" in REASONS
