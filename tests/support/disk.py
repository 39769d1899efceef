"""The disk below a journal, as it would be after the machine had lost its power."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

__all__ = ["Disk"]


class Disk:
    """The journals of a test lie here. ``kept`` is what they held when they were last synced."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.kept = ""
        monkeypatch.setenv("PROVIDER_JOURNAL", str(folder))
        sync = os.fdatasync

        def noting(descriptor: int) -> None:
            sync(descriptor)
            self.kept = "".join(each.read_text() for each in sorted(folder.iterdir()))

        monkeypatch.setattr(os, "fdatasync", noting)
