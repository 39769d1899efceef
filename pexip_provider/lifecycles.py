"""The types whose lifecycle differs from the rule, each by one hook or two."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from provider_core import errors
from provider_core.backend import Backend, Created
from provider_core.checking import Failure
from provider_core.lifecycle import Lifecycle, Props, Write

__all__ = ["ConferenceLifecycle", "WorkerVmLifecycle"]


def _aliases(values: Props) -> list[str]:
    given = values.get("aliases")
    items = given if isinstance(given, (list, tuple)) else ()
    return [item["alias"] for item in items if isinstance(item, Mapping) and isinstance(item.get("alias"), str)]


class ConferenceLifecycle(Lifecycle):
    """A conference must not take an alias away from another one, which the node would do without a word."""

    def claims(self, values: Props) -> Iterable[tuple[str, str, str]]:
        """The name, and each alias, in the same form in which a ``ConferenceAlias`` claims it."""
        yield from super().claims(values)
        yield from (("conference_alias", "alias", alias) for alias in _aliases(values))

    def refusals(
        self, backend: Backend, writes: Sequence[Write], leaving: frozenset[str] = frozenset()
    ) -> dict[int, errors.ProviderError]:
        """`Held` for each write with an alias that another conference has; one question for all of them."""
        wanted = {index: _aliases(body) for index, (_, body) in enumerate(writes)}
        asked = {alias.lower() for aliases in wanted.values() for alias in aliases}
        if not asked:
            return {}
        holders = {
            found["alias"].lower(): (found["alias"], found["conference"])
            for _, found in backend.list("conference_alias", {"alias__in": asked})
        }
        # A room in the same change that gives the alias up no longer has it.
        keeps = {
            id: {alias.lower() for alias in wanted[index]}
            for index, (id, body) in enumerate(writes)
            if "aliases" in body
        }
        refusals: dict[int, errors.ProviderError] = {}
        for index, (id, body) in enumerate(writes):
            held = [holders[alias.lower()] for alias in wanted[index] if alias.lower() in holders]
            held = [
                (alias, uri)
                for alias, uri in held
                if uri != id and uri not in leaving and alias.lower() in keeps.get(uri, {alias.lower()})
            ]
            names = {uri: (backend.read(self.declaration.path, uri) or {}).get("name", uri) for _, uri in held}
            # The node refuses a second room of the same name, and so no alias can be lost to it.
            held = [(alias, uri) for alias, uri in held if id or names[uri] != body.get("name")]
            if held:
                listed = ", ".join(f'"{alias}" belongs to Conference "{names[uri]}" ({uri})' for alias, uri in held)
                refusals[index] = errors.Held(
                    f"aliases must be free, got {listed}: remove it there first "
                    "(if that room is in this stack, name it in depends_on), or choose another"
                )
        return refusals


class WorkerVmLifecycle(Lifecycle):
    """A Conferencing Node comes with a document that can be had once, in the answer to its creation."""

    has_document = True

    def problems(self, values: Props) -> list[Failure]:
        """The folder of ``document_path`` must be there before the document is handed out."""
        path = values.get("document_path")
        if isinstance(path, str) and path and not Path(path).resolve().parent.is_dir():
            return [Failure(("document_path", f'document_path must lie in a folder that exists, got "{path}"'))]
        return super().problems(values)

    def recovered(self, backend: Backend, id: str, files: Mapping[str, Path]) -> Created | None:
        """The object is there, but its document was lost with the answer: both are made again.

        Nothing can have been provisioned from a document that nobody received.
        """
        backend.delete(self.declaration.path, id)
        return None

    def after_create(self, backend: Backend, created: Created, values: Props) -> dict[str, Any]:
        """Keep the document where the stack wants it."""
        if created.document is None:
            return {}
        path = values.get("document_path")
        if not path:
            return {"provisioning_document": created.document.decode()}
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as document:
            document.write(created.document)
        return {}
