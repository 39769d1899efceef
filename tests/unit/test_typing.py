"""What the type checker says of stacks: the constructors are typed as they are declared."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from pexip_cli.docs.page import program
from pexip_provider.descriptions import described
from provider_core.declaration import declarations
from tests.support.engine import ROOT

BEGINNING = "from pexip_provider import Alias, AutomaticParticipant, Conference, IvrTheme, SystemLocation\n"


@dataclass(frozen=True)
class Refused:
    """A line that mypy refuses, and the parts of what it says."""

    line: str
    says: tuple[str, ...]


REFUSED = {
    "a number for text": Refused(
        'Conference("x", name="n", pin=12)',
        ('Argument "pin" to "Conference" has incompatible type "int"', "[arg-type]"),
    ),
    "an unknown field": Refused(
        'Conference("x", nme="n", name="m")',
        ('Unexpected keyword argument "nme" for "Conference"; did you mean "name"?', "[call-arg]"),
    ),
    "a missing field": Refused(
        'Conference("x", pin="123456")',
        ('Missing named argument "name" for "Conference"', "[call-arg]"),
    ),
    "a field that the node sets": Refused(
        'Conference("x", name="n", creation_time="now")',
        ('Unexpected keyword argument "creation_time" for "Conference"', "[call-arg]"),
    ),
    "a number for a reference": Refused(
        'Conference("x", name="n", ivr_theme=12)',
        ('Argument "ivr_theme" to "Conference" has incompatible type "int"', "CustomResource", "[arg-type]"),
    ),
    "one reference for many": Refused(
        'AutomaticParticipant("x", alias="a", conference=Conference("y", name="n"))',
        ('Argument "conference" to "AutomaticParticipant" has incompatible type "Conference"', "[arg-type]"),
    ),
    "a string among nested objects": Refused(
        'Conference("x", name="n", aliases=["board@example.com"])',
        ('List item 0 has incompatible type "str"', "Alias", "[list-item]"),
    ),
    "an unknown field of a nested object": Refused(
        'Alias(alia="board@example.com")',
        ('Unexpected keyword argument "alia" for "Alias"', "[call-arg]"),
    ),
    "an attribute that is no field": Refused(
        'print(Conference("x", name="n").nme)',
        ('"Conference" has no attribute "nme"; maybe "name"?', "[attr-defined]"),
    ),
    "an assignment after construction": Refused(
        'Conference("x", name="n").pin = 12',
        ("Incompatible types in assignment", "[assignment]"),
    ),
}

ACCEPTED = """
import pulumi

theme = IvrTheme("theme", name="House style", package="theme.zip")
room = Conference(
    "room",
    opts=pulumi.ResourceOptions(protect=True),
    name="Board room",
    pin=pulumi.Output.secret("123456"),
    ivr_theme=theme,
    system_location="/api/admin/configuration/v1/system_location/1/",
    aliases=[Alias(alias="board@example.com"), Alias(alias=theme.name)],
    max_callrate_in=None,
    adopt=True,
)
AutomaticParticipant("one", alias="a", conference=[room, room.id, "/api/admin/configuration/v1/conference/1/"])
name: pulumi.Output[str] = room.name
guests: pulumi.Output[bool] = room.allow_guests
aliases: pulumi.Output[list[Alias]] = room.aliases
conferences: pulumi.Output[list[str]] = AutomaticParticipant("two", alias="b", conference=[]).conference
created: pulumi.Output[str] = room.creation_time
"""


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A program with all lines that must be refused, one with all that must be accepted, and all examples."""
    folder = tmp_path_factory.mktemp("typing")
    refused, accepted = folder / "refused.py", folder / "accepted.py"
    refused.write_text(BEGINNING + "\n".join(each.line for each in REFUSED.values()) + "\n")
    accepted.write_text(BEGINNING + ACCEPTED)
    examples = [folder / f"example_{each.path}.py" for each in declarations("pexip")]
    for file, each in zip(examples, declarations("pexip"), strict=True):
        file.write_text(program(described(each).example))
    return [refused, accepted, *examples, ROOT / "stacks" / "quickstart" / "__main__.py"]


@pytest.fixture(scope="session")
def said(files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], list[str]]:
    """What mypy says with the project's own settings, by file and line; one run, because it takes seconds."""
    # A cache of its own: a run of mypy elsewhere is neither disturbed nor relied on.
    options = ["--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(tmp_path_factory.mktemp("mypy"))]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, "--no-pretty", *map(str, files)],
        cwd=ROOT,
        env={**os.environ, "MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    errors: dict[tuple[str, int], list[str]] = {}
    for line in done.stdout.splitlines():
        place, separator, message = line.partition(": error: ")
        if separator:
            path, _, number = place.rpartition(":")
            errors.setdefault((Path(path).name, int(number)), []).append(message)
    return errors


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_call_is_refused(name: str, said: dict[tuple[str, int], list[str]]) -> None:
    """Each wrong use is an error at its own line, by one message that names the field."""
    messages = said.get(("refused.py", list(REFUSED).index(name) + 2), [])
    assert len(messages) == 1, messages
    assert [part for part in REFUSED[name].says if part not in messages[0]] == [], messages


def test_right_calls_are_accepted(said: dict[tuple[str, int], list[str]]) -> None:
    """Values, outputs, secrets, resources and URIs are accepted; attributes read as outputs of the declared type."""
    assert {place: messages for place, messages in said.items() if place[0] == "accepted.py"} == {}


def test_the_quickstart_is_accepted(said: dict[tuple[str, int], list[str]]) -> None:
    """The example stack passes the strict checks."""
    assert {place: messages for place, messages in said.items() if place[0] == "__main__.py"} == {}


def test_the_examples_of_the_documentation_are_accepted(said: dict[tuple[str, int], list[str]]) -> None:
    """What a reader copies passes the strict checks."""
    assert {place: messages for place, messages in said.items() if place[0].startswith("example_")} == {}
