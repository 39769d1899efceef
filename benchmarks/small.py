"""The small costs, which everybody feels: importing the provider, and a preview of the quickstart."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.node import Node
from benchmarks.programs import ITEMS
from benchmarks.project import ROOT, Project
from pexip_cli.engine import Engine

__all__ = ["import_time", "quickstart"]

TIMES = 5
_IMPORTS = """
import time, pulumi
start = time.perf_counter()
import pexip_provider
print(time.perf_counter() - start)
"""


def import_time() -> dict[str, float]:
    """Seconds that ``import pexip_provider`` takes when ``pulumi`` is imported already: the median of new processes."""
    times = []
    for _ in range(TIMES + 1):
        done = subprocess.run([sys.executable, "-c", _IMPORTS], cwd=ROOT, capture_output=True, text=True, check=True)
        times.append(float(done.stdout))
    # The first one may have had to compile.
    return {"import": round(statistics.median(times[1:]), 3)}


def quickstart(engine: Engine, say: Callable[[str], None]) -> dict[str, float]:
    """Seconds of ``pulumi preview`` of the quickstart and of as many trivial resources, new and deployed: medians."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name, Node(Path(name) / "node") as node:
        folder = Path(name)
        ours = Project(folder / "quickstart", ROOT / "stacks" / "quickstart", engine, node.environment)
        times: dict[str, list[float]] = {"new": _previews(ours)}
        ours.run("up", "--yes", "--skip-preview")
        items = len(ours.resources())
        program = ROOT / "benchmarks" / "programs" / "floor_single.py"
        floor = Project(folder / "floor", program, engine, {ITEMS: str(items)})
        times["new floor"] = _previews(floor)
        floor.run("up", "--yes", "--skip-preview")
        times["deployed"] = _previews(ours)
        times["deployed floor"] = _previews(floor)
        ours.run("destroy", "--yes", "--skip-preview")
    medians = {f"quickstart {what}": round(statistics.median(each), 3) for what, each in times.items()}
    say(", ".join(f"{what} {value:.2f} s" for what, value in medians.items()))
    return {"quickstart resources": float(items), **medians}


def _previews(project: Project) -> list[float]:
    return [project.run("preview").seconds for _ in range(TIMES)]
