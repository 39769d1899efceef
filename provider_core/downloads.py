"""Files that arrive: written while they come, under another name until they are whole."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from provider_core import errors
from provider_core.progress import Progress

__all__ = ["save"]


def save(
    pieces: Iterable[bytes],
    target: Path,
    size: int | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> str:
    """Write what arrives to ``target``, for its owner only; its SHA-256 in hexadecimal.

    Memory holds one piece at a time. ``target`` is there when all of it is, and not before. ``size`` in bytes, where
    it is known, is for the lines that say how far it is, which the engine shows as messages. Raises
    `ConfigurationError` when it cannot be written, and whatever ``pieces`` raises.
    """
    partial = target.with_name(f".{target.name}.partial")
    summed, progress = hashlib.sha256(), Progress(target.name, size, clock)
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                os.fchmod(descriptor, 0o600)
                for piece in pieces:
                    file.write(piece)
                    summed.update(piece)
                    progress.add(len(piece))
                file.flush()
                os.fsync(descriptor)
            partial.replace(target)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise errors.ConfigurationError(f"{target} cannot be written: {error.strerror}") from None
    return summed.hexdigest()
