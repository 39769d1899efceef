"""What may stand once on a node, claimed at check, so that two resources of one stack do not fight over it."""

from __future__ import annotations

import threading
from collections.abc import Iterable

__all__ = ["Claim", "Claims"]

Claim = tuple[str, str, str]
"""(path of the type, field, value)"""


class Claims:
    """The claims of one engine operation; the provider process lives as long as the operation does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders: dict[tuple[str, Claim], tuple[str, bool]] = {}

    def take(self, label: str, connection: str, fresh: bool, claims: Iterable[Claim]) -> list[str]:
        """Claim for the resource ``label``; returns a sentence for each claim that another resource has.

        ``fresh``: the resource is not in the state. The engine checks a resource that it replaces twice, with
        its old inputs and without, so the same label is another resource only when both claims are fresh.
        """
        sentences = []
        for path, field, value in claims:
            key = (connection, (path, field, value.lower()))
            with self._lock:
                holder = self._holders.get(key)
                self._holders[key] = (label, fresh)
            if holder and (holder[0] != label or (holder[1] and fresh)):
                sentences.append(f'{field} "{value}" must stand once in a stack, got it in {holder[0]} too')
        return sentences
