"""What a vendor's system must offer so that the lifecycle can run on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Protocol

from provider_core import errors

__all__ = ["Backend", "Created", "take_back"]


@dataclass(frozen=True)
class Created:
    """The answer to a create: the object's id, and a document when the server sent one, once.

    A document that was saved to a file is known by its SHA-256, ``digest``, instead.
    """

    id: str
    document: bytes | None = None
    digest: str = ""


def take_back(delete: Callable[[], None], error: errors.ProviderError) -> NoReturn:
    """Delete what was made in vain, and raise the error; `AnswerLost` when it cannot be deleted either."""
    try:
        delete()
    except errors.ProviderError as second:
        raise errors.AnswerLost(f"{error}; what was made could not be taken back: {second}") from None
    raise error


class Backend(Protocol):
    """Plain values in, plain values out; thread-safe. Raises only what `provider_core.errors` draws.

    ``path`` is the type's path from its declaration; ``body`` and the objects returned are JSON as the server
    has it; ``files`` maps a field's name to the file to upload. Calls that are in flight at the same time may
    be joined into fewer requests: each caller still gets its own answer and its own error.
    """

    def create(
        self,
        path: str,
        body: Mapping[str, Any],
        files: Mapping[str, Path],
        key: Mapping[str, Any] | None = None,
    ) -> Created:
        """Make one object; sends nothing twice. Raises `AnswerLost` when it is not known whether it was made.

        ``key`` is its natural key where that is unique on the server: with it, the create may be joined with
        others, for which the server returns no ids, and the object be found by it.
        """

    def read(self, path: str, id: str) -> dict[str, Any] | None:
        """The object, or None when it is gone."""

    def update(self, path: str, id: str, body: Mapping[str, Any], files: Mapping[str, Path]) -> None:
        """Change the fields in ``body`` (may be empty) and upload ``files``, nothing else."""

    def delete(self, path: str, id: str) -> None:
        """Remove the object; one that is gone already is a success."""

    def list(self, path: str, filters: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Objects that match all filters, with their ids, page by page."""
