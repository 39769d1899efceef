"""A Management Node, a hypervisor, and one of the stacks that join them: what a test does to both, and sees of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.engine import ROOT
from tests.support.node import Node
from tests.support.stack import Result, Stack

__all__ = ["BOOTSTRAP", "Joined", "Moment", "most_out", "stamped", "words_of"]

WORKER = "/api/admin/configuration/v1/worker_vm/"
BOOTSTRAP = "/configuration/bootstrap"
"""Where a bare node is given its document."""


class Moment(NamedTuple):
    """Something that happened on one of the two sides, by the clock that they share."""

    time: float
    what: str


class Joined:
    """A stack of ``stacks`` as it stands, on ``node`` and on the hypervisor that ``environment`` connects it to."""

    def __init__(self, name: str, folder: Path, home: Path, node: Node, environment: Mapping[str, str]) -> None:
        self.node = node
        self.stack = Stack(folder, node=node.simulator, home=home)
        self.stack.connect(environment)
        for file in sorted((ROOT / "stacks" / name).iterdir()):
            if file.is_file():
                self.stack.file(file.name, file.read_bytes())

    def configure(self, **values: str) -> None:
        """Set keys of the stack's own configuration."""
        for key, value in values.items():
            self.stack.config(key, value)

    def up(self, *args: str) -> Result:
        """Deploy, which must work."""
        result = self.stack.up("--parallel", "32", *args)
        assert result.ok, result.out
        return result

    def refused(self) -> Result:
        """Deploy, which must not work, and must say why without a traceback."""
        result = self.stack.up("--parallel", "32")
        assert not result.ok, result.out
        assert "Traceback" not in result.out
        return result

    def nothing_to_do(self) -> None:
        """What is there is what the stack declares, read anew from both sides."""
        again = self.stack.preview("--refresh", "--expect-no-changes")
        assert again.ok, again.out

    def workers(self) -> list[str]:
        """The Conferencing Nodes on the Management Node."""
        return sorted(each["name"] for each in self.node.objects("worker_vm"))

    def in_service(self) -> list[str]:
        """Those that are deployed, in sync, and not in maintenance mode."""
        return sorted(
            each["name"]
            for each in self.node.status("worker_vm")
            if (each["deploy_status"], each["sync_status"], each["maintenance_mode"])
            == ("deploy_succeeded", "SYNCED", False)
        )

    def timeline(self, machines: Iterable[Moment] = ()) -> list[str]:
        """What happened to workers since `Node.forget`, and these moments of machines, in order."""
        found = [Moment(each["time"], what) for each in self.node.requests() for what in words_of(each)]
        return [each.what for each in sorted([*found, *machines])]


def stamped(when: datetime, what: str) -> Moment:
    """A moment by a time with its zone."""
    return Moment(when.timestamp(), what)


def most_out(words: list[str]) -> int:
    """How many nodes were out of service at most: from withdrawn until back, or until provisioned anew."""
    out = most = 0
    for word in words:
        out += {"withdrawn": 1, "back": -1, "provisioned": -1}.get(word, 0)
        most = max(most, out)
    return most


def words_of(each: dict[str, Any]) -> list[str]:
    """What a request to the Management Node, or to a bare node, did to a worker."""
    method, path, body = each["method"], each["path"], each.get("body") or {}
    if path.startswith(BOOTSTRAP) and method == "POST":
        return ["provisioned" if each["status"] == 200 else f"provisioned {each['status']}"]
    if not path.startswith(WORKER) or method == "GET":
        return []
    if method == "PATCH":
        modes = [part["maintenance_mode"] for part in body.get("objects", [body]) if "maintenance_mode" in part]
        gone = ["worker gone" for _ in body.get("deleted_objects", [])]
        return [*("withdrawn" if mode else "back" for mode in modes), *gone]
    return [{"POST": "worker made", "DELETE": "worker gone"}[method]]
