"""The simulated Management Node, in the background.

It is known to run by a lock that its process holds as long as it lives: a process id alone may meanwhile be another
program's. What is known of it otherwise comes from its log.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from pexip_cli import lock
from pexip_cli.checkout import Checkout
from pexip_cli.private import random_secret, write_private
from pexip_cli.problem import Problem

PORT = 18443
USER = "admin"
START_SECONDS = 60
STOP_SECONDS = 10
_READY = re.compile(r"^Simulated .* at (?P<address>https://\S+?)/ \(CA certificate: (?P<ca>.*)\)$", re.MULTILINE)


@dataclass(frozen=True)
class Node:
    """The simulated node; `password` is the file that holds its administrator's."""

    address: str
    ca: Path
    password: Path
    user: str = USER


def running(checkout: Checkout) -> Node | None:
    """The node, when it runs and is ready."""
    if not _is_locked(checkout):
        return None
    ready = ready_line(_log(checkout))
    return Node(*ready, checkout.simulator / "password") if ready else None


def start(checkout: Checkout) -> tuple[Node, bool]:
    """Starts the node unless it runs; tells whether it was started. Its data are those of the last time.

    Its port is that of the last time too, if it is free, so that addresses in states and notes stay good.
    """
    deadline = time.monotonic() + START_SECONDS
    while (descriptor := lock.take(checkout.simulator / "lock")) is None:
        if node := running(checkout):
            return node, False
        if time.monotonic() > deadline:
            raise _silent(checkout)
        time.sleep(0.05)
    try:
        child = _launch(checkout, descriptor)
    finally:
        # The child holds the lock from here on, through its own copy.
        os.close(descriptor)
    try:
        while (node := running(checkout)) is None:
            if child.poll() is not None or time.monotonic() > deadline:
                raise _silent(checkout)
            time.sleep(0.05)
    except BaseException:
        child.kill()
        child.wait()
        raise
    # It outlives this process on purpose; Popen would warn of a child that is not known to have ended.
    child.returncode = 0
    write_private(checkout.simulator / "port", node.address.rsplit(":", 1)[1])
    return node, True


def stop(checkout: Checkout) -> bool:
    """Stops the node; tells whether it ran. Its data stay."""
    if not _is_locked(checkout):
        return False
    process = int((checkout.simulator / "pid").read_text())
    deadline = time.monotonic() + STOP_SECONDS
    os.kill(process, signal.SIGTERM)
    while _is_locked(checkout):
        if time.monotonic() > deadline:
            os.kill(process, signal.SIGKILL)
        time.sleep(0.05)
    return True


def described(node: Node, checkout: Checkout) -> str:
    """Where the node is and how to look at it, for a person."""
    return (
        f"The simulated Management Node is at {node.address}/\n"
        f"  log in:   {node.user}, with the password in {checkout.shown(node.password)}\n"
        f"  stop it:  .venv/bin/pexip simulator stop"
    )


def ready_line(log: str) -> tuple[str, Path] | None:
    """The address and the CA certificate that the simulator prints when it serves."""
    found = _READY.search(log)
    return (found["address"], Path(found["ca"])) if found else None


def free_port(wanted: int) -> int:
    """The wanted port when nothing listens there, else one that the system picks."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            # As the server itself does: a port that was closed a moment ago is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Problem("no port of 127.0.0.1 is free")


def _launch(checkout: Checkout, descriptor: int) -> subprocess.Popen[bytes]:
    folder = checkout.simulator
    (folder / "pid").unlink(missing_ok=True)
    kept = folder / "port"
    port = free_port(int(kept.read_text()) if kept.exists() else PORT)
    command = [sys.executable, "-u", "-m", "simulators.pexip", "--port", str(port), "--data", str(folder / "data")]
    # Not on the command line, which everyone on the machine can read.
    secret = {"SIMULATOR_PASSWORD": random_secret(folder / "password")}
    with open(folder / "log", "wb") as log:
        child = subprocess.Popen(
            command,
            cwd=checkout.root,
            env={**os.environ, **secret},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=(descriptor,),
        )
    write_private(folder / "pid", str(child.pid))
    return child


def _silent(checkout: Checkout) -> Problem:
    password = random_secret(checkout.simulator / "password")
    last = _log(checkout).replace(password, "…").splitlines()[-5:]
    where = checkout.shown(checkout.simulator / "log")
    return Problem("\n    ".join([f"the simulator did not start; {where} ends with:", *last]))


def _is_locked(checkout: Checkout) -> bool:
    return lock.is_taken(checkout.simulator / "lock")


def _log(checkout: Checkout) -> str:
    return (checkout.simulator / "log").read_text(encoding="utf-8", errors="replace")
