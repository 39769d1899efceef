"""Files that one resource is handed and another one uses, passed on while they arrive.

A server hands out the image of a machine once, in an answer; the hypervisor that takes it is another resource. Both
are made in one process of the provider, so the answer stays open in between: no second copy lies on a disk, and
memory holds a piece at a time. What the resources know of it is a name, ``stream:…``, which means nothing to any
other process.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from provider_core import errors

__all__ = ["SCHEME", "Stream", "accept", "decline", "is_offered", "is_stream", "offer"]

SCHEME = "stream:"


@dataclass(frozen=True)
class Stream:
    """A file that arrives. ``size`` in bytes, where it is known; ``pieces`` raises what `provider_core.errors` draws.

    Whoever accepted it calls ``done`` once: with True when all of it has been used and need not come again, else
    with False. ``title`` is for messages.
    """

    title: str
    pieces: Iterator[bytes]
    size: int | None
    done: Callable[[bool], None]


_lock = threading.Lock()
_offered: dict[str, Stream] = {}


def offer(stream: Stream) -> str:
    """Keep the stream until it is accepted; the name to accept it by."""
    name = SCHEME + secrets.token_hex(8)
    with _lock:
        _offered[name] = stream
    return name


def is_stream(name: str) -> bool:
    """Whether this names a stream, rather than a file."""
    return name.startswith(SCHEME)


def is_offered(name: str) -> bool:
    """Whether this names a stream that can be accepted now: one of this run, which nobody has."""
    with _lock:
        return name in _offered


def accept(name: str) -> Stream:
    """The stream of this name; it can be accepted once.

    Raises `ConfigurationError`: it was accepted before, or was offered in another run.
    """
    with _lock:
        stream = _offered.pop(name, None)
    if stream is None:
        raise errors.ConfigurationError(
            f"{name} is an image that was handed out in another run, and is gone: "
            "replace the resource that handed it out (pulumi up --target-replace URN), and this one with it"
        )
    return stream


def decline(name: str) -> None:
    """Say that nobody will accept this stream: it is done with, unused. One that was accepted is left alone."""
    with _lock:
        stream = _offered.pop(name, None)
    if stream is not None:
        stream.done(False)
