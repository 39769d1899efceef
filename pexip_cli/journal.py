"""What killed runs made and a stack does not know: it stands in the stack's journal, and not in its state."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import Any

from provider_core.journal import Journal, Mark

_SHOWN = 5


@dataclass(frozen=True)
class Lost:
    """The objects, a line each, and the journal's file as a person would type it."""

    lines: list[str]
    file: str

    def __bool__(self) -> bool:
        return bool(self.lines)

    def after_up(self) -> str:
        """What to tell when the stack was deployed, and these were not among what it declares."""
        return (
            f"On the node there is still what killed runs made and the stack does not declare:\n{self._few()}\n"
            f"Declare it, and `make up` takes it over. Or delete it there, and then {self.file}."
        )

    def before_destroy(self) -> str:
        """What to tell in the place of destroying the stack."""
        return (
            f"destroy would leave behind what killed runs made and the stack's state lacks:\n{self._few()}\n"
            f"Run `make up` first: it takes over what the stack declares. To leave it on the node, delete {self.file}."
        )

    def _few(self) -> str:
        more = len(self.lines) - _SHOWN
        rest = [f"and {more:,} more, which `pexip journal` lists"] if more > 0 else []
        return "\n".join(f"  {line}" for line in [*self.lines[:_SHOWN], *rest])


def find(file: Path, state: str) -> list[str]:
    """What the journal in ``file`` has and ``state`` (JSON text of the engine's) lacks, a line each."""
    there = set(_strings(json.loads(state)))
    journal = Journal(file)
    try:
        return sorted(_line(mark, id) for mark, id in journal.entries().items() if not id or id not in there)
    finally:
        journal.close()


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)


def _line(mark: Mark, id: str) -> str:
    key = ", ".join(f"{name} {json.dumps(value)}" for name, value in json.loads(mark.key).items())
    what = f"{mark.path} with {shorten(key, 100)}" if key else mark.path
    return f"{what} on {mark.address}: {id or 'perhaps, its answer never came'}"
