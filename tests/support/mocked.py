"""A stack's program run with the SDK's mocks in place of an engine: what it declares, without anything being made.

In a process of its own, because mocks stay for the rest of a process: ``python -m tests.support.mocked PROGRAM``.
"""

from __future__ import annotations

import asyncio
import json
import os
import runpy
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulumi.runtime import mocks
from pulumi.runtime.stack import run_pulumi_func

from tests.support.engine import ROOT

__all__ = ["Declared", "declared"]

OUTPUTS = {"provisioning_document": "<xml/>", "image": "stream:1", "public_ip": "198.51.100.7"}
"""What whoever makes a resource knows of it, beside its inputs."""


@dataclass(frozen=True)
class Declared:
    """A resource as the engine is told of it."""

    kind: str
    name: str
    inputs: dict[str, Any]


def declared(program: Path, *beside: Path, config: dict[str, str] | None = None) -> list[Declared]:
    """What the program declares, in the order in which it does; ``beside`` are folders with modules that it imports."""
    path = os.pathsep.join(map(str, (*beside, ROOT)))
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.mocked", str(program)],
        env={**os.environ, "PYTHONPATH": path, "PULUMI_CONFIG": json.dumps(config or {})},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [Declared(**each) for each in json.loads(done.stdout.splitlines()[-1])]


class _Mocks(mocks.Mocks):
    def __init__(self) -> None:
        self.made: list[dict[str, Any]] = []

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        self.made.append({"kind": args.typ.rpartition(":")[2], "name": args.name, "inputs": args.inputs})
        return f"/api/admin/configuration/v1/worker_vm/{len(self.made)}/", {**args.inputs, **OUTPUTS}

    def call(self, args: mocks.MockCallArgs) -> Any:
        return {}


def main(program: str) -> None:
    """Run it, and print what it declared."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    recorded = _Mocks()
    mocks.set_mocks(recorded, project="test", stack="test", preview=False)

    def run() -> None:
        runpy.run_path(program, run_name="__main__")

    loop.run_until_complete(run_pulumi_func(run))
    loop.close()
    print(json.dumps(recorded.made, default=str))


if __name__ == "__main__":
    main(sys.argv[1])
