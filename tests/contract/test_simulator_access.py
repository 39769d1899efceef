"""Who may ask, and what they see of secrets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from simulators.pexip.catalogue import MASK, TYPES
from tests.contract.client import CONFIGURATION, Client

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Bearer(requests.auth.AuthBase):
    """Sends a token."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: Any) -> Any:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


def _asked(api: Client, key: Any, client_id: str, **claims: Any) -> requests.Response:
    now = datetime.now(UTC)
    whole = {
        "iss": client_id,
        "sub": client_id,
        "aud": api.url("/oauth/token/"),
        "iat": now,
        "exp": now + timedelta(minutes=5),
        "jti": "1",
        **claims,
    }
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION,
        "client_assertion": jwt.encode(whole, key, algorithm="ES256"),
    }
    return requests.post(
        api.url("/oauth/token/"), data=form, timeout=60, verify=str(api.simulator.ca), auth=Bearer("none")
    )


@pytest.fixture
def client_and_key(api: Client) -> tuple[dict[str, Any], str]:
    """An OAuth2 client as its creation shows it, and its private key."""
    answer = api("POST", "oauth2_client/", json={"client_name": "Client", "role": f"{CONFIGURATION}role/1/"})
    assert answer.status_code == 201
    shown: dict[str, Any] = answer.json()
    assert api.get(answer.headers["Location"])["private_key_jwt"] == ""
    return shown, shown["private_key_jwt"]


@pytest.mark.parametrize("auth", [None, ("admin", "wrong"), ("someone", "PEXpassword1!"), Bearer("nonsense")])
def test_strangers_are_refused(api: Client, auth: Any) -> None:
    """401 with a challenge, for every API and the control plane alike."""
    api.session.auth = auth
    for path in ("conference/", CONFIGURATION, "nothing/", "/api/admin/status/v1/", "/simulator/requests"):
        response = api("GET", path)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"].startswith("Basic realm=")


def test_a_signed_assertion_buys_a_token(api: Client, client_and_key: tuple[dict[str, Any], str]) -> None:
    """The token is good for as long as the node says, until then and no longer."""
    shown, key = client_and_key
    answer = _asked(api, key, shown["client_id"]).json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)
    api.change("authentication/1/", api_oauth2_disable_basic=True)
    assert api("GET", "conference/").status_code == 401
    api.session.auth = Bearer(answer["access_token"])
    assert api("GET", "conference/").status_code == 200
    api.change("authentication/1/", api_oauth2_disable_basic=False, api_oauth2_expiration=0)
    api.session.auth = Bearer(_asked(api, key, shown["client_id"]).json()["access_token"])
    assert api("GET", "conference/").status_code == 401


def test_tokens_go_with_their_client(api: Client, client_and_key: tuple[dict[str, Any], str]) -> None:
    """When the client is deleted, its tokens are worth nothing."""
    shown, key = client_and_key
    token = _asked(api, key, shown["client_id"]).json()["access_token"]
    assert api("DELETE", shown["resource_uri"]).status_code == 204
    api.session.auth = Bearer(token)
    assert api("GET", "conference/").status_code == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://elsewhere.example.com/oauth/token/"},
        {"exp": datetime.now(UTC) - timedelta(minutes=5)},
        {"sub": "another"},
        {"iss": "another"},
    ],
)
def test_bad_assertions_are_refused(
    api: Client, client_and_key: tuple[dict[str, Any], str], claims: dict[str, Any]
) -> None:
    """401 for another audience, another client, or an assertion that is too old."""
    shown, key = client_and_key
    response = _asked(api, key, shown["client_id"], **claims)
    assert (response.status_code, response.json()) == (401, {"error": "invalid_client"})


def test_another_key_is_refused(api: Client, client_and_key: tuple[dict[str, Any], str]) -> None:
    """Only the key that the node gave the client signs for it."""
    other = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    assert _asked(api, other, client_and_key[0]["client_id"]).status_code == 401


def test_other_grants_are_refused(api: Client) -> None:
    """400 for a grant that the node does not know."""
    response = requests.post(
        api.url("/oauth/token/"), data={"grant_type": "password"}, timeout=60, verify=str(api.simulator.ca)
    )
    assert response.status_code == 400


def test_a_masked_secret(api: Client) -> None:
    """It is not shown; the mask sent back leaves it; another value replaces it; emptied it shows empty."""
    uri = api.create("sip_credential", realm="example.com", username="a", password="hunter2")
    assert api.get(uri)["password"] == MASK
    api.change(uri, password=MASK, username="b")
    assert api.get(uri)["password"] == MASK
    api.change(uri, password="")
    assert api.get(uri)["password"] == ""


def test_pins_are_shown(api: Client) -> None:
    """PINs of a conference are answered in the clear, as the real node does."""
    uri = api.create("conference", name="Room", pin="123456", guest_pin="654321", allow_guests=True)
    shown = api.get(uri)
    assert (shown["pin"], shown["guest_pin"]) == ("123456", "654321")


def test_no_secret_can_be_filtered_by(api: Client) -> None:
    """A filter would tell a secret letter by letter."""
    for spec in TYPES.values():
        for field in spec.fields.values():
            if field.secret and field.shown != "clear" and field.until >= 41:
                response = api("GET", f"{spec.name}/", params={f"{field.name}__startswith": "a"})
                assert response.status_code == 400, (spec.name, field.name)


def test_admin_pages(api: Client) -> None:
    """The node's user logs in to Django's admin pages, finds every type, and sees no masked secret."""
    api.create("sip_credential", realm="example.com", username="a", password="hunter2")
    start = api("GET", "/")
    assert start.url.endswith("/admin/login/?next=/admin/")
    api.session.auth = None
    api.session.headers["Referer"] = start.url
    login = {
        "username": api.simulator.username,
        "password": api.simulator.password,
        "csrfmiddlewaretoken": api.session.cookies["csrftoken"],
    }
    index = api("POST", "/admin/login/?next=/admin/", data=login)
    assert index.status_code == 200
    assert "Simulated Management Node" in index.text
    for name in ("conference", "workervm", "sipcredential"):
        assert f"/admin/pexip/{name}/" in index.text
    for path in ("/admin/pexip/conference/", "/admin/pexip/sipcredential/1/change/", "/static/admin/css/base.css"):
        assert api("GET", path).status_code == 200
    assert "hunter2" not in api("GET", "/admin/pexip/sipcredential/1/change/").text
    wrong = api("POST", "/admin/login/", data=login | {"password": "wrong"})
    assert wrong.status_code in (200, 403)
    assert "Simulated Management Node" in api("GET", "/admin/").text
