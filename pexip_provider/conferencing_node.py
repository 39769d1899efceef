"""A Conferencing Node with its machine, as one thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from pexip_provider.resources.conferencing import NodeProvisioning
from pexip_provider.resources.platform import SystemLocation, WorkerVm
from provider_core.resource import CallError

__all__ = ["ConferencingNode", "Machine"]

DOCUMENT = "MANUAL-PROVISION-ONLY"
BY_ITSELF = "VMWARE"


@dataclass(frozen=True)
class Machine:
    """What a machine must be for its node, given to the function that declares it.

    ``memory`` is in megabytes; ``image`` names the image made for this node ("" for a generic template), which
    ``hypervisor_provider`` accepts in place of a file's path; ``serves`` is the node's id: a hypervisor's resource
    that has such a field takes the node out of service before it stops the machine. ``opts`` puts the machine in its
    place among the node's resources: give them to it, merged with your own where you have some.
    """

    name: pulumi.Output[str]
    hostname: pulumi.Output[str]
    address: pulumi.Output[str]
    cpus: pulumi.Output[int]
    memory: pulumi.Output[int]
    image: pulumi.Output[str]
    serves: pulumi.Output[str]
    opts: pulumi.ResourceOptions


class ConferencingNode(pulumi.ComponentResource):
    """A Conferencing Node: its configuration, its machine, and all that lies between.

    ``machine`` is a function that declares the machine, on whatever hypervisor or cloud, from a `Machine`:

        ConferencingNode(
            "edge-1",
            name="edge-1", hostname="edge-1", domain="example.com", address="192.0.2.31", netmask="255.255.255.0",
            gateway="192.0.2.1", password=secret, system_location=oslo,
            machine=lambda node: Domain("edge-1", name=node.name, cpus=node.cpus, opts=node.opts, …),
        )

    - deployment_type MANUAL-PROVISION-ONLY (the default): the machine is of the generic template. It is given its
      document at ``https://<address>:8443``; ``bootstrap_address`` is where it is reached when not at the node's own
      address: a value, or a function of the machine. The ``bootstrap_…`` arguments say how its certificate is verified.
    - another one: the machine takes ``image``, which streams from the Management Node to the hypervisor.
    - VMWARE (version 12) without a ``machine``: the Management Node deploys it onto ``host``, given in ``settings``.

    ``ready_limit``: seconds for the machine to answer, and again for the node to be in sync. ``drain_limit``: seconds
    for calls to end before the machine stops or goes. ``at_once``: how many nodes of a location one run takes out of
    service together; the others wait, ``out_limit`` seconds at most. ``generation``: any text; another one makes the
    node and its machine anew. ``settings`` holds further fields of `WorkerVm`.

    Outputs: ``node`` (the `WorkerVm`), ``machine`` (what the function returned), ``provisioning``.
    """

    def __init__(
        self,
        resource_name: str,
        /,
        *,
        machine: Callable[[Machine], pulumi.Resource] | pulumi.Resource | None = None,
        name: pulumi.Input[str],
        hostname: pulumi.Input[str],
        domain: pulumi.Input[str],
        address: pulumi.Input[str],
        netmask: pulumi.Input[str],
        gateway: pulumi.Input[str],
        password: pulumi.Input[str],
        system_location: pulumi.Input[str] | SystemLocation,
        deployment_type: str = DOCUMENT,
        vm_cpu_count: pulumi.Input[int] = 4,
        vm_system_memory: pulumi.Input[int] = 4096,
        description: pulumi.Input[str] | None = None,
        node_type: pulumi.Input[str] | None = None,
        static_nat_address: pulumi.Input[str] | None = None,
        tls_certificate: pulumi.Input[str] | pulumi.CustomResource | None = None,
        ssh_authorized_keys: Sequence[pulumi.Input[str] | pulumi.CustomResource] | None = None,
        settings: Mapping[str, Any] | None = None,
        bootstrap_address: pulumi.Input[str] | Callable[[Any], pulumi.Input[str]] | None = None,
        bootstrap_port: int = 8443,
        bootstrap_ca_bundle: str = "",
        bootstrap_fingerprint: pulumi.Input[str] = "",
        bootstrap_verify_tls: bool = True,
        ready_limit: int = 900,
        drain_limit: int = 1800,
        at_once: int = 1,
        out_limit: int = 3600,
        generation: str = "",
        connection: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        _verify(resource_name, machine, deployment_type, vm_cpu_count, vm_system_memory)
        super().__init__("pexip:ConferencingNode", resource_name, None, opts)
        self._by_image = deployment_type not in (DOCUMENT, BY_ITSELF) and not (settings or {}).get("document_path")
        given = {
            "description": description,
            "node_type": node_type,
            "static_nat_address": static_nat_address,
            "tls_certificate": tls_certificate,
            "ssh_authorized_keys": ssh_authorized_keys,
            "hand_over": self._by_image or None,
            "generation": generation or None,
            **(settings or {}),
        }
        # The same name and address stand before and after: what is replaced must be gone first. Calls must have ended
        # before a machine goes: with replace_with, the engine would take it away before the provisioning.
        self.node = WorkerVm(
            resource_name,
            name=name,
            hostname=hostname,
            domain=domain,
            address=address,
            netmask=netmask,
            gateway=gateway,
            password=password,
            system_location=system_location,
            deployment_type=deployment_type,
            vm_cpu_count=vm_cpu_count,
            vm_system_memory=vm_system_memory,
            at_once=at_once,
            drain_limit=drain_limit,
            out_limit=out_limit,
            connection=connection,
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
            **{key: value for key, value in given.items() if value is not None},
        )
        self.machine = machine(self._machine()) if callable(machine) else machine
        below = [self.machine] if self.machine is not None else []
        by_document = deployment_type == DOCUMENT
        self.provisioning = NodeProvisioning(
            resource_name,
            name=resource_name,
            node=self.node,
            node_name=name,
            node_address=address,
            machine=self.machine.id if isinstance(self.machine, pulumi.CustomResource) else "",
            address=self._reached_at(bootstrap_address, address) if by_document else "",
            document=self.node.provisioning_document if by_document else "",
            bootstrap_port=bootstrap_port,
            bootstrap_ca_bundle=bootstrap_ca_bundle,
            bootstrap_fingerprint=bootstrap_fingerprint,
            bootstrap_verify_tls=bootstrap_verify_tls,
            ready_limit=ready_limit,
            drain_limit=drain_limit,
            connection=connection,
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True, depends_on=below),
        )
        self.register_outputs({"node": self.node.id, "address": address, "version": self.provisioning.version})

    def _machine(self) -> Machine:
        node = self.node
        return Machine(
            name=node.name,
            hostname=node.hostname,
            address=node.address,
            cpus=node.vm_cpu_count,
            memory=node.vm_system_memory,
            image=node.image if self._by_image else pulumi.Output.from_input(""),
            serves=node.id,
            opts=pulumi.ResourceOptions(
                parent=self, delete_before_replace=True, depends_on=[node], replacement_trigger=node.id
            ),
        )

    def _reached_at(
        self, where: pulumi.Input[str] | Callable[[Any], pulumi.Input[str]] | None, address: pulumi.Input[str]
    ) -> pulumi.Input[str]:
        if where is None:
            return address
        return where(self.machine) if callable(where) else where


def _verify(resource_name: str, machine: Any, deployment_type: str, cpus: Any, memory: Any) -> None:
    """Raise `CallError` for what cannot work, before anything is declared."""
    wrong = []
    if machine is None and deployment_type != BY_ITSELF:
        wrong.append(f"machine must be given for {deployment_type}: a function that declares the machine")
    if machine is not None and deployment_type == BY_ITSELF:
        wrong.append(f"machine must not be given for {BY_ITSELF}: the Management Node makes it")
    if isinstance(cpus, int) and isinstance(memory, int):
        if memory < 1024 * cpus:
            least = f"at least {1024 * cpus} MB for {cpus} processors (1 GB for each)"
            wrong.append(f"vm_system_memory must be {least}, got {memory}")
        if cpus < 4:
            wrong.append(f"vm_cpu_count must be at least 4, which a Conferencing Node needs, got {cpus}")
    if wrong:
        raise CallError(f'ConferencingNode "{resource_name}": {"; ".join(wrong)}')
