"""Virtual machines on libvirt: domains, storage volumes and networks of a KVM host.

from hypervisor_provider.libvirt import Domain, Network, Volume
"""

from __future__ import annotations

__all__: list[str] = []
