"""The lifecycle's backend on a vCenter Server or an ESXi host. A machine's id is its instance UUID."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hypervisor_provider.vsphere import autostart, machines
from hypervisor_provider.vsphere.api import vim
from hypervisor_provider.vsphere.deploy import deploy
from hypervisor_provider.vsphere.inventory import Inventory
from hypervisor_provider.vsphere.ova import Ova, opened
from hypervisor_provider.vsphere.session import Properties, Session
from provider_core import errors
from provider_core.backend import Created
from provider_core.connections import Settings
from provider_core.joiner import Joiner
from provider_core.service import out_of_service
from provider_core.waiting import wait

__all__ = ["VsphereBackend", "connect"]

SHUTDOWN = 120.0
"""Seconds that a guest may take to shut down before its machine is switched off."""


class VsphereBackend:
    """Machines of one connection. Reads that are in flight together are joined into one request."""

    def __init__(self, settings: Settings) -> None:
        self.session = Session(settings)
        self.inventory = Inventory(self.session)
        self._known: dict[str, Any] = {}
        self._reads: Joiner[str, Properties | None] = Joiner(self._read_all)

    def create(
        self,
        path: str,
        body: Mapping[str, Any],
        files: Mapping[str, Path],
        key: Mapping[str, Any] | None = None,
    ) -> Created:
        """Make a machine from its OVA, whole and running. When this raises, nothing is left of it."""
        with opened(str(body["ova"])) as ova:
            return Created(self._deploy(body, ova))

    def _deploy(self, body: Mapping[str, Any], ova: Ova) -> str:
        machine = deploy(self.session, self.inventory, body, ova)
        try:
            ((_, own),) = self.session.retrieve([machine], ["config.instanceUuid"])
            id = str(own["config.instanceUuid"])
            self._known[id] = machine
            if body.get("start_with_host"):
                autostart.configure(self.session, machine, True)
            if body.get("power", "on") == "on":
                self.session.wait(machine.PowerOn)
            whole = vim.vm.ConfigSpec(extraConfig=[vim.option.OptionValue(key=machines.COMPLETE, value="true")])
            self.session.wait(lambda: machine.Reconfigure(whole))
        except errors.ProviderError as error:
            try:
                self._destroy(machine, graceful=False)
            except errors.ProviderError as second:
                raise errors.AnswerLost(
                    f"{error}; the machine could not be taken back ({second}): the next run does"
                ) from None
            raise
        return id

    def find(self, body: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
        """The machine of this name in the folder that ``body`` says, with its id."""
        machine = self.inventory.existing(body)
        if machine is None:
            return None
        own = self._properties([machine]).get(machine)
        if own is None:
            return None
        if "config.instanceUuid" not in own:
            raise errors.AlreadyExists(
                f"a machine of this name is there and cannot be read ({machine._moId}): it is being made, or its files "
                "are gone; wait, or remove it"
            )
        id = str(own["config.instanceUuid"])
        self._known[id] = machine
        return id, self._wires({id: (machine, own)})[id]

    def read(self, path: str, id: str) -> dict[str, Any] | None:
        """The machine, or None when it is gone."""
        found = self._reads.call(id)
        return dict(found) if found is not None else None

    def starts_with_host(self, id: str) -> bool:
        """Whether the machine starts with the host that it is on."""
        machine = self._machine(id)
        return machine is not None and autostart.configured(self.session, machine)

    def update(self, path: str, id: str, body: Mapping[str, Any], files: Mapping[str, Path]) -> None:
        """Change what is in ``body``. What needs the machine to be off needs ``allow_power_off`` in it."""
        machine = self._machine(id)
        own = self._properties([machine]).get(machine) if machine is not None else None
        if machine is None or own is None:
            raise errors.NotFound(f"{id} is gone", 404)
        found = self._wires({id: (machine, own)})[id]
        spec = machines.configuration(self._with_reservation(found, body))
        if body.get("networks") is not None and body["networks"] != found["networks"]:
            spec.deviceChange = self._reconnected(machine, own, body["networks"])
        stops = machines.needs_power_off(found, body)
        if stops and not body.get("allow_power_off"):
            raise _must_stop(stops)
        if body.get("name") not in (None, found["name"]):
            self.session.wait(lambda: machine.Rename(body["name"]))
        if body.get("power") == "off":
            self.power_off(machine)
        if stops:
            with out_of_service(str(body.get("serves") or "")):
                self.power_off(machine)
                try:
                    self.session.wait(lambda: machine.Reconfigure(spec))
                finally:
                    self.session.wait(machine.PowerOn)
        elif spec != vim.vm.ConfigSpec():
            self.session.wait(lambda: machine.Reconfigure(spec))
        if "start_with_host" in body:
            autostart.configure(self.session, machine, bool(body["start_with_host"]))
        if body.get("power") == "on" and found["power"] == "off":
            self.session.wait(machine.PowerOn)

    def stops(self, id: str, body: Mapping[str, Any]) -> errors.ProviderError | None:
        """Why a machine does not take these changes while it runs, or None."""
        found = self.read("", id)
        fields = machines.needs_power_off(found, body) if found is not None else []
        return _must_stop(fields) if fields else None

    def delete(self, path: str, id: str) -> None:
        """Shut the guest down, and remove the machine with its disks; one that is gone already is a success."""
        machine = self._machine(id)
        if machine is not None:
            with contextlib.suppress(errors.NotFound):
                self._destroy(machine, graceful=True)
            self._known.pop(id, None)

    def list(self, path: str, filters: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """The machines with this name, or all of them."""
        found = self.session.collect(self.session.content.rootFolder, vim.VirtualMachine, machines.PATHS)
        by_id = {str(own["config.instanceUuid"]): (each, own) for each, own in found if "config.instanceUuid" in own}
        for id, each in self._wires(by_id).items():
            if all(each.get(name) == value for name, value in filters.items()):
                yield id, each

    def power_off(self, machine: Any, graceful: bool = True) -> None:
        """Shut the guest down when its tools run, and switch the machine off when that takes too long."""
        own = self._running(machine)
        if graceful and _has_tools(own):
            with contextlib.suppress(errors.Rejected):
                self.session.call(machine.ShutdownGuest)
                words = "its guest was told to shut down"
                wait(str(own["name"]), SHUTDOWN, lambda: words if _has_tools(self._running(machine)) else "")
            own = self._running(machine)
        if own:
            self.session.wait(machine.PowerOff)

    def _running(self, machine: Any) -> Properties:
        """The properties of a machine that is on; none of one that is off or gone."""
        own = self._properties([machine]).get(machine, {})
        off = own.get("runtime.powerState") == vim.VirtualMachine.PowerState.poweredOff
        return {} if off else own

    def _destroy(self, machine: Any, graceful: bool) -> None:
        self.power_off(machine, graceful)
        self.session.wait(machine.Destroy)

    def _with_reservation(self, found: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        """A body with the CPU reservation in step with ``cpus``, unless the stack says one."""
        changed = dict(body)
        cpus = body.get("cpus")
        if cpus is not None and cpus != found["cpus"] and "reserve_cpu_mhz" not in body:
            changed["reserve_cpu_mhz"] = int(found.get("reserve_cpu_mhz", 0) / found["cpus"] * cpus)
        return changed

    def _reconnected(self, machine: Any, own: Properties, names: Sequence[str]) -> Sequence[Any]:
        cards = machines.adapters(own)
        if len(cards) != len(names):
            raise errors.Rejected(
                f"networks must have one name for each of the machine's {len(cards)} adapters, got {len(names)}",
                400,
            )
        networks = self.inventory.networks(self._datacenter(machine), names)
        return machines.connect(cards, [self.inventory.backing(each) for each in networks])

    def _datacenter(self, machine: Any) -> Any:
        at = machine
        while not isinstance(at, vim.Datacenter):
            ((_, own),) = self.session.retrieve([at], ["parent"])
            at = own["parent"]
        return at

    def _machine(self, id: str) -> Any:
        """The managed object of an id, which may be another one than the last time; None when it is gone."""
        index = self.session.content.searchIndex
        return self.session.call(lambda: index.FindByUuid(None, id, True, True), again=True)

    def _properties(self, found: Sequence[Any]) -> dict[Any, Properties]:
        """The properties of machines; those that are gone are left out."""
        try:
            return dict(self.session.retrieve(found, machines.PATHS))
        except errors.NotFound:
            if len(found) == 1:
                return {}
            return {each: own for one in found for each, own in self._properties([one]).items()}

    def _read_all(self, ids: Sequence[str]) -> Sequence[Properties | None]:
        known = {id: self._known[id] for id in ids if id in self._known}
        unknown = [id for id in ids if id not in known]
        if len(unknown) > 1:
            root = self.session.content.rootFolder
            uuids = self.session.collect(root, vim.VirtualMachine, ["config.instanceUuid"])
            by_id = {str(own.get("config.instanceUuid")): machine for machine, own in uuids}
            known |= {id: by_id[id] for id in unknown if id in by_id}
        elif unknown and (machine := self._machine(unknown[0])) is not None:
            known[unknown[0]] = machine
        owns = self._properties([*dict.fromkeys(known.values())])
        there = {id: (machine, owns[machine]) for id, machine in known.items() if machine in owns}
        self._known.update({id: machine for id, (machine, _) in there.items()})
        wires = self._wires(there)
        # One that was known may have been registered anew, under another managed object.
        moved = [id for id in known if id not in wires and self._known.pop(id, None) is not None]
        if moved:
            wires |= {id: each for id, each in zip(moved, self._read_all(moved), strict=True) if each is not None}
        return [wires.get(id) for id in ids]

    def _wires(self, found: Mapping[str, tuple[Any, Properties]]) -> dict[str, dict[str, Any]]:
        """Machines as the stack's fields see them; the names of their hosts and networks are asked for together."""
        hosts = {own["runtime.host"] for _, own in found.values() if own.get("runtime.host") is not None}
        groups = {group for machine, own in found.values() for group in machines.port_groups(own, machine._stub)}
        names = {
            each._moId: str(own["name"])
            for objects in (hosts, groups)
            for each, own in self.session.retrieve([*objects], ["name"])
        }
        return {id: machines.wire(machine, own, names) for id, (machine, own) in found.items()}


def _has_tools(own: Properties) -> bool:
    return own.get("guest.toolsRunningStatus") == "guestToolsRunning"


def _must_stop(fields: list[str]) -> errors.ProviderError:
    return errors.Rejected(
        f"{' and '.join(fields)} can only be changed while the machine is off: set allow_power_off=True, and it is "
        "shut down, changed and started again",
        400,
    )


def connect(settings: Settings) -> VsphereBackend:
    """A backend for one vCenter Server or ESXi host; it is not asked anything yet."""
    return VsphereBackend(settings)
