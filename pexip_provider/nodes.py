"""The lifecycle of a Conferencing Node, whose answer carries what the machine is started from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulumi.dynamic import DiffResult, UpdateResult

from pexip_provider.extras import extras_of
from pexip_provider.notes import MADE_OF, SENT, UNDELIVERED, WITHDRAWN, Note
from pexip_provider.rolling import Member, back
from provider_core import errors, handover, service
from provider_core.backend import Backend, Created, take_back
from provider_core.checking import Failure
from provider_core.lifecycle import Lifecycle, Props
from provider_core.waiting import wait

__all__ = ["WorkerVmLifecycle"]

DOCUMENT = "MANUAL-PROVISION-ONLY"
BY_ITSELF = "VMWARE"
_HYPERVISOR = ("host", "host_username", "host_password", "host_network", "host_resource_path")

RECEIVED = f"{handover.SCHEME}received"
"""Names the image of a node that was taken over: its machine has it, and nobody can accept it any more."""

CALL_HOME = 60.0
"""Seconds in which a node that was sent its document, in a run that was killed, calls home."""


@dataclass(frozen=True)
class _HandedOver(Created):
    """A node whose image waits for somebody to accept it, under the name ``image``."""

    image: str = ""


class WorkerVmLifecycle(Lifecycle):
    """A Conferencing Node comes with a document or an image that can be had once, in the answer to its creation."""

    alone = True

    def problems(self, values: Props) -> list[Failure]:
        """There must be a place for the file, before it is handed out; a hypervisor is needed, or is not."""
        path, kind = values.get("document_path"), values.get("deployment_type", DOCUMENT)
        found = []
        if isinstance(path, str) and path and not Path(path).resolve().parent.is_dir():
            found.append(Failure(("document_path", f'document_path must lie in a folder that exists, got "{path}"')))
        if not isinstance(kind, str):
            return found
        if values.get("hand_over") is True and (path or kind in (DOCUMENT, BY_ITSELF)):
            there = "document_path" if path else f"deployment_type {kind}"
            found.append(
                Failure(("hand_over", f"hand_over must go with an image and without a document_path, got {there}"))
            )
        if kind not in (DOCUMENT, BY_ITSELF) and path in (None, "") and not values.get("hand_over"):
            found.append(
                Failure(("document_path", f"document_path must be given for the image of {kind}, got nothing"))
            )
        missing = [name for name in _HYPERVISOR if values.get(name) in (None, "")] if kind == BY_ITSELF else []
        if missing:
            found.append(Failure(("", f"{', '.join(missing)} must be given for {BY_ITSELF}, got nothing")))
        return [*found, *super().problems(values)]

    def claims(self, values: Props) -> Iterable[tuple[str, str, str]]:
        """The name, and the address: the node refuses a second one of either."""
        yield from super().claims(values)
        if isinstance(values.get("address"), str):
            yield self.declaration.path, "address", values["address"]

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """As everywhere; and the node is known to come back in this operation, should it go.

        An image that nobody received is gone with the run that asked for it: the node is made again. A node that a
        killed run left in maintenance mode is taken out of it.
        """
        found = super().diff(_id, _olds, _news)
        service.keep(_id, self._member(_id, _olds, _news))
        if self._note(_news, UNDELIVERED, str(_olds.get("name"))).there:
            return DiffResult(changes=True, replaces=[*(found.replaces or []), "hand_over"], delete_before_replace=True)
        found.changes = found.changes or self._note(_news, WITHDRAWN, _id).there
        return found

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """As everywhere; and back into service, unless the stack wants the node out of it."""
        withdrawn = self._note(_news, WITHDRAWN, _id)
        if withdrawn.there and not _news.get("maintenance_mode"):
            back(self.backend(_news), _id, withdrawn)
        withdrawn.drop()
        return super().update(_id, _olds, _news)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """As everywhere; what was noted of the node is over."""
        super().delete(_id, _props)
        for what, of in ((SENT, _id), (MADE_OF, _id), (WITHDRAWN, _id), (UNDELIVERED, str(_props.get("name")))):
            self._note(_props, what, of).drop()

    def send(
        self, backend: Backend, body: Props, files: Mapping[str, Path], key: Props | None, values: Props
    ) -> Created:
        """Create the node; an image, and a document that has a path, go to that file while they arrive."""
        path, kind = values.get("document_path"), values.get("deployment_type", DOCUMENT)
        if values.get("hand_over"):
            return self._hand_over(backend, body, str(values["name"]), kind)
        if kind == BY_ITSELF or not path:
            return super().send(backend, body, files, key, values)
        id, digest = extras_of(backend).create_streamed(self.declaration.path, body, Path(path))
        if not digest:
            self._take_back(backend, id, kind)
        return Created(id, digest=digest)

    def recovered(self, backend: Backend, id: str, files: Mapping[str, Path], values: Props) -> Created | None:
        """The object is there, but what came in the answer was lost with it: both are made again.

        Not so when a run that was killed since has used it: then the node is taken over as it is.
        """
        wire = backend.read(self.declaration.path, id) or {}
        name, kind = str(wire.get("name")), wire.get("deployment_type", DOCUMENT)
        undelivered = self._note_at(backend, UNDELIVERED, name)
        delivered = bool(values.get("hand_over")) and undelivered.kept and not undelivered.there
        if kind == BY_ITSELF or delivered or self._called_home(backend, id, name):
            return Created(id)
        backend.delete(self.declaration.path, id)
        for what in (SENT, MADE_OF, WITHDRAWN):
            self._note_at(backend, what, id).drop()
        return None

    def after_create(self, backend: Backend, created: Created, values: Props) -> dict[str, Any]:
        """The document, or the sum of the file that it is in, or what its image is accepted by."""
        outs = super().after_create(backend, created, values)
        if isinstance(created, _HandedOver):
            outs["image"] = created.image
        elif created.digest:
            outs["document_sha256"] = created.digest
        elif created.document is not None:
            outs["provisioning_document"] = created.document.decode()
        elif values.get("hand_over"):
            outs["image"] = RECEIVED
        elif values.get("deployment_type", DOCUMENT) == DOCUMENT and not values.get("document_path"):
            # An output that is not there is unknown to every preview.
            outs["provisioning_document"] = ""
        return outs

    def _hand_over(self, backend: Backend, body: Props, name: str, kind: str) -> Created:
        undelivered = self._note_at(backend, UNDELIVERED, name)
        undelivered.leave()
        try:
            id, pieces, size = extras_of(backend).create_open(self.declaration.path, body)
        except errors.DEFINITE:
            undelivered.drop()
            raise
        if pieces is None:
            undelivered.drop()
            self._take_back(backend, id, kind)

        def done(used: bool) -> None:
            if used:
                undelivered.drop()

        title = f"image of {name}"
        stream = handover.Stream(title, _explained(pieces, title) if pieces else iter(()), size, done)
        return _HandedOver(id, image=handover.offer(stream))

    def _take_back(self, backend: Backend, id: str, kind: str) -> None:
        error = errors.Rejected(f"the node was made without the file for {kind}, and taken back", 200)
        take_back(lambda: backend.delete(self.declaration.path, id), error)

    def _called_home(self, backend: Backend, id: str, name: str) -> bool:
        """Whether the node was provisioned; one that was sent its document is given time to say so."""
        statuses = extras_of(backend).statuses

        def missing() -> str:
            found = statuses.node(id)
            return "" if found and found.deployed else "it was sent its document, and is waited for to call home"

        sent = self._note_at(backend, SENT, id).there
        if wait(name, CALL_HOME, missing) if sent else missing():
            return False
        print(f"{name}: provisioned already by an earlier run, taken over without its document", flush=True)
        return True

    def _member(self, id: str, olds: Props, news: Props) -> Member:
        options = {name: news.get(name) for name in ("at_once", "drain_limit", "out_limit")}
        given = {name: value for name, value in options.items() if isinstance(value, (int, float))}
        defaults = {name: self.declaration.fields[name].default for name in options}
        return Member(lambda: self.backend(olds), id, self._note(news, WITHDRAWN, id), **{**defaults, **given})

    def _note(self, props: Props, what: str, of: str) -> Note:
        """For the engine's calls, which may be of a plan that needs no server: then nothing is noted."""
        try:
            address = self.address(props)
        except errors.ConfigurationError:
            address = ""
        return Note(self.stack, address, what, of)

    def _note_at(self, backend: Backend, what: str, of: str) -> Note:
        return Note(self.stack, extras_of(backend).address, what, of)


def _explained(pieces: Iterator[bytes], title: str) -> Iterator[bytes]:
    """The pieces; what goes wrong says that the next run makes the node and its image again."""
    try:
        yield from pieces
    except errors.AnswerLost as error:
        raise errors.AnswerLost(
            f"{title}: {error}; run pulumi up again: the node is made anew, with its image"
        ) from None
