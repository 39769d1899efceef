"""Virtual machines on vSphere: a vCenter Server, or one ESXi host.

from hypervisor_provider.vsphere import VirtualMachine
"""

from __future__ import annotations

__all__: list[str] = []
