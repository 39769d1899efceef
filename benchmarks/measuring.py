"""What a command costs: seconds, the CPU of all its processes, and the memory of the largest.

The command leads a session of its own, in which all that it starts stays: the engine puts its plugins into process
groups of their own, but not into sessions. While the command runs, every process of the session is read from /proc
every 50 ms: its CPU seconds so far, and the most memory it has had (VmHWM, which the kernel keeps, so that no peak
falls between two readings). What a process did after its last reading is in the kernel's sum for the command and
the children that it waited for (wait4). The total is the larger of both; the shares are those of the readings.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Usage", "cpu_of", "run"]

EVERY = 0.05
_TICK = os.sysconf("SC_CLK_TCK")
_ROLES = (
    ("pulumi.dynamic", "provider"),
    ("pulumi-language-python-exec", "program"),
    ("pulumi-language-python", "host"),
    ("pulumi", "engine"),
)
"""What a command line contains, and what such a process is; the first that fits."""


@dataclass
class Usage:
    """What a command cost. CPU and seconds are seconds, memory is MiB; both by role of the process as well."""

    code: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    peak: float = 0.0
    cpu_by_role: dict[str, float] = field(default_factory=dict)
    peak_by_role: dict[str, float] = field(default_factory=dict)


def run(command: Sequence[str], cwd: Path, env: Mapping[str, str], log: Path) -> Usage:
    """Run a command to its end, its output in ``log``. When this is interrupted, nothing of it is left running."""
    with log.open("wb") as out:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
        readings = _Readings(process.pid)
        try:
            _, status, kernel = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - started
            process.returncode = os.waitstatus_to_exitcode(status)
        except BaseException:
            _end(process)
            raise
        finally:
            readings.stop()
            # A plugin that outlives its engine for a moment would be counted with the next command's.
            _kill(process.pid)
    usage = readings.usage()
    usage.code, usage.seconds = process.returncode, seconds
    usage.cpu = max(kernel.ru_utime + kernel.ru_stime, sum(usage.cpu_by_role.values()))
    return usage


def cpu_of(pid: int) -> float:
    """The CPU seconds of one process so far, of all its threads."""
    return _cpu(_stat(pid))


class _Readings:
    """Reads the processes of a session in a thread, until it is stopped."""

    def __init__(self, session: int) -> None:
        self._session = session
        self._cpu: dict[int, float] = {}
        self._peak: dict[int, float] = {}
        self._role: dict[int, str] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def usage(self) -> Usage:
        usage = Usage()
        for pid, cpu in self._cpu.items():
            role, peak = self._role.get(pid, "other"), self._peak.get(pid, 0.0)
            usage.cpu_by_role[role] = usage.cpu_by_role.get(role, 0.0) + cpu
            usage.peak_by_role[role] = max(usage.peak_by_role.get(role, 0.0), peak)
        usage.peak = max(usage.peak_by_role.values(), default=0.0)
        return usage

    def _read(self) -> None:
        while not self._stopped.wait(EVERY):
            for pid in _session(self._session):
                try:
                    self._cpu[pid] = _cpu(_stat(pid))
                    self._role[pid] = _role(Path(f"/proc/{pid}/cmdline").read_bytes()) or self._role.get(pid, "other")
                    self._peak[pid] = max(self._peak.get(pid, 0.0), _peak(Path(f"/proc/{pid}/status").read_text()))
                except OSError:
                    continue


def _session(session: int) -> Iterator[int]:
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                if int(_stat(int(name))[3]) == session:
                    yield int(name)
            except OSError:
                continue


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on; the name before them may hold anything."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _cpu(stat: Sequence[str]) -> float:
    return (int(stat[11]) + int(stat[12])) / _TICK


def _peak(status: str) -> float:
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM:")), 0.0)


def _role(command: bytes) -> str:
    words = command.decode(errors="replace").split("\0")
    names = [os.path.basename(word) for word in words[:4]]
    return next((role for mark, role in _ROLES if mark in names), "")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask the engine to stop, which it does after the calls that are under way, and do not wait for long."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(10)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        process.kill()
        process.wait()


def _kill(session: int) -> None:
    """Kill what is left of a session, and wait until it is gone."""
    for _ in range(500):
        left = [pid for pid in _session(session) if _alive(pid)]
        if not left:
            return
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


def _alive(pid: int) -> bool:
    """Whether a process is more than an entry that waits for its parent to look at it."""
    try:
        return _stat(pid)[0] != "Z"
    except OSError:
        return False
