"""Virtual machines on libvirt: domains, storage volumes and networks of a KVM host.

from hypervisor_provider.libvirt import Domain, Network, Volume

disk = Volume("disk", name="node-1.qcow2", pool="default", source="pexip-node.qcow2", capacity=102_400)
Domain("node-1", name="node-1", cpus=4, memory=4096, volumes=[disk], networks=["bridge:br0"])
"""

from __future__ import annotations

from hypervisor_provider.libvirt.base import LIBVIRT
from hypervisor_provider.libvirt.resources import Domain, Network, Volume
from provider_core.declaration import verify_references

__all__ = ["LIBVIRT", "Domain", "Network", "Volume"]

verify_references(LIBVIRT.namespace)
