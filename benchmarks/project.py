"""A stack in a folder of its own, on a local state, with the settings that are recommended for many resources."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.measuring import Usage, run
from pexip_cli.engine import Engine
from pexip_cli.environment import RECOMMENDED, backend_url

__all__ = ["ROOT", "CommandFailed", "Project"]

ROOT = Path(__file__).parents[1]
"""The checkout."""

_STACK = "bench"
_NOT_OURS = ("PULUMI_", "PEXIP_", "PYTHON")
"""Variables of the caller's that would be measured, such as one by which Python compiles everything anew each time."""


class CommandFailed(Exception):
    """A command of the engine failed; the end of what it said."""


class Project:
    """``program`` is a folder with a ``__main__.py``, or such a file; ``log``: see `Scenario`.

    Nothing of the caller's engine reaches the stack.
    """

    def __init__(
        self, folder: Path, program: Path, engine: Engine, environment: Mapping[str, str], log: bool = True
    ) -> None:
        self._folder = folder / "project"
        self._log = folder / "log"
        self._pulumi = str(engine.pulumi)
        (folder / "state").mkdir(parents=True)
        if not log:
            # Where the CLI cannot make its folder for logs, it goes on without: there is no setting for it.
            (folder / "home").mkdir()
            (folder / "home" / "logs").touch()
        if program.is_dir():
            shutil.copytree(program, self._folder)
        else:
            self._folder.mkdir()
            shutil.copy(program, self._folder / "__main__.py")
        (self._folder / "Pulumi.yaml").write_text("name: benchmark\nruntime: python\n")
        path = [str(Path(sys.prefix) / "bin"), str(engine.folder), os.environ.get("PATH", os.defpath)]
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(_NOT_OURS)},
            "PATH": os.pathsep.join(path),
            "PYTHONPATH": str(ROOT),
            "PULUMI_PYTHON_CMD": str(Path(sys.prefix) / "bin" / "python"),
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_BACKEND_URL": backend_url(folder / "state"),
            "PULUMI_CONFIG_PASSPHRASE": "of a benchmark",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            **RECOMMENDED,
            **environment,
        }
        self.run("stack", "init", _STACK)

    def run(self, *arguments: str, **environment: str) -> Usage:
        """Run a command of the engine. Raises `CommandFailed`."""
        command = [self._pulumi, "--non-interactive", "--color", "never", *arguments]
        usage = run(command, self._folder, {**self._environment, **environment}, self._log)
        if usage.code:
            said = self._log.read_text(errors="replace").strip().splitlines()
            raise CommandFailed("\n".join([f"pulumi {' '.join(arguments)} ended with {usage.code}:", *said[-12:]]))
        return usage

    def resources(self) -> list[dict[str, Any]]:
        """The state's resources, without the stack and its providers."""
        done = subprocess.run(
            [self._pulumi, "stack", "export"], cwd=self._folder, env=self._environment, capture_output=True, check=True
        )
        found = json.loads(done.stdout)["deployment"].get("resources", [])
        return [each for each in found if not each["type"].startswith("pulumi:")]
