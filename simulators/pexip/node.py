"""One node: its database, its application and its servers, put together."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..server import BREAK, HOST, make_server, serve_until_stopped
from ..traffic import Application, Environ, Traffic
from .options import Options
from .site import configure

__all__ = ["OtherVersion", "run"]


class OtherVersion(Exception):
    """The folder holds a node that was made from another data file."""


def _only_bootstrap(application: Application) -> Application:
    """What a Conferencing Node answers that was not provisioned yet; nothing, while it is not on."""
    from .play import PLATFORM

    def answer(environ: Environ, start_response: Any) -> Iterable[bytes]:
        if not PLATFORM.listening:
            environ[BREAK]()
            return []
        if environ["PATH_INFO"].rstrip("/") == "/configuration/bootstrap":
            return application(environ, start_response)
        start_response("404 Not Found", [("Content-Length", "0")])
        return []

    return answer


def run(options: Options, files: tuple[Path, Path, Path]) -> None:
    """Serve the node until the process is told to stop.

    Raises:
        OtherVersion: the folder was made by a simulator that is not this one.
        OSError: the port is taken, or the folder cannot be written.
    """
    ca, certificate, key = files
    configure(options)
    from django.core.handlers.wsgi import WSGIHandler

    from . import database
    from .authentication import expire_tokens
    from .control import CONTROL

    if not database.prepare():
        raise OtherVersion
    traffic = Traffic(
        WSGIHandler(),
        rate_limit=options.rate_limit,
        latency=options.latency,
        record_bodies=options.record_bodies,
        expire_tokens=expire_tokens,
    )
    CONTROL.traffic = traffic
    servers = [make_server(traffic, options.port, certificate, key)]
    if options.bootstrap_port is not None:
        servers.append(make_server(_only_bootstrap(traffic), options.bootstrap_port, certificate, key))
        CONTROL.bootstrap_port = servers[1].bind_addr[1]
    # Fails here, before anyone is told that the node is ready, when a page cannot be built.
    from . import urls  # noqa: F401

    port = servers[0].bind_addr[1]
    ready = f"Simulated Management Node at https://{HOST}:{port}/ (CA certificate: {ca})"
    serve_until_stopped(servers, ready)
