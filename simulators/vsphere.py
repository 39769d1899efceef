"""``python -m simulators.vsphere``: run a simulated vCenter Server, or ESXi host.

It is govmomi's simulator (``engine/vcsim``), built when it is first needed. What it holds lives as long as its process;
the folder has its certificates and what stands for its datastores.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from . import certificates
from .pexip.options import DEFAULT_PASSWORD, DEFAULT_USERNAME

_ROOT = Path(__file__).parent.parent
SOURCE = _ROOT / "engine" / "vcsim"
BINARY = _ROOT / ".local" / "vcsim" / "vcsim"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulators.vsphere",
        description="A simulated vCenter Server or ESXi host, at https://127.0.0.1:PORT/, with a datacenter, a "
        "cluster, hosts, datastores and networks. It forgets all when it stops.",
    )
    add = parser.add_argument
    add("--data", type=Path, required=True, metavar="DIR", help="a folder for certificates and datastores")
    add("--port", type=int, default=0, metavar="N", help="port of the API; 0 (the default): any free one")
    add("--username", default=DEFAULT_USERNAME, help="who may log in (default: %(default)s)")
    add("--password", help=f"default: the environment variable SIMULATOR_PASSWORD, else {DEFAULT_PASSWORD}")
    add("--esxi", action="store_true", help="be one ESXi host; else a vCenter Server")
    add(
        "--bootstrap",
        default="",
        metavar="ADDRESS",
        help="a simulated Management Node: machines made from its images call home to it when they start",
    )
    return parser


def build() -> Path:
    """The simulator's binary, compiled when its sources are newer. Raises `RuntimeError` when it cannot be."""
    BINARY.parent.mkdir(parents=True, exist_ok=True)
    with _told(), (BINARY.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        newest = max(file.stat().st_mtime for file in SOURCE.iterdir())
        if BINARY.exists() and BINARY.stat().st_mtime >= newest:
            return BINARY
        if shutil.which("go") is None:
            raise RuntimeError(
                "go is needed to build it, and was not found on PATH (1.25 or newer; https://go.dev/dl/)"
            )
        done = subprocess.run(
            ["go", "build", "-o", str(BINARY), "."],  # noqa: S607
            cwd=SOURCE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"it does not build:\n{done.stdout}")
    return BINARY


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """A line now and then: whoever waits for this simulator gives up when it is silent."""
    done = threading.Event()

    def tell() -> None:
        while not done.wait(20):
            print("Building the simulator, which takes a minute the first time.", flush=True)

    threading.Thread(target=tell, daemon=True).start()
    try:
        yield
    finally:
        done.set()


def main(arguments: list[str] | None = None) -> int:
    """Become the simulator; returns only when it cannot start."""
    options = _parser().parse_args(arguments)
    data = options.data.absolute()
    password = options.password or os.environ.get("SIMULATOR_PASSWORD") or DEFAULT_PASSWORD
    try:
        binary = build()
        # The simulator keeps its datastores in temporary folders.
        (data / "datastores").mkdir(parents=True, exist_ok=True)
        ca, certificate, key = certificates.ensure(data)
    except (OSError, RuntimeError) as error:
        print(f"The simulator cannot start: {error}", file=sys.stderr)
        return 1
    command = [str(binary), "--port", str(options.port), "--username", options.username]
    command += ["--ca", str(ca), "--certificate", str(certificate), "--key", str(key)]
    command += ["--esxi"] if options.esxi else []
    command += ["--bootstrap", options.bootstrap] if options.bootstrap else []
    environment = {**os.environ, "SIMULATOR_PASSWORD": password, "TMPDIR": str(data / "datastores")}
    # In place of this process, so that a signal reaches it.
    os.execve(binary, command, environment)  # noqa: S606


if __name__ == "__main__":
    raise SystemExit(main())
