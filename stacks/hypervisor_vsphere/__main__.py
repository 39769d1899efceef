"""Two Conferencing Nodes on vSphere, a room, and how calls reach what is no room.

The Management Node makes an image for each node. It goes to vSphere while it arrives, and never lies on this machine's
disk.
"""

import pulumi

from hypervisor_provider.vsphere import VirtualMachine
from pexip_provider import Alias, Conference, ConferencingNode, GatewayRoutingRule, SystemLocation

# The defaults are the simulators'; `pulumi config set` has your site's, with --secret for PINs and passwords.
config = pulumi.Config()
domain = config.get("domain") or "example.com"
addresses = (config.get("addresses") or "192.0.2.31,192.0.2.32").split(",")
password = config.get_secret("node_password") or pulumi.Output.secret("Hypervisor-3")
host_pin = config.get_secret("host_pin") or pulumi.Output.secret("739146")
guest_pin = config.get_secret("guest_pin") or pulumi.Output.secret("205813")

location = SystemLocation("location", name=config.get("location") or "Oslo", mtu=1400)


def conferencing_node(name: str, address: str) -> ConferencingNode:
    """A Conferencing Node, and the machine that is made from its image."""
    return ConferencingNode(
        name,
        name=name,
        hostname=name,
        domain=domain,
        address=address,
        netmask=config.get("netmask") or "255.255.255.0",
        gateway=config.get("gateway") or "192.0.2.1",
        password=password,
        description=config.get("description") or "Made by Pulumi",
        system_location=location,
        deployment_type="MANUAL-ESXI6_7",
        vm_cpu_count=config.get_int("cpus") or 4,
        vm_system_memory=config.get_int("memory") or 4096,
        generation=config.get("generation") or "",
        ready_limit=config.get_int("ready_limit") or 900,
        machine=lambda node: VirtualMachine(
            name,
            name=node.name,
            ova=node.image,
            cluster=config.get("cluster") or "DC0_C0",
            datastore=config.get("datastore") or "LocalDS_0",
            folder=config.get("folder") or "Conferencing",
            networks=[config.get("network") or "DC0_DVPG0"],
            cpus=node.cpus,
            memory=node.memory,
            notes=config.get("notes") or "Conferencing Node, made by Pulumi",
            # Another number of CPUs stops a machine: one node at a time, when its calls have ended, if you allow it.
            allow_power_off=config.get_bool("allow_power_off") or False,
            serves=node.serves,
            opts=node.opts,
        ),
    )


nodes = [conferencing_node(f"edge-{number}", address) for number, address in enumerate(addresses, 1)]

boardroom = Conference(
    "boardroom",
    name="Board room",
    service_type="conference",
    pin=host_pin,
    allow_guests=True,
    guest_pin=guest_pin,
    aliases=[Alias(alias=f"board@{domain}"), Alias(alias="7001", description="Short number")],
    tag="hypervisor",
)
devices = GatewayRoutingRule(
    "devices",
    name="Calls to registered devices",
    priority=60,
    match_string=r".*@example\.com",
    called_device_type="registration",
    outgoing_location=location,
    tag="hypervisor",
)

pulumi.export("nodes", [each.node.name for each in nodes])
pulumi.export("versions", [each.provisioning.version for each in nodes])
pulumi.export("dial", f"board@{domain}")
