"""Versions of the CLI."""

import re
from typing import NamedTuple


class Version(NamedTuple):
    """A version as the CLI prints it; whatever follows the three numbers is not compared."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


OLDEST = Version(3, 200, 0)


def parse(text: str) -> Version | None:
    """Reads `v3.259.0`, `3.259.0` or `v3.260.0-alpha.1`; None when it is none of these."""
    found = re.match(r"\s*v?(\d+)\.(\d+)\.(\d+)(?![\d.])", text)
    return Version(*(int(part) for part in found.groups())) if found else None


def suits(version: Version) -> bool:
    """Whether stacks of this project run on it: 3.200 or newer, of the same major version."""
    return OLDEST <= version < (OLDEST.major + 1, 0, 0)
