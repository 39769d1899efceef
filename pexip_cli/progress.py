"""How far a long step is: one moving line on a terminal, else a line every few seconds."""

import sys
import time
from typing import Self, TextIO


class Progress:
    """`with Progress("Building") as step: step.at(3, 100)`."""

    def __init__(self, title: str, *, stream: TextIO | None = None, every: float = 5.0) -> None:
        self._title = title
        self._stream = stream or sys.stderr
        self._moving = self._stream.isatty()
        self._every = 0.2 if self._moving else every
        self._started = time.monotonic()
        self._next = self._started + self._every
        self._width = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._clear()

    def at(self, count: int, total: int, unit: str = "") -> None:
        """Says `count` of `total`, when it is time to say something again."""
        share = f"{100 * count // total:3d}%  " if total else ""
        self.note(f"{share}{count}{f' of {total}' if total else ''}{f' {unit}' if unit else ''}")

    def note(self, text: str) -> None:
        """Says where the step is, when it is time to say something again."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + self._every
        line = f"  {self._title}: {text}  ({elapsed(now - self._started)})"
        if self._moving:
            self._stream.write("\r" + line.ljust(self._width))
            self._width = len(line)
        else:
            self._stream.write(line + "\n")
        self._stream.flush()

    def _clear(self) -> None:
        if self._moving and self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._stream.flush()


def elapsed(seconds: float) -> str:
    """A span of time as a person says it: `42 s`, `3 min 05 s`."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
