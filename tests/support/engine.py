"""Where the engine is."""

from __future__ import annotations

import functools
import os
import shutil
import sys
from pathlib import Path

__all__ = ["ROOT", "search_path"]

ROOT = Path(__file__).parents[2]
"""The checkout."""


@functools.cache
def search_path() -> str:
    """A PATH with the Python that runs the tests, then the engine: the user's own, else the one that make made.

    Fails the test when there is none.
    """
    given = os.environ.get("PATH", os.defpath)
    made = ROOT / ".local" / "engine" / "bin"
    folders = [str(Path(sys.prefix) / "bin")]
    if shutil.which("pulumi", path=given) is None:
        if shutil.which("pulumi", path=str(made)) is None:
            raise AssertionError(f"no pulumi on PATH and none in {made.relative_to(ROOT)}: run `make test` once")
        folders.append(str(made))
    return os.pathsep.join([*folders, given])
