"""Notes of what was begun and is not known to have ended, for the run that follows a killed one."""

from __future__ import annotations

from provider_core.journal import Journal, Mark, journal_of

__all__ = ["MADE_OF", "SENT", "UNDELIVERED", "WITHDRAWN", "Note"]

SENT = "worker_vm.sent"
"""The document of the node with this URI was about to be sent to its machine."""

UNDELIVERED = "worker_vm.undelivered"
"""The image of the node with this name was asked for; nobody has received all of it."""

WITHDRAWN = "worker_vm.withdrawn"
"""The node with this URI was put into maintenance mode by a run that was going to take it out again."""

MADE_OF = "worker_vm.made_of"
"""The machine that the node with this URI was made of."""


class Note:
    """A line in the stack's journal, there until it is dropped; ``address`` is the Management Node's.

    Without a stack's name or an address there are no notes.
    """

    def __init__(self, stack: str, address: str, what: str, of: str) -> None:
        self._mark = Mark(address, what, of)
        self._journal: Journal | None = journal_of(stack) if stack and address else None

    @property
    def kept(self) -> bool:
        """Whether there is a journal: without one, that a note is not there says nothing."""
        return self._journal is not None

    @property
    def there(self) -> bool:
        """Whether it was left, by this run or an earlier one."""
        return self._journal is not None and self._journal.find(self._mark) is not None

    @property
    def value(self) -> str:
        """What it was left with; "" when it is not there."""
        return (self._journal.find(self._mark) or "") if self._journal else ""

    def leave(self, value: str = "") -> None:
        """Returns when it is on the disk."""
        if self._journal and not self.there:
            self._journal.begin([self._mark])
        if self._journal and self.value != value:
            self._journal.made(self._mark, value)

    def drop(self) -> None:
        """It is over."""
        if self._journal and self.there:
            self._journal.drop(self._mark)
