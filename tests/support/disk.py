"""The disk below a journal, as it would be after the machine had lost its power."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

__all__ = ["Disk"]


class Disk:
    """The journals of a test lie here. ``kept`` is what they held when they, and then their folder, were last synced."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._names: list[int] = []
        self._texts: dict[int, str] = {}
        monkeypatch.setenv("PROVIDER_JOURNAL", str(folder))
        sync = os.fsync

        def noting(descriptor: int) -> None:
            sync(descriptor)
            self._note(os.fstat(descriptor).st_ino)

        monkeypatch.setattr(os, "fsync", noting)

    @property
    def kept(self) -> str:
        return "".join(self._texts.get(number, "") for number in self._names)

    def _note(self, synced: int) -> None:
        files = {each.stat().st_ino: each for each in sorted(self.folder.iterdir())}
        if synced in files:
            self._texts[synced] = files[synced].read_text()
        if synced == self.folder.stat().st_ino:
            self._names = list(files)
