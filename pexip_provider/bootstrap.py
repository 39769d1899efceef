"""A bare node: a machine of the generic template, which waits on a port of its own for the document that makes it."""

from __future__ import annotations

import hashlib
import re
import socket
import ssl
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from provider_core import errors
from provider_core.connections import Settings
from provider_core.http import Http

__all__ = ["BareNode"]

PATH = "/configuration/bootstrap"
TIMEOUT = 60.0
"""Seconds that the node may take to answer."""

_CHOICES = (
    "its certificate is its own until it is provisioned: give its SHA-256 as bootstrap_fingerprint, or a PEM file that "
    "it can be verified with as bootstrap_ca_bundle, or set bootstrap_verify_tls=False on a network that you trust"
)


class BareNode:
    """What answers at ``https://<address>:<port>/configuration/bootstrap``.

    Its certificate is verified by ``ca_bundle`` or the system's authorities; with ``fingerprint`` (SHA-256 in
    hexadecimal) it must be exactly that one; ``verify_tls`` False: any will do.
    """

    def __init__(self, address: str, port: int, ca_bundle: str, fingerprint: str, verify_tls: bool) -> None:
        self.where = f"https://{f'[{address}]' if ':' in address else address}:{port}"
        self._peer = (address, port)
        self._fingerprint = re.sub(r"[^0-9a-f]", "", fingerprint.lower())
        settings = Settings(
            vendor="pexip",
            address=self.where,
            ca_bundle=ca_bundle,
            verify_tls=verify_tls and not self._fingerprint,
            timeout=TIMEOUT,
        )
        adapter = _Pinned(self._fingerprint) if self._fingerprint else HTTPAdapter()
        self._http = Http(settings, None, _explain, adapter, sleep=lambda _: None)

    def missing(self) -> str:
        """Why no document can be given yet, in words; "" when one can. Raises `CertificateNotTrusted`."""
        if self._fingerprint and (words := self._other_certificate()):
            return words
        try:
            self._http.send("GET", PATH, repeatable=True)
        except errors.CertificateNotTrusted as error:
            raise errors.CertificateNotTrusted(f"{_before(error, ': set ')}: {_CHOICES}") from None
        except errors.ConnectionFailed as error:
            return _before(error, ": check ")
        except errors.ServerFailed as error:
            return f"{self.where} is not ready ({error.status})"
        except errors.Refused:
            pass  # it takes a POST only; who says so is there
        return ""

    def give(self, document: str) -> None:
        """POST the document, once.

        Raises `Refused` when the node does not take it, `AnswerLost` when it is not known whether it did, and
        `ConnectionFailed` when nothing was sent.
        """
        headers = {"Content-Type": "text/xml"}
        self._http.send("POST", PATH, data=document.encode(), headers=headers, repeatable=False)

    def _other_certificate(self) -> str:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        try:
            with socket.create_connection(self._peer, timeout=10) as plain, context.wrap_socket(plain) as there:
                found = hashlib.sha256(there.getpeercert(binary_form=True) or b"").hexdigest()
        except OSError as error:
            return f"{self.where} cannot be reached ({error.strerror or error})"
        if found != self._fingerprint:
            raise errors.CertificateNotTrusted(
                f"the certificate of {self.where} must have the SHA-256 {self._fingerprint}, got {found}: either "
                "bootstrap_fingerprint is of another machine, or something else answers there"
            )
        return ""


class _Pinned(HTTPAdapter):
    """Takes one certificate only."""

    def __init__(self, fingerprint: str) -> None:
        self._fingerprint = fingerprint
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, assert_fingerprint=self._fingerprint)


def _explain(response: requests.Response) -> tuple[str, dict[str, str]]:
    """What the node says in plain text. Markup could be the document again, and is not shown."""
    said = " ".join(response.text.split())
    return ("" if "<" in said else said[:200]), {}


def _before(error: Exception, mark: str) -> str:
    return str(error).partition(mark)[0]
