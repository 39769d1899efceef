"""Connections: from configuration and environment to settings, with one clear line for what is missing."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from provider_core.connections import Connections, Settings
from provider_core.errors import ConfigurationError
from provider_core.pool import backend_of
from tests.unit.samples import SAMPLE

FULL = {"pexip:address": "node.example.com", "pexip:username": "admin", "pexip:password": "hunter2"}
LAB = {"pexip:connections": {"lab": {"address": "lab.example.com", "username": "lab", "password": "hunter3"}}}


def settings(configuration: dict[str, Any], environ: dict[str, str] | None = None, name: str = "") -> Settings:
    """The settings that a stack's configuration and the environment make."""
    return Connections("pexip", configuration.get, environ or {}).settings(name)


def refused(configuration: dict[str, Any], environ: dict[str, str] | None = None, name: str = "") -> str:
    """What is wrong with them."""
    with pytest.raises(ConfigurationError) as caught:
        settings(configuration, environ, name)
    return str(caught.value)


def test_from_the_configuration() -> None:
    """A stack's configuration is enough; what it leaves out has a default."""
    found = settings(FULL)
    assert (found.address, found.username, found.password) == ("node.example.com", "admin", "hunter2")
    assert (found.verify_tls, found.timeout, found.requests_per_minute) == (True, 60.0, 900)


def test_from_the_environment() -> None:
    """The environment alone is enough, and wins over the configuration: a password may have been changed since."""
    environ = {"PEXIP_ADDRESS": "node.example.com", "PEXIP_PASSWORD": "changed"}
    assert settings({}, environ).address == "node.example.com"
    assert settings(FULL, environ).password == "changed"


def test_values_are_typed() -> None:
    """Configuration and environment hold strings; settings hold what they mean."""
    found = settings({**FULL, "pexip:verify_tls": "false", "pexip:timeout": "2.5"}, {"PEXIP_REQUESTS_PER_MINUTE": "60"})
    assert (found.verify_tls, found.timeout, found.requests_per_minute) == (False, 2.5, 60)


@pytest.mark.parametrize(
    ("configuration", "message"),
    [
        ({"pexip:verify_tls": "maybe"}, "verify_tls (PEXIP_VERIFY_TLS) must be true or false, got maybe"),
        ({"pexip:timeout": "soon"}, "timeout (PEXIP_TIMEOUT) must be a number above 0, got soon"),
        (
            {"pexip:requests_per_minute": "0"},
            "requests_per_minute (PEXIP_REQUESTS_PER_MINUTE) must be a number above 0, got 0",
        ),
    ],
)
def test_a_bad_value_is_named(configuration: dict[str, str], message: str) -> None:
    """A setting that cannot be understood is named as it is written in both places."""
    assert refused({**FULL, **configuration}) == message


def test_no_address() -> None:
    """Without an address the message says where it can be set."""
    assert refused({}) == "no address to connect to: set pexip:address or PEXIP_ADDRESS"


def test_two_addresses_that_differ() -> None:
    """A variable left over in a shell must not send a stack to another node."""
    assert refused(FULL, {"PEXIP_ADDRESS": "other.example.com"}) == (
        "pexip:address is node.example.com but PEXIP_ADDRESS is other.example.com: unset one of them"
    )


@pytest.mark.parametrize("address", ["node.example.com", "https://node.example.com", "https://node.example.com/"])
def test_two_addresses_that_are_the_same(address: str) -> None:
    """The same address in another form is no contradiction."""
    assert settings(FULL, {"PEXIP_ADDRESS": address}).address == address


def test_a_named_connection() -> None:
    """A further node has the same keys, and variables with its name in them; the default one lends it nothing."""
    found = settings({**FULL, **LAB}, {"PEXIP_LAB_PASSWORD": "changed", "PEXIP_USERNAME": "root"}, "lab")
    assert (found.name, found.address, found.username, found.password) == ("lab", "lab.example.com", "lab", "changed")
    assert found.how_to("password") == "pexip:connections.lab.password or PEXIP_LAB_PASSWORD"


def test_the_names_may_be_json() -> None:
    """The engine hands objects over as JSON text."""
    text = '{"west": {"address": "w"}, "east": {"address": "e"}}'
    connections = Connections("pexip", {"pexip:connections": text}.get, {})
    assert connections.names() == ["east", "west"]
    assert connections.settings("east").address == "e"


def test_an_unknown_name() -> None:
    """A name that is not there is shown with those that are."""
    assert refused({**FULL, **LAB}, name="west") == 'connection must be one of pexip:connections (lab), got "west"'
    assert refused(FULL, name="west") == 'connection must be one of pexip:connections (none), got "west"'


@pytest.mark.parametrize("value", ["[", '["lab"]', ["lab"], {"lab": "address"}])
def test_connections_of_another_shape(value: Any) -> None:
    """What is not an object of objects is refused as such, without showing it: it may hold passwords."""
    assert refused({"pexip:connections": value}, name="lab") == "pexip:connections must be an object of objects"


def test_a_variable_of_a_name_with_a_hyphen() -> None:
    """A shell takes no hyphen in a variable's name."""
    configuration = {"pexip:connections": {"lab-2": {"address": "a"}}}
    assert settings(configuration, {"PEXIP_LAB_2_USERNAME": "me"}, "lab-2").username == "me"


def test_a_backend_is_the_vendors_own() -> None:
    """Made once for each connection; what shares nothing but its settings with another vendor has its own."""
    made: list[Any] = []

    def connect(_: Settings) -> Any:
        made.append(object())
        return made[-1]

    one = dataclasses.replace(SAMPLE, connect=connect)
    other = dataclasses.replace(one, title="Other")
    reached = Settings(vendor="sample", address="shared.example.com")
    found = [backend_of(vendor, reached) for vendor in (one, other, one)]
    assert [made.index(each) for each in found] == [0, 1, 0]


def test_no_secret_in_the_repr() -> None:
    """Settings may land in a log or a traceback: they show no credential."""
    secrets: dict[str, Any] = {
        "username": "hunter-user",
        "password": "hunter-password",
        "oauth2_client_id": "hunter-client",
        "oauth2_private_key": "hunter-key",
    }
    assert "hunter" not in repr(Settings(vendor="pexip", address="node.example.com", **secrets))
