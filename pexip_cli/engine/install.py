"""An engine downloaded by Pulumi's own SDK."""

import re
import shutil
import subprocess
import sys
import time
from importlib.metadata import version as installed_version
from pathlib import Path

from pexip_cli.engine.record import Engine, Way
from pexip_cli.engine.version import parse
from pexip_cli.progress import Progress

# An address that does not answer must not hold up the build that comes next; a download takes minutes.
CONNECT_SECONDS = 5
LIMIT_SECONDS = 600

_INSTALL = f"""
import socket, sys
socket.setdefaulttimeout({CONNECT_SECONDS})
from pulumi.automation import PulumiCommand
PulumiCommand.install(root=sys.argv[1])
"""


def mark() -> str:
    """The SDK downloads the CLI of its own version."""
    return installed_version("pulumi")


def install(folder: Path) -> tuple[Engine | None, str]:
    """Downloads into `folder`/bin; None and one line that says why when that is refused."""
    fresh = folder.with_name(f"{folder.name}.download")
    shutil.rmtree(fresh, ignore_errors=True)
    command = [sys.executable, "-c", _INSTALL, str(fresh)]
    deadline = time.monotonic() + LIMIT_SECONDS
    try:
        with (
            Progress("Downloading the engine") as progress,
            subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as child,
        ):
            while (code := child.poll()) is None:
                if time.monotonic() > deadline:
                    child.kill()
                progress.note("waiting for the vendor's site")
                time.sleep(0.1)
            errors = child.stderr.read() if child.stderr else ""
        if code != 0 or not (fresh / "bin" / "pulumi").exists():
            return None, reason(errors)
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return Engine(Way.INSTALL, folder / "bin", str(parse(mark()) or mark()), mark()), "downloaded"


def reason(errors: str) -> str:
    """What the last line of a traceback says, without the exception's class and the system's error number."""
    last = (errors.strip() or "no answer").splitlines()[-1]
    return re.sub(r"^[\w.]+: |<urlopen error |\[Errno -?\d+\] |>$", "", last)
