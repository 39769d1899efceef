"""Uploading disks to a host under a lease, which is kept alive while it takes."""

from __future__ import annotations

import hashlib
import http.client
import socket
import ssl
import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from hypervisor_provider.vsphere.api import vim, vmodl
from hypervisor_provider.vsphere.faults import explained, not_trusted
from hypervisor_provider.vsphere.session import Session
from provider_core import errors
from provider_core.progress import Progress

__all__ = ["Broken", "Lease", "connected", "send"]

KEEP_ALIVE = 10.0
"""Seconds between two signs of life; a host gives a lease up after five minutes without."""

ANSWER = 300.0
"""Seconds that a host may take to answer when it has all of a disk."""


class Broken(Exception):
    """An upload broke off after ``sent`` bytes; whether it can be tried again is for the caller to see."""

    def __init__(self, message: str, sent: int) -> None:
        super().__init__(message)
        self.sent = sent


class Lease:
    """A lease on a machine that is being imported; a context, in which it is kept alive.

    Left with an error, it is aborted: the host takes back what there is of the machine.
    """

    def __init__(self, session: Session, lease: Any, progress: Progress) -> None:
        self.lost = ""
        self._session = session
        self._lease = lease
        self._progress = progress
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._connection: http.client.HTTPConnection | None = None
        self._lock = threading.Lock()

    def ready(self) -> Any:
        """Wait until the host has made the machine; the lease's info. Raises what the host says against it."""
        pause = 0.02
        while True:
            ((_, own),) = self._session.retrieve([self._lease], ["state", "error", "info"])
            if own["state"] == vim.HttpNfcLease.State.ready:
                return own["info"]
            if own["state"] == vim.HttpNfcLease.State.error:
                fault = own.get("error")
                if isinstance(fault, vim.fault.DuplicateName):
                    raise errors.AlreadyExists(f"{fault.name} is there already, or its folder in the datastore is")
                raise errors.Rejected(f"vSphere says: {explained(fault) if fault else 'the import failed'}", 400)
            self._stop.wait(pause)
            pause = min(pause * 1.5, 1.0)

    def __enter__(self) -> Lease:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        self._stop.set()
        self._thread.join()
        if error is not None:
            self._abort(error)
            return
        try:
            self._session.call(lambda: self._lease.HttpNfcLeaseProgress(100))
            self._session.call(self._lease.HttpNfcLeaseComplete)
        except errors.ProviderError as refused:
            self._abort(refused)
            raise

    def check(self, after: str) -> None:
        """Raise `AnswerLost` when the host has given the lease up."""
        if not self.lost:
            self._ask()
        if self.lost:
            raise errors.AnswerLost(
                f"the lease of the upload was lost after {after} ({self.lost}): nothing is left of it, run again"
            )

    def using(self, connection: http.client.HTTPConnection | None) -> None:
        """Name the connection that is cut when the lease is lost: its host may not say a word any more."""
        with self._lock:
            self._connection = connection

    def _ask(self) -> None:
        try:
            ((_, own),) = self._session.retrieve([self._lease], ["state", "error"])
        except errors.NotFound:
            self.lost = "it is gone"
        except errors.ProviderError:
            return
        else:
            if own["state"] != vim.HttpNfcLease.State.ready:
                self.lost = explained(own["error"]) if own.get("error") else f"its state is {own['state']}"

    def _keep(self) -> None:
        while not self._stop.wait(KEEP_ALIVE):
            try:
                self._session.call(lambda: self._lease.HttpNfcLeaseProgress(self._progress.percent))
            except errors.Refused as error:
                self._ask()
                self.lost = self.lost or str(error)
                break
            except errors.ProviderError:
                continue  # the network may be back in time
        with self._lock:
            if self.lost and self._connection is not None and self._connection.sock is not None:
                with suppress(OSError):
                    self._connection.sock.shutdown(socket.SHUT_RDWR)

    def _abort(self, error: BaseException) -> None:
        if self.lost:
            return
        cause = vmodl.fault.SystemError(reason=type(error).__name__)
        try:
            self._session.call(lambda: self._lease.HttpNfcLeaseAbort(cause))
        except errors.ProviderError as second:
            if isinstance(second, errors.Refused):
                return  # it is over already
            raise errors.AnswerLost(
                f"{error}; the half-made machine could not be taken back ({second}): the host does so after five "
                "minutes, and the next run does"
            ) from None


def send(
    session: Session, lease: Lease, device: Any, name: str, pieces: Iterable[bytes], size: int, progress: Progress
) -> None:
    """Upload one file of ``size`` bytes to the address that the lease has for it. Raises `Broken` when it breaks off.

    The host's certificate must be trusted, or be the one that the vCenter Server names.
    """
    parts = urlsplit(device.url)
    # A host that is asked itself does not know by which name: it says "*".
    host, port = (session.host, session.port) if parts.netloc == "*" else (parts.hostname or "", parts.port or 443)
    sent = 0
    connection: http.client.HTTPSConnection | None = None
    try:
        connection = connected(session, host, port, device.sslThumbprint)
        lease.using(connection)
        # As VMware's own tools do it: disks are posted, and converted on arrival; all else is put there as it is.
        connection.putrequest("POST" if device.disk else "PUT", parts.path + (f"?{parts.query}" if parts.query else ""))
        connection.putheader("Content-Length", str(size))
        kind = "application/x-vnd.vmware-streamVmdk" if device.disk else "application/octet-stream"
        connection.putheader("Content-Type", kind)
        connection.putheader("Overwrite", "t")
        connection.endheaders()
        for piece in pieces:
            if lease.lost:
                raise OSError("the lease is lost")
            connection.send(piece)
            sent += len(piece)
            progress.add(len(piece))
        connection.sock.settimeout(ANSWER)
        answer = connection.getresponse()
        if answer.status >= 300:
            progress.add(-sent)
            raise Broken(f"the host answered {answer.status} {answer.reason} to {name}", sent)
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        progress.add(-sent)
        message = f"the upload of {name} to {host} broke off after {sent / 1e6:,.1f} MB ({reason})"
        raise Broken(message, sent) from None
    finally:
        lease.using(None)
        if connection is not None:
            connection.close()


def connected(session: Session, host: str, port: int, thumbprint: str | None) -> http.client.HTTPSConnection:
    """A connection to a host whose certificate is trusted, or is the one that the vCenter Server names."""
    timeout = session.settings.timeout
    connection = http.client.HTTPSConnection(host, port, context=session.tls, timeout=timeout)
    try:
        connection.connect()
        return connection
    except ssl.SSLCertVerificationError as error:
        connection.close()
        if not thumbprint:
            raise not_trusted(host, error, session.settings) from None
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection(host, port, context=context, timeout=timeout)
    connection.connect()
    certificate = connection.sock.getpeercert(binary_form=True) or b""
    wanted = thumbprint.replace(":", "").lower()
    algorithm = "sha256" if len(wanted) == 64 else "sha1"
    if hashlib.new(algorithm, certificate, usedforsecurity=False).hexdigest() != wanted:
        connection.close()
        raise errors.CertificateNotTrusted(f"the certificate of {host} is not the one that its vCenter Server names")
    return connection
