"""Conferencing Nodes with their machines, by the real engine: order, killed runs, rolling changes, images passed on."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.joined import BOOTSTRAP, most_out, words_of
from tests.support.node import Node
from tests.support.run import Run
from tests.support.stack import Stack

PROGRAM = """
from pexip_provider import ConferencingNode, SystemLocation
from tests.support.rack import RackMachine

place = SystemLocation("place", name="Place")
for i in range({count}):
    ConferencingNode(
        f"edge-{{i}}",
        name=f"edge-{{i}}",
        hostname=f"edge-{{i}}",
        domain="example.com",
        address=f"192.0.2.{{10 + i}}",
        netmask="255.255.255.0",
        gateway="192.0.2.1",
        password="secret-of-node",
        system_location=place,
        deployment_type="{kind}",
        generation="{generation}",
        at_once={at_once},
        out_limit=60,
        ready_limit={ready_limit},
        drain_limit=5,
        bootstrap_address="127.0.0.1",
        bootstrap_port={port},
        bootstrap_ca_bundle="{ca}",
        machine=lambda node: RackMachine(
            f"edge-{{i}}", name=node.name, image=node.image, serves=node.serves, slot="{slot}", broken={broken}, opts=node.opts
        ),
    )
"""


class Site:
    """A Management Node, bare machines and a stack of Conferencing Nodes."""

    def __init__(self, node: Node, folder: Path, home: Path) -> None:
        self.node = node
        self.given: dict[str, Any] = {
            "count": 1,
            "kind": "MANUAL-PROVISION-ONLY",
            "generation": "1",
            "at_once": 1,
            "ready_limit": 20,
            "port": node.settings()["bootstrap_port"],
            "ca": str(node.ca),
            "slot": "1",
            "broken": False,
        }
        self.stack = Stack(folder, node=node.simulator, home=home)

    def program(self, **given: Any) -> None:
        """The stack from now on."""
        self.given |= given
        self.stack.program(PROGRAM.format(**self.given))

    def up(self, **given: Any) -> None:
        """Deploy; it must work, and leave nothing to do."""
        self.program(**given)
        result = self.stack.run("up", "--yes", "--skip-preview", "--parallel", "32")
        assert result.ok, result.out
        self.in_order()

    def in_order(self) -> None:
        """Each node that is declared is there once and in service, and a preview finds nothing to do."""
        found = {each["name"]: each for each in self.node.status("worker_vm")}
        assert len(self.node.objects("worker_vm")) == len(found) == self.given["count"]
        for each in found.values():
            assert (each["deploy_status"], each["sync_status"]) == ("deploy_succeeded", "SYNCED")
            assert each["maintenance_mode"] is False
        again = self.stack.preview("--expect-no-changes")
        assert again.ok, again.out

    def outputs(self, kind: str) -> dict[str, Any]:
        """What the state has of the only resource whose type ends so."""
        (found,) = [each["outputs"] for each in self.stack.state()["resources"] if each["type"].endswith(kind)]
        return dict(found)

    def told(self) -> list[str]:
        """What happened, in the order in which it came: ``off``, ``gone``, ``made`` of machines, and the node's part."""
        return [word for each in self.node.requests() for word in _words(each)]


def _words(each: dict[str, Any]) -> list[str]:
    path = each["path"]
    return [f"machine {path.partition('rack=')[2].partition('&')[0]}"] if "rack=" in path else words_of(each)


@pytest.fixture
def site(management: Node, tmp_path: Path, pulumi_home: Path) -> Site:
    """A Management Node as on its first day."""
    return Site(management, tmp_path, pulumi_home)


def test_the_order_of_things(site: Site) -> None:
    """Worker, machine, document; to go: calls end, machine, worker. A replaced node goes and comes in that order too."""
    site.up()
    assert site.told() == ["worker made", "machine made", "provisioned"]
    document = site.outputs("pexip:WorkerVm")["provisioning_document"]
    assert set(document) == {"4dabf18193072939515e22adb298388d", "ciphertext"}
    assert "bootstrap_key" not in json.dumps(site.stack.state())
    site.node.forget()
    site.up(generation="2")
    assert site.told() == [
        "withdrawn",
        "worker gone",
        "worker made",
        "machine gone",
        "machine made",
        "provisioned",
    ]
    site.node.forget()
    gone = site.stack.destroy()
    assert gone.ok, gone.out
    assert site.told() == ["withdrawn", "machine gone", "worker gone"]


@pytest.mark.parametrize(("change", "at_once"), [({"generation": "2"}, 2), ({"slot": "2"}, 1)])
def test_never_more_are_out_than_declared(site: Site, change: dict[str, str], at_once: int) -> None:
    """Four nodes of a location are made anew, or their machines stand still: so many at a time, as the node saw it."""
    site.up(count=4, at_once=at_once)
    site.node.forget()
    site.up(**change)
    words = site.told()
    assert words.count("withdrawn") == 4
    assert most_out(words) == at_once


def test_one_that_does_not_come_back_keeps_its_place(site: Site) -> None:
    """The others stay in service, say why, and the next run goes on."""
    site.up(count=3)
    site.node.settings(deploy_error="no licence", sync_after=2)
    site.node.fail("delay", method="POST", path="bootstrap", seconds=1)
    site.node.forget()
    site.program(generation="2", ready_limit=4)
    failed = site.stack.run("up", "--yes", "--skip-preview", "--parallel", "32")
    assert not failed.ok
    assert "could not be deployed, the Management Node says: no licence" in failed.out
    assert "is out of service and did not come back" in failed.out
    assert site.told().count("withdrawn") == 1
    site.node.settings(deploy_error="", sync_after=0)
    site.up()


KILLS: dict[str, tuple[dict[str, Any], Callable[[list[str], Node], bool]]] = {
    "the machine is being made": (
        {"action": "delay", "path": "status/v1/alarm", "seconds": 4},
        lambda words, node: "machine made" in words,
    ),
    "the machine is waited for": (
        {"action": "delay", "method": "GET", "path": "bootstrap", "seconds": 4},
        lambda words, node: any(each["path"] == BOOTSTRAP for each in node.requests()),
    ),
    "the document is on its way": (
        {"action": "delay", "method": "POST", "path": "bootstrap", "seconds": 3},
        lambda words, node: any(word.startswith("provisioned") for word in words),
    ),
    "the node is not in sync yet": (
        {"action": "delay", "method": "POST", "path": "nowhere"},
        lambda words, node: "provisioned" in words,
    ),
    "an image is passed on": (
        {"action": "delay", "path": "status/v1/alarm", "seconds": 4},
        lambda words, node: "machine made" in words,
    ),
}
ANEW = ["worker gone", "worker made", "machine made", "provisioned"]
WHAT_THE_NEXT_RUN_DID = {
    "the machine is being made": {True: ["machine made", "provisioned"], False: ANEW},
    "the machine is waited for": {True: ["provisioned"], False: ANEW},
    "the document is on its way": {True: [], False: ["machine made"]},
    "the node is not in sync yet": {True: [], False: ["machine made"]},
    "an image is passed on": {True: ANEW, False: ANEW},
}
"""By whether checkpoints were on: with them off the state had nothing, and the machine is taken over by its name."""

TABLE = [
    (step, victim, checkpoints)
    for index, step in enumerate(KILLS)
    for victim, checkpoints in (("engine", False), ("provider" if index % 2 else "engine", True))
]


@pytest.mark.parametrize(("step", "victim", "checkpoints"), TABLE)
def test_killed(site: Site, step: str, victim: str, checkpoints: bool) -> None:
    """Kill the engine or the provider at a step: the same command again ends with one node, in service."""
    fault, reached = KILLS[step]
    site.stack.environment["PULUMI_SKIP_CHECKPOINTS"] = "false" if checkpoints else "true"
    site.program(kind="MANUAL-KVM" if "image" in step else "MANUAL-PROVISION-ONLY")
    site.stack.run("stack", "ls")
    site.node.fail(**fault)
    site.node.settings(sync_after=3)
    run = Run(site.stack, "up", "--yes", "--skip-preview")
    while not reached(site.told(), site.node):
        assert run.process.poll() is None
        time.sleep(0.05)
    run.kill(victim)
    run.end()
    site.stack.run("cancel", "--yes")
    while "provisioned None" in site.told():
        time.sleep(0.05)  # it is on its way all the same
    site.node.forget()
    site.up()
    # A machine may be offered its document again before it has called home, and refuses it.
    assert [word for word in site.told() if word != "provisioned 400"] == WHAT_THE_NEXT_RUN_DID[step][checkpoints]


def test_killed_while_it_goes(site: Site) -> None:
    """A destroy that was killed leaves nodes in maintenance mode; `up` takes them back into service."""
    site.up()
    site.node.fail("delay", path="status/v1/alarm", seconds=3)
    run = Run(site.stack, "destroy", "--yes", "--skip-preview")
    while "withdrawn" not in site.told() or "machine gone" not in site.told():
        assert run.process.poll() is None
        time.sleep(0.05)
    run.kill("engine")
    run.end()
    site.stack.run("cancel", "--yes")
    site.up()


def test_an_image_is_passed_on(site: Site) -> None:
    """From the Management Node to the machine's resource, in one run, with no file in between."""
    site.up(kind="MANUAL-KVM")
    assert site.told() == ["worker made", "machine made", "provisioned"]
    assert site.outputs("dynamic:Resource")["taken"] > 3_000_000
    assert list(site.stack.folder.rglob("*.ova")) == []
    assert site.stack.destroy().ok


def test_an_image_that_nobody_took(site: Site) -> None:
    """The machine fails: the next run makes the node anew, with another image, and goes on."""
    site.program(kind="MANUAL-KVM", broken=True)
    failed = site.stack.up()
    assert not failed.ok
    assert "the rack has no room for edge-0" in failed.out
    assert len(site.node.objects("worker_vm")) == 1
    site.node.forget()
    site.up(broken=False)
    assert site.told() == ["worker gone", "worker made", "machine made", "provisioned"]


def test_a_machine_that_never_answers(site: Site) -> None:
    """One line; worker and machine stay, and the next run goes on from there."""
    site.node.settings(listening=False)
    site.program(ready_limit=2)
    failed = site.stack.up()
    assert not failed.ok
    lines = [each for each in failed.lines if 'NodeProvisioning "edge-0": https://127.0.0.1' in each]
    assert lines
    assert all("did not answer within 2 s" in each and "it goes on from here" in each for each in lines), failed.out
    assert "Traceback" not in failed.out
    site.node.settings(listening=True)
    site.node.forget()
    site.up()
    assert site.told() == ["provisioned"]
