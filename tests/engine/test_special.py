"""Special types, look-ups and versions with the real engine."""

from __future__ import annotations

import hashlib
from pathlib import Path

from simulators.process import Simulator
from tests.conftest import StackFactory
from tests.support.node import Node

HEAD = "import pulumi\nfrom pexip_provider import *\n"


def test_a_look_up_is_a_reference(stack: StackFactory, node: Node) -> None:
    """What is found with the stack's own configuration stands where a reference does; a secret stays one."""
    theme = node.create("ivr_theme", name="House")
    node.create("conference", name="Theirs", pin="4711", service_type="lecture")
    made = stack(
        HEAD
        + """
theme = IvrTheme.get(name="House", connection="main")
Conference("ours", name="Ours", ivr_theme=theme, connection="main")
Role("role", name="Operators", permissions=["is_admin", Permission.get(codename="use_api", connection="main")],
     connection="main")
lectures = Conference.list(service_type="lecture", connection="main")
print("found", lectures, [each.name for each in lectures])
pulumi.export("names", [each.name for each in lectures])
pulumi.export("pin", lectures[0].pin)
""",
        node={"PEXIP_CA_BUNDLE": ""},
    )
    made._must("config", "set", "--path", "pexip:connections.main.address", node.address)
    made._must("config", "set", "--path", "pexip:connections.main.username", node.username)
    made._must("config", "set", "--path", "--secret", "pexip:connections.main.password", node.password)
    made._must("config", "set", "--path", "pexip:connections.main.ca_bundle", str(node.ca))
    result = made.up()
    assert result.ok, result.out
    assert node.objects("conference", name="Ours")[0]["ivr_theme"] == theme
    assert len(node.objects("role", name="Operators")[0]["permissions"]) == 2
    assert made.outputs() == {"names": ["Theirs"], "pin": "4711"}
    assert "4711" not in result.out + str(made.state())
    assert node.password not in result.out + str(made.state())
    again = made.up()
    assert "3 unchanged" in again.out, again.out


def test_a_look_up_that_fails_is_one_line(stack: StackFactory) -> None:
    """The error says what was asked for and how many there are, without a traceback."""
    result = stack(HEAD + 'IvrTheme.get(name="Nobody\'s")\n').preview()
    assert not result.ok
    assert 'error: IvrTheme.get must match exactly one, got none with name="Nobody\'s"' in result.out
    assert "Traceback" not in result.out


def test_what_a_version_lacks_is_named_at_preview(stack: StackFactory, tmp_path: Path) -> None:
    """A field and a type that version 12 and 41 do not have fail a preview, which changes nothing."""
    with Simulator(tmp_path / "node", version=12) as old:
        result = stack(HEAD + 'Conference("room", name="Room", breakout_rooms=False)\n', node=old).preview()
    assert not result.ok
    assert "Conference.breakout_rooms is not a field of this Management Node's version" in result.out
    result = stack(HEAD + 'HostSystem("vc", name="vc", address="vc.example.com")\n').preview()
    assert not result.ok
    assert "host_system is not offered by this Management Node" in result.out


def test_a_node_that_is_off_is_a_warning_at_preview(stack: StackFactory, node: Node) -> None:
    """The plan is shown all the same; the warning comes once, whatever the number of types."""
    away = {
        "PEXIP_ADDRESS": "https://127.0.0.1:9",
        "PEXIP_USERNAME": "admin",
        "PEXIP_PASSWORD": "word-of-node",
        "PEXIP_CA_BUNDLE": str(node.ca),
    }
    program = (
        HEAD + 'Conference("room", name="Room")\nDnsServer("dns", address="192.0.2.1")\nNtpServer("ntp", address="n")\n'
    )
    result = stack(program, node=away).preview()
    assert result.ok, result.out
    (warning,) = [line for line in result.lines if line.startswith("warning: ")]
    assert "https://127.0.0.1:9 cannot be reached" in warning
    refused = stack(program, node={**away, "PEXIP_ADDRESS": node.address}).preview()
    assert refused.ok, refused.out
    (warning,) = [line for line in refused.lines if line.startswith("warning: ")]
    assert "refuses the credentials (401)" in warning
    assert "word-of-node" not in result.out + refused.out


NODE = """
place = SystemLocation("place", name="Place")
node = WorkerVm("node", name="node-1", hostname="one", domain="example.com", address="192.0.2.9",
    netmask="255.255.255.0", gateway="192.0.2.1", password="secret-of-node", system_location=place,
    deployment_type="MANUAL-KVM", document_path="node.ova")
pulumi.export("sum", node.document_sha256)
"""


def test_an_image_arrives_beside_the_program(stack: StackFactory, node: Node) -> None:
    """Its sum is an output; a second run has nothing to do; a download that breaks off is made again."""
    made = stack(HEAD + NODE)
    node.fail("truncate", method="POST", path="worker_vm")
    result = made.up()
    assert result.ok, result.out
    image = made.folder / "node.ova"
    assert made.outputs()["sum"] == hashlib.sha256(image.read_bytes()).hexdigest()
    assert image.stat().st_mode & 0o777 == 0o600
    assert len(node.objects("worker_vm")) == 1
    assert "3 unchanged" in made.up().out
    assert made.refresh().ok
    assert "3 unchanged" in made.up().out


def test_a_licence_goes_out_and_comes_back_by_files(stack: StackFactory, node: Node) -> None:
    """Activation and return each take two runs, with a file to carry in between."""
    head = HEAD + 'licence = Licence("licence", entitlement_id="0123-4567-89AB-CDEF", offline_mode=True{more})\n'
    export = 'pulumi.export("request", licence.activation_request)\npulumi.export("status", licence.status)\n'
    made = stack(head.format(more="") + export)
    result = made.up()
    assert result.ok, result.out
    request = made.outputs()["request"]
    made.file("response.xml", node.request("POST", "/simulator/licence-response", data=request).content)
    made.program(head.format(more=', response_xml="response.xml"') + export)
    result = made.up()
    assert result.ok, result.out
    assert made.outputs()["status"] == "ACTIVE"
    assert "0123-4567-89AB-CDEF" not in str(made.state())
    (licence,) = node.objects("licence")
    number = licence["fulfillment_id"]
    refused = made.destroy()
    assert not refused.ok
    assert f"Licence: licence {number} is returned offline: take " in refused.out
    asked = (made.folder / f"licence-{number}-return-request.xml").read_text()
    answer = node.request("POST", "/simulator/licence-response", data=asked).content
    made.file(f"licence-{number}-return-response.xml", answer)
    result = made.destroy()
    assert result.ok, result.out
    assert node.objects("licence") == []


def test_a_backup_before_an_upgrade(stack: StackFactory, node: Node) -> None:
    """A trigger makes a new backup; the passphrase is in no state."""
    text = (
        HEAD + 'SystemBackup("before", passphrase="secret-word", download_path="node.bin", triggers={{"to": {to}}})\n'
    )
    made = stack(text.format(to=41))
    result = made.up()
    assert result.ok, result.out
    (first,) = node.objects("system_backup")
    made.program(text.format(to=42))
    result = made.up()
    assert result.ok, result.out
    (second,) = node.objects("system_backup")
    assert first["filename"] != second["filename"]
    assert hashlib.sha256((made.folder / "node.bin").read_bytes()).hexdigest() == second["sha256sum"]
    assert "secret-word" not in result.out + str(made.state())
