"""What modules offer, and the string by which every state finds its provider again."""

from __future__ import annotations

import base64
import importlib
import inspect
import pickle
import pkgutil

import pytest

import hypervisor_provider
import pexip_provider
import provider_core
from pexip_provider import Conference
from provider_core.declaration import DeclarationError
from provider_core.lifecycle import Lifecycle
from provider_core.loading import provider_key

MODULES = [
    name
    for package in (provider_core, pexip_provider, hypervisor_provider)
    for name in [
        package.__name__,
        *(each.name for each in pkgutil.walk_packages(package.__path__, package.__name__ + ".")),
    ]
    if not name.rpartition(".")[2].startswith("_")
]
CONFERENCE = "gASVMQAAAAAAAACMDXByb3ZpZGVyX2NvcmWUjARsb2FklJOUjBBwZXhpcDpDb25mZXJlbmNllIWUUpQu"
"""The `__provider` of conferences in states of the first version, which had the stack's name elsewhere."""

IN_DEV = "gASVNwAAAAAAAACMDXByb3ZpZGVyX2NvcmWUjARsb2FklJOUjBBwZXhpcDpDb25mZXJlbmNllIwDZGV2lIaUUpQu"
"""The `__provider` of every conference in every state of a stack `dev` that was written since."""


@pytest.mark.parametrize("name", MODULES)
def test_a_module_exports_what_it_defines(name: str) -> None:
    """``__all__`` is the module's word on what is public: all in it is there, and all public that it defines is in it."""
    module = importlib.import_module(name)
    exported: list[str] = getattr(module, "__all__", [])
    assert [each for each in exported if not hasattr(module, each)] == []
    assert len(set(exported)) == len(exported)
    defined = {
        each
        for each, value in vars(module).items()
        if (inspect.isclass(value) or inspect.isfunction(value)) and value.__module__ == name
    }
    assert sorted(each for each in defined - set(exported) if not each.startswith("_")) == []


@pytest.mark.parametrize("name", MODULES)
def test_a_module_says_what_it_is_for(name: str) -> None:
    """A module has a docstring."""
    assert importlib.import_module(name).__doc__


def test_the_provider_key_is_the_same_in_every_version() -> None:
    """States of years ago hold this string: a moved module must not strand them."""
    assert provider_key(Conference.declaration.token, "dev") == IN_DEV


@pytest.mark.parametrize(("key", "stack"), [(CONFERENCE, ""), (IN_DEV, "dev")])
def test_the_provider_key_leads_to_the_lifecycle(key: str, stack: str) -> None:
    """Unpickled by the engine's provider process, it is the type's provider; only the loader's name is in it."""
    content = base64.b64decode(key)
    made = pickle.loads(content)
    assert isinstance(made, Lifecycle)
    assert made.stack == stack
    assert made.declaration is Conference.declaration
    assert b"provider_core" in content
    assert b"lifecycle" not in content


def test_an_unknown_token_is_named() -> None:
    """A state of a newer version says what this one lacks."""
    with pytest.raises(DeclarationError, match="pexip:Holodeck is not a type of resource of this version"):
        provider_core.load("pexip:Holodeck")
