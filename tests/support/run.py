"""A command of the engine that is killed in the middle of what it does."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress

from tests.support.stack import Stack

__all__ = ["Run"]


class Run:
    """``pulumi`` in the background, in a session of its own, so that nothing of it outlives the test."""

    def __init__(self, stack: Stack, *args: str) -> None:
        self.process = subprocess.Popen(
            ["pulumi", "--non-interactive", "--color", "never", *args],
            cwd=stack.folder,
            env=stack.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self, what: str) -> None:
        """SIGKILL the engine, the provider's process, or all of them; the provider's leaves the engine to end by itself."""
        if what == "engine":
            self.process.kill()
        else:
            _kill(self.members({"provider": "-m pulumi.dynamic", "all": ""}[what]))

    def end(self) -> None:
        """Wait for the engine, and then kill what it left behind, in the middle of what that does."""
        self.process.wait(timeout=120)
        _kill(self.members(""))

    def members(self, command: str) -> list[int]:
        """The processes of the run whose command line has this in it; the engine gives each plugin its own group."""
        found = subprocess.run(
            ["pgrep", "-s", str(self.process.pid), "-f", "--", command], capture_output=True, text=True, check=False
        )
        return [int(pid) for pid in found.stdout.split()]


def _kill(pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):  # it ended before its turn
            os.kill(pid, signal.SIGKILL)
