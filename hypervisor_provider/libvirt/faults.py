"""libvirt's errors as this project's, by their codes, and what volumes, networks and machines refuse alike."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any, TypeVar

from hypervisor_provider.libvirt.library import library
from provider_core import errors

__all__ = ["fault", "gone", "is_gone", "refuse_all_but", "unless_gone", "unreachable"]

T = TypeVar("T")

_GONE = ("NO_DOMAIN", "NO_NETWORK", "NO_STORAGE_POOL", "NO_STORAGE_VOL")
_UNAUTHORIZED = ("AUTH_FAILED", "AUTH_CANCELLED", "AUTH_UNAVAILABLE")
_FORBIDDEN = ("ACCESS_DENIED", "OPERATION_DENIED")


def unreachable(error: Any, address: str, asked: bool) -> errors.ProviderError:
    """What it means that a connection did not come about; ``asked``: whether the host has asked for credentials.

    libvirt has one code for a wrong password and for a certificate that is not trusted.
    """
    said = _said(error)
    scheme = address.partition(":")[0]
    if _is(error, ("AUTH_FAILED",)) and not asked and (scheme.endswith("+tls") or "+" not in scheme):
        return errors.CertificateNotTrusted(
            f"{address} cannot be trusted: {said}; libvirt looks for certificates in folders of its own, "
            "or in the one that the address names (pkipath=FOLDER)"
        )
    if _is(error, _UNAUTHORIZED):
        return errors.Unauthorized(f"{address} refused the credentials: {said}", 401)
    if _is(error, _FORBIDDEN):
        return errors.Forbidden(f"{address} refused the connection: {said}", 403)
    return errors.ConnectionFailed(f"{address} cannot be reached: {said}")


def fault(error: Any, address: str, connected: bool) -> errors.ProviderError:
    """What an error of a call means; ``connected``: whether the connection has outlived it."""
    said = _said(error)
    if not connected:
        return errors.AnswerLost(f"the connection to {address} broke: {said}")
    if is_gone(error):
        return errors.NotFound(said, 404)
    if _is(error, _UNAUTHORIZED):
        return errors.Unauthorized(said, 401)
    if _is(error, _FORBIDDEN):
        return errors.Forbidden(said, 403)
    return errors.Rejected(said, 400)


def is_gone(error: Any) -> bool:
    """Whether the object that was asked for is not there."""
    return _is(error, _GONE)


def unless_gone(call: Callable[..., T], *arguments: Any) -> T | None:
    """What the call returns, None when the object that it asks for is not there."""
    try:
        return call(*arguments)
    except library().libvirtError as error:
        if is_gone(error):
            return None
        raise


def gone(id: str) -> errors.NotFound:
    """The error of a change to an object that is not there."""
    return errors.NotFound(f"{id} is gone", 404)


def refuse_all_but(changeable: Collection[str], fields: Iterable[str], type: str) -> None:
    """Raise `Rejected` where a field of an object that is there cannot be changed."""
    fixed = sorted(name for name in fields if name not in changeable)
    if fixed:
        raise errors.Rejected(f"{', '.join(fixed)} of a {type} that is there cannot be changed", 400)


def _is(error: Any, names: tuple[str, ...]) -> bool:
    return error.get_error_code() in {getattr(library(), f"VIR_ERR_{name}") for name in names}


def _said(error: Any) -> str:
    line = " ".join(str(error.get_error_message() or error).split())
    return line if len(line) <= 500 else f"{line[:499]}…"
