"""The lifecycle of what lies between a Conferencing Node's configuration and its machine."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pexip_provider.extras import extras_of
from pexip_provider.notes import MADE_OF, SENT, WITHDRAWN, Note
from pexip_provider.rolling import PATH, Member, back, come_online, withdraw
from provider_core import errors, service
from provider_core.backend import Backend, Created
from provider_core.checking import Failure
from provider_core.journal import Begun, Mark, key_text
from provider_core.lifecycle import Lifecycle, Props
from provider_core.waiting import wait

if TYPE_CHECKING:
    from pexip_provider.bootstrap import BareNode

__all__ = ["NodeProvisioningLifecycle"]

GRACE = 60.0
"""Seconds in which a node that may have had its document before must call home."""

AGAIN = "set another `generation` on the node, which makes the node and its machine anew"


class NodeProvisioningLifecycle(Lifecycle):
    """Made, the node is in sync and takes calls; deleted, it takes none any more, and its calls have ended.

    The Management Node's status says whether a document was used; nothing is sent to a machine that needs none.
    """

    alone = True

    def problems(self, values: Props) -> list[Failure]:
        """The form of the fingerprint, and a file for the CA bundle."""
        found, print_, bundle = [], values.get("bootstrap_fingerprint"), values.get("bootstrap_ca_bundle")
        if isinstance(print_, str) and print_ and not re.fullmatch(r"(?i)[0-9a-f]{64}", re.sub(r"[: ]", "", print_)):
            sentence = f"must be a SHA-256 in hexadecimal, got {json.dumps(print_)}"
            found.append(Failure(("bootstrap_fingerprint", f"bootstrap_fingerprint {sentence}")))
        if isinstance(bundle, str) and bundle and not Path(bundle).is_file():
            sentence = f"must be the path of a PEM file, got {json.dumps(bundle)}, which is not there"
            found.append(Failure(("bootstrap_ca_bundle", f"bootstrap_ca_bundle {sentence}")))
        return found

    def not_offered(self, news: Props, values: Props) -> list[Failure]:
        """It is no type of the node's; but a new node's address must be free there, and the node is asked at once."""
        address = values.get("node_address")
        # Once the node of this stack is there, its address is its own.
        if not isinstance(address, str) or isinstance(values.get("node"), str):
            return []
        try:
            found = [(id, wire) for id, wire in self.backend(news).list(PATH, {}) if wire.get("address") == address]
        except errors.ProviderError:
            return []  # a plan needs no server
        return [
            Failure(("", f'address "{address}" must be free, but {wire.get("name")} has it ({id}): choose another'))
            for id, wire in found
            # Its own node has it by right, made by a run that was killed, or about to be replaced.
            if wire.get("name") != values.get("node_name") and not service.kept(id)
        ]

    def mark(self, props: Props, body: Props) -> Mark:
        """It is known by its node."""
        return super().mark(props, body)._replace(key=key_text({"node": props.get("node")}))

    def make(self, backend: Backend, body: Props, files: Mapping[str, Path], adopt: bool, values: Props) -> Created:
        """Give the machine its document, unless it was provisioned; wait until the node is in sync."""
        name, node = str(values["name"]), str(values["node"])
        try:
            found = extras_of(backend).statuses.node(node)
            made_of = self._note(backend, MADE_OF, node)
            other = made_of.value not in ("", values.get("machine"))
            if values.get("address") and (other or not (found and found.deployed)):
                self._provision(backend, node, values, other)
            found = come_online(backend, node, self._limit(values))
            made_of.leave(values.get("machine") or "")
            back(backend, node, self._note(backend, WITHDRAWN, node))
        except BaseException as error:
            service.slots().lose(name, str(error))
            raise
        service.slots().give(name)
        print(f"{found.name}: deployed, in sync, version {found.version or 'unknown'}", flush=True)
        return Created(node.replace("/configuration/", "/status/"))

    def fetch(self, backend: Backend, id: str, olds: Props) -> dict[str, Any] | None:
        """What the Management Node sees; None when the node is gone, or is provisioned no more."""
        found = extras_of(backend).statuses.node(id)
        if found is None or not found.deployed:
            return None
        return {"sync_status": "SYNCED" if found.in_sync else found.says, "version": found.version}

    def after_create(self, backend: Backend, created: Created, values: Props) -> dict[str, Any]:
        """What the Management Node sees."""
        return dict(self.fetch(backend, created.id, values) or {})

    def remove(self, backend: Backend, id: str, values: Props) -> None:
        """Let the calls end. A node that comes back in this operation waits until it may leave."""
        node = str(values["node"])
        member = service.kept(node)
        if isinstance(member, Member):
            member.leave(str(values["name"]))
        else:
            withdraw(backend, node, self._value(values, "drain_limit"), self._note(backend, WITHDRAWN, node))

    def _earlier(
        self, backend: Backend, begun: Begun, body: Props, files: Mapping[str, Path], values: Props
    ) -> Created | None:
        """`make` goes on by itself."""
        return None

    def _provision(self, backend: Backend, node: str, values: Props, other: bool) -> None:
        """Give the machine its document. ``other``: the node's status is of a machine that was there before."""
        document = values.get("document")
        if not document:
            raise errors.NotReady(
                f"the node was never provisioned, and its document was lost with the run that got it: {AGAIN}"
            )
        name, bare, limit = str(values["name"]), self._bare(values), self._limit(values)
        if last := wait(f"{name} waits for {bare.where}", limit, bare.missing):
            raise errors.NotReady(
                f"{bare.where} did not answer within {limit:g} s (ready_limit): {last}. Is the machine on, with this "
                "address, and may this host reach that port? Run pulumi up again: it goes on from here"
            )
        sent = self._note(backend, SENT, node)
        before = sent.there and not other
        sent.leave()
        for attempt in range(5):
            try:
                bare.give(document)
                print(f"{name}: {bare.where} has its document", flush=True)
                return
            except errors.ConnectionFailed:
                if attempt == 4:
                    raise
            except errors.AnswerLost:
                before = not other
            except errors.Rejected as error:
                if not before or not self._calls_home(backend, node, name):
                    raise errors.NotReady(
                        f"{bare.where} does not take the document ({error}), and the Management Node has not heard of "
                        f"it: the machine is not of the generic template, or was provisioned before; {AGAIN}"
                    ) from None
                return
            if before and self._calls_home(backend, node, name, limit=5):
                return
            # Not known to have arrived: asked again, the node says so, and takes no document twice.
            wait(f"{name} waits for {bare.where}", limit, bare.missing)
        raise errors.AnswerLost(
            f"{bare.where} was given the document, but no answer came, and the Management Node has not heard of it: "
            "run pulumi up again"
        )

    def _calls_home(self, backend: Backend, node: str, name: str, limit: float = GRACE) -> bool:
        def missing() -> str:
            found = extras_of(backend).statuses.node(node)
            known = found and (found.deployed or found.failed)
            return "" if known else "may have had its document before, and is waited for to call home"

        return not wait(name, limit, missing)

    def _bare(self, values: Props) -> BareNode:
        # Imported late: a program only declares, and needs no HTTP.
        from pexip_provider.bootstrap import BareNode

        given = {name: self._value(values, f"bootstrap_{name}") for name in ("port", "ca_bundle", "fingerprint")}
        verify = self._value(values, "bootstrap_verify_tls")
        return BareNode(
            str(values["address"]), int(given["port"]), given["ca_bundle"], given["fingerprint"], bool(verify)
        )

    def _limit(self, values: Props) -> float:
        return float(self._value(values, "ready_limit"))

    def _value(self, values: Props, name: str) -> Any:
        value = values.get(name)
        return self.declaration.fields[name].default if value is None else value

    def _note(self, backend: Backend, what: str, of: str) -> Note:
        return Note(self.stack, extras_of(backend).address, what, of)
