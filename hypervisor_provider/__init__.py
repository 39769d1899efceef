"""Virtual machines for Conferencing Nodes: vSphere and libvirt, as typed Pulumi resources.

from hypervisor_provider import libvirt, vsphere

Neither vSphere's library nor libvirt's is imported before a machine is made or read.
"""

from hypervisor_provider import libvirt, vsphere

__all__ = ["libvirt", "vsphere"]
