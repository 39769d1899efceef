"""Two Conferencing Nodes on a KVM host, a room, and how calls reach what is no room.

Their machines are made from the vendor's generic template, and are given their documents when they have started.
"""

import os

import pulumi

from hypervisor_provider.libvirt import Domain, Volume
from pexip_provider import Alias, Conference, ConferencingNode, GatewayRoutingRule, Machine, SystemLocation

# The defaults are the simulator's; `pulumi config set` has your site's, with --secret for PINs and passwords.
config = pulumi.Config()
domain = config.get("domain") or "example.com"
addresses = (config.get("addresses") or "192.0.2.41,192.0.2.42").split(",")
password = config.get_secret("node_password") or pulumi.Output.secret("Hypervisor-3")
host_pin = config.get_secret("host_pin") or pulumi.Output.secret("739146")
guest_pin = config.get_secret("guest_pin") or pulumi.Output.secret("205813")

location = SystemLocation("location", name=config.get("location") or "Oslo", mtu=1400)


def machine(name: str, node: Machine) -> Domain:
    """The machine of a node, on a disk of its own that is made from the template."""
    disk = Volume(
        name,
        name=f"{name}.qcow2",
        pool=config.get("pool") or "images",
        source=config.get("template") or "template.qcow2",
        opts=node.opts,
    )
    return Domain(
        name,
        name=node.name,
        cpus=node.cpus,
        memory=node.memory,
        volumes=[disk],
        networks=[config.get("network") or "user"],
        notes=config.get("notes") or "Conferencing Node, made by Pulumi",
        # Another number of CPUs stops a machine: one node at a time, when its calls have ended, if you allow it.
        allow_power_off=config.get_bool("allow_power_off") or False,
        shutdown_seconds=config.get_int("shutdown_seconds") or 120,
        serves=node.serves,
        opts=node.opts,
    )


def conferencing_node(name: str, address: str) -> ConferencingNode:
    """A Conferencing Node with its machine."""
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
        vm_cpu_count=config.get_int("cpus") or 4,
        vm_system_memory=config.get_int("memory") or 4096,
        generation=config.get("generation") or "",
        ready_limit=config.get_int("ready_limit") or 900,
        # The simulator has its bare nodes at one address, with its own certificate; "" is each node's own address.
        bootstrap_address=config.get("bootstrap_address", "127.0.0.1") or None,
        bootstrap_port=config.get_int("bootstrap_port") or 8443,
        bootstrap_ca_bundle=config.get("bootstrap_ca_bundle") or os.environ.get("PEXIP_CA_BUNDLE", ""),
        bootstrap_verify_tls=config.get_bool("bootstrap_verify_tls", True),
        machine=lambda node: machine(name, node),
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
