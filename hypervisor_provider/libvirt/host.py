"""The connection to one libvirt host: opened when something is asked, and again when it broke."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from hypervisor_provider.libvirt.faults import fault, unreachable
from hypervisor_provider.libvirt.library import library
from provider_core import errors
from provider_core.connections import Settings

__all__ = ["Host"]

KEEP_ALIVE = (5, 6)
"""Seconds of silence after which the host is asked whether it is there, and how often before it is given up."""


class Host:
    """Thread-safe: libvirt's connections are. Nothing is asked before the first `session`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._lock = threading.Lock()
        self._connection: Any = None
        # Left to the end of the interpreter, a connection complains that its library has gone before it.
        atexit.register(self.close)

    def close(self) -> None:
        """Let the connection go; the next `session` makes another."""
        with self._lock:
            self._connection = None

    @contextmanager
    def session(self) -> Iterator[Any]:
        """The connection; what libvirt raises inside is raised as `provider_core.errors` draws it.

        Raises `ConnectionFailed` or `Unauthorized` when there is none, and `AnswerLost` when it breaks.
        """
        connection = self._connected()
        try:
            yield connection
        except library().libvirtError as error:
            raise fault(error, self.settings.address, _alive(connection)) from None

    def _connected(self) -> Any:
        with self._lock:
            if self._connection is None or not _alive(self._connection):
                self._connection = self._open()
            return self._connection

    def _open(self) -> Any:
        libvirt, settings = library(), self.settings
        if settings.ca_bundle:
            raise errors.ConfigurationError(
                f"{settings.how_to('ca_bundle')} is not used for libvirt: "
                "put the files where libvirt looks for them, or add pkipath=FOLDER to the address"
            )
        wanted = [libvirt.VIR_CRED_AUTHNAME, libvirt.VIR_CRED_PASSPHRASE]
        questions: list[Any] = []
        try:
            connection = libvirt.openAuth(_uri(settings), [wanted, self._answer, questions], 0)
        except libvirt.libvirtError as error:
            raise unreachable(error, settings.address, asked=bool(questions)) from None
        with suppress(libvirt.libvirtError):  # a driver within this process has nothing to keep alive
            connection.setKeepAlive(*KEEP_ALIVE)
        return connection

    def _answer(self, asked: list[list[Any]], questions: list[Any]) -> int:
        """Fill in the user name and the password, where the host asks for them (SASL)."""
        questions.append(asked)
        for each in asked:
            is_name = each[0] == library().VIR_CRED_AUTHNAME
            value = self.settings.username if is_name else self.settings.password
            if not value:
                return -1
            each[4] = value
        return 0


def _uri(settings: Settings) -> str:
    """The address, with certificates and host keys not verified only where the settings say so."""
    if settings.verify_tls or not urlsplit(settings.address).netloc:
        return settings.address
    return settings.address + ("&" if "?" in settings.address else "?") + "no_verify=1"


def _alive(connection: Any) -> bool:
    try:
        return bool(connection.isAlive())
    except library().libvirtError:
        return False
