"""What a vendor's system must offer so that the lifecycle can run on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

__all__ = ["Backend", "Created"]


@dataclass(frozen=True)
class Created:
    """The answer to a create: the object's id, and a document when the server sent one, once."""

    id: str
    document: bytes | None = None


class Backend(Protocol):
    """Plain values in, plain values out; thread-safe. Raises only what `provider_core.errors` draws.

    ``path`` is the type's path from its declaration; ``body`` and the objects returned are JSON as the server
    has it; ``files`` maps a field's name to the file to upload.
    """

    def create(self, path: str, body: Mapping[str, Any], files: Mapping[str, Path]) -> Created:
        """Make one object. Raises `AnswerLost` when it is not known whether it was made; sends nothing twice."""

    def read(self, path: str, id: str) -> dict[str, Any] | None:
        """The object, or None when it is gone."""

    def update(self, path: str, id: str, body: Mapping[str, Any], files: Mapping[str, Path]) -> None:
        """Change the fields in ``body`` (may be empty) and upload ``files``, nothing else."""

    def delete(self, path: str, id: str) -> None:
        """Remove the object; one that is gone already is a success."""

    def list(self, path: str, filters: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Objects that match all filters, with their ids, page by page."""
