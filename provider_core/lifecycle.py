"""The one provider behind every resource: the engine calls it, pure functions decide, a backend acts."""

from __future__ import annotations

import functools
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any, ClassVar, Concatenate, ParamSpec, TypeVar

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from provider_core import errors, process
from provider_core.backend import Backend, Created
from provider_core.checking import Failure, check
from provider_core.connections import Connections, Settings
from provider_core.declaration import Declaration
from provider_core.diffing import Difference, diff
from provider_core.handover import decline, is_stream
from provider_core.journal import Begun, Mark, begin, key_text, saved
from provider_core.kinds import Image, Text, contains_unknown
from provider_core.operation import claim, take, taken
from provider_core.pool import backend_of
from provider_core.processors import any_processor
from provider_core.schemas import not_offered
from provider_core.service import slots
from provider_core.values import (
    ADOPT,
    CONNECTION,
    decode,
    digest_of,
    drifted,
    encode,
    from_engine,
    read_back,
    to_engine,
)

__all__ = ["Lifecycle", "Props", "Write", "presentable"]

P = ParamSpec("P")
R = TypeVar("R")
Props = Mapping[str, Any]
Write = tuple[str | None, Props]
"""What is about to be sent: the id (None for a create) and the JSON."""


def _named(
    method: Callable[Concatenate[Lifecycle, P], R],
) -> Callable[Concatenate[Lifecycle, P], R]:
    """Put the resource's name in front of what goes wrong, take its secrets out, and drop the chain.

    Calls whose work is mostly outside of Python run on any processor, all others on the one that they share.
    """

    @functools.wraps(method)
    def call(self: Lifecycle, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with any_processor() if self.declaration.bulky else nullcontext():
                return method(self, *args, **kwargs)
        except errors.ProviderError as error:
            bags = [arg for arg in args if isinstance(arg, dict)]
            values = from_engine(self.declaration, bags[-1]) if bags else {}
            known = {name: value for name, value in values.items() if not contains_unknown(value)}
            shown = presentable(error, self.declaration, [values], self.declaration.label(known))
            if method.__name__ in ("create", "update", "delete"):
                slots().fail(str(shown))
            raise shown from None

    return call


def presentable(
    error: errors.ProviderError, declaration: Declaration, bags: Sequence[Props], label: str
) -> errors.ProviderError:
    """The error with a label in front, and without the secrets in ``bags`` (values of the declaration)."""
    message = str(error)
    for name, field in declaration.fields.items():
        for secret in {bag.get(name) for bag in bags} if field.secret else ():
            if isinstance(secret, str) and len(secret) > 2:
                message = message.replace(secret, "[hidden]")
    error.args = (message,)
    return error.named(label)


class Lifecycle(ResourceProvider):
    """Check, diff, create, read, update and delete for one declaration.

    A type that is special overrides a hook, and nothing else. The hooks, with what happens without them:

    - ``problems``: further failures of check (default: files that are not there);
    - ``wrong_image``: look into the file that a new object is to be made of (default: it is right);
    - ``claims``: what may stand once in a stack (default: the natural key);
    - ``objections``: refuse changes at preview, from the values alone (default: none);
    - ``refusals``: refuse creates or updates that the node would take (default: none);
    - ``outgoing``: the JSON as the node takes it (default: as it was encoded);
    - ``make``: create the object (default: one create, never sent twice blindly);
    - ``send``: the request that creates (default: `Backend.create`);
    - ``recovered``: go on after a create that was not answered (default: with the object as it is);
    - ``after_create``: outputs known only now (default: none, or read back when the declaration says so);
    - ``fetch``: the object's JSON as the stack's inputs see it (default: `Backend.read`);
    - ``change``: an update that depends on what is never sent (default: ``write``);
    - ``write``: the request that changes (default: `Backend.update`), and outputs known only then (default: none);
    - ``remove``: take the object away (default: delete it; one that exists once goes back to its defaults).
    """

    alone: ClassVar[bool] = False
    """Whether each object needs requests of its own: the answer carries a document, or the hooks around it matter."""

    stack: str = ""
    """The stack whose journal knows what is created; "": none is kept."""

    def __init__(self, declaration: Declaration) -> None:
        super().__init__()
        self.declaration = declaration
        self.connections = Connections(declaration.vendor.name, lambda _: None)

    def configure(self, req: ConfigureRequest) -> None:
        """Called by the engine once per type and process, before anything else."""
        process.tune()
        self.connections = Connections(self.declaration.vendor.name, req.config.get)

    @_named
    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        values = from_engine(self.declaration, news)
        inputs = dict(news)
        failures = check(self.declaration, values)
        if not failures:
            failures = [*self.problems(values), *self._check_connection(news)]
        if not failures:
            failures = self.not_offered(news, values)
        if not failures:
            label, connection = self.declaration.label(values), str(news.get(CONNECTION) or "")
            failures = [Failure(("", reason)) for reason in claim(label, connection, not _olds, self.claims(values))]
        if not failures and not _olds:
            local = [image for image in self._images(values) if not is_stream(image)]
            failures = [Failure(("", wrong)) for image in local if (wrong := self.wrong_image(image, values))]
        if not failures:
            for name in self.declaration.files:
                if isinstance(values.get(name), str):
                    inputs[digest_of(name)] = _digest(Path(values[name]))
        # No property is named: the engine would print its value, and a stack may have marked it as a secret.
        return CheckResult(inputs, [CheckFailure("", reason) for _, reason in failures])

    @_named
    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        olds, news = from_engine(self.declaration, _olds), from_engine(self.declaration, _news)
        found = diff(self.declaration, olds, news, _olds, _news)
        if found and (reasons := self.objections(olds, news, found)):
            raise errors.Rejected("; ".join(reasons))
        self.in_state(_olds, [_id])
        return DiffResult(
            changes=bool(found),
            replaces=list(found.replaces),
            delete_before_replace=found.delete_first,
        )

    @_named
    def create(self, props: dict[str, Any]) -> CreateResult:
        try:
            return self._create(props)
        except BaseException:
            self._decline(props)
            raise

    def _create(self, props: dict[str, Any]) -> CreateResult:
        backend = self.backend(props)
        values = self._inputs(props)
        body, files = self.outgoing(backend, encode(self.declaration, values)), self._files(values)
        (begun,) = begin(self.stack, [self.mark(props, body)])
        try:
            created = self._earlier(backend, begun, body, files, values)
            if created:
                take(backend, created.id)
            else:
                created = self.make(backend, body, files, bool(props.get(ADOPT)), values)
        except errors.DEFINITE:
            begun.nothing_made()
            raise
        begun.made(created.id)
        outs = {**values, **self.after_create(backend, created, values)}
        return CreateResult(created.id, to_engine(self.declaration, outs, props))

    @_named
    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        olds = from_engine(self.declaration, props)
        wire = self.fetch(self.backend(props), id_, olds)
        if wire is None:
            return ReadResult("", {})
        computed = self.declaration.computed
        found = decode(self.declaration, {name: wire[name] for name in computed if name in wire})
        inputs = read_back(self.declaration, olds, wire)
        outs = inputs | {name: found.get(name, olds.get(name)) for name in computed if name in found or name in olds}
        # Without inputs the engine keeps those it has, and need not read them again.
        ins = to_engine(self.declaration, inputs, props) if drifted(olds, inputs) else None
        return ReadResult(id_, to_engine(self.declaration, outs, props), ins)

    @_named
    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        olds, news = from_engine(self.declaration, _olds), self._inputs(_news)
        found = diff(self.declaration, olds, news, _olds, _news)
        body = encode(self.declaration, found.changes)
        files = self._files({name: news[name] for name in found.files})
        computed = {name: value for name, value in olds.items() if name in self.declaration.computed}
        if body or files:
            backend = self.backend(_news)
            body = self.outgoing(backend, body)
            self._refuse(backend, _id, body)
            try:
                computed |= self.change(backend, _id, body, files, olds, news)
            except errors.NotFound:
                raise errors.NotFound(f"{_id} is gone from the node: run pulumi refresh, then up", 404) from None
        return UpdateResult(to_engine(self.declaration, {**news, **computed}, _news))

    @_named
    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        backend = self.backend(_props)
        # Another resource of this run may have it now: its name in the stack has changed.
        if not taken(backend, _id):
            self.remove(backend, _id, from_engine(self.declaration, _props))
        self.in_state(_props, [_id])

    def problems(self, values: Props) -> list[Failure]:
        """Failures of check beyond the declaration's own; may look at files, must not ask the node."""
        missing = []
        for name in self.declaration.files:
            path = values.get(name)
            if isinstance(path, str) and not Path(path).is_file():
                sentence = f"{name} must be the path of a file, got {json.dumps(path)}, which is not there"
                missing.append(Failure((name, f"{sentence} (looked in {Path.cwd()})")))
        return missing

    def wrong_image(self, image: str, values: Props) -> str:
        """What is wrong with an image beside the program, in one sentence; "" when nothing is."""
        return ""

    def claims(self, values: Props) -> Iterable[tuple[str, str, str]]:
        """What may stand once on a node: (path, field, value). Two resources that claim the same fail at check."""
        key = self.declaration.key_of(values)
        if key and self.declaration.key_is_unique:
            yield self.declaration.path, " and ".join(key), " / ".join(map(str, key.values()))

    def objections(self, olds: Props, news: Props, found: Difference) -> Sequence[str]:
        """Why a resource must not go from ``olds`` to ``news``; pure, and said at preview."""
        return ()

    def refusals(
        self, backend: Backend, writes: Sequence[Write], leaving: frozenset[str] = frozenset()
    ) -> dict[int, errors.ProviderError]:
        """Why some of the creates and updates that are about to be sent must not be, by their index.

        ``leaving``: ids of objects that give up what is theirs in the same change.
        """
        return {}

    def outgoing(self, backend: Backend, body: dict[str, Any]) -> dict[str, Any]:
        """The JSON of a create or an update as the node takes it; may ask the node."""
        return body

    def make(self, backend: Backend, body: Props, files: Mapping[str, Path], adopt: bool, values: Props) -> Created:
        """Create the object, or take over the one with the same natural key when ``adopt`` says so.

        ``values``: all inputs, those among them that are never sent.
        """
        if self.declaration.exists_once:
            return self._take_over(backend, next(backend.list(self.declaration.path, {})), body, files)
        existing = self._existing(backend, body) if adopt else None
        if existing:
            return self._take_over(backend, existing, body, files)
        self._refuse(backend, None, body)
        lost: list[errors.ProviderError] = []
        try:
            return self._sent(backend, body, files, values, lost)
        except errors.DEFINITE as error:
            if not lost or isinstance(error, errors.AlreadyExists):
                raise
            # Nobody can tell now whether it was made before: the next run looks, because the journal keeps it.
            raise errors.AnswerLost(f"{lost[-1]}; then {error}") from None

    def _sent(
        self,
        backend: Backend,
        body: Props,
        files: Mapping[str, Path],
        values: Props,
        lost: list[errors.ProviderError],
    ) -> Created:
        """Send the create until it is known what came of it; attempts of which it is not go to ``lost``."""
        unique = self.declaration.key_is_unique
        key = self.declaration.key_of(body) if self.declaration.joinable else None
        for attempt in range(4):
            refusal = None
            try:
                return self.send(backend, body, files, key, values)
            except (errors.AnswerLost, errors.ServerFailed) as error:
                # It may have been made. Before anything is sent again, look.
                lost.append(error)
            except errors.Rejected as error:
                refusal = error
            existing = self._existing(backend, body) if lost or unique else None
            if existing and lost and self._same(existing[1], body):
                recovered = self.recovered(backend, existing[0], files, values)
                if recovered:
                    return recovered
            elif existing and unique:
                raise self.exists(existing[0], refusal)
            if refusal:
                raise refusal
            if not self.declaration.natural_key or getattr(lost[-1], "status", 503) not in (502, 503, 504):
                break
            time.sleep(getattr(lost[-1], "retry_after", 0.0) or 0.5 * 2**attempt)
        raise lost[-1]

    def send(
        self, backend: Backend, body: Props, files: Mapping[str, Path], key: Props | None, values: Props
    ) -> Created:
        """Send the create, once. Raises what `Backend.create` raises."""
        return backend.create(self.declaration.path, body, files, key)

    def recovered(self, backend: Backend, id: str, files: Mapping[str, Path], values: Props) -> Created | None:
        """Go on with an object whose create was not answered; None when it is gone and must be made again.

        Default: upload its files, if any.
        """
        if files:
            backend.update(self.declaration.path, id, {}, files)
        return Created(id)

    def after_create(self, backend: Backend, created: Created, values: Props) -> dict[str, Any]:
        """Computed fields of an object just made."""
        if not self.declaration.read_at_create:
            return {}
        found = decode(self.declaration, backend.read(self.declaration.path, created.id) or {})
        return {name: found[name] for name in self.declaration.computed if name in found}

    def fetch(self, backend: Backend, id: str, olds: Props) -> dict[str, Any] | None:
        """The object's JSON, None when it is gone; ``olds`` is what the state has."""
        return backend.read(self.declaration.path, id)

    def change(
        self, backend: Backend, id: str, body: Props, files: Mapping[str, Path], olds: Props, news: Props
    ) -> dict[str, Any]:
        """As ``write``, knowing all that the stack wants: ``news`` has what is never sent, too."""
        return self.write(backend, id, body, files, olds)

    def write(self, backend: Backend, id: str, body: Props, files: Mapping[str, Path], olds: Props) -> dict[str, Any]:
        """Send an update; returns computed fields that changed with it. ``olds`` is what the state has."""
        backend.update(self.declaration.path, id, body, files)
        return {}

    def remove(self, backend: Backend, id: str, values: Props) -> None:
        """Take the object away. One that exists once stays, with what the stack had set at its default."""
        if not self.declaration.exists_once:
            backend.delete(self.declaration.path, id)
            return
        inputs = self.declaration.inputs
        defaults = {name: inputs[name].default for name in values if name in inputs and inputs[name].default_known}
        if defaults:
            backend.update(self.declaration.path, id, encode(self.declaration, defaults), {})

    def backend(self, props: Props) -> Backend:
        """The backend of the connection that the property bag names; made once, at the first call."""
        return backend_of(self.declaration.vendor, self._settings(props))

    def in_state(self, props: Props, ids: Iterable[str]) -> None:
        """The state has these objects, on the connection that the property bag names: the journal may forget them."""
        # A preview needs no server, and no journal.
        with suppress(errors.ConfigurationError):
            saved(self.stack, self.address(props), self.declaration.path, ids)

    def _settings(self, props: Props) -> Settings:
        return self.connections.settings(str(props.get(CONNECTION) or ""))

    def _check_connection(self, news: Props) -> list[Failure]:
        name = news.get(CONNECTION)
        if isinstance(name, str):
            try:
                self.connections.settings(name)
            except errors.ConfigurationError as error:
                return [Failure((CONNECTION, str(error)))]
        return []

    def not_offered(self, news: Props, values: Props) -> list[Failure]:
        """What the node of this connection does not have: the type, fields or choices in ``values``."""
        try:
            settings = self._settings(news)
        except errors.ConfigurationError:
            # A preview needs no server. What is wrong shows when one is needed.
            return []
        return not_offered(self.declaration, values, settings)

    def _decline(self, props: Props) -> None:
        """Give back what was handed over for an object that was not made."""
        for image in self._images(props):
            decline(image)

    def _images(self, values: Props) -> list[str]:
        """What is given for an image: paths and streams."""
        named = [values.get(name) for name, field in self.declaration.inputs.items() if isinstance(field.kind, Image)]
        return [image for image in named if isinstance(image, str)]

    def _inputs(self, props: Props) -> dict[str, Any]:
        values = from_engine(self.declaration, props)
        return {name: value for name, value in values.items() if name in self.declaration.inputs}

    def _files(self, values: Props) -> dict[str, Path]:
        return {name: Path(values[name]) for name in self.declaration.files if values.get(name)}

    def _existing(self, backend: Backend, body: Props) -> tuple[str, dict[str, Any]] | None:
        """The object with the natural key of ``body``; of several, one that is all the same."""
        key = self.declaration.key_of(body)
        if key is None:
            return None
        # A certificate is compared by content; the node cannot search for it.
        plain = {name: value for name, value in key.items() if not self._by_content(name)}
        matches = [
            match
            for match in backend.list(self.declaration.path, plain)
            if all(self.declaration.inputs[name].kind.same(match[1].get(name), key[name]) for name in key)
        ]
        same = [match for match in matches if self._same(match[1], body)]
        return next(iter([*same, *matches]), None)

    def _by_content(self, name: str) -> bool:
        kind = self.declaration.inputs[name].kind
        return isinstance(kind, Text) and kind.format in ("pem", "json")

    def _same(self, wire: Props, body: Props) -> bool:
        found = decode(self.declaration, wire)
        return all(
            self.declaration.inputs[name].kind.same(found[name], value) for name, value in body.items() if name in found
        )

    def _refuse(self, backend: Backend, id: str | None, body: Props) -> None:
        refusals = self.refusals(backend, [(id, body)])
        if refusals:
            raise refusals[0]

    def mark(self, props: Props, body: Props) -> Mark:
        """What the journal knows this create by: its natural key, or all that is not secret where none is unique."""
        inputs = self.declaration.inputs
        key = self.declaration.key_of(body) if self.declaration.key_is_unique else body
        shown = {name: value for name, value in (key or {}).items() if not inputs[name].secret}
        return Mark(self.address(props), self.declaration.path, key_text(shown))

    def address(self, props: Props) -> str:
        """Where the connection that the property bag names leads. Raises `ConfigurationError`."""
        return self._settings(props).address

    def _earlier(
        self, backend: Backend, begun: Begun, body: Props, files: Mapping[str, Path], values: Props
    ) -> Created | None:
        """The object of a run that was killed before the state had it, made to be as the stack says; or None."""
        if begun.earlier is None:
            return None
        path = self.declaration.path
        wire = backend.read(path, begun.earlier) if begun.earlier else None
        existing = (begun.earlier, wire) if wire is not None else self._existing(backend, body)
        if existing is None:
            return None
        if self._same(existing[1], body):
            return self.recovered(backend, existing[0], files, values)
        # Without an id, only what is the same can be known to be ours.
        return self._take_over(backend, existing, body, files) if wire is not None else None

    def differences(self, wire: Props, body: Props) -> dict[str, Any]:
        """What of ``body`` the object on the node does not have, write-only fields among it."""
        found = decode(self.declaration, wire)
        inputs = self.declaration.inputs
        return {
            name: value
            for name, value in body.items()
            if name not in found or not inputs[name].kind.same(found[name], value)
        }

    def _take_over(
        self, backend: Backend, existing: tuple[str, Props], body: Props, files: Mapping[str, Path]
    ) -> Created:
        id, wire = existing
        changes = self.differences(wire, body)
        # Whether a file is the same cannot be seen: one that cannot be changed is taken as it is.
        files = {name: file for name, file in files.items() if not self.declaration.inputs[name].replaces}
        if changes or files:
            self._refuse(backend, id, changes)
            backend.update(self.declaration.path, id, changes, files)
        take(backend, id)
        return Created(id)

    def exists(self, id: str, refusal: errors.ProviderError | None = None) -> errors.AlreadyExists:
        """The error for an object that is there already, with what the node said, and how to adopt."""
        said = f" (the node says: {refusal})" if refusal else ""
        key = " and ".join(self.declaration.natural_key)
        return errors.AlreadyExists(
            f"an object with this {key} exists already: {id}{said}; "
            "set adopt=True to take it over as it is declared here, or choose another"
        )


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
