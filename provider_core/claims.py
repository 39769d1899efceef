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
        self._labels: set[str] = set()

    def take(self, label: str, connection: str, fresh: bool, claims: Iterable[Claim]) -> list[str]:
        """Claim for the resource ``label``; returns a sentence for each claim that another resource has.

        ``fresh``: the resource is not in the state. The engine checks a resource that it replaces twice, with
        its old inputs and without, so the same label is another resource only when both claims are fresh.
        """
        sentences = []
        with self._lock:
            self._labels.add(label)
        for path, field, value in claims:
            key = (connection, (path, field, value.lower()))
            with self._lock:
                holder = self._holders.get(key)
                self._holders[key] = (label, fresh)
            if holder and (holder[0] != label or (holder[1] and fresh)):
                other = holder[0] if holder[0] != label else "another resource"
                sentences.append(
                    f'{field} "{value}" must stand once in a stack, got it in {other} too: take it out of one of them'
                )
        return sentences

    def gives_up(self, label: str, claim: Claim) -> bool:
        """Whether a resource of this run has been checked and no longer claims what it may still hold."""
        path, field, value = claim
        with self._lock:
            holders = [held[0] for (_, key), held in self._holders.items() if key == (path, field, value.lower())]
            return label in self._labels and label not in holders
