"""Forms with files: small ones as requests makes them, in memory; large ones read while they are sent."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

__all__ = ["form"]

LARGE = 8_000_000
"""Bytes of files beyond which a form is not made in memory."""

_BLOCK = 256 * 1024


def form(data: Any, files: Mapping[str, Path] | None, opened: contextlib.ExitStack) -> dict[str, Any]:
    """What requests is given for these fields and files; ``opened`` closes the files."""
    if not files:
        return {"data": data}
    handles = {name: opened.enter_context(file.open("rb")) for name, file in files.items()}
    if sum(os.fstat(handle.fileno()).st_size for handle in handles.values()) <= LARGE:
        return {"data": data, "files": handles}
    streamed = _Streamed(dict(data or {}), handles)
    return {"data": streamed, "headers": {"Content-Type": f"multipart/form-data; boundary={streamed.boundary}"}}


class _Streamed:
    """A form as a file that is read once; its length is known, as the server wants it."""

    def __init__(self, data: Mapping[str, Any], files: Mapping[str, IO[bytes]]) -> None:
        self.boundary = uuid.uuid4().hex
        self._pieces: list[bytes | IO[bytes]] = []
        for name, value in data.items():
            self._add(f'form-data; name="{name}"', str(value).encode())
        for name, file in files.items():
            called = Path(file.name).name.replace("\\", "\\\\").replace('"', '\\"')
            self._add(f'form-data; name="{name}"; filename="{called}"', file)
        self._pieces.append(f"--{self.boundary}--\r\n".encode())
        self._length = sum(
            len(each) if isinstance(each, bytes) else os.fstat(each.fileno()).st_size for each in self._pieces
        )
        self._content = self._read()

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        return self._content

    def read(self, _size: int = -1) -> bytes:
        """The next block, of the size that suits."""
        return next(self._content, b"")

    def _add(self, disposition: str, content: bytes | IO[bytes]) -> None:
        kind = "" if isinstance(content, bytes) else "Content-Type: application/octet-stream\r\n"
        head = f"--{self.boundary}\r\nContent-Disposition: {disposition}\r\n{kind}\r\n"
        self._pieces += [head.encode(), content, b"\r\n"]

    def _read(self) -> Iterator[bytes]:
        for piece in self._pieces:
            if isinstance(piece, bytes):
                yield piece
            else:
                while block := piece.read(_BLOCK):
                    yield block
