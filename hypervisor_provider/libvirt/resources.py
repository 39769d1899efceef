"""The types of a libvirt host, as they are declared."""

from __future__ import annotations

from hypervisor_provider.libvirt.base import LibvirtResource
from hypervisor_provider.libvirt.kinds import Disk, Nic
from hypervisor_provider.libvirt.lifecycles import DomainLifecycle, NetworkLifecycle, VolumeLifecycle
from provider_core.fields import (
    BY_NODE,
    Computed,
    Field,
    Ref,
    Refs,
    boolean,
    choice,
    computed,
    image,
    integer,
    local,
    reference,
    references,
    text,
)
from provider_core.kinds import Boolean, Integer

__all__ = ["Domain", "Network", "Volume"]

GROUP = "libvirt"


class Volume(
    LibvirtResource, group=GROUP, path="volume", natural_key=("pool", "name"), lifecycle=VolumeLifecycle
):  # fmt: skip
    """A disk in a storage pool: an image that is uploaded, a layer on top of another volume, or an empty disk.

    ``source`` is the path of a qcow2 or raw image, or of an OVA, whose disk is converted (with qemu-img, in the folder
    for temporary files), or the name of an image that another resource hands over. It is what the volume begins with,
    once: another file changes nothing (a Conferencing Node is upgraded by its Management Node), another image that is
    handed over makes another volume. ``capacity`` is in MiB and may grow; it never shrinks. The id is ``pool/name``.
    """

    name: Field[str] = text(max_length=255, replaces=True)
    pool: Field[str] = text(max_length=255, replaces=True)
    source: Field[str] = image(default=BY_NODE)
    backing: Ref = reference(Disk(), default=None, replaces=True)
    format: Field[str] = choice("qcow2", "raw", default="qcow2", replaces=True)
    capacity: Field[int] = integer(minimum=1, default=BY_NODE)
    path: Computed[str] = computed(at_create=True)
    allocation: Computed[int] = computed(Integer())


class Network(LibvirtResource, group=GROUP, path="network", natural_key="name", lifecycle=NetworkLifecycle):
    """A network that machines are attached to.

    ``address`` is the host's own, with its prefix: ``192.168.150.1/24``. ``bridge`` names the bridge that libvirt
    makes, or, in mode ``bridge``, the one that the host has. Without ``dhcp_start`` and ``dhcp_end`` there is no DHCP.
    The id is the network's UUID.
    """

    name: Field[str] = text(max_length=255, replaces=True)
    mode: Field[str] = choice("nat", "route", "isolated", "bridge", default="nat", replaces=True)
    bridge: Field[str] = text(max_length=15, default=BY_NODE, replaces=True)
    address: Field[str] = text(default="", replaces=True)
    dhcp_start: Field[str] = text(format="ip_address", default="")
    dhcp_end: Field[str] = text(format="ip_address", default="")
    autostart: Field[bool] = boolean(default=True)


class Domain(LibvirtResource, group=GROUP, path="domain", natural_key="name", lifecycle=DomainLifecycle):
    """A virtual machine, with its volumes as disks and a network card for each of its networks.

    ``memory`` is in MiB. What only takes effect when the machine starts (processors, memory, disks, networks, its
    name) restarts it, where ``allow_power_off`` permits that: the guest is told to shut down, is switched off after
    ``shutdown_seconds``, and started again. ``serves`` is the id of what runs on the machine, which leaves its service
    before. Destroying a machine keeps its volumes. The id is the domain's UUID.
    """

    name: Field[str] = text(max_length=255)
    cpus: Field[int] = integer(minimum=1, maximum=1024)
    memory: Field[int] = integer(minimum=16)
    volumes: Refs = references(Disk(), unordered=False, default=())
    networks: Refs = references(Nic(), unordered=False, default=())
    arch: Field[str] = text(max_length=32, default=BY_NODE, replaces=True)
    machine: Field[str] = text(max_length=64, default=BY_NODE, replaces=True)
    firmware: Field[str] = choice("bios", "efi", default="bios", replaces=True)
    cpu_mode: Field[str] = choice("host-passthrough", "host-model", "maximum", default=BY_NODE)
    power: Field[str] = choice("on", "off", default="on")
    start_with_host: Field[bool] = boolean(default=False)
    notes: Field[str] = text(default="")
    allow_power_off: Field[bool] = local(Boolean(), default=False)
    shutdown_seconds: Field[int] = local(Integer(0, 3600), default=120)
    serves: Field[str] = local(default="")
    uuid: Computed[str] = computed(at_create=True)
    virt_type: Computed[str] = computed(at_create=True)
    ip_address: Computed[str] = computed()
