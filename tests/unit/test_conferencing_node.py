"""The component: what it declares, in which order, and what it refuses before it declares anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pexip_provider import ConferencingNode, Machine
from provider_core.resource import CallError
from tests.support.mocked import Declared, declared

GIVEN: dict[str, Any] = {
    "name": "edge",
    "hostname": "edge",
    "domain": "example.com",
    "address": "192.0.2.9",
    "netmask": "255.255.255.0",
    "gateway": "192.0.2.1",
    "password": "secret-of-node",
    "system_location": "/api/admin/configuration/v1/system_location/1/",
}
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
"""What the engine is given with a value that is secret."""

PROGRAM = f"""
import pulumi
from pexip_provider import ConferencingNode

GIVEN = {GIVEN!r}

class Instance(pulumi.CustomResource):
    def __init__(self, resource_name, opts, **props):
        super().__init__("cloud:Instance", resource_name, {{**props, "public_ip": None}}, opts)

def machine(node):
    known = {{key: getattr(node, key) for key in ("name", "cpus", "memory", "image", "serves")}}
    return Instance("it", node.opts, **known)

ConferencingNode("template", machine=machine, vm_cpu_count=8, vm_system_memory=8192, **GIVEN)
ConferencingNode("image", machine=machine, deployment_type="MANUAL-ESXI6_7", **GIVEN)
ConferencingNode("old", deployment_type="VMWARE", settings={{"host": "/api/admin/configuration/v1/host_system/1/"}}, **GIVEN)
ConferencingNode("cloud", machine=machine, bootstrap_address=lambda instance: instance.public_ip, **GIVEN)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Declared]:
    """What a program with a node of each form declares."""
    program = tmp_path_factory.mktemp("program") / "__main__.py"
    program.write_text(PROGRAM)
    return declared(program)


def inputs(made: list[Declared], kind: str, name: str) -> dict[str, Any]:
    """The inputs of a resource."""
    (found,) = [each.inputs for each in made if (each.kind, each.name) == (kind, name)]
    return found


def machines(made: list[Declared]) -> list[dict[str, Any]]:
    """The machines, in the order of the program: template, image, cloud."""
    return sorted((each.inputs for each in made if each.kind == "Instance"), key=lambda each: str(each["serves"]))


def test_from_a_generic_template(made: list[Declared]) -> None:
    """The node's document goes to its own address, at 8443; the machine knows its size and whom it serves."""
    step = inputs(made, "NodeProvisioning", "template")
    (instance,) = [each for each in machines(made) if each["cpus"] == 8]
    assert (instance["memory"], instance["image"]) == (8192, "")
    assert instance["serves"] == step["node"]
    assert (step["address"], step["bootstrap_port"], step["document"]) == (
        "192.0.2.9",
        8443,
        {**SECRET, "value": "<xml/>"},
    )
    assert step["machine"]
    assert "hand_over" not in inputs(made, "WorkerVm", "template")


def test_a_node_is_declared_before_its_machine_and_that_before_its_document_is_sent(made: list[Declared]) -> None:
    """Each kind as often as there are nodes of it, the worker of each before all that needs it."""
    kinds = [each.kind for each in made]
    assert [kinds.count(kind) for kind in ("ConferencingNode", "WorkerVm", "Instance", "NodeProvisioning")] == [
        4,
        4,
        3,
        4,
    ]
    ids = {f"/api/admin/configuration/v1/worker_vm/{number}/": number for number in range(1, len(made) + 1)}
    for number, each in enumerate(made, 1):
        if each.kind == "Instance":
            assert ids[each.inputs["serves"]] < number
        if each.kind == "NodeProvisioning" and each.inputs["machine"]:
            assert ids[each.inputs["node"]] < ids[each.inputs["machine"]] < number


def test_from_its_own_image(made: list[Declared]) -> None:
    """The node hands its image over, the machine takes it, and nothing is sent to the machine."""
    assert inputs(made, "WorkerVm", "image")["hand_over"] is True
    assert [each["image"] for each in machines(made)].count("stream:1") == 1
    step = inputs(made, "NodeProvisioning", "image")
    assert (step["address"], step["document"]["value"]) == ("", "")


def test_by_the_management_node(made: list[Declared]) -> None:
    """Version 12: there is no machine to declare; further fields of the node pass through."""
    assert inputs(made, "WorkerVm", "old")["host"] == "/api/admin/configuration/v1/host_system/1/"
    step = inputs(made, "NodeProvisioning", "old")
    assert (step["machine"], step["address"], step["document"]["value"]) == ("", "", "")


def test_reached_at_an_address_that_the_machine_has(made: list[Declared]) -> None:
    """Whatever gives an address: a function of the machine."""
    assert inputs(made, "NodeProvisioning", "cloud")["address"] == "198.51.100.7"


def machine(node: Machine) -> Any:
    """Is not reached."""
    raise AssertionError(node)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "machine must be given for MANUAL-PROVISION-ONLY"),
        ({"machine": machine, "deployment_type": "VMWARE"}, "machine must not be given for VMWARE"),
        ({"machine": machine, "vm_cpu_count": 8}, "vm_system_memory must be at least 8192 MB for 8 processors"),
        ({"machine": machine, "vm_cpu_count": 2, "vm_system_memory": 4096}, "vm_cpu_count must be at least 4"),
    ],
)
def test_what_cannot_work_is_refused(given: dict[str, Any], said: str) -> None:
    """In one line with the node's name, before anything is declared."""
    with pytest.raises(CallError, match=f'ConferencingNode "edge": {said}'):
        ConferencingNode("edge", **{**GIVEN, **given})


def test_the_documentation_has_every_argument() -> None:
    """docs/conferencing-nodes.md names each argument that is not simply a field of the node."""
    text = Path(__file__).parents[2].joinpath("docs", "conferencing-nodes.md").read_text("utf-8")
    code = ConferencingNode.__init__.__code__
    arguments = set(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])
    fields = {*GIVEN, "description", "node_type", "static_nat_address", "tls_certificate", "ssh_authorized_keys"}
    fields |= {"self", "resource_name", "opts"}
    assert [name for name in sorted(arguments - fields) if f"`{name}`" not in text] == []
