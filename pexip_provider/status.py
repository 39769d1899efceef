"""What the Management Node sees of its Conferencing Nodes and of the calls on them."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pexip_provider.client import Client

__all__ = ["NodeStatus", "Statuses", "number_of"]

ROOT = "/api/admin/status/v1/"
FRESH = 1.0
"""Seconds for which an answer stands for all who ask: many nodes are waited for at the same time."""


class NodeStatus(NamedTuple):
    """One Conferencing Node. ``deployed``: the machine has been made this node, and has called home."""

    number: str
    name: str
    location: str
    deployed: bool
    failed: str
    in_sync: bool
    maintenance: bool
    version: str
    says: str

    @property
    def in_service(self) -> bool:
        """Whether calls can come."""
        return self.deployed and self.in_sync and not self.maintenance


class Statuses:
    """The lists of the status API, each asked for once a second at most, however many threads look at it."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._lists: dict[str, tuple[float, list[dict[str, Any]]]] = {}

    def rows(self, name: str) -> list[dict[str, Any]]:
        """All rows of a list, as the node has them."""
        with self._lock:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            read, rows = self._lists.get(name, (float("-inf"), []))
            if time.monotonic() - read > FRESH:
                rows = [row for page in self._client.pages_of(f"{ROOT}{name}/", {}) for row in page]
                self._lists[name] = (time.monotonic(), rows)
            return rows

    def forget(self) -> None:
        """Ask anew, whoever looks next."""
        with self._lock:
            self._lists.clear()

    def nodes(self) -> list[NodeStatus]:
        """All Conferencing Nodes."""
        return [_node(row) for row in self.rows("worker_vm")]

    def node(self, uri: str) -> NodeStatus | None:
        """The Conferencing Node with this URI in the configuration API; None: the Management Node shows none."""
        return next((each for each in self.nodes() if each.number == number_of(uri)), None)

    def calls(self, addresses: set[str]) -> int:
        """How many participants have media or signaling on a node with these addresses."""
        places = ("media_node", "signalling_node", "proxy_node")
        return sum(any(row.get(place) in addresses for place in places) for row in self.rows("participant"))


def number_of(uri: str) -> str:
    """The number that a URI ends with."""
    return uri.rstrip("/").rpartition("/")[2]


def _node(row: Mapping[str, Any]) -> NodeStatus:
    status, sync = str(row.get("deploy_status") or ""), str(row.get("sync_status") or "")
    problem = str(row.get("deploy_error") or "")
    # What a status is called differs between versions; a node that has reported, or says its version, is there.
    deployed = "succe" in status.lower() or bool(row.get("version") or row.get("last_reported"))
    says = ", ".join(f"{name} {value}" for name, value in (("deploy_status", status), ("sync_status", sync)) if value)
    return NodeStatus(
        number=str(row.get("configuration_id") or row.get("id")),
        name=str(row.get("name") or ""),
        location=str(row.get("system_location") or ""),
        deployed=deployed,
        failed="" if deployed else problem or (status if "fail" in status.lower() else ""),
        in_sync=sync.upper() == "SYNCED",
        maintenance=bool(row.get("maintenance_mode")),
        version=str(row.get("version") or ""),
        says=says or "it says nothing",
    )
