"""What of the API is covered and what is not: docs/coverage.md.

Cases and tests are looked for in the checkout that this module is part of.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import json
import pkgutil
import statistics
import tomllib
from pathlib import Path
from typing import Any

import pexip_provider
from pexip_cli.docs.kinds import code
from pexip_cli.docs.page import linked
from pexip_provider import resources
from pexip_provider.descriptions import described
from provider_core.declaration import Declaration, declarations, look_ups

__all__ = ["commands", "coverage"]

_TESTS = Path(__file__).parents[2] / "tests"

_TOP = """\
# Coverage

What the project has for each type of the vendor's API documents of versions 12 and 34, and for those that newer nodes
list. Made by `make docs` from the declarations, the cases and the tests.

| column | what it means |
| --- | --- |
| form | [resource, exists once, look-up](resources.md), or a command of `pexip` |
| cases | golden cases in `tests/cases`: `min`, `full`, `full_to_min`, no-op; a file says why there is none |
| walk | created, read, changed, healed of drift and deleted by `tests/contract/test_lifecycle_walk.py` |
| look-up | `get` and `list`; what exists once needs no filter |
| example | on the type's page, run as a test (`tests/engine/test_examples.py`) |
| special flows | the modules of `tests/contract` with tests of the type's own |
| fields | inputs + outputs |
"""

_LINES = """\
## Lines

| | classes | median | total |
| --- | --- | --- | --- |
{rows}

Counted with docstrings, and with blank lines inside a class. The modules of `pexip_provider/resources`, with their
imports and the records of fields that hold objects, have {modules} lines.
"""

_OPEN = """\
## Not covered

What the API documents name, and a stack or a command cannot do:

| what | where | why |
| --- | --- | --- |
{rows}
"""


def coverage() -> str:
    """The text of docs/coverage.md."""
    every = {each.path: each for each in [*declarations("pexip"), *look_ups("pexip")]}
    rows = {path: _row(each) for path, each in every.items()}
    rows |= {path: _command(path, **known) for path, known in commands().items()}
    beside = _known()["beside"]
    parts = [_TOP, _table(f"{len(rows) - len(beside)} types", [rows[path] for path in sorted(rows.keys() - beside)])]
    parts.append(_table(f"{len(beside)} types beside them", [rows[path] for path in beside]))
    parts.append(_totals(list(every.values())))
    parts += [_lines(), _OPEN.format(rows="\n".join(map(_missing, _known()["open"])))]
    return "\n".join(parts)


def commands() -> dict[str, dict[str, str]]:
    """The types that are a command of `pexip`, by path, with the ``command`` and the module of its ``tests``."""
    found: dict[str, dict[str, str]] = _known()["commands"]
    return found


@functools.cache
def _known() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


def _table(title: str, rows: list[list[str]]) -> str:
    head = ["path", "class", "form", "cases", "walk", "look-up", "example", "special flows", "fields"]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join([f"## {title}\n", *("| " + " | ".join(line) + " |" for line in lines)]) + "\n"


def _row(declaration: Declaration) -> list[str]:
    made = not declaration.read_only
    return [
        code(declaration.path),
        f"[{declaration.name}](resources/{declaration.path}.md)",
        "exists once" if declaration.exists_once else "resource" if made else "look-up",
        str(len(_cases(declaration.path))) if made else "–",
        "yes" if made else "–",
        "`get`" if declaration.exists_once else "`get`, `list`",
        "yes" if described(declaration).example else "–",
        ", ".join(map(code, _special().get(declaration.name, []))) or "–",
        f"{len(declaration.inputs)} + {len(declaration.computed)}",
    ]


def _command(path: str, command: str, tests: str) -> list[str]:
    return [code(path), code(command), "command", "–", "–", "–", "–", code(tests), "–"]


def _cases(path: str) -> list[Path]:
    """The files of a type's cases, but for one that says why there can be none."""
    files = sorted((_TESTS / "cases" / path).glob("*.json"))
    return [file for file in files if "cannot_be" not in json.loads(file.read_text("utf-8"))]


@functools.cache
def _special() -> dict[str, list[str]]:
    """By class, the modules for special flows that import it."""
    found: dict[str, list[str]] = {}
    for file in sorted((_TESTS / "contract").glob("test_special_*.py")):
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.ImportFrom) and node.module == "pexip_provider":
                for alias in node.names:
                    found.setdefault(alias.name, []).append(file.stem)
    return found


def _totals(every: list[Declaration]) -> str:
    made = [each for each in every if not each.read_only]
    inputs, outputs = (sum(len(getattr(each, kind)) for each in every) for kind in ("inputs", "computed"))
    cases = sum(len(_cases(each.path)) for each in made)
    return (
        f"Together {len(made)} resources, {len(every) - len(made)} look-ups, {len(commands())} command, "
        f"{cases} cases, {inputs} inputs and {outputs} outputs.\n"
    )


def _lines() -> str:
    rows = []
    for title, types in (("resources", declarations("pexip")), ("look-ups", look_ups("pexip"))):
        sizes = [_size(getattr(pexip_provider, each.name)) for each in types]
        rows.append(f"| {title} | {len(sizes)} | {statistics.median(sizes):g} | {sum(sizes)} |")
    return _LINES.format(rows="\n".join(rows), modules=sum(map(_size, _modules())))


def _size(source: Any) -> int:
    return len(inspect.getsource(source).splitlines())


def _modules() -> list[Any]:
    names = [each.name for each in pkgutil.iter_modules(resources.__path__, f"{resources.__name__}.")]
    return [resources, *map(importlib.import_module, names)]


def _missing(each: dict[str, str]) -> str:
    return f"| {each['name']} | {each['where']} | {linked(each['because'], 'resources/')} |"
