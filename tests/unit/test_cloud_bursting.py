"""The stack for a cloud: the node component takes a machine of any package that gives an address."""

from __future__ import annotations

import pytest

from tests.support.engine import ROOT
from tests.support.mocked import Declared, declared

PROGRAM = ROOT / "stacks" / "cloud_bursting" / "__main__.py"
STANDINS = ROOT / "tests" / "support" / "standins"
CONFIG = {
    f"test:{name}": value
    for name, value in {
        "template": "ami-1",
        "subnet": "subnet-1",
        "security_group": "sg-1",
        "node_password": "secret-of-node",
        "nodes": "3",
    }.items()
}


@pytest.fixture(scope="module")
def made() -> list[Declared]:
    """What the stack declares, on a stand-in for the cloud's package."""
    return declared(PROGRAM, STANDINS, config=CONFIG)


def test_each_node_has_an_instance_and_is_reached_where_that_is(made: list[Declared]) -> None:
    """The private address is the node's own, the public one is where the document goes."""
    kinds = [each.kind for each in made]
    assert [kinds.count(kind) for kind in ("WorkerVm", "Instance", "NodeProvisioning")] == [3, 3, 3]
    instances = {each.name: each.inputs for each in made if each.kind == "Instance"}
    steps = {each.name: each.inputs for each in made if each.kind == "NodeProvisioning"}
    for number in range(3):
        instance, step = instances[f"burst-{number}"], steps[f"burst-{number}"]
        assert instance["private_ip"] == step["node_address"] == f"10.20.0.{10 + number}"
        assert instance["tags"]["Serves"] == step["node"]
        assert step["address"] == "198.51.100.7"


def test_calls_go_there_when_the_data_centre_is_full(made: list[Declared]) -> None:
    """The overflow location is the cloud's."""
    (home,) = [each for each in made if (each.kind, each.name) == ("SystemLocation", "home")]
    assert home.inputs["overflow_location1"]


def test_without_the_clouds_package_it_says_what_to_install() -> None:
    """One line, for a stack that is looked at before it is used."""
    try:
        import pulumi_aws  # type: ignore[import-not-found,unused-ignore]  # noqa: F401
    except ImportError:
        with pytest.raises(AssertionError, match="pip install pulumi-aws"):
            declared(PROGRAM, config=CONFIG)
