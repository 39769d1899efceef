"""The types of machines, as they are declared."""

from __future__ import annotations

from hypervisor_provider.vsphere.base import VsphereResource
from hypervisor_provider.vsphere.lifecycle import VirtualMachineLifecycle
from provider_core.fields import (
    BY_NODE,
    Computed,
    Field,
    boolean,
    choice,
    computed,
    image,
    integer,
    local,
    text,
    texts,
)
from provider_core.kinds import Boolean

__all__ = ["VirtualMachine"]


class VirtualMachine(
    VsphereResource, path="virtual_machine", natural_key="name", lifecycle=VirtualMachineLifecycle, group="Machines"
):
    """A virtual machine made from an OVA; its id is its instance UUID, which stays when it moves to another host.

    ``ova`` is the path of an OVA beside the program, or what another resource hands over (``stream:…``): it goes to
    the host while it arrives, and never lies on this machine's disk. It is what the machine is made from, once: another
    file changes nothing (a Conferencing Node is upgraded by its Management Node), another stream is another machine.

    ``datacenter``, ``cluster`` or ``host``, ``resource_pool``, ``datastore`` and ``folder`` (``Video/Nodes``) are
    names, and may be left out where there is one to choose. They say where the machine is made: it may be
    moved afterwards, which is no drift, and another place in the stack makes another machine.

    ``networks`` are names of port groups, one for each network adapter, in their order. ``memory`` is in MiB. What a
    Conferencing Node needs is the default: all of its memory reserved, and CPU: ``reserve_cpu_mhz``, when left out, is
    ``cpus`` times the clock of the host's cores when the machine is made, and changes with ``cpus``.

    Fewer CPUs or less memory, and more where the machine cannot take them while it runs, need it to be off: that is
    refused unless ``allow_power_off=True``. It is then shut down, changed and started; what runs on it, ``serves`` (the
    id of a Conferencing Node), leaves service before and is back in service before the update goes on.

    ``start_with_host`` is for a host that stands alone; a cluster starts machines itself (vSphere HA).
    ``ip_address`` is known once the guest's tools have told it (``pulumi refresh``).
    """

    name: Field[str] = text(max_length=80)
    ova: Field[str] = image()
    datacenter: Field[str] = text(default=BY_NODE, write_only=True, replaces=True)
    cluster: Field[str] = text(default=BY_NODE, write_only=True, replaces=True)
    host: Field[str] = text(default=BY_NODE, write_only=True, replaces=True)
    resource_pool: Field[str] = text(default=BY_NODE, write_only=True, replaces=True)
    datastore: Field[str] = text(default=BY_NODE, write_only=True, replaces=True)
    folder: Field[str] = text(default=BY_NODE, write_only=True, replaces=True)
    networks: Field[list[str]] = texts(unordered=False, default=BY_NODE)
    cpus: Field[int] = integer(minimum=1, default=BY_NODE)
    cores_per_socket: Field[int] = integer(minimum=1, default=BY_NODE)
    memory: Field[int] = integer(minimum=4, default=BY_NODE)
    reserve_memory: Field[bool] = boolean(default=True)
    reserve_cpu_mhz: Field[int] = integer(minimum=0, default=BY_NODE)
    power: Field[str] = choice("on", "off", default="on")
    start_with_host: Field[bool] = boolean(default=False)
    notes: Field[str] = text(default="")
    allow_power_off: Field[bool] = local(Boolean(), default=False)
    serves: Field[str] = local(default="")
    moref: Computed[str] = computed(at_create=True)
    running_on: Computed[str] = computed(at_create=True)
    ip_address: Computed[str] = computed()
