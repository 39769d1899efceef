"""Machines that start with their host: a setting of a host that stands alone."""

from __future__ import annotations

from typing import Any

from hypervisor_provider.vsphere.api import vim
from hypervisor_provider.vsphere.session import Session
from provider_core import errors

__all__ = ["configure", "configured", "refuse"]


def refuse(compute: Any) -> None:
    """Raise `Rejected` for a cluster: it starts its machines itself."""
    if isinstance(compute, vim.ClusterComputeResource):
        raise errors.Rejected(
            "start_with_host is for a host that stands alone, and this machine is in a cluster: leave it out, and let "
            "vSphere HA start it",
            400,
        )


def configure(session: Session, machine: Any, wanted: bool) -> None:
    """Let a machine start with its host, or not. Raises `Rejected` where the host is in a cluster."""
    ((_, at),) = session.retrieve([machine], ["runtime.host"])
    ((_, host),) = session.retrieve([at["runtime.host"]], ["parent"])
    if wanted:
        refuse(host["parent"])
    elif isinstance(host["parent"], vim.ClusterComputeResource):
        return
    manager = _manager(session, machine)
    info = vim.host.AutoStartManager.AutoPowerInfo(
        key=machine,
        startOrder=-1,
        startDelay=-1,
        waitForHeartbeat="systemDefault",
        startAction="powerOn" if wanted else "none",
        stopDelay=-1,
        stopAction="systemDefault",
    )
    spec = vim.host.AutoStartManager.Config(powerInfo=[info])
    if wanted:
        # The host's own switch: without it nothing starts.
        spec.defaults = vim.host.AutoStartManager.SystemDefaults(enabled=True)
    session.call(lambda: manager.ReconfigureAutostart(spec))


def configured(session: Session, machine: Any) -> bool:
    """Whether the host starts this machine."""
    manager = _manager(session, machine)
    if manager is None:
        return False
    ((_, own),) = session.retrieve([manager], ["config"])
    config = own["config"]
    started = [each.key for each in config.powerInfo or [] if (each.startAction or "").lower() == "poweron"]
    return bool(config.defaults and config.defaults.enabled) and machine in started


def _manager(session: Session, machine: Any) -> Any:
    ((_, at),) = session.retrieve([machine], ["runtime.host"])
    ((_, host),) = session.retrieve([at["runtime.host"]], ["configManager.autoStartManager"])
    return host.get("configManager.autoStartManager")
