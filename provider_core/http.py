"""HTTP for every vendor: one pooled session a connection, retries where they are safe, errors by status.

What is sent again, and when:

| what happened                         | GET, DELETE, PATCH of an object | POST, PATCH of a list |
| ------------------------------------- | ------------------------------- | --------------------- |
| no connection (nothing was sent)      | again                           | again                 |
| 429                                   | again, after Retry-After        | again, after Retry-After |
| 401 with a token                      | again, once, with a new token   | the same              |
| 503                                   | again, after Retry-After        | `ServerFailed`: the caller looks first |
| sent, answer lost, cut off or late    | again                           | `AnswerLost`: the caller looks first |
| other 5xx                             | `ServerFailed`                  | `ServerFailed`        |
"""

from __future__ import annotations

import contextlib
import random
import re
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import requests
import urllib3
from requests.adapters import BaseAdapter, HTTPAdapter

from provider_core import errors
from provider_core.connections import Settings
from provider_core.forms import form
from provider_core.rate import RateLimit, rate_of

__all__ = ["Http", "Renewable"]

ATTEMPTS = 5
"""How often a request is sent at most; the waits between grow from half a second, about 15 s in all."""

CONNECTIONS = 128
"""To one server at the same time."""

PIECE = 256 * 1024
"""Bytes of a streamed answer that are in memory at a time."""

LONGEST_WAIT = 90.0
"""Seconds that a Retry-After may ask for and get: a node's limit is counted by the minute."""


@runtime_checkable
class Renewable(Protocol):
    """An authentication that can be refreshed; without it a 401 is final."""

    def renew(self, refused: requests.PreparedRequest) -> None:
        """Get new credentials, unless somebody has since ``refused`` was sent."""


class Http:
    """A connection to one server. Thread-safe.

    ``explain`` turns the body of an error answer into a message and messages by field. ``adapter`` is the
    transport: where tests put theirs. ``sleep`` waits between attempts.
    """

    def __init__(
        self,
        settings: Settings,
        auth: requests.auth.AuthBase | None,
        explain: Callable[[requests.Response], tuple[str, dict[str, str]]],
        adapter: BaseAdapter | None = None,
        rate: RateLimit | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.settings = settings
        self.base = _base(settings)
        self._auth = auth
        self._explain = explain
        self._sleep = sleep
        self._rate = rate or rate_of(self.base, settings.requests_per_minute)
        self._session = requests.Session()
        self._session.mount(
            "https://", adapter or HTTPAdapter(pool_connections=1, pool_maxsize=CONNECTIONS, pool_block=True)
        )
        self._session.headers["User-Agent"] = "pexip-iac"
        verify = (settings.authorities() or True) if settings.verify_tls else False
        # Once, instead of at each request: it looks through all of the environment.
        found = self._session.merge_environment_settings(self.base, {}, False, verify, None)
        self._session.trust_env = False
        self._session.proxies, self._verify = found["proxies"], found["verify"]
        if not settings.verify_tls:
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        data: Any = None,
        files: Mapping[str, Path] | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool,
        stream: bool = False,
    ) -> requests.Response:
        """Send a request and return the answer, whose status is below 300.

        ``repeatable``: sending it twice has the effect of sending it once. Raises what the table above says,
        and `ConnectionFailed` when there is no conversation at all.
        """
        renewed = False
        for attempt in range(1, ATTEMPTS + 1):
            self._rate.wait()
            last = attempt == ATTEMPTS
            try:
                with contextlib.ExitStack() as opened:
                    content = form(data, files, opened)
                    response = self._session.request(
                        method,
                        self.base + path,
                        params=params,
                        json=json,
                        **content | {"headers": {**content.get("headers", {}), **(headers or {})}},
                        auth=self._auth,
                        timeout=(10, self.settings.timeout),
                        verify=self._verify,
                        allow_redirects=False,
                        stream=stream,
                    )
            except requests.exceptions.RequestException as error:
                if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error)):
                    raise self._not_trusted(error) from None
                if _nothing_was_sent(error):
                    if attempt >= 3:
                        raise self._unreachable(error) from None
                elif not repeatable:
                    raise self._lost(method, path, error) from None
                elif last:
                    raise self._unreachable(error) from None
                self._sleep(_backoff(attempt))
                continue
            status = response.status_code
            if status < 300:
                return response
            if status == 401 and isinstance(self._auth, Renewable) and not renewed:
                renewed = True
                self._auth.renew(response.request)
                continue
            if (status == 429 or (status == 503 and repeatable)) and not last:
                self._sleep(_retry_after(response) or _backoff(attempt))
                continue
            raise self._refused(method, path, response)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def pieces(self, response: requests.Response) -> Iterator[bytes]:
        """The content of a streamed answer as it arrives. Raises `AnswerLost` when it is cut off."""
        arrived = 0
        try:
            for piece in response.iter_content(PIECE):
                arrived += len(piece)
                yield piece
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
            raise errors.AnswerLost(
                f"the answer of {self.base} was cut off after {arrived:,} bytes ({_gist(error)})"
            ) from None
        finally:
            response.close()

    def _refused(self, method: str, path: str, response: requests.Response) -> errors.Refused:
        status = response.status_code
        if status < 400:
            message = f"answered {status}, a redirect to elsewhere: is this the right address?"
            return errors.refused(400, f"{self.base} {message}")
        message, fields = self._explain(response)
        if status == 401:
            message = (
                f"{self.base} refuses the credentials (401): check {self.settings.how_to('username')} and "
                f"{self.settings.how_to('password')}"
            )
        elif status == 404:
            message = f"{path} is not there (404)"
        elif status in (403, 405) or status >= 500 or not message:
            message = f"{method} {path} answered {status}{': ' + message if message else ''}"
        error = errors.refused(status, message, fields)
        error.retry_after = _retry_after(response)
        return error

    def _not_trusted(self, error: Exception) -> errors.ProviderError:
        return errors.CertificateNotTrusted(
            f"the certificate of {self.base} is not trusted ({_gist(error)}): set "
            f"{self.settings.how_to('ca_bundle')} to the PEM file of the authority that signed it"
        )

    def _unreachable(self, error: Exception) -> errors.ProviderError:
        return errors.ConnectionFailed(
            f"{self.base} cannot be reached ({_gist(error)}): check {self.settings.how_to('address')}"
        )

    def _lost(self, method: str, path: str, error: Exception) -> errors.ProviderError:
        return errors.AnswerLost(f"{method} {path} was sent to {self.base}, but no answer came ({_gist(error)})")


def _base(settings: Settings) -> str:
    address = settings.address.strip().rstrip("/")
    if "://" not in address:
        address = f"https://{address}"
    if not address.startswith("https://"):
        raise errors.ConfigurationError(
            f"{settings.how_to('address')} must be a host name or an https:// address, got {settings.address}"
        )
    return address


def _nothing_was_sent(error: requests.exceptions.RequestException) -> bool:
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    return any(
        isinstance(cause, urllib3.exceptions.NewConnectionError) or "WRONG_VERSION_NUMBER" in str(cause)
        for cause in _causes(error)
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what requests and urllib3 wrapped in it, outermost first."""
    cause: Any = error
    while isinstance(cause, BaseException):
        yield cause
        cause = getattr(cause, "reason", None) or next(iter(cause.args), None)


def _gist(error: BaseException) -> str:
    """The innermost cause in a few words, without object addresses."""
    *_, reason = _causes(error)
    noise = r"<[^>]*>:? ?|\w+\(host=[^()]*\): |\([^()]*object at 0x[^()]*\)|\[SSL: \w+\] | ?\(_ssl\.c:\d+\)"
    return (re.sub(noise, "", str(reason)).strip() or type(reason).__name__)[:200]


def _retry_after(response: requests.Response) -> float:
    try:
        return min(max(float(response.headers.get("Retry-After", "0")), 0.0), LONGEST_WAIT)
    except ValueError:
        return 0.0


def _backoff(attempt: int) -> float:
    """0.5, 1, 2, 4 seconds, each up to a quarter longer, so that threads do not come back all at once."""
    return float(0.5 * 2 ** (attempt - 1) * random.uniform(1, 1.25))
