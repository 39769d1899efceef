"""Virtual machines on vSphere: a vCenter Server, or one ESXi host.

from hypervisor_provider.vsphere import VirtualMachine
"""

from __future__ import annotations

from hypervisor_provider.vsphere.base import VSPHERE, VsphereResource
from hypervisor_provider.vsphere.resources import VirtualMachine

__all__ = ["VSPHERE", "VirtualMachine", "VsphereResource"]
