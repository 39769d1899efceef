"""The traps of dynamic providers, one test each: what would be seen again if it came back."""

from __future__ import annotations

import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pulumi
import pytest

from pexip_provider import Conference
from provider_core import process
from simulators.process import Simulator
from tests.conftest import StackFactory
from tests.support.node import Node
from tests.support.ports import held_port

HEAD = "import pulumi\nfrom pexip_provider import *\n"
NOWHERE = {"PEXIP_ADDRESS": "https://127.0.0.1:9", "PEXIP_USERNAME": "nobody", "PEXIP_PASSWORD": "not-asked"}


def test_fifteen_hundred_resources(stack: StackFactory) -> None:
    """Trap 1: a program may have far more resources than the stock class can bear."""
    program = HEAD + 'for i in range(1500):\n    Conference(f"room-{i}", name=f"Room {i}", pin="123456")\n'
    result = stack(program, node=NOWHERE).preview("--parallel", "64")
    assert result.ok, result.out[-3000:]
    assert "+ 1501 to create" in result.out


def test_old_states_find_the_code(stack: StackFactory, node: Node) -> None:
    """Trap 2: the state names one loader, a token and the stack: a destroy needs neither program nor module path."""
    made = stack(HEAD + 'Conference("room", name="Room", pin="123456")\n')
    assert made.up().ok
    provider = made.resources()["room"]["inputs"]["__provider"]
    assert provider == "gASVOAAAAAAAAACMDXByb3ZpZGVyX2NvcmWUjARsb2FklJOUjBBwZXhpcDpDb25mZXJlbmNllIwEdGVzdJSGlFKULg=="
    made.program("raise SystemExit('the program is not needed')\n")
    result = made.destroy()
    assert result.ok, result.out
    assert node.objects("conference") == []


def test_more_than_four_calls_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trap 3: the pool grows from within, also for calls that came in before it did."""
    monkeypatch.setenv("PROVIDER_TRACEBACK", "1")
    together = threading.Barrier(20)

    def call(first: bool) -> None:
        if first:
            process.tune()
        together.wait(timeout=60)

    with ThreadPoolExecutor(max_workers=4) as pool:
        for each in [pool.submit(call, number == 0) for number in range(20)]:
            each.result()


def test_tuning_without_the_private_way_falls_back() -> None:
    """Trap 3: where the way to the pool is not there, the provider works as it is."""
    process.tune()


PROBE = """
import os
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

class Probe(ResourceProvider):
    def create(self, props):
        return CreateResult("probe", {"processors": len(os.sched_getaffinity(0))})

class Probed(Resource):
    processors: pulumi.Output[int]

room = Conference("room", name="Room", pin="123456")
for number in range(8):
    probed = Probed(Probe(), f"probe-{number}", {"processors": None}, pulumi.ResourceOptions(depends_on=room))
    pulumi.export(f"processors-{number}", probed.processors)
"""


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="only Linux lets a program choose its processors")
def test_calls_of_the_engine_run_on_one_processor(stack: StackFactory) -> None:
    """Trap 3: threads that wake each other across processors take longer than what they do."""
    made = stack(HEAD + PROBE)
    assert made.up().ok
    assert set(made.outputs().values()) == {1}


def test_no_traceback_and_no_secret_in_a_check_failure(stack: StackFactory) -> None:
    """Traps 4 and 5: one line, without the code's insides and without the secret that was wrong."""
    result = stack(HEAD + 'Conference("room", name="Room", pin="739x14")\n', node=NOWHERE).up()
    assert not result.ok
    assert "Traceback" not in result.out
    assert "739x14" not in result.out
    assert "pin must be 4 to 20 digits, got a hidden value" in result.out


def test_unknown_values_pass_check_anywhere(stack: StackFactory) -> None:
    """Trap 6: what is not known before the update is no failure, wherever it stands."""
    program = (
        HEAD
        + """
theme = IvrTheme("theme", name="House")
late = theme.id.apply(lambda uri: uri[-3:])
Conference("room", name="Room", ivr_theme=theme, aliases=[Alias(alias=late), Alias(alias="fixed")], pin=late)
SystemLocation("place", name=late, dns_servers=[DnsServer("dns", address=late)])
GatewayRoutingRule("rule", name="Rule", priority=late.apply(len), match_string=late)
"""
    )
    result = stack(program, node=NOWHERE).preview()
    assert result.ok, result.out


def test_a_field_taken_out_goes_back_to_its_default(stack: StackFactory, node: Node) -> None:
    """Trap 6: outputs tell what was set, so a removed field is seen, and one never set is left alone."""
    made = stack(HEAD + 'Conference("room", name="Room", description="Set", tag="kept")\n')
    assert made.up().ok
    node.change(node.objects("conference")[0]["resource_uri"], call_type="audio")
    made.program(HEAD + 'Conference("room", name="Room", tag="kept")\n')
    assert made.up().ok
    (room,) = node.objects("conference")
    assert (room["description"], room["tag"], room["call_type"]) == ("", "kept", "audio")


def test_a_changed_password_reaches_destroy(stack: StackFactory, tmp_path: Any) -> None:
    """Trap 7: the state has the old password; the environment overrides it."""
    with held_port() as port:
        with Simulator(tmp_path / "node", port, password="before-1") as node:
            made = stack(HEAD + 'DnsServer("dns", address="192.0.2.1")\n', node={"PEXIP_CA_BUNDLE": str(node.ca)})
            made.config("pexip:address", node.address)
            made.config("pexip:username", node.username)
            made.config("pexip:password", "before-1", secret=True)
            assert made.up().ok
        with Simulator(tmp_path / "node", port, password="after-22"):
            refused = made.destroy()
            assert not refused.ok
            assert "refuses the credentials (401)" in refused.out
            made.environment["PEXIP_PASSWORD"] = "after-22"
            result = made.destroy()
            assert result.ok, result.out
            assert "before-1" not in json.dumps(made.state()) + refused.out + result.out


def test_the_provider_says_nothing_of_its_own(stack: StackFactory) -> None:
    """Trap 8: what the provider prints would stand as messages on the stack."""
    result = stack(HEAD + 'DnsServer("dns", address="192.0.2.1")\n').up()
    assert result.ok
    assert "Diagnostics" not in result.out


def test_drift_shows_and_heals(stack: StackFactory, node: Node) -> None:
    """Trap 9: refresh takes over what changed, the next up puts it back, and a third run has nothing to do."""
    made = stack(HEAD + 'Conference("room", name="Room", description="Ours", pin="123456")\n')
    assert made.up().ok
    uri = node.objects("conference")[0]["resource_uri"]
    node.change(uri, description="Theirs", pin="654321")
    refreshed = made.refresh("--diff")
    assert '"Ours" => "Theirs"' in refreshed.out
    assert "654321" not in refreshed.out
    healed = made.up("--diff")
    assert '"Theirs" => "Ours"' in healed.out
    (room,) = node.objects("conference")
    assert (room["description"], room["pin"], room["resource_uri"]) == ("Ours", "123456", uri)
    assert "2 unchanged" in made.up().out
    node.delete(uri)
    assert made.refresh().ok
    assert "room" not in made.resources()


def test_import_from_a_file(stack: StackFactory, node: Node) -> None:
    """Trap 10: an entry with inputs and outputs is imported as it is, secrets too, and the next run is unchanged."""
    made = stack(HEAD + 'Conference("room", name="Room", pin="123456")\n')
    uri = node.create("conference", name="Room", pin="123456")
    key = "gASVOAAAAAAAAACMDXByb3ZpZGVyX2NvcmWUjARsb2FklJOUjBBwZXhpcDpDb25mZXJlbmNllIwEdGVzdJSGlFKULg=="
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"123456"'}
    props = {"__provider": key, "name": "Room", "pin": secret}
    entry = {
        "type": "pulumi-python:dynamic/pexip:Conference",
        "name": "room",
        "id": uri,
        "inputs": props,
        "outputs": props,
    }
    file = made.file("import.json", json.dumps({"resources": [entry]}))
    result = made.run(
        "import", "--file", str(file), "--yes", "--skip-preview", "--protect=false", "--generate-code=false"
    )
    assert result.ok, result.out
    assert "123456" not in json.dumps(made.state())
    assert "2 unchanged" in made.up().out


def test_a_field_may_be_called_name() -> None:
    """Trap 11: the vendor's ``name`` and the name in the stack do not collide."""
    with pytest.raises(TypeError, match="name must be given"):
        Conference("room")  # type: ignore[call-arg]


def test_no_secret_in_the_state_or_in_a_debug_log(stack: StackFactory, node: Node) -> None:
    """Secrets are encrypted in the state, whole or nested, and the provider adds none to the log."""
    made = stack(
        HEAD
        + """
Conference("room", name="Room", pin="739146", guest_pin=pulumi.Output.from_input("205813"))
SipCredential("sip", realm="example.com", username="u", password="correct-horse")
"""
    )
    made.environment["PROVIDER_TRACEBACK"] = "1"
    result = made.run("up", "--yes", "--skip-preview", "--debug")
    assert result.ok, result.out
    state = json.dumps(made.state())
    for secret in ("739146", "205813", "correct-horse", node.password):
        assert secret not in state
        assert secret not in result.out


def test_dynamic_module_is_the_documented_one() -> None:
    """Trap 12: a resource is a custom resource of the dynamic package, and look-ups need no invoke of it."""
    assert issubclass(Conference, pulumi.CustomResource)
    assert Conference.declaration.token == "pexip:Conference"
