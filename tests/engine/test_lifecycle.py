"""What a stack may rely on over its life, with the real engine and a real server."""

from __future__ import annotations

import zipfile
from io import BytesIO

from tests.conftest import StackFactory
from tests.support.node import Node

HEAD = "import pulumi\nfrom pexip_provider import *\n"


def theme(text: str) -> bytes:
    """A theme package; another text, another content."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        package.writestr(zipfile.ZipInfo("theme.json"), text)
    return file.getvalue()


def writes(node: Node) -> list[tuple[str, str]]:
    """The requests that change something."""
    return [(each["method"], each["path"]) for each in node.requests() if each["method"] != "GET"]


def test_preview_writes_nothing(stack: StackFactory, node: Node) -> None:
    """A preview of a new stack sends no request that changes the node."""
    assert stack(HEAD + 'DnsServer("dns", address="192.0.2.1")\nConference("room", name="Room")\n').preview().ok
    assert writes(node) == []
    assert node.objects("dns_server") == []


def test_a_lone_create_is_one_request(stack: StackFactory, node: Node) -> None:
    """Creating one object is one POST; a second run sends nothing at all."""
    made = stack(HEAD + 'DnsServer("dns", address="192.0.2.1")\n')
    assert made.up().ok
    assert [each["method"] for each in node.requests()] == ["POST"]
    node.forget()
    assert "2 unchanged" in made.up().out
    assert node.requests() == []


def test_update_sends_what_changed(stack: StackFactory, node: Node) -> None:
    """An update is a PATCH of the changed fields, in any order of sets, and of an explicit null."""
    made = stack(
        HEAD
        + """
one, two = DnsServer("one", address="192.0.2.1"), DnsServer("two", address="192.0.2.2")
SystemLocation("place", name="Place", dns_servers=[one, two], mtu=1400, media_qos=10)
"""
    )
    assert made.up().ok
    node.forget()
    made.program(
        HEAD
        + """
one, two = DnsServer("one", address="192.0.2.1"), DnsServer("two", address="192.0.2.2")
SystemLocation("place", name="Place", dns_servers=[two, one], mtu=1300, media_qos=None)
"""
    )
    assert made.up().ok
    (request,) = [each for each in node.requests() if each["method"] != "GET"]
    assert request["method"] == "PATCH"
    assert request["body"] == {"mtu": 1300, "media_qos": None}
    assert node.objects("system_location")[0]["media_qos"] is None


def test_a_participant_is_emptied(stack: StackFactory, node: Node) -> None:
    """A participant of many conferences is in none after ``conference=[]``, and stays."""
    rooms = 'rooms = [Conference(f"room-{i}", name=f"Room {i}") for i in range(3)]\n'
    made = stack(HEAD + rooms + 'AutomaticParticipant("rec", alias="rec@example.com", conference=rooms)\n')
    assert made.up().ok
    assert len(node.objects("automatic_participant")[0]["conference"]) == 3
    made.program(HEAD + rooms + 'AutomaticParticipant("rec", alias="rec@example.com", conference=[])\n')
    assert made.up().ok
    assert node.objects("automatic_participant")[0]["conference"] == []
    assert "5 unchanged" in made.up().out


def test_a_theme_is_uploaded_again_when_its_content_changes(stack: StackFactory, node: Node) -> None:
    """The content decides, not the time or the path: a copy elsewhere is no change."""
    made = stack(HEAD + 'IvrTheme("theme", name="House", package="one.zip")\n', files={"one.zip": theme("a")})
    assert made.up().ok
    first = node.objects("ivr_theme", name="House")[0]["last_updated"]
    made.file("two.zip", theme("a"))
    made.program(HEAD + 'IvrTheme("theme", name="House", package="two.zip")\n')
    node.forget()
    assert made.up().ok
    assert writes(node) == []
    made.file("two.zip", theme("b"))
    assert "update" in made.preview().out
    assert made.up().ok
    assert node.objects("ivr_theme", name="House")[0]["last_updated"] != first


def test_write_only_has_no_drift(stack: StackFactory, node: Node) -> None:
    """A password that the node masks is not drift; a new one is sent."""
    made = stack(HEAD + 'SipCredential("sip", realm="example.com", username="u", password="first-pass")\n')
    assert made.up().ok
    assert made.refresh().ok
    assert "2 unchanged" in made.up().out
    made.program(HEAD + 'SipCredential("sip", realm="example.com", username="u", password="second-pass")\n')
    node.forget()
    assert made.up().ok
    assert [each["body"] for each in node.requests() if each["method"] == "PATCH"] == [{"password": "second-pass"}]


def test_settings_that_exist_once(stack: StackFactory, node: Node) -> None:
    """They are patched, never made or deleted, and go back to the defaults of what the stack had set."""
    made = stack(HEAD + 'GlobalSettings("settings", enable_sip=False, site_banner="Ours")\n')
    assert made.up().ok
    (settings,) = node.objects("global")
    assert (settings["enable_sip"], settings["site_banner"]) == (False, "Ours")
    node.change(settings["resource_uri"], logon_banner="Theirs")
    assert made.destroy().ok
    (settings,) = node.objects("global")
    assert (settings["enable_sip"], settings["site_banner"], settings["logon_banner"]) == (True, "", "Theirs")


WORKER = """
place = SystemLocation("place", name="Place")
WorkerVm("node", name="node-1", hostname="{host}", domain="example.com", address="192.0.2.9",
         netmask="255.255.255.0", gateway="192.0.2.1", password="secret-of-node", system_location=place{more})
"""


def test_a_node_keeps_its_document_secret(stack: StackFactory, node: Node) -> None:
    """The provisioning document is a secret output; a create-only field replaces, the old object going first."""
    export = 'pulumi.export("document", node.provisioning_document)\n'
    program = HEAD + WORKER.format(host="one", more="").replace("WorkerVm(", "node = WorkerVm(", 1) + export
    made = stack(program)
    assert made.up().ok
    document = made.outputs()["document"]
    assert "<hostname>one</hostname>" in document
    assert "<hostname>" not in str(made.state())
    made.program(program.replace('hostname="one"', 'hostname="two"'))
    result = made.up()
    assert result.ok, result.out
    assert [each["hostname"] for each in node.objects("worker_vm")] == ["two"]
    assert "<hostname>two</hostname>" in made.outputs()["document"]


def test_a_node_writes_its_document_to_a_path(stack: StackFactory) -> None:
    """With ``document_path`` the document is in that file only, for its owner only."""
    made = stack(HEAD + WORKER.format(host="one", more=', document_path="node-1.xml"'))
    result = made.up()
    assert result.ok, result.out
    file = made.folder / "node-1.xml"
    assert "<hostname>one</hostname>" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert "provisioning_document" not in made.resources()["node"]["outputs"]


def test_an_alias_is_never_taken_away(stack: StackFactory, node: Node) -> None:
    """An alias of another room is an error that names the room, on create and on update; nothing is written."""
    node.create("conference", name="Theirs", aliases=[{"alias": "Board@example.com"}])
    made = stack(HEAD + 'Conference("room", name="Ours", aliases=[Alias(alias="board@example.com")])\n')
    result = made.up()
    assert '"Board@example.com" belongs to Conference "Theirs"' in result.out
    assert [each["name"] for each in node.objects("conference")] == ["Theirs"]
    made.program(HEAD + 'Conference("room", name="Ours", aliases=[Alias(alias="other@example.com")])\n')
    assert made.up().ok
    made.program(HEAD + 'Conference("room", name="Ours", aliases=[Alias(alias="board@example.com")])\n')
    assert not made.up().ok
    assert {each["alias"] for each in node.objects("conference_alias")} == {"Board@example.com", "other@example.com"}


def test_adoption(stack: StackFactory, node: Node) -> None:
    """``adopt=True`` takes over the object of that name, changes what differs, and keeps its id."""
    uri = node.create("conference", name="Room", description="Old", tag="kept", aliases=[{"alias": "a@example.com"}])
    made = stack(HEAD + 'Conference("room", name="Room", description="New", aliases=[Alias(alias="a@example.com")])\n')
    refused = made.up()
    assert "adopt=True" in refused.out
    made.program(
        HEAD
        + 'Conference("room", name="Room", description="New", aliases=[Alias(alias="a@example.com")], adopt=True)\n'
    )
    assert made.up().ok
    (room,) = node.objects("conference")
    assert (room["resource_uri"], room["description"], room["tag"]) == (uri, "New", "kept")
    assert made.resources()["room"]["id"] == uri


def test_up_after_its_own_preview(stack: StackFactory) -> None:
    """A run with a preview before it claims each name once."""
    made = stack(HEAD + 'Conference("room", name="Room", aliases=[Alias(alias="a@example.com")])\n')
    result = made.run("up", "--yes")
    assert result.ok, result.out
    made.program(HEAD + 'Conference("room", name="Renamed", aliases=[Alias(alias="a@example.com")])\n')
    assert made.run("up", "--yes").ok


def test_named_connections(stack: StackFactory, node: Node) -> None:
    """A resource lives where its ``connection`` says; an unknown one is a failure at preview."""
    made = stack(HEAD + 'DnsServer("dns", address="192.0.2.1", connection="lab")\n', node={"PEXIP_CA_BUNDLE": ""})
    made._must("config", "set", "--path", "pexip:connections.lab.address", node.address)
    made._must("config", "set", "--path", "pexip:connections.lab.username", node.username)
    made._must("config", "set", "--path", "--secret", "pexip:connections.lab.password", node.password)
    made._must("config", "set", "--path", "pexip:connections.lab.ca_bundle", str(node.ca))
    result = made.up()
    assert result.ok, result.out
    assert len(node.objects("dns_server")) == 1
    assert node.password not in str(made.state())
    made.program(HEAD + 'DnsServer("dns", address="192.0.2.1", connection="lap")\n')
    assert 'connection must be one of pexip:connections (lab), got "lap"' in made.preview().out


def test_another_name_in_the_stack(stack: StackFactory, node: Node) -> None:
    """A resource whose name in the stack changes adopts its own object, and the old name's end does not delete it."""
    made = stack(HEAD + 'Conference("old", name="Room")\nGlobalSettings("was", site_banner="Ours")\n')
    assert made.up().ok
    uri = node.objects("conference")[0]["resource_uri"]
    made.program(HEAD + 'Conference("new", name="Room", adopt=True)\nGlobalSettings("is", site_banner="Ours")\n')
    result = made.up()
    assert result.ok, result.out
    assert [each["resource_uri"] for each in node.objects("conference")] == [uri]
    assert node.objects("global")[0]["site_banner"] == "Ours"
    assert made.destroy().ok
    assert node.objects("conference") == []
