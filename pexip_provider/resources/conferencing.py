"""What is no type of the Management Node's API: the steps between a Conferencing Node and its machine."""

from __future__ import annotations

from pexip_provider.base import PexipResource
from pexip_provider.provisioning import NodeProvisioningLifecycle
from provider_core.fields import Computed, Field, Ref, computed, local, reference
from provider_core.kinds import Boolean, Integer, Text

__all__ = ["NodeProvisioning"]


class NodeProvisioning(
    PexipResource,
    group="Platform configuration",
    path="node_provisioning",
    natural_key="name",
    key_is_unique=False,
    lifecycle=NodeProvisioningLifecycle,
    flow=True,
):
    """A machine that is made a Conferencing Node, and taken out of service before it goes; see `ConferencingNode`.

    Made: the bare machine at ``address`` is given ``document``, once, and the node is waited for until it is deployed
    and in sync. Without an address it is only waited for: it was started from its own image, or version 12 deploys it.
    Deleted: the node is put into maintenance mode, and its calls have ``drain_limit`` seconds to end.
    """

    name: Field[str] = local()
    node: Ref = reference("worker_vm", replaces=True)
    node_name: Field[str] = local(default="")
    node_address: Field[str] = local(default="")
    machine: Field[str] = local(default="", replaces=True)
    address: Field[str] = local(default="")
    document: Field[str] = local(default="", secret=True)
    bootstrap_port: Field[int] = local(Integer(1, 65535), default=8443)
    bootstrap_ca_bundle: Field[str] = local(default="")
    bootstrap_fingerprint: Field[str] = local(Text(max_length=95), default="")
    bootstrap_verify_tls: Field[bool] = local(Boolean(), default=True)
    ready_limit: Field[int] = local(Integer(1, 86400), default=900)
    drain_limit: Field[int] = local(Integer(0, 604800), default=1800)
    sync_status: Computed[str] = computed()
    version: Computed[str] = computed()
