"""Look-ups: what is on the node, found from a program, by any field, one or many."""

from __future__ import annotations

import asyncio
from typing import Any

import pulumi
import pytest

from pexip_provider import (
    Conference,
    DisabledCodec,
    GlobalSettings,
    HostSystem,
    IvrTheme,
    MediaLibraryPlaylistEntry,
    Permission,
    Role,
    SipCredential,
    WebappBranding,
)
from provider_core import errors
from provider_core.declaration import declarations, look_ups
from provider_core.lookups import Found
from provider_core.resource import ReadOnly, Resource
from tests.contract.bench import ROOT
from tests.support.node import Node


@pytest.fixture(autouse=True)
def connected(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a program that runs against the simulated node."""
    monkeypatch.setenv("PEXIP_ADDRESS", node.address)
    monkeypatch.setenv("PEXIP_USERNAME", node.username)
    monkeypatch.setenv("PEXIP_PASSWORD", node.password)
    monkeypatch.setenv("PEXIP_CA_BUNDLE", str(node.ca))
    monkeypatch.setenv("PEXIP_REQUESTS_PER_MINUTE", "1000000")


def _typed() -> None:
    """For mypy: what was found is a reference, its fields can be read with their types."""
    found = IvrTheme.get(name="House")
    Conference("room", name="Room", ivr_theme=found)
    name: str = found[IvrTheme.name]
    Role("role", name=name, permissions=[Permission.get(codename="is_admin"), "use_api"])
    codes: list[str] = [each[Permission.codename] for each in Permission.list()]
    Role("codes", name="Codes", permissions=codes)


def _plain(value: Any) -> Any:
    """What an Output holds, and whether it is secret."""

    async def wait() -> Any:
        output = value()
        return await output.future(), await output.is_secret()

    return asyncio.run(wait())


def test_one_by_its_natural_key(node: Node) -> None:
    """The object's fields are plain values; a reference is a URI; the id is the object's own."""
    theme = node.create("ivr_theme", name="House")
    uri = node.create("conference", name="Board room", ivr_theme=theme, aliases=[{"alias": "board"}])
    node.forget()
    found = Conference.get(name="Board room")
    assert (found.id, found.name, found.service_type, found.ivr_theme) == (uri, "Board room", "conference", theme)
    assert [alias["alias"] for alias in found.aliases] == ["board"]
    assert found[Conference.name] == "Board room"
    assert len(node.requests()) == 1
    assert repr(found) == f'<Conference "Board room" {uri}>'


def test_one_by_its_id(node: Node) -> None:
    """A URI, or the number alone; a type that goes by another key is found by its URI too."""
    uri = node.create("conference", name="Board room")
    assert Conference.get(id=uri) == Conference.get(id=f"{node.address}{uri}") == Conference.get(name="Board room")
    assert Conference.get(id=int(uri.split("/")[-2])).id == uri
    with pytest.raises(errors.NotUnique, match="got none with id="):
        Conference.get(id=f"{ROOT}conference/999/")
    with pytest.raises(TypeError, match="id must be the URI of a ivr_theme"):
        IvrTheme.get(id=uri)
    with pytest.raises(errors.NotUnique, match="got none"):
        WebappBranding.get(id=f"{ROOT}webapp_branding/0f1e2d3c/")


def test_many_by_a_filter(node: Node) -> None:
    """Any field, with the endings that the node knows; without a filter all; None is what is not set."""
    theme = node.create("ivr_theme", name="House")
    for number in range(3):
        node.create("conference", name=f"Room {number}", service_type="lecture", ivr_theme=theme)
    node.create("conference", name="Other")
    assert [each.name for each in Conference.list(service_type="lecture")] == ["Room 0", "Room 1", "Room 2"]
    assert [each.name for each in Conference.list(name__icontains="OTH")] == ["Other"]
    assert {each.name for each in Conference.list(name__in=["Room 1", "Other"])} == {"Room 1", "Other"}
    assert [each.name for each in Conference.list(ivr_theme=None)] == ["Other"]
    for same in (theme, IvrTheme.get(name="House")):
        assert len(Conference.list(ivr_theme=same)) == 3
        assert len(Conference.list(ivr_theme__in=[same])) == 3
    assert len(Conference.list()) == 4
    assert Conference.list(name="Nobody's") == []


def test_a_page_is_one_request(node: Node) -> None:
    """500 objects come with one request."""
    node.request(
        "PATCH", f"{ROOT}conference/", json={"objects": [{"name": f"Room {number:03}"} for number in range(501)]}
    )
    node.forget()
    assert len(Conference.list()) == 501
    assert len(node.requests()) == 2


def test_none_or_several_say_how_many(node: Node) -> None:
    """The error tells the filter, how many match, and where the first ones are; it ends a program in one line."""
    for number in range(4):
        node.create("conference", name=f"Room {number}")
    with pytest.raises(errors.NotUnique) as several:
        Conference.get(service_type="conference")
    assert "Conference.get must match exactly one, got 4 (" in str(several.value)
    assert 'with service_type="conference"' in str(several.value)
    assert isinstance(several.value, pulumi.RunError)
    with pytest.raises(errors.NotUnique, match='got none with name="Nobody"'):
        Conference.get(name="Nobody")


def test_secrets_are_never_printed(node: Node) -> None:
    """A secret reads as a secret Output; it is in no repr and no error; a masked one cannot be read."""
    node.create("conference", name="Room", pin="4711")
    found = Conference.get(name="Room")
    assert "4711" not in repr(found)
    assert _plain(lambda: found.pin) == ("4711", True)
    with pytest.raises(TypeError, match="is a secret"):
        found[Conference.pin]
    with pytest.raises(errors.NotUnique) as none:
        Conference.get(pin="4712")
    assert "4712" not in str(none.value)
    node.create("sip_credential", realm="example.com", username="a", password="hidden-word")
    with pytest.raises(AttributeError, match="'password' cannot be read"):
        _ = SipCredential.get(username="a").password


def test_what_can_be_no_filter_is_named() -> None:
    """A slip of the pen, an Output, and no filter at all."""
    with pytest.raises(TypeError, match="'nmae' is not a field to look up by; did you mean 'name'"):
        Conference.get(nmae="x")
    with pytest.raises(TypeError, match=r"Conference\.get needs a filter, such as its name"):
        Conference.get()
    with pytest.raises(AttributeError, match="'site_baner' is not a field; did you mean 'site_banner'"):
        _ = GlobalSettings.get().site_baner

    async def unknown() -> None:
        Conference.get(name=pulumi.Output.from_input("x"))

    with pytest.raises(TypeError, match="name must be known when the program runs, got an Output"):
        asyncio.run(unknown())


def test_what_exists_once_needs_no_filter() -> None:
    """There is one."""
    assert GlobalSettings.get().enable_sip is True


def test_what_the_node_fills() -> None:
    """Types that nobody declares are looked up in the same way, and are no resources."""
    assert Permission.get(codename="is_admin").name == "Is an administrator"
    assert {each.codename for each in Permission.list()} >= {"is_admin", "use_api"}
    assert DisabledCodec.get(value="H264_H_0").id.startswith(f"{ROOT}disabled_codec/")
    with pytest.raises(TypeError, match="Permission is set by the server"):
        Permission()


def test_what_this_version_does_not_have_is_named() -> None:
    """A type of another version, and a node that refuses the credentials."""
    with pytest.raises(errors.NotFound, match="host_system is not offered by this Management Node"):
        HostSystem.get(name="x")


def test_refused_credentials_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error is the connection's own, and holds no password."""
    monkeypatch.setenv("PEXIP_PASSWORD", "wrong-word")
    with pytest.raises(errors.Unauthorized, match="refuses the credentials") as refused:
        Conference.list()
    assert "wrong-word" not in str(refused.value)
    assert refused.value.status == 401


def test_an_unknown_connection_is_named() -> None:
    """A look-up lives on the connection that it names."""
    with pytest.raises(errors.ConfigurationError, match="connection must be one of pexip:connections"):
        Conference.list(connection="lab")


@pytest.mark.parametrize("declaration", [*declarations("pexip"), *look_ups("pexip")], ids=lambda each: each.path)
def test_every_type_can_be_looked_up(declaration: Any) -> None:
    """All there are of every type that this version has; each has the fields that it declares."""
    import pexip_provider

    cls: type[Resource | ReadOnly] = getattr(pexip_provider, declaration.name)
    if declaration.path == "host_system":
        return
    for found in cls.list()[:3]:
        assert isinstance(found, Found)
        assert cls.get(id=found.id) == found
        missing = [name for name in declaration.computed if name not in found._values]
        assert missing in ([], _OF_THE_PROVIDER.get(declaration.path))


_OF_THE_PROVIDER = {"software_bundle": [], "licence": ["activation_request", "licence"]}


def test_an_entry_is_found_by_what_it_belongs_to(node: Node) -> None:
    """A natural key of a reference and a number."""
    playlist = node.create("media_library_playlist", name="Lobby")
    node.create("media_library_playlist_entry", playlist=playlist, position=1)
    second = node.create("media_library_playlist_entry", playlist=playlist, position=2)
    assert MediaLibraryPlaylistEntry.get(playlist=playlist, position=2).id == second
