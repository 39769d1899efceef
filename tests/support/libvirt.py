"""A libvirt daemon of the tests' own: in session mode, as an unprivileged user, in a folder that goes with it.

It touches nothing of the machine's own libvirt: its sockets, its configuration and its logs lie in its folder.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from hypervisor_provider.libvirt.library import library
from tests.support.joined import Moment, stamped

__all__ = ["Daemon", "needs_libvirt"]

NOBODY = "nobody"
LONGEST = 60
"""Seconds after which a daemon is taken not to start."""


def needs_libvirt() -> None:
    """Skip the test where there is no libvirt; with ``LIBVIRT_TESTS=required``, as .ci/run sets it, it fails."""
    programs = ("libvirtd", "qemu-system-x86_64", "qemu-img")
    missing = [name for name in programs if shutil.which(name, path=_PATH) is None]
    if importlib.util.find_spec("libvirt") is None:
        missing.append("libvirt-python")
    if not missing:
        return
    reason = f"{', '.join(missing)} not found: apt install libvirt-daemon libvirt-dev pkg-config qemu-system-x86 qemu-utils, then make setup"
    if os.environ.get("LIBVIRT_TESTS") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])


def _display_ports() -> str:
    """Ports for the displays of one daemon's machines: two daemons that look at the same free port both take it."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = 21000 + 500 * worker + 50 * (next(_daemons) % 10)
    return f"remote_display_port_min = {first}\nremote_display_port_max = {first + 49}\n"


_daemons = itertools.count()


class Daemon:
    """A running libvirtd. ``uri`` is its QEMU driver's, ``test_uri`` that of its test driver.

    The test driver's state lives as long as somebody is connected, so one connection is kept. ``pool`` is an active
    storage pool in the folder ``images``; after `kill` and `start` all but the test driver's state is still there.
    """

    pool = "images"

    def __init__(self, configuration: str = "", **environment: str) -> None:
        """``configuration``: more of libvirtd.conf; with it the daemon listens, where it says so."""
        self._environment = environment
        self._command = ["libvirtd", *(["--listen"] if configuration else [])]
        # Short, because a socket's path is; not below pytest's folders, which only their owner may enter.
        self.folder = Path(tempfile.mkdtemp(prefix="libvirt-"))
        self._user = NOBODY if os.geteuid() == 0 else None
        for name in ("", "run", "config", "cache", "data", "home", "tmp", "images"):
            folder = self.folder / name
            folder.mkdir(mode=0o700, exist_ok=True)
            self.give(folder)
        settings = self.folder / "config" / "libvirt"
        settings.mkdir()
        self.give(settings)
        # Else it starts another daemon for the logs of machines, which outlives it.
        (settings / "qemu.conf").write_text(f'stdio_handler = "file"\n{_display_ports()}')
        (settings / "libvirtd.conf").write_text(configuration)
        self.socket = self.folder / "run" / "libvirt" / "libvirt-sock"
        self.uri = f"qemu+unix:///session?socket={self.socket}"
        self.test_uri = f"test+unix:///default?socket={self.socket}"
        self._process: subprocess.Popen[bytes] | None = None
        self._kept: Any = None

    def __enter__(self) -> Daemon:
        try:
            self.start()
        except BaseException:
            shutil.rmtree(self.folder)
            raise
        with self.connection() as connection:
            xml = f"<pool type='dir'><name>{self.pool}</name><target><path>{self.folder / 'images'}</path></target></pool>"
            pool = connection.storagePoolDefineXML(xml, 0)
            pool.setAutostart(1)
            pool.create(0)
        return self

    def __exit__(self, *_: object) -> None:
        with self.connection() as connection:
            for domain in connection.listAllDomains(library().VIR_CONNECT_LIST_DOMAINS_ACTIVE):
                domain.destroy()
        self.kill()
        shutil.rmtree(self.folder)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        log = (self.folder / "log").open("ab")
        with log:
            self._process = subprocess.Popen(
                self._command,
                env={"PATH": _PATH, "HOME": str(self.folder / "home"), "TMPDIR": str(self.folder / "tmp")}
                | self._environment
                | {f"XDG_{name.upper()}": str(self.folder / folder) for name, folder in _PLACES.items()},
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=self._user,
                group=pwd.getpwnam(self._user).pw_gid if self._user else None,
                extra_groups=[] if self._user else None,
            )
        end = time.monotonic() + LONGEST
        while True:
            try:
                with self.connection():
                    return
            except library().libvirtError as error:
                if self._process.poll() is not None or time.monotonic() > end:
                    said = (self.folder / "log").read_text()
                    raise AssertionError(f"libvirtd did not start: {error}\n{said}") from None
                time.sleep(0.05)

    def kill(self) -> None:
        """End it at once, with SIGKILL; machines go on running."""
        if self._kept is not None:
            self._kept = None
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    @property
    def pid(self) -> int:
        """The process's number."""
        assert self._process is not None
        return self._process.pid

    @contextmanager
    def connection(self, uri: str = "") -> Iterator[Any]:
        """A connection that is not the provider's."""
        made = library().open(uri or self.uri)
        try:
            yield made
        finally:
            made.close()

    def keep_test_driver(self) -> str:
        """The test driver's URI, with its state kept from now on."""
        if self._kept is None:
            self._kept = library().open(self.test_uri)
        return self.test_uri

    def images(self) -> list[Path]:
        """The files in the storage pool."""
        return sorted((self.folder / "images").iterdir())

    def moments(self, since: float) -> list[Moment]:
        """When machines stopped, since this time, as their logs have it; one that starts again begins a new one."""
        logs = (self.folder / "cache" / "libvirt" / "qemu" / "log").glob("*.log")
        lines = [line for log in logs for line in log.read_text().splitlines() if ": shutting down" in line]
        times = [datetime.strptime(line.partition(": ")[0], "%Y-%m-%d %H:%M:%S.%f%z") for line in lines]
        return sorted(each for when in times if (each := stamped(when, "machine off")).time >= since)

    def give(self, path: Path) -> None:
        """Make the daemon's user the owner of a file."""
        if self._user:
            entry = pwd.getpwnam(self._user)
            os.chown(path, entry.pw_uid, entry.pw_gid)


_PLACES = {
    "runtime_dir": "run",
    "config_home": "config",
    "cache_home": "cache",
    "data_home": "data",
    "state_home": "data",
}
