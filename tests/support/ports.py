"""A port that is free whenever its servers want it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held_port() -> Iterator[int]:
    """A port of 127.0.0.1 that nobody is given who asks for any, also between a server's end and the next one's start.

    While none listens connections are refused. A server that names the port gets it, if it sets SO_REUSEADDR.
    """
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        # After it was bound: before, it could be given another's port.
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        port: int = holder.getsockname()[1]
        yield port
