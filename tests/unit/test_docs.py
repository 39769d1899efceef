"""Every type and every field is described, in words that say something, and the pages show it as it is now."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from pexip_cli.docs import pages, write
from pexip_cli.docs.coverage import commands
from pexip_cli.docs.page import program
from pexip_provider.descriptions import COMMON, described, names, tables
from provider_core.declaration import Declaration, declarations, look_ups
from provider_core.loading import provider_key
from tests.support.engine import ROOT

RESOURCES = declarations("pexip")
ALL = [*RESOURCES, *look_ups("pexip")]
DOCS = ROOT / "docs"
PAGES = pages()

# Words that say nothing of a field by themselves.
EMPTY = frozenset(
    {
        "a",
        "an",
        "and",
        "by",
        "for",
        "from",
        "in",
        "is",
        "it",
        "its",
        "of",
        "on",
        "or",
        "that",
        "the",
        "this",
        "to",
        "with",
    }
)
SHORTEST, LONGEST = 4, 15


def words(text: str) -> list[str]:
    """The words of a text, in small letters; what is joined by a hyphen or a dot is one."""
    return re.findall(r"[a-z0-9][a-z0-9'’./-]*", text.lower())


def own(declaration: Declaration) -> dict[str, str]:
    """What a type's own table says, of its fields only."""
    tables_of = [file[declaration.path] for file in tables().values() if declaration.path in file]
    return {name: said for table in tables_of for name, said in table.items() if name not in ("about", "example")}


def each(chosen: list[Declaration]) -> pytest.MarkDecorator:
    """A test for each of these types."""
    return pytest.mark.parametrize("declaration", chosen, ids=lambda declaration: declaration.path)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_is_as_its_declaration(name: str) -> None:
    """A page that is not what `make docs` would write now is stale."""
    file = DOCS / name
    assert file.exists(), f"docs/{name} is missing: run `make docs`"
    assert file.read_text("utf-8") == PAGES[name], f"docs/{name} is stale: run `make docs`"


def test_no_page_is_left_of_a_type_that_is_gone() -> None:
    """Each file below docs/resources is the page of a type."""
    types = {name for name in PAGES if name.startswith("resources/")}
    assert {f"resources/{file.name}" for file in (DOCS / "resources").iterdir()} == types


def test_a_command_in_the_table_has_its_tests() -> None:
    """A type that is a command is none that can be declared, and its module of tests is there."""
    for path, known in commands().items():
        assert path not in {each.path for each in ALL}
        assert (ROOT / "tests" / "contract" / f"{known['tests']}.py").is_file()


def test_writing_touches_what_changed_only(tmp_path: Path) -> None:
    """The first run writes every page, the second one nothing; a page of no type is removed."""
    assert len(write(tmp_path)) == len(PAGES)
    assert write(tmp_path) == []
    stray = tmp_path / "resources" / "gone.md"
    stray.write_text("")
    assert write(tmp_path) == [stray]
    assert not stray.exists()


@each(ALL)
def test_everything_is_described(declaration: Declaration) -> None:
    """A type says what it is for, each of its fields has a line, and what a stack can declare has an example."""
    found = described(declaration)
    assert found.about, f"[{declaration.path}] needs an `about`"
    assert [name for name in names(declaration) if name not in found.fields] == []
    if not declaration.read_only:
        assert f"{declaration.name}(" in found.example, f"[{declaration.path}] needs an example of it"
        compile(program(found.example), declaration.path, "exec")


@each(ALL)
def test_a_description_says_more_than_the_name(declaration: Declaration) -> None:
    """A line of four to fifteen words, a sentence, that does not consist of the field's name."""
    wrong = []
    for name, said in described(declaration).fields.items():
        known = EMPTY | {form for word in re.split(r"[_.]", name) for form in (word, f"{word}s", word.rstrip("s"))}
        told = words(said)
        if not SHORTEST <= len(told) <= LONGEST:
            wrong.append(f"{name}: {len(told)} words")
        if not (said[0].isupper() and said.endswith(".") and "\n" not in said and "|" not in said):
            wrong.append(f"{name}: not a sentence")
        if set(told) <= known:
            wrong.append(f"{name}: only its name again")
    assert wrong == []


def test_nothing_is_described_that_is_not_there() -> None:
    """A table belongs to a type, in the file of the type's group, a line to a field, a common one to several types."""
    by_path = {each.path: each for each in ALL}
    strays = []
    for file, found in tables().items():
        for path, table in found.items():
            if path == COMMON:
                continue
            if path not in by_path:
                strays.append(f"{file}.toml: no type {path}")
                continue
            group = by_path[path].group.lower().replace(" ", "_").replace("-", "_").removesuffix("_configuration")
            strays += [f"{path}: belongs into {group}.toml, is in {file}.toml"] if file != group else []
            known = {"about", "example", *names(by_path[path])}
            strays += [f"{path}.{name}: no such field" for name in table if name not in known]
    used = Counter(name for declaration in ALL for name in set(names(declaration)) - set(own(declaration)))
    strays += [f"common.{name}: not common" for name in tables()[COMMON][COMMON] if used[name] < 2]
    assert strays == []


def test_no_type_is_described_twice() -> None:
    """One table a type: another one would be silently ignored."""
    counts = Counter(path for file in tables().values() for path in file)
    assert [path for path, count in counts.items() if count > 1] == []


def test_no_field_is_called_as_what_is_said_of_types() -> None:
    """``about`` and ``example`` stand beside the fields, and so cannot be fields."""
    assert [each.path for each in ALL if {"about", "example"} & set(each.fields)] == []


def links(text: str) -> Iterator[str]:
    """Where the links of a page go, without their anchors."""
    return (target.partition("#")[0] for target in re.findall(r"\]\(([^)]+)\)", text))


def test_links_lead_somewhere() -> None:
    """A link in a generated page names another generated page."""
    known = {(DOCS / name).resolve() for name in PAGES}
    broken = []
    for name, text in PAGES.items():
        broken += [f"{name}: {to}" for to in links(text) if ((DOCS / name).parent / to).resolve() not in known]
    assert broken == []


@each([each for each in RESOURCES if "```json" in PAGES[f"resources/{each.path}.md"]])
def test_an_entry_to_import_finds_its_code(declaration: Declaration) -> None:
    """The entry on a page is JSON, of the right type, with the provider's key and the natural key in both bags."""
    text = PAGES[f"resources/{declaration.path}.md"]
    (entry,) = json.loads(re.findall(r"```json\n(.*?)```", text, re.DOTALL)[0])["resources"]
    assert entry["type"] == f"pulumi-python:dynamic/{declaration.token}"
    assert entry["inputs"] == entry["outputs"]
    assert entry["inputs"]["__provider"] == provider_key(declaration.token)
    assert set(declaration.natural_key) <= set(entry["inputs"])
