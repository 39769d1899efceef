"""What vSphere and the way to it report, as the errors that every provider raises."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.parsers.expat import ExpatError

from hypervisor_provider.vsphere.api import vim, vmodl
from provider_core import errors
from provider_core.connections import Settings

__all__ = ["explained", "not_trusted", "translated", "unreachable"]

LONGEST = 300
"""Characters of a message of vSphere's that are shown."""


def explained(fault: Any) -> str:
    """What a fault, or a localized one inside another object, says: one bounded line, or its name."""
    inner = getattr(fault, "fault", None) or fault
    said = [getattr(fault, "localizedMessage", None), getattr(inner, "msg", None)]
    said += [each.message for each in getattr(inner, "faultMessage", None) or []]
    cause = getattr(inner, "faultCause", None)
    if cause is not None:
        said.append(explained(cause))
    name = type(inner).__name__.rpartition(".")[2]
    text = "; ".join(dict.fromkeys(" ".join(each.split()) for each in said if each)) or name
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


@contextmanager
def translated(settings: Settings) -> Iterator[None]:
    """Turn what pyVmomi raises into errors of `provider_core.errors`, but for a session that has expired.

    That one, `vim.fault.NotAuthenticated`, is the session's own matter: nothing has been done.
    """
    where = settings.address
    try:
        yield
    except vim.fault.NotAuthenticated:
        raise
    except vim.fault.InvalidLogin:
        raise errors.Unauthorized(
            f"{where} refuses the credentials: set {settings.how_to('username')} and {settings.how_to('password')}", 401
        ) from None
    except vim.fault.NoPermission as fault:
        what = f"the privilege {fault.privilegeId}" if fault.privilegeId else "a privilege"
        raise errors.Forbidden(f"{where}: the account lacks {what} for this: give it a role that has it", 403) from None
    except vmodl.fault.ManagedObjectNotFound:
        raise errors.NotFound(f"{where}: what this was asked of is gone: run pulumi refresh, then up", 404) from None
    except vim.fault.DuplicateName as fault:
        raise errors.AlreadyExists(f"{fault.name or 'an object of this name'} is there already") from None
    except (vmodl.fault.SystemError, vmodl.fault.HostCommunication) as fault:
        raise errors.ServerFailed(f"{where} failed: {explained(fault)}", 500) from None
    except vmodl.MethodFault as fault:
        raise errors.Rejected(f"vSphere says: {explained(fault)}", 400) from None
    except ssl.SSLCertVerificationError as error:
        raise not_trusted(where, error, settings) from None
    except (OSError, http.client.HTTPException, ExpatError) as error:
        raise errors.AnswerLost(f"{where} did not answer ({_reason(error)})") from None


def not_trusted(where: str, error: ssl.SSLCertVerificationError, settings: Settings) -> errors.ProviderError:
    """The error for a certificate that no known authority has signed."""
    return errors.CertificateNotTrusted(
        f"the certificate of {where} is not trusted ({error.verify_message}): "
        f"set {settings.how_to('ca_bundle')} to the authority that signed it"
    )


def unreachable(error: OSError, settings: Settings) -> errors.ProviderError:
    """The error for a connection that did not come about: nothing was sent."""
    return errors.ConnectionFailed(
        f"{settings.address} cannot be reached ({error.strerror or error}): see that it is on, and "
        f"what {settings.how_to('address')} says"
    )


def _reason(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(text).split())[:LONGEST]
