"""What can go wrong, as a tree. A class says who has to act; a message says what to do.

ProviderError
├── ConfigurationError      the stack's configuration or the environment lacks something
├── ConnectionFailed        no conversation with the server: nothing was sent
│   └── CertificateNotTrusted
├── AnswerLost              sent, but no usable answer came: the outcome is unknown
├── Refused                 the server answered and said no (has ``status``)
│   ├── Unauthorized        401
│   ├── Forbidden           403
│   ├── NotFound            404
│   ├── MethodNotAllowed    405
│   ├── Rejected            400 and every other 4xx: the values are not accepted
│   ├── RateLimited         429, after all retries
│   └── ServerFailed        5xx, after all retries
├── AlreadyExists           the natural key is taken by an object that the stack does not manage
├── Held                    a unique part (an alias) belongs to another object
├── NotReady                what was waited for did not come about within its limit
├── ItemsRefused            items of a collection, each with one of the reasons above
└── NotUnique               a look-up matched none, or several

The class is decided by the status, never by the text of a message. Messages are one line, bounded in
length, and carry no credential.
"""

from __future__ import annotations

__all__ = [
    "DEFINITE",
    "AlreadyExists",
    "AnswerLost",
    "CertificateNotTrusted",
    "ConfigurationError",
    "ConnectionFailed",
    "Forbidden",
    "Held",
    "ItemsRefused",
    "MethodNotAllowed",
    "NotFound",
    "NotReady",
    "NotUnique",
    "ProviderError",
    "RateLimited",
    "Refused",
    "Rejected",
    "ServerFailed",
    "Unauthorized",
    "refused",
]


class ProviderError(Exception):
    """The root of all that this project raises on purpose; ``str()`` is one line for a person."""

    def named(self, label: str) -> ProviderError:
        """The same error with the resource's name in front; the class, and so the meaning, stays."""
        copy = type(self).__new__(type(self))
        copy.__dict__.update(self.__dict__)
        copy.args = (f"{label}: {self}",)
        return copy


class ConfigurationError(ProviderError):
    """The stack's configuration or the environment lacks something, or contradicts itself."""


class ConnectionFailed(ProviderError):
    """No conversation with the server came about: nothing was sent."""


class CertificateNotTrusted(ConnectionFailed):
    """The server's certificate is not signed by an authority that is trusted here."""


class AnswerLost(ProviderError):
    """A request was sent and no usable answer came: it may or may not have taken effect."""


class Refused(ProviderError):
    """The server answered with an error.

    ``status`` is its HTTP status, ``fields`` its messages by field, ``retry_after`` the seconds that it asks to
    wait (0: it did not say).
    """

    retry_after: float = 0.0

    def __init__(self, message: str, status: int = 0, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.fields = fields or {}


class Unauthorized(Refused):
    """401: the credentials are wrong, or have expired."""


class Forbidden(Refused):
    """403: the credentials are right, but the account may not do this."""


class NotFound(Refused):
    """404: there is no such object, or no such type of object on this version of the server."""


class MethodNotAllowed(Refused):
    """405: this type of object cannot be changed in this way."""


class Rejected(Refused):
    """400 or another 4xx: the server does not accept the values."""


class RateLimited(Refused):
    """429: the server's limit was exceeded, and waiting as it asked did not help."""


class ServerFailed(Refused):
    """5xx: the server failed, and trying again did not help or was not safe."""


class AlreadyExists(ProviderError):
    """An object with this natural key exists, and the stack does not manage it."""


class Held(ProviderError):
    """A part that is unique on the server, an alias, belongs to another object."""


class NotReady(ProviderError):
    """What was waited for did not come about within its limit, or cannot any more."""


class ItemsRefused(ProviderError):
    """Items of a collection were refused; the message names each, with its own reason."""


class NotUnique(ProviderError):
    """A look-up that must match exactly one object matched none or several."""


DEFINITE = (
    ConfigurationError,
    ConnectionFailed,
    Unauthorized,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    Rejected,
    RateLimited,
    AlreadyExists,
    Held,
)
"""What is raised when a create has certainly made nothing."""

_BY_STATUS: dict[int, type[Refused]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    405: MethodNotAllowed,
    429: RateLimited,
}


def refused(status: int, message: str, fields: dict[str, str] | None = None) -> Refused:
    """The error for an HTTP status of 400 or above."""
    fallback = ServerFailed if status >= 500 else Rejected
    return _BY_STATUS.get(status, fallback)(message, status, fields)


for _name in __all__:
    # The SDK prints "module.Class: message"; a class that seems built in is printed as "Class: message".
    if isinstance(globals()[_name], type):
        globals()[_name].__module__ = "builtins"
