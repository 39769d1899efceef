"""Rules for the whole catalogue; each says why it is one. A new type meets them on the day it is declared."""

from __future__ import annotations

import re
from collections import Counter

import pytest

import pexip_provider
from provider_core.checking import check
from provider_core.declaration import Declaration, declarations
from provider_core.fields import Ownership
from provider_core.kinds import File, Text
from provider_core.lifecycle import Lifecycle
from tests.contract.cases import KINDS, path_of

ALL = declarations("pexip")
every_type = pytest.mark.parametrize("declaration", ALL, ids=lambda each: each.path)

_SOUNDS_SECRET = re.compile(r"(^|_)(password|secret|private_key|passphrase|token|pin)(_|$)")
_NO_SECRET = {
    "authentication.oidc_token_endpoint_url": "an address",
    "certificate_signing_request.private_key_type": "which algorithm, not the key",
    "identity_provider.oidc_token_url": "an address",
    "mjx_exchange_deployment.oauth_token_endpoint": "an address",
    "mjx_google_deployment.token_endpoint": "an address",
    "mjx_graph_deployment.oauth_token_url": "an address",
    "ms_exchange_connector.oauth_token_endpoint": "an address",
    "ms_exchange_connector.personal_vmr_oauth_token_endpoint": "an address",
    "telehealth_profile.epic_backend_oauth2_app_token_endpoint_url": "an address",
}
_OTHER_NAMES = {"global": "GlobalSettings"}


@every_type
def test_it_is_exported(declaration: Declaration) -> None:
    """A stack imports from the package: a type that is only in its module is found by nobody."""
    assert declaration.name in pexip_provider.__all__
    assert getattr(pexip_provider, declaration.name).declaration is declaration


@every_type
def test_it_is_named_after_its_path(declaration: Declaration) -> None:
    """Who knows the API finds the class, and the other way round."""
    camel = "".join(part.capitalize() for part in declaration.path.split("_"))
    assert declaration.name == _OTHER_NAMES.get(declaration.path, camel)


@every_type
def test_it_is_documented_and_grouped(declaration: Declaration) -> None:
    """The documentation is made from the docstring and the group."""
    assert declaration.doc
    assert declaration.group


@every_type
@pytest.mark.parametrize("kind", KINDS)
def test_it_has_its_cases(declaration: Declaration, kind: str) -> None:
    """What is sent for a type is written down before anybody relies on it."""
    assert path_of(declaration.path, kind).is_file()


@every_type
def test_its_secrets_are_marked(declaration: Declaration) -> None:
    """A text that sounds like a secret is encrypted in the state and hidden in messages, unless it is known not to be."""
    unmarked = [
        f"{declaration.path}.{name}"
        for name, field in declaration.fields.items()
        if isinstance(field.kind, Text) and _SOUNDS_SECRET.search(name) and not field.secret
    ]
    assert [name for name in unmarked if name not in _NO_SECRET] == []


@every_type
def test_what_the_node_hides_is_secret(declaration: Declaration) -> None:
    """The node has a reason not to return a field: it does not belong into a state in the clear either."""
    shown = [
        name
        for name, field in declaration.inputs.items()
        if field.ownership is Ownership.WRITE_ONLY and not field.secret and not isinstance(field.kind, File)
    ]
    assert shown == []


@every_type
def test_its_key_is_fit_for_a_look_up(declaration: Declaration) -> None:
    """Before anything is sent again the natural key is looked up: it must be there, be readable, and be sent.

    A type whose lifecycle tells the journal in a way of its own what it knows an object by has its own rule.
    """
    if declaration.lifecycle.mark is not Lifecycle.mark:
        return
    assert declaration.natural_key or declaration.exists_once
    for name in declaration.natural_key:
        field = declaration.fields[name]
        assert not field.secret
        assert name in declaration.sent
        assert field.ownership is Ownership.INPUT


@every_type
def test_each_default_passes_check(declaration: Declaration) -> None:
    """Writing a default down must never be an error."""
    for name, field in declaration.inputs.items():
        if field.default_known:
            failures = check(declaration, {name: field.default})
            assert [sentence for _, sentence in failures if sentence.startswith(f"{name} ")] == []


def test_no_exception_is_left_over() -> None:
    """An exception for a field that is gone would hide the next one of that name."""
    known = {f"{each.path}.{name}" for each in ALL for name in each.fields}
    assert sorted(_NO_SECRET.keys() - known) == []
    assert sorted(_OTHER_NAMES.keys() - {each.path for each in ALL}) == []


def test_a_path_has_one_class() -> None:
    """Two classes of one path would manage the same objects without knowing of each other."""
    assert [path for path, count in Counter(each.path for each in ALL).items() if count > 1] == []
