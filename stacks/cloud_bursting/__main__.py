"""Conferencing Nodes in a cloud, for the calls that the data centre has no room for.

The machines come from the cloud's own package, here pulumi-aws (`pip install pulumi-aws`): `ConferencingNode` takes
whatever gives an address.
"""

from collections.abc import Callable

import pulumi

from pexip_provider import ConferencingNode, Machine, SystemLocation

try:
    import pulumi_aws as aws  # type: ignore[import-not-found, unused-ignore]
except ImportError:
    raise pulumi.RunError("this stack makes its machines with pulumi-aws: pip install pulumi-aws") from None

config = pulumi.Config()
template = config.require("template")  # the AMI of the vendor's generic Conferencing Node
subnet = config.require("subnet")
firewall = config.require("security_group")
password = config.require_secret("node_password")

cloud = SystemLocation("cloud", name="Cloud")
home = SystemLocation("home", name="Data centre", overflow_location1=cloud)


def instance(number: int) -> Callable[[Machine], pulumi.Resource]:
    """A function that declares the machine of a node."""

    def declare(node: Machine) -> pulumi.Resource:
        made: pulumi.Resource = aws.ec2.Instance(
            f"burst-{number}",
            ami=template,
            instance_type="c5.2xlarge",
            subnet_id=subnet,
            private_ip=node.address,
            vpc_security_group_ids=[firewall],
            associate_public_ip_address=True,
            tags={"Name": node.name, "Serves": node.serves},
            opts=node.opts,
        )
        return made

    return declare


nodes = [
    ConferencingNode(
        f"burst-{number}",
        name=f"burst-{number}",
        hostname=f"burst-{number}",
        domain="example.com",
        address=f"10.20.0.{10 + number}",
        netmask="255.255.255.0",
        gateway="10.20.0.1",
        password=password,
        system_location=cloud,
        vm_cpu_count=8,
        vm_system_memory=8192,
        machine=instance(number),
        bootstrap_address=lambda machine: machine.public_ip,
        # The machine is new, in a network of its own, and its certificate is made when it first starts.
        bootstrap_verify_tls=False,
        at_once=1,
    )
    for number in range(config.get_int("nodes") or 2)
]

pulumi.export("nodes", [each.node.name for each in nodes])
pulumi.export("reached_at", [each.provisioning.address for each in nodes])
