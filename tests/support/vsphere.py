"""A simulated vSphere as a test sees it: what it holds, what shall go wrong on it, and providers that run on it."""

from __future__ import annotations

import shutil
import ssl
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from pyVim.connect import Disconnect, SmartConnect
from pyVmomi import vim

from provider_core.connections import Connections
from provider_core.declaration import Declaration
from provider_core.lifecycle import Lifecycle
from simulators.process import Simulator
from simulators.vsphere import BINARY
from tests.support.bag import bag_of
from tests.support.joined import Moment, stamped

__all__ = ["Vsphere", "environment", "needs_simulator"]

needs_simulator = pytest.mark.skipif(
    shutil.which("go") is None and not BINARY.exists(), reason="no Go to build the simulator with, and none built"
)

_vim: Any = vim


class Vsphere:
    """A running simulator, asked with VMware's own client: no code of a provider is used, but to make providers."""

    def __init__(self, simulator: Simulator, **configuration: Any) -> None:
        self.simulator = simulator
        self.stack = ""
        self.configuration = {
            "vsphere:address": simulator.address,
            "vsphere:username": simulator.username,
            "vsphere:password": simulator.password,
            "vsphere:ca_bundle": str(simulator.ca),
            **configuration,
        }
        parts = urlsplit(simulator.address)
        connect: Any = SmartConnect
        self._service: Any = connect(
            host=parts.hostname,
            port=parts.port,
            user=simulator.username,
            pwd=simulator.password,
            sslContext=ssl.create_default_context(cafile=str(simulator.ca)),
        )
        self._content: Any = self._service.RetrieveContent()

    def close(self) -> None:
        """Log out."""
        disconnect: Any = Disconnect
        disconnect(self._service)

    def lifecycle(self, declaration: Declaration) -> Lifecycle:
        """The provider of a type, as the engine makes it in its process."""
        made = declaration.lifecycle(declaration)
        made.stack = self.stack
        made.connections = Connections(declaration.vendor.name, self.configuration.get, environ={})
        return made

    def bag(self, declaration: Declaration, values: dict[str, Any]) -> dict[str, Any]:
        """The property bag that a constructor makes of values."""
        return bag_of(declaration, values, self.stack)

    def machines(self) -> list[str]:
        """The names of all machines."""
        return sorted(each.name for each in self._all(_vim.VirtualMachine))

    def machine(self, name: str) -> Any:
        """A machine by its name, as VMware's client has it."""
        (found,) = [each for each in self._all(_vim.VirtualMachine) if each.name == name]
        return found

    def extra(self, name: str) -> dict[str, str]:
        """A machine's extra configuration."""
        return {each.key: each.value for each in self.machine(name).config.extraConfig}

    def change(self, name: str, **configuration: Any) -> None:
        """Reconfigure a machine behind the stack's back."""
        self._done(self.machine(name).Reconfigure(_vim.vm.ConfigSpec(**configuration)))

    def set_extra(self, name: str, key: str, value: str) -> None:
        """Write into a machine's extra configuration."""
        self.change(name, extraConfig=[_vim.option.OptionValue(key=key, value=value)])

    def switch(self, name: str, on: bool) -> None:
        """Switch a machine on or off behind the stack's back."""
        machine = self.machine(name)
        self._done(machine.PowerOn() if on else machine.PowerOff())

    def connect_to(self, name: str, network: str) -> None:
        """Connect a machine's first adapter to another network behind the stack's back."""
        card = next(each for each in self.machine(name).config.hardware.device if hasattr(each, "macAddress"))
        card.backing = _vim.vm.device.VirtualEthernetCard.NetworkBackingInfo(deviceName=network)
        change = _vim.vm.device.VirtualDeviceSpec(operation="edit", device=card)
        self.change(name, deviceChange=[change])

    def choose_hosts(self, by_itself: bool) -> None:
        """Switch the cluster's DRS on or off."""
        (cluster,) = self._all(_vim.ClusterComputeResource)
        settings = _vim.cluster.DrsConfigInfo(enabled=by_itself)
        self._done(cluster.ReconfigureComputeResource_Task(_vim.cluster.ConfigSpecEx(drsConfig=settings), True))

    def remove_all(self) -> None:
        """Remove all machines."""
        for machine in self._all(_vim.VirtualMachine):
            if machine.runtime.powerState == "poweredOn":
                self._done(machine.PowerOff())
            self._done(machine.Destroy())

    def fail(self, action: str, **fault: Any) -> None:
        """Make what comes next go wrong; `engine/vcsim/faults.go` says how."""
        self._request("POST", "faults", json={"action": action, **fault})

    def moments(self, since: float) -> list[Moment]:
        """When machines were made, switched on and off, and removed, since this time."""
        kinds = {
            _vim.event.VmCreatedEvent: "machine made",
            _vim.event.VmPoweredOnEvent: "machine on",
            _vim.event.VmPoweredOffEvent: "machine off",
            _vim.event.VmRemovedEvent: "machine gone",
        }
        # Asked without a collector, it tells of the last ten events only.
        collector = self._content.eventManager.CreateCollectorForEvents(_vim.event.EventFilterSpec())
        collector.SetCollectorPageSize(1000)
        made = [stamped(each.createdTime, kinds[type(each)]) for each in collector.latestPage if type(each) in kinds]
        collector.DestroyCollector()
        return sorted(each for each in made if each.time >= since)

    def forget(self) -> None:
        """Let nothing go wrong any more, and forget what was seen."""
        self._request("DELETE", "faults")

    def seen(self) -> dict[str, Any]:
        """How often each method was called, and the uploads, since `forget`."""
        answer: dict[str, Any] = self._request("GET", "seen").json()
        return answer

    def uploads(self) -> list[dict[str, Any]]:
        """The uploads since `forget`."""
        return self.seen()["uploads"] or []

    def _request(self, method: str, path: str, **more: Any) -> requests.Response:
        simulator = self.simulator
        address = f"{simulator.address}/simulator/{path}"
        answer = requests.request(method, address, timeout=60, verify=str(simulator.ca), **more)
        answer.raise_for_status()
        return answer

    def _all(self, kind: Any) -> list[Any]:
        view = self._content.viewManager.CreateContainerView(self._content.rootFolder, [kind], True)
        found = list(view.view)
        view.DestroyView()
        return found

    def _done(self, task: Any) -> None:
        while task.info.state not in ("success", "error"):
            pass
        assert task.info.state == "success", task.info.error


def environment(simulator: Simulator, **more: str) -> dict[str, str]:
    """The environment that connects a stack to a simulator."""
    return {
        "VSPHERE_ADDRESS": simulator.address,
        "VSPHERE_USERNAME": simulator.username,
        "VSPHERE_PASSWORD": simulator.password,
        "VSPHERE_CA_BUNDLE": str(simulator.ca),
        **more,
    }
