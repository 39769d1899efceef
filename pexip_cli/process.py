"""A child that the user sees and types to."""

import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType


def in_sight(command: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> int:
    """Runs a command on the caller's terminal to its end; a negative code is the signal that ended it.

    Ctrl-C is the child's: the terminal sends it to both, and the child decides when to stop. SIGTERM is
    handed on.
    """
    with subprocess.Popen(command, cwd=cwd, env=env) as child:

        def hand_on(number: int, _: FrameType | None) -> None:
            child.send_signal(number)

        before = signal.signal(signal.SIGINT, signal.SIG_IGN), signal.signal(signal.SIGTERM, hand_on)
        try:
            return child.wait()
        finally:
            signal.signal(signal.SIGINT, before[0])
            signal.signal(signal.SIGTERM, before[1])
