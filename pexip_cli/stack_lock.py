"""Locks of the file backend: who works on a stack, or was killed while it did."""

import json
import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote


@dataclass(frozen=True)
class StackLock:
    """One lock file, as the engine writes it."""

    pid: int
    host: str
    since: str

    def message(self, stack: str) -> str:
        """What to tell the user."""
        if self.alive():
            return (
                f"stack {stack} is in use by another run (process {self.pid} on {self.host}, {self.since}).\n"
                f"Wait for it to end. If there is no such run: . .local/env && pulumi cancel --yes --stack {stack}"
            )
        return (
            f"stack {stack} is locked by a run that was killed (process {self.pid}, {self.since}).\n"
            f"Release it:  . .local/env && pulumi cancel --yes --stack {stack}\n"
            "Then `make up` again: it finds what that run had made."
        )

    def alive(self) -> bool:
        """Whether the process may still run; one of another machine may."""
        if self.host and self.host != socket.gethostname():
            return True
        # One that was killed a moment ago may still be on its way out.
        for _ in range(10):
            if not _exists(self.pid):
                return False
            time.sleep(0.1)
        return True


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def find(state: Path, project: str, stack: str) -> StackLock | None:
    """The first lock on a stack, if any."""
    folder = state / ".pulumi" / "locks" / "organization" / quote(project) / quote(stack)
    for file in sorted(folder.glob("*.json")):
        try:
            data = json.loads(file.read_text(encoding="utf-8"))
            return StackLock(int(data["pid"]), str(data.get("hostname", "")), str(data.get("timestamp", "")))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return None
