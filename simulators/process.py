"""Starting a simulator as a process of its own, for tests and for the command line."""

from __future__ import annotations

import os
import queue
import re
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

from .pexip.options import DEFAULT_PASSWORD, DEFAULT_USERNAME

_READY = re.compile(r"^Simulated .* at (https://\S+?)/ \(CA certificate: (.*)\)$")
_ROOT = Path(__file__).parent.parent


class Simulator:
    """A running simulator; also a context manager, which stops it.

    Options are those of the command line with underscores, a true value for a switch:
    ``Simulator(tmp_path, rate_limit=60, record_bodies=True)``.

    Raises:
        RuntimeError: it ended, or said nothing for a minute, before it was ready; shows what it printed.
    """

    def __init__(self, data: str | Path, port: int = 0, *, module: str = "simulators.pexip", **options: Any) -> None:
        self.data = Path(data)
        self.username: str = options.get("username", DEFAULT_USERNAME)
        self.password: str = options.pop("password", DEFAULT_PASSWORD)
        command = [sys.executable, "-m", module, "--data", str(self.data), "--port", str(port), *_arguments(options)]
        path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))
        self._process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # The password does not belong on a command line, which everyone on the machine can read.
            env={**os.environ, "PYTHONPATH": path, "SIMULATOR_PASSWORD": self.password},
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.address, self.ca = self._wait_until_ready()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.address.rpartition(":")[2])

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the process is still there."""
        return self._process.poll() is None

    def stop(self) -> int:
        """End it gently; its exit code."""
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
        return self._ended()

    def kill(self) -> int:
        """End it at once, with SIGKILL; its exit code."""
        self._process.kill()
        return self._ended()

    def _ended(self) -> int:
        code = self._process.wait()
        self._reader.join()
        if self._process.stdout is not None:
            self._process.stdout.close()
        return code

    def __enter__(self) -> Simulator:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _read(self) -> None:
        # Read to the end: a full pipe would stop the simulator.
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def _wait_until_ready(self) -> tuple[str, Path]:
        said: list[str] = []
        while True:
            try:
                line = self._lines.get(timeout=60)
            except queue.Empty:
                line = None
            if line is None:
                self.kill()
                raise RuntimeError("The simulator did not start:\n" + "\n".join(said))
            said.append(line)
            if match := _READY.match(line):
                return match[1], Path(match[2])


def _arguments(options: dict[str, Any]) -> list[str]:
    arguments = []
    for name, value in options.items():
        option = "--" + name.replace("_", "-")
        if value is True:
            arguments.append(option)
        elif value is not None and value is not False:
            arguments += [option, str(value)]
    return arguments
