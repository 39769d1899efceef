"""Runs that are killed while images pass from the Management Node to vSphere: the next one ends well."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.support.joined import Joined
from tests.support.node import Node
from tests.support.run import Run
from tests.support.vsphere import Vsphere, needs_simulator

pytestmark = needs_simulator


def _half_made(vsphere: Vsphere, node: Node) -> bool:
    """An upload stands still in the middle."""
    return vsphere.machines() == ["edge-1"]


def _started(vsphere: Vsphere, node: Node) -> bool:
    """The machine is whole, and the node is waited for."""
    asked = [each["path"] for each in node.requests()]
    return any("bootstrap" in each for each in asked) and vsphere.extra("edge-1")["pexip-iac.complete"] == "true"


STEPS: dict[str, Callable[[Vsphere, Node], bool]] = {"upload": _half_made, "call home": _started}
ANEW = ["worker gone", "worker made", "machine gone", "machine made", "machine on", "provisioned"]
WHAT_THE_NEXT_RUN_DID = {
    ("upload", True): ANEW,
    ("upload", False): ANEW,
    ("call home", True): [],
    ("call home", False): [],
}


@pytest.mark.parametrize(
    ("step", "victim", "checkpoints"),
    [
        ("upload", "engine", True),
        ("upload", "engine", False),
        ("upload", "provider", True),
        ("call home", "engine", True),
        ("call home", "engine", False),
        ("call home", "provider", False),
    ],
)
def test_killed(
    on_vsphere: Joined, homes: Vsphere, management: Node, step: str, victim: str, checkpoints: bool
) -> None:
    """Whatever is killed, and when: the next run ends with one worker and one machine, in sync."""
    stack = on_vsphere.stack
    stack.environment["PULUMI_SKIP_CHECKPOINTS"] = "false" if checkpoints else "true"
    on_vsphere.configure(addresses="192.0.2.31")
    if step == "upload":
        homes.fail("hold", after=1_000_000)
    else:
        management.settings(sync_after=5)
    run = Run(stack, "up", "--yes", "--skip-preview")
    while not STEPS[step](homes, management):
        assert run.process.poll() is None
        time.sleep(0.05)
    run.kill(victim)
    run.end()
    homes.forget()
    stack.run("cancel", "--yes")
    management.forget()
    began = time.time()
    on_vsphere.up()
    assert on_vsphere.timeline(homes.moments(began)) == WHAT_THE_NEXT_RUN_DID[step, checkpoints]
    assert on_vsphere.workers() == on_vsphere.in_service() == homes.machines() == ["edge-1"]
    assert homes.extra("edge-1")["pexip-iac.complete"] == "true"
    on_vsphere.nothing_to_do()
