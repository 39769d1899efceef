"""Serving a WSGI application over TLS on this machine, with a way to break connections on purpose."""

from __future__ import annotations

import signal
import socket
import ssl
import struct
import sys
import threading
from pathlib import Path
from traceback import format_exc
from typing import Any

from cheroot import errors, wsgi
from cheroot.ssl.builtin import BuiltinSSLAdapter

HOST = "127.0.0.1"
BREAK = "simulator.break_connection"
_RESET = struct.pack("ii", 1, 0)


class _Tls(BuiltinSSLAdapter):
    """Shakes hands when a worker first reads, so that a silent client holds up nobody else."""

    def wrap(self, sock: Any) -> tuple[Any, dict[str, Any]]:
        wrapped = self.context.wrap_socket(sock, do_handshake_on_connect=False, server_side=True)
        return wrapped, {"wsgi.url_scheme": "https", "HTTPS": "on"}


class _Gateway(wsgi.Gateway_10):
    """Lets the application break its connection: ``environ[BREAK]()``."""

    def get_environ(self) -> Any:
        environ: Any = super().get_environ()  # type: ignore[no-untyped-call]
        return {**environ, BREAK: self._break}

    def _break(self) -> None:
        connection: Any = self.req.conn.socket
        # Without the lingering, what was written so far still arrives, then the connection is reset.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        ssl.SSLSocket.shutdown(connection, socket.SHUT_RDWR)
        self.req.close_connection = True


class _Server(wsgi.Server):
    """Gives a connection to a worker once there is something to read on it."""

    @staticmethod
    def bind_socket(socket_: Any, bind_addr: Any) -> Any:
        socket_.bind(bind_addr)
        # cheroot does so for a port that is named only; without it no port can be bound again at once after a kill.
        socket_.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return socket_

    def process_conn(self, conn: Any) -> None:
        if getattr(conn, "has_spoken", False):
            super().process_conn(conn)
        else:
            # It goes through the selector first; else a few silent clients would hold all the workers.
            conn.has_spoken = True
            self.put_conn(conn)


def _report(msg: str = "", level: int = 20, traceback: bool = False) -> None:  # noqa: ARG001
    """Tell of errors of our own; a client that went away, or a handshake that failed, is none."""
    error = sys.exc_info()[1]
    if traceback and error is not None and not isinstance(error, (OSError, errors.FatalSSLAlert)):
        print(f"{msg}\n{format_exc()}", file=sys.stderr, flush=True)


def make_server(application: Any, port: int, certificate: Path, key: Path, threads: int = 24) -> Any:
    """A server bound to the port (0: any free one), not yet answering; its port is ``bind_addr[1]``."""
    server: Any = _Server((HOST, port), application, numthreads=threads, request_queue_size=128, timeout=120)
    server.gateway = _Gateway
    server.ssl_adapter = _Tls(str(certificate), str(key))
    server.shutdown_timeout = 2
    # Clients keep as many connections as they like.
    server.keep_alive_conn_limit = None
    server.error_log = _report
    server.prepare()
    return server


def serve_until_stopped(servers: list[Any], ready: str) -> None:
    """Answer requests until SIGTERM or SIGINT; print the line once everything is ready."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threads = [threading.Thread(target=server.serve, daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    print(ready, flush=True)
    stop.wait()
    for server in servers:
        server.stop()
