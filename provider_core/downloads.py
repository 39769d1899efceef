"""Files that arrive: written while they come, under another name until they are whole."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from provider_core import errors

__all__ = ["save"]

FIRST = 2.0
"""Seconds after which it is said how far a download is."""

EVERY = 5.0
"""Seconds between two such lines."""


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
    summed, arrived, next_line = hashlib.sha256(), 0, clock() + FIRST
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                os.fchmod(descriptor, 0o600)
                for piece in pieces:
                    file.write(piece)
                    summed.update(piece)
                    arrived += len(piece)
                    if clock() >= next_line:
                        next_line = clock() + EVERY
                        print(f"{target.name}: {_megabytes(arrived, size)}", file=sys.stdout, flush=True)
                file.flush()
                os.fsync(descriptor)
            partial.replace(target)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise errors.ConfigurationError(f"{target} cannot be written: {error.strerror}") from None
    return summed.hexdigest()


def _megabytes(arrived: int, size: int | None) -> str:
    done = f"{arrived / 1e6:,.1f} MB"
    return f"{done} of {size / 1e6:,.1f} MB" if size else done
