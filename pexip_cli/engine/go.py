"""The Go command, run in the folder of our module."""

import os
import re
import shutil
import subprocess
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from pexip_cli.problem import Problem

# The first release that reads a go.mod of today; unless told not to, it fetches the release which that needs.
OLDEST = (1, 21)


class Go:
    """The `go` found on PATH, in the module at `source`."""

    def __init__(self, source: Path) -> None:
        found = shutil.which("go")
        if found is None:
            raise Problem("there is no Go on PATH")
        self.program = found
        self._source = source
        # A go.work of a folder above would take over the pinned versions.
        self._environment = {**os.environ, "GOWORK": "off"}

    def check(self) -> None:
        """Raises a Problem when this Go cannot build the module."""
        needed = module_version(self._source, "go")
        run = self._run("env", "GOVERSION", cwd=self._source.anchor)
        have = numbers(run.stdout)
        fetches = have >= OLDEST and self._run("env", "GOTOOLCHAIN", cwd=self._source.anchor).stdout.strip() != "local"
        if have < numbers(needed) and not fetches:
            raise Problem(f"Go {needed} or newer is needed; {self.program} is {run.stdout.strip() or 'too old'}")

    def output(self, *arguments: str) -> str:
        """What a command prints."""
        run = self._run(*arguments, cwd=self._source)
        if run.returncode != 0:
            raise failure(arguments, run.stderr.splitlines())
        return run.stdout

    def progress(self, *arguments: str) -> Iterator[str]:
        """Runs a command and yields the lines that it writes to standard error while it works."""
        last: deque[str] = deque(maxlen=30)
        with subprocess.Popen(
            [self.program, *arguments],
            cwd=self._source,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as child:
            assert child.stderr is not None
            for line in child.stderr:
                last.append(line.rstrip())
                yield last[-1]
        if child.returncode != 0:
            raise failure(arguments, list(last))

    def _run(self, *arguments: str, cwd: Path | str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.program, *arguments],
            cwd=cwd,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )


def module_version(source: Path, name: str) -> str:
    """What go.mod says of a module, or of `go` itself: `v3.259.0`, `1.25.11`."""
    text = (source / "go.mod").read_text(encoding="utf-8")
    found = re.search(rf"^\s*(?:require\s+)?{re.escape(name)}\s+(v?\d[^\s/]*)", text, re.MULTILINE)
    if found is None:
        raise Problem(f"{source / 'go.mod'} does not require {name}")
    return found.group(1)


def numbers(version: str) -> tuple[int, ...]:
    """`go1.25.11` as (1, 25, 11), so that versions compare."""
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def failure(arguments: tuple[str, ...], errors: list[str]) -> Problem:
    """The end of what Go said, without the names of packages that it compiled meanwhile."""
    told = [line for line in errors if line and not re.fullmatch(r"[\w./~-]+", line)]
    told = [line for line in told if not line.startswith("go: downloading")]
    return Problem("\n    ".join([f"`go {arguments[0]}` failed:", *told[-8:]]))
