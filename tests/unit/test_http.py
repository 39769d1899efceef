"""HTTP for every vendor: the table of what is sent again, line by line, on a transport of the tests' own."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3

from provider_core import errors
from provider_core.connections import Settings
from provider_core.http import ATTEMPTS, LONGEST_WAIT, Http
from provider_core.rate import RateLimit
from tests.unit.transport import NOT_CONNECTED, Script, answer

SETTINGS = Settings(vendor="pexip", address="node.example.com", username="admin", password="hunter2")
LOST = [
    requests.exceptions.ReadTimeout("timed out"),
    requests.exceptions.ConnectionError("Connection aborted.", "reset by peer"),
    requests.exceptions.ChunkedEncodingError("cut off"),
]
BOTH = pytest.mark.parametrize("repeatable", [True, False])


class Token(requests.auth.AuthBase):
    """A token that can be renewed."""

    def __init__(self) -> None:
        self.number = 1

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.number}"
        return request

    def renew(self, refused: requests.PreparedRequest) -> None:
        """The next token, unless somebody was faster."""
        if refused.headers["Authorization"] == f"Bearer {self.number}":
            self.number += 1


class Wire:
    """An `Http` on a script; ``slept`` are the waits between attempts."""

    def __init__(self, *steps: requests.Response | Exception, auth: Any = None, rate: RateLimit | None = None) -> None:
        self.script = Script(*steps)
        self.slept: list[float] = []
        self.http = Http(SETTINGS, auth, _explain, self.script, rate, self.slept.append)

    def send(self, repeatable: bool, **more: Any) -> requests.Response:
        """A request."""
        return self.http.send("GET" if repeatable else "POST", "/path/", repeatable=repeatable, **more)


def _explain(response: requests.Response) -> tuple[str, dict[str, str]]:
    return response.headers.get("Said", ""), {}


def backoffs(slept: list[float]) -> bool:
    """Whether the waits are half a second, one, two, four, each up to a quarter longer."""
    return all(0.5 * 2**count <= wait <= 0.625 * 2**count for count, wait in enumerate(slept))


@BOTH
def test_an_answer_is_returned(repeatable: bool) -> None:
    """A success ends it."""
    wire = Wire(answer(201, {"id": 1}))
    assert wire.send(repeatable).json() == {"id": 1}
    assert (len(wire.script.sent), wire.slept) == (1, [])


@BOTH
def test_no_connection(repeatable: bool) -> None:
    """Nothing was sent, so sending it again is safe for everything; the third refusal is believed."""
    wire = Wire(NOT_CONNECTED, NOT_CONNECTED, answer(200))
    assert wire.send(repeatable).status_code == 200
    assert backoffs(wire.slept)
    wire = Wire(NOT_CONNECTED, requests.exceptions.ConnectTimeout(), NOT_CONNECTED)
    with pytest.raises(errors.ConnectionFailed, match=r"cannot be reached .* check pexip:address or PEXIP_ADDRESS"):
        wire.send(repeatable)
    assert len(wire.script.sent) == 3


@BOTH
def test_429_waits_as_long_as_it_says(repeatable: bool) -> None:
    """A refusal for the rate took no effect: again, after Retry-After."""
    wire = Wire(answer(429, Retry_After="7"), answer(429, Retry_After="2"), answer(200))
    assert wire.send(repeatable).status_code == 200
    assert wire.slept == [7.0, 2.0]


@BOTH
def test_429_for_ever(repeatable: bool) -> None:
    """After the last attempt it is the caller's, with the time that the node asked for."""
    wire = Wire(*[answer(429, Retry_After="9") for _ in range(ATTEMPTS)])
    with pytest.raises(errors.RateLimited) as caught:
        wire.send(repeatable)
    assert (caught.value.status, caught.value.retry_after) == (429, 9.0)
    assert len(wire.script.sent) == ATTEMPTS


@pytest.mark.parametrize(
    ("said", "expected"), [("100000", LONGEST_WAIT), ("-5", None), ("Wed, 21 Oct", None), ("", None)]
)
def test_retry_after_is_bounded(said: str, expected: float | None) -> None:
    """A wait of hours is not waited; what is no number of seconds is not understood, and the usual wait is taken."""
    wire = Wire(answer(429, Retry_After=said), answer(200))
    wire.send(True)
    assert wire.slept == [expected] if expected else backoffs(wire.slept)


def test_503_of_what_can_be_repeated() -> None:
    """A read, or a change of one object, is sent again after Retry-After, or after a growing wait."""
    wire = Wire(answer(503, Retry_After="3"), answer(200))
    wire.send(True)
    assert wire.slept == [3.0]
    wire = Wire(*[answer(503) for _ in range(ATTEMPTS)])
    with pytest.raises(errors.ServerFailed):
        wire.send(True)
    assert len(wire.slept) == ATTEMPTS - 1
    assert backoffs(wire.slept)


def test_503_of_what_cannot_be_repeated() -> None:
    """A create may have been done: the caller looks first, and knows how long to wait."""
    wire = Wire(answer(503, Retry_After="3"))
    with pytest.raises(errors.ServerFailed) as caught:
        wire.send(False)
    assert (caught.value.retry_after, wire.slept) == (3.0, [])


@pytest.mark.parametrize("lost", LOST)
def test_a_lost_answer_of_what_can_be_repeated(lost: Exception) -> None:
    """Sent twice it has the effect of once: again, until the attempts are used up."""
    wire = Wire(lost, lost, answer(200))
    assert wire.send(True).status_code == 200
    wire = Wire(*[lost] * ATTEMPTS)
    with pytest.raises(errors.ProviderError, match="cannot be reached"):
        wire.send(True)
    assert backoffs(wire.slept)


@pytest.mark.parametrize("lost", LOST)
def test_a_lost_answer_of_what_cannot_be_repeated(lost: Exception) -> None:
    """A create is never sent twice blindly."""
    wire = Wire(lost)
    with pytest.raises(
        errors.AnswerLost, match=r"POST /path/ was sent to https://node.example.com, but no answer came"
    ):
        wire.send(False)
    assert (len(wire.script.sent), wire.slept) == (1, [])


@BOTH
@pytest.mark.parametrize("status", [500, 502, 504, 507])
def test_another_failure_of_the_server(status: int, repeatable: bool) -> None:
    """What is broken stays broken: the caller is told at once."""
    wire = Wire(answer(status, b"<html>"))
    with pytest.raises(errors.ServerFailed, match=f"answered {status}"):
        wire.send(repeatable)
    assert len(wire.script.sent) == 1


@BOTH
def test_401_with_a_token(repeatable: bool) -> None:
    """An expired token is renewed, once for each request: a second refusal is final."""
    wire = Wire(answer(401), answer(200), auth=Token())
    wire.send(repeatable)
    assert [each.headers["Authorization"] for each in wire.script.sent] == ["Bearer 1", "Bearer 2"]
    wire = Wire(answer(401), answer(401), auth=Token())
    with pytest.raises(errors.Unauthorized):
        wire.send(repeatable)


@BOTH
def test_401_with_a_password(repeatable: bool) -> None:
    """A password that is wrong once is wrong: asking again may lock the account."""
    wire = Wire(answer(401), auth=requests.auth.HTTPBasicAuth("admin", "hunter2"))
    with pytest.raises(errors.Unauthorized) as caught:
        wire.send(repeatable)
    assert "check pexip:username or PEXIP_USERNAME and pexip:password or PEXIP_PASSWORD" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@BOTH
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_refused(status: int, repeatable: bool) -> None:
    """Credentials are for the address that the stack names, and for no other."""
    wire = Wire(answer(status, Location="https://elsewhere.example.com/"), auth=Token())
    with pytest.raises(errors.Rejected, match=r"a redirect to elsewhere: is this the right address\?"):
        wire.send(repeatable)
    assert wire.script.asked == [f"{'GET' if repeatable else 'POST'} /path/"]


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "name: taken"),
        (403, "POST /path/ answered 403: name: taken"),
        (404, "/path/ is not there (404)"),
        (405, "POST /path/ answered 405: name: taken"),
        (500, "POST /path/ answered 500: name: taken"),
    ],
)
def test_a_refusal_says_what_the_server_said(status: int, message: str) -> None:
    """The server's own words, and the request where it is the request that is wrong."""
    with pytest.raises(errors.Refused) as caught:
        Wire(answer(status, Said="name: taken")).send(False)
    assert str(caught.value) == message


def test_a_body_that_nobody_understands_is_not_shown() -> None:
    """A page of a proxy is no message: it may be long, and hold anything."""
    with pytest.raises(errors.Refused) as caught:
        Wire(answer(400, b"<html>" + b"x" * 100_000)).send(False)
    assert str(caught.value) == "POST /path/ answered 400"


@BOTH
def test_an_untrusted_certificate(repeatable: bool) -> None:
    """It will not be trusted a second later either: once, and how to trust it."""
    refused = ssl.SSLCertVerificationError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate")
    wire = Wire(requests.exceptions.SSLError(urllib3.exceptions.SSLError(refused)))
    with pytest.raises(errors.CertificateNotTrusted, match="set pexip:ca_bundle or PEXIP_CA_BUNDLE to the PEM file"):
        wire.send(repeatable)
    assert len(wire.script.sent) == 1


def test_a_connection_that_breaks_in_tls_is_no_question_of_trust() -> None:
    """It is a lost answer like any other; a server that does not speak TLS was sent nothing."""
    broken = requests.exceptions.SSLError(urllib3.exceptions.SSLError(ssl.SSLEOFError("EOF occurred")))
    with pytest.raises(errors.AnswerLost):
        Wire(broken).send(False)
    plain = requests.exceptions.SSLError(urllib3.exceptions.SSLError(ssl.SSLError("[SSL: WRONG_VERSION_NUMBER]")))
    with pytest.raises(errors.ConnectionFailed):
        Wire(plain, plain, plain).send(False)


def test_every_attempt_counts_for_the_rate() -> None:
    """The node counts retries too."""

    class Counting(RateLimit):
        places = 0

        def wait(self) -> float:
            self.places += 1
            return 0.0

    rate = Counting(1)
    Wire(answer(503), answer(429), answer(200), rate=rate).send(True)
    assert rate.places == 3


def test_a_file_is_sent_whole_each_time(tmp_path: Path) -> None:
    """The second attempt reads the file from its beginning."""
    theme = tmp_path / "theme.zip"
    theme.write_bytes(b"content of the theme")
    wire = Wire(answer(503), answer(200))
    wire.send(True, files={"package": theme})
    bodies = [each.body for each in wire.script.sent]
    assert len(bodies) == 2
    assert all(isinstance(body, bytes) and b"content of the theme" in body for body in bodies)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda: Settings("pexip", address="http://node"),
            "must be a host name or an https:// address, got http://node",
        ),
        (lambda: Settings("pexip", address="node", ca_bundle="/no/ca.pem"), "must be a PEM file, got /no/ca.pem"),
    ],
)
def test_settings_that_cannot_work(change: Callable[[], Settings], message: str) -> None:
    """A password is never sent in the clear, nor to somebody whose certificate nobody looked at by mistake."""
    with pytest.raises(errors.ConfigurationError) as caught:
        Http(change(), None, _explain, Script())
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("variables", "proxies", "verify"),
    [
        ({}, {}, True),
        ({"HTTPS_PROXY": "http://proxy:3128"}, {"https": "http://proxy:3128"}, True),
        ({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "example.com"}, {}, True),
        ({"REQUESTS_CA_BUNDLE": "/authorities.pem"}, {}, "/authorities.pem"),
    ],
)
def test_what_the_environment_says_of_connections(
    variables: dict[str, str], proxies: dict[str, str], verify: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy and a bundle of the machine's count; a password of a .netrc file goes nowhere."""
    for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(requests.sessions, "get_netrc_auth", lambda _: ("somebody", "else"))
    wire = Wire(answer(200))
    wire.send(True)
    (options,) = wire.script.options
    assert {name: url for name, url in options["proxies"].items() if name == "https"} == proxies
    assert options["verify"] == verify
    assert "Authorization" not in wire.script.sent[0].headers
