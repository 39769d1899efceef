"""The client of a Management Node: what it cannot be made to send, how it pages, authenticates and explains."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pexip_provider.client import ROOT, Client, detail, explain
from provider_core import errors
from provider_core.connections import Settings
from tests.unit.transport import Script, answer

KEY = ec.generate_private_key(ec.SECP256R1())
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
OAUTH2 = {"oauth2_client_id": "client-7", "oauth2_private_key": PEM}
ROOM = f"{ROOT}conference/7/"


def client(*steps: requests.Response | Exception, **settings: Any) -> tuple[Client, Script]:
    """A client on a script."""
    script = Script(*steps)
    given = settings or {"username": "admin", "password": "hunter2"}
    return Client(Settings(vendor="pexip", address="node.example.com", **given), script), script


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/",
        ROOT,
        f"{ROOT}conference/",
        f"{ROOT}conference",
        f"{ROOT}conference//",
        f"{ROOT}conference/7",
        f"{ROOT}conference/schema/",
        f"{ROOT}conference/set/1;2/",
        f"{ROOT}conference/7/8/",
        f"{ROOT}conference/./",
        f"{ROOT}conference/../",
        f"{ROOT}conference/%2e/",
        f"{ROOT}conference/?id=7",
        "/api/admin/status/v1/conference/7/",
        "7",
    ],
)
def test_a_list_cannot_be_changed_or_deleted(uri: str) -> None:
    """DELETE of a list deletes every object of a type: what is not the URI of exactly one object is never sent."""
    made, script = client()
    for act in (made.delete, made.get, lambda uri: made.patch(uri, {"a": 1}), lambda uri: made.upload(uri, {})):
        with pytest.raises(ValueError, match="is not the URI of an object"):
            act(uri)
    with pytest.raises(ValueError, match="is not the URI of an object"):
        made.bulk("conference", deleted=[uri])
    assert script.sent == []


@pytest.mark.parametrize("path", ["", "conference/7", "conference/", "../x", "Conference", "a?b"])
def test_a_type_is_one_word(path: str) -> None:
    """The path of a type is taken from a declaration; anything else would lead elsewhere."""
    made, script = client()
    with pytest.raises(ValueError, match="is not the path of a type"):
        made.post(path, {})
    assert script.sent == []


@pytest.mark.parametrize("key", ["7", "webapp-1", "0d7f8a0c-4a4e-4d0e", "backup.2027-01-01T10:30:00.tar"])
def test_the_uri_of_one_object(key: str) -> None:
    """An object is known by its path, wherever its node is."""
    assert detail(f"https://node.example.com{ROOT}licence/{key}/") == f"{ROOT}licence/{key}/"


def test_one_object_each() -> None:
    """Each request goes to one object's own URI, and a delete of what is gone succeeds."""
    made, script = client(answer(200, {"id": 7}), answer(202), answer(204), answer(404))
    assert made.get(ROOM) == {"id": 7}
    made.patch(ROOM, {"name": "a"})
    made.delete(ROOM)
    made.delete(ROOM)
    assert script.asked == [f"GET {ROOM}", f"PATCH {ROOM}", f"DELETE {ROOM}", f"DELETE {ROOM}"]
    assert json.loads(script.sent[1].body or "") == {"name": "a"}


def test_pages_are_followed() -> None:
    """A list is read as far as the node says that there is more."""
    pages = [
        {"meta": {"next": f"{ROOT}conference/?limit=500&offset=500"}, "objects": [{"id": 1}]},
        {"meta": {"next": None}, "objects": [{"id": 2}]},
    ]
    made, script = client(*[answer(200, page) for page in pages])
    assert list(made.pages("conference", {"name__in": ["a", "b"]})) == [[{"id": 1}], [{"id": 2}]]
    assert script.asked == [
        f"GET {ROOT}conference/?limit=500&name__in=a%2Cb",
        f"GET {ROOT}conference/?limit=500&offset=500",
    ]


@pytest.mark.parametrize("body", [b"<html>Welcome</html>", b"", [1, 2]])
def test_something_else_answers(body: Any) -> None:
    """A web server that is no Management Node is called what it is not."""
    made, _ = client(answer(200, body))
    with pytest.raises(errors.ServerFailed, match=r"is this a Management Node\?"):
        made.get(ROOM)


@pytest.mark.parametrize(
    ("body", "message", "fields"),
    [
        ({"conference": {"pin": ["Too short.", "Odd."]}}, "pin: Too short. Odd.", {"pin": "Too short. Odd."}),
        (
            {"conference": {"aliases": [{"alias": ["Taken."]}], "name": ["Empty."]}},
            "aliases: alias: Taken.; name: Empty.",
            {"aliases": "alias: Taken.", "name": "Empty."},
        ),
        ({"error": "No."}, "No.", {}),
        ({"error_message": "Oh\nno.", "traceback": "File …"}, "Oh no.", {}),
        (b"<html>", "", {}),
        ([1], "", {}),
    ],
)
def test_the_nodes_own_words(body: Any, message: str, fields: dict[str, str]) -> None:
    """An error body is read in each of its forms; what has no form says nothing."""
    assert explain(answer(400, body)) == (message, fields)


def test_words_are_bounded() -> None:
    """A message is one line of at most 500 characters."""
    message, _ = explain(answer(400, {"conference": {"name": ["much\n" * 1000]}}))
    assert len(message) == 500
    assert "\n" not in message


def test_basic_authentication_in_utf8() -> None:
    """A password may hold any character."""
    made, script = client(answer(200, {}), username="admin", password="pässwörd€")
    made.get(ROOM)
    assert script.sent[0].headers["Authorization"] == "Basic YWRtaW46cMOkc3N3w7ZyZOKCrA=="


@pytest.mark.parametrize(
    ("settings", "missing"),
    [({"username": ""}, "pexip:username or PEXIP_USERNAME"), ({"username": "me"}, "pexip:password or PEXIP_PASSWORD")],
)
def test_no_credentials(settings: dict[str, str], missing: str) -> None:
    """What is missing is named before anything is sent."""
    with pytest.raises(errors.ConfigurationError, match=missing):
        client(**settings)


def test_oauth2() -> None:
    """An assertion signed with the client's own key buys a token, which serves until it is refused."""
    token = {"access_token": "first", "expires_in": 3600}
    made, script = client(answer(200, token), answer(200, {}), answer(200, {}), **OAUTH2)
    made.get(ROOM)
    made.get(ROOM)
    assert script.asked == ["POST /oauth/token/", f"GET {ROOM}", f"GET {ROOM}"]
    assert {each.headers["Authorization"] for each in script.sent[1:]} == {"Bearer first"}
    form = parse_qs(str(script.sent[0].body))
    assert form["grant_type"] == ["client_credentials"]
    url = "https://node.example.com/oauth/token/"
    claims = jwt.decode(form["client_assertion"][0], KEY.public_key(), algorithms=["ES256"], audience=url)
    assert (claims["iss"], claims["sub"], claims["exp"] - claims["iat"]) == ("client-7", "client-7", 300)
    assert claims["jti"]


def test_oauth2_renews_once() -> None:
    """A token that is refused is replaced by one new token; when that is refused too, it is over."""
    steps = [answer(200, {"access_token": "a"}), answer(401), answer(200, {"access_token": "b"})]
    made, script = client(*steps, answer(200, {}), **OAUTH2)
    made.get(ROOM)
    assert script.asked == ["POST /oauth/token/", f"GET {ROOM}", "POST /oauth/token/", f"GET {ROOM}"]
    assert script.sent[3].headers["Authorization"] == "Bearer b"
    steps = [answer(200, {"access_token": "a"}), answer(401), answer(200, {"access_token": "b"})]
    made, script = client(*steps, answer(401), **OAUTH2)
    with pytest.raises(errors.Unauthorized):
        made.get(ROOM)


def test_oauth2_with_a_bad_key() -> None:
    """What is no EC key is said to be none, and not shown."""
    made, _ = client(oauth2_client_id="client-7", oauth2_private_key="hunter2")
    with pytest.raises(errors.ConfigurationError, match="must be an EC private key") as caught:
        made.get(ROOM)
    assert "hunter2" not in str(caught.value)
