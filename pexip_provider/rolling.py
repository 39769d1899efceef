"""How a Conferencing Node leaves service, when there is room among those that are out, and comes back."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from pexip_provider.extras import extras_of
from pexip_provider.notes import Note
from pexip_provider.status import NodeStatus, number_of
from provider_core import errors, service
from provider_core.backend import Backend
from provider_core.waiting import wait

__all__ = ["PATH", "REASON", "Member", "back", "come_online", "withdraw"]

PATH = "worker_vm"
REASON = "Taken out of service by a deployment"
_ADDRESSES = ("address", "secondary_address", "static_nat_address", "ipv6_address")


def withdraw(backend: Backend, id: str, limit: float, note: Note) -> None:
    """Put a node into maintenance mode and let its calls end, for ``limit`` seconds at most. One that is gone is out.

    The note stays until somebody takes the node out of maintenance mode again.
    """
    wire = backend.read(PATH, id)
    if wire is None:
        return
    name = str(wire.get("name"))
    if not wire.get("maintenance_mode"):
        note.leave()
        try:
            backend.update(PATH, id, {"maintenance_mode": True, "maintenance_mode_reason": REASON}, {})
        except errors.NotFound:
            return
    statuses, addresses = extras_of(backend).statuses, {str(wire[each]) for each in _ADDRESSES if wire.get(each)}

    def missing() -> str:
        count = statuses.calls(addresses)
        return f"{_calls(count)} to end" if count else ""

    if wait(f"{name} is in maintenance mode", limit, missing):
        cut = _calls(statuses.calls(addresses))
        print(f"warning: {name}: {cut} did not end within {limit:g} s (drain_limit) and will be cut", flush=True)


def back(backend: Backend, id: str, note: Note) -> None:
    """Take a node out of the maintenance mode that a run of this stack had put it into."""
    if note.there:
        with suppress(errors.NotFound):
            backend.update(PATH, id, {"maintenance_mode": False, "maintenance_mode_reason": ""}, {})
        note.drop()


def come_online(backend: Backend, id: str, limit: float) -> NodeStatus:
    """Wait until a node is deployed and in sync. Raises `NotReady` with what its status was last."""
    statuses = extras_of(backend).statuses
    name = found = None

    def missing() -> str:
        nonlocal name, found
        found = statuses.node(id)
        if found is None:
            return "the Management Node shows no such node"
        name = found.name
        if found.failed:
            raise errors.NotReady(f"{name} could not be deployed, the Management Node says: {found.failed}")
        return "" if found.deployed and found.in_sync else f"not in sync yet ({found.says})"

    last = wait(f"{number_of(id) if found is None else name}", limit, missing) if limit else missing()
    if last or found is None:
        raise errors.NotReady(
            f"{name or id} was not deployed and in sync within {limit:g} s (ready_limit), what was seen last: {last}; "
            "see what its console says, and run pulumi up again: it goes on from here"
        )
    return found


@dataclass(frozen=True)
class Member:
    """A node that leaves and comes back in this operation; at most ``at_once`` of its location are out together.

    Called, it is what `provider_core.service.keep` wants.
    """

    connect: Callable[[], Backend]
    id: str
    note: Note
    at_once: int
    drain_limit: float
    out_limit: float

    def leave(self, who: str) -> None:
        """Take a place under this name when there is one, and let the calls end."""
        backend = self.connect()
        own = extras_of(backend).statuses.node(self.id)
        if own is not None:
            group = f"{id(backend)}/{own.location}"
            others = functools.partial(self._others, backend, own)
            service.slots().take(who, own.name, group, self.at_once, self.out_limit, others)
        withdraw(backend, self.id, self.drain_limit, self.note)

    @contextmanager
    def __call__(self) -> Iterator[None]:
        self.leave(self.id)
        try:
            yield
            come_online(self.connect(), self.id, self.out_limit)
            back(self.connect(), self.id, self.note)
        except BaseException as error:
            service.slots().lose(self.id, _line(error))
            raise
        service.slots().give(self.id)

    def _others(self, backend: Backend, own: NodeStatus) -> set[str]:
        """Nodes of the location that are out of service.

        One that was never deployed is not: it is being made, unless it was in the state already.
        """
        nodes = extras_of(backend).statuses.nodes()
        return {
            each.name
            for each in nodes
            if each.location == own.location and each.number != own.number and not each.in_service
            if each.deployed or service.kept(self.id.replace(f"/{own.number}/", f"/{each.number}/"))
        }


def _calls(count: int) -> str:
    return f"{count} call{'s' if count != 1 else ''}"


def _line(error: Any) -> str:
    return str(error).splitlines()[0][:300] if str(error) else type(error).__name__
