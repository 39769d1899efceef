"""A Pulumi stack in a folder of its own, deployed by the real engine."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pexip_cli.environment import backend_url
from tests.support.engine import ROOT, search_path

__all__ = ["Result", "Stack"]

STACK = "test"
LONGEST = 300
"""Seconds after which a command is taken to hang."""

_QUIET = ("--yes", "--skip-preview", "--suppress-progress")


class Reachable(Protocol):
    """What a stack needs of a node: a simulator is one."""

    address: str
    username: str
    password: str
    ca: Path


@dataclass(frozen=True)
class Result:
    """A command that ended: what it printed on both its outputs, in the order in which it came, and its code."""

    code: int
    out: str

    @property
    def ok(self) -> bool:
        """Whether it succeeded."""
        return self.code == 0

    @property
    def lines(self) -> list[str]:
        """The output's lines, without the blanks around them, and without empty ones."""
        return [line.strip() for line in self.out.splitlines() if line.strip()]


class Stack:
    """A project with the program ``text`` in ``folder``, and a stack of it on a local file backend.

    ``files`` lie beside the program. ``node`` is what the provider connects to: a simulator, or an environment
    that stands for one. ``home`` is the engine's own folder; stacks may share it. Nothing of the caller's own
    engine or node reaches a stack.

        stack = Stack(tmp_path, "from pexip_provider import …", node=simulator)
        result = stack.up()
        assert result.ok, result.out
    """

    def __init__(
        self,
        folder: Path,
        text: str = "",
        *,
        files: Mapping[str, str | bytes] | None = None,
        node: Reachable | Mapping[str, str] | None = None,
        home: Path | None = None,
    ) -> None:
        self.folder = folder / "project"
        self.folder.mkdir(parents=True, exist_ok=True)
        backend = folder / "state"
        backend.mkdir(exist_ok=True)
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("PULUMI_", "PEXIP_", "VSPHERE_", "LIBVIRT_ADDRESS"))
            },
            "PATH": search_path(),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
            "PULUMI_HOME": str(home or folder / "home"),
            "PULUMI_BACKEND_URL": backend_url(backend),
            "PULUMI_CONFIG_PASSPHRASE": "of a test",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            # The tests of a minute are more than a node's limit, which they would share.
            "PEXIP_REQUESTS_PER_MINUTE": "1000000",
        }
        self.connect(node or {})
        (self.folder / "Pulumi.yaml").write_text("name: a-test\nruntime: python\n")
        self.program(text)
        for name, content in (files or {}).items():
            self.file(name, content)
        self._there = False

    def program(self, text: str) -> None:
        """Replace the program."""
        (self.folder / "__main__.py").write_text(text)

    def file(self, name: str, content: str | bytes) -> Path:
        """Write a file beside the program."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def connect(self, node: Reachable | Mapping[str, str]) -> None:
        """Connect the next commands to this node; given an environment, only its variables are set anew."""
        if not isinstance(node, Mapping):
            node = {
                "PEXIP_ADDRESS": node.address,
                "PEXIP_USERNAME": node.username,
                "PEXIP_PASSWORD": node.password,
                "PEXIP_CA_BUNDLE": str(node.ca),
            }
        self.environment |= node

    def up(self, *args: str) -> Result:
        """``pulumi up`` without a preview before it; ``run("up", "--yes")`` has one."""
        return self.run("up", *_QUIET, *args)

    def preview(self, *args: str) -> Result:
        """``pulumi preview``."""
        return self.run("preview", "--suppress-progress", *args)

    def refresh(self, *args: str) -> Result:
        """``pulumi refresh`` without a preview before it."""
        return self.run("refresh", *_QUIET, *args)

    def destroy(self, *args: str) -> Result:
        """``pulumi destroy`` without a preview before it."""
        return self.run("destroy", *_QUIET, *args)

    def config(self, key: str, value: str, secret: bool = False) -> None:
        """Set a key of the stack's configuration; ``pexip:address`` has its namespace written out."""
        self._must("config", "set", "--secret" if secret else "--plaintext", "--", key, value)

    def state(self) -> dict[str, Any]:
        """The deployment as ``pulumi stack export`` has it, with secrets encrypted."""
        exported: dict[str, Any] = json.loads(self._must("stack", "export"))
        return exported["deployment"] or {}

    def resources(self) -> dict[str, dict[str, Any]]:
        """The state's resources by their names in the stack, without the stack and its providers."""
        return {
            str(each["urn"]).rpartition("::")[2]: each
            for each in self.state().get("resources", [])
            if not each["type"].startswith("pulumi:")
        }

    def outputs(self) -> dict[str, Any]:
        """What the program exported, secrets in the clear."""
        outputs: dict[str, Any] = json.loads(self._must("stack", "output", "--json", "--show-secrets"))
        return outputs

    def run(self, *args: str) -> Result:
        """Any command of the engine on this stack."""
        self._make()
        done = self._start(args, stderr=subprocess.STDOUT)
        return Result(done.returncode, done.stdout)

    def _make(self) -> None:
        if not self._there:
            self._there = True
            self._must("stack", "init", STACK)

    def _must(self, *args: str) -> str:
        """A command that a test only needs: its standard output, or the test's failure."""
        self._make()
        done = self._start(args, stderr=subprocess.PIPE)
        assert done.returncode == 0, f"pulumi {' '.join(args)}: {done.stdout}{done.stderr}"
        return done.stdout

    def _start(self, args: tuple[str, ...], stderr: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pulumi", "--non-interactive", "--color", "never", *args],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            timeout=LONGEST,
            check=False,
        )
