"""The examples of the documentation, run as they stand on the pages."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from pexip_cli.docs.overview import groups
from pexip_cli.docs.page import program
from pexip_provider.descriptions import described
from provider_core.declaration import declarations
from simulators.process import Simulator
from tests.conftest import StackFactory
from tests.contract.examples import write_zip
from tests.support.engine import ROOT
from tests.support.stack import Reachable, Stack

EXAMPLES = {
    each.path: program(found) for types in groups().values() for each in types if (found := described(each).example)
}

SETTINGS = {"password": "correct-Horse-7", "pin": "739146", "entitlement": "0123-4567-89AB-CDEF"}
"""The secrets that examples take from the stack's configuration."""

CERTIFICATE, KEY = (ROOT / "tests/contract/material/1.pem").read_text().split("-----BEGIN PRIVATE KEY-----")
FILES = {
    "node.pem": CERTIFICATE,
    "node.key": f"-----BEGIN PRIVATE KEY-----{KEY}",
}
PACKAGES = ("theme.zip", "branding.zip", "webapp3_3.1.0_2.zip", "film.mp4")
"""The files that examples name."""

OLD = {"host_system": 12}
"""Types that the newest version does not have, and the last one that does."""

MAIN = """\
import importlib

for name in {names}:
    importlib.import_module(f"example_{{name}}")
"""


def deployed(stack: StackFactory, node: Reachable | None, paths: list[str]) -> Stack:
    """A stack of these examples, previewed and deployed; read back, they are as they were declared."""
    modules = {f"example_{path}.py": EXAMPLES[path] for path in paths}
    made = stack(MAIN.format(names=paths), files={**FILES, **modules}, node=node)
    for package in PACKAGES:
        write_zip(made.folder, package)
    for name in sorted({name for path in paths for name in re.findall(r'require_secret\("(\w+)"\)', EXAMPLES[path])}):
        made.config(name, SETTINGS[name], secret=True)
    result = made.run("up", "--yes", "--parallel", "32")
    assert result.ok, result.out
    again = made.preview("--refresh", "--expect-no-changes", "--diff", "--parallel", "32")
    assert again.ok, again.out
    return made


def test_examples_deploy(stack: StackFactory) -> None:
    """All examples deploy, in one stack, on the simulated node; every type is among them, and all can be destroyed."""
    made = deployed(stack, None, [path for path in EXAMPLES if path not in OLD])
    there = {each["type"].removeprefix("pulumi-python:dynamic/") for each in made.resources().values()}
    assert {each.token for each in declarations("pexip") if each.path not in OLD} - there == set()
    gone = made.destroy("--parallel", "32")
    assert gone.ok, gone.out


@pytest.mark.parametrize("version", sorted(set(OLD.values())))
def test_examples_of_old_types_deploy(version: int, stack: StackFactory, tmp_path: Path) -> None:
    """What only an older version has deploys on a node of that version."""
    with Simulator(tmp_path / "node", version=version) as node:
        deployed(stack, node, [path for path, last in OLD.items() if last == version])


def test_examples_have_names_of_their_own() -> None:
    """No two examples give a resource of one class the same name: a reader may put them into one stack."""
    found = [made for text in EXAMPLES.values() for made in re.findall(r'\b([A-Z]\w+)\(\s*"([^"]+)",', text)]
    assert [made for made, count in Counter(found).items() if count > 1] == []
