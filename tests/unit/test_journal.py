"""The journal: what was begun is found again, by whoever opens it next, and what the state has is forgotten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from provider_core.journal import Journal, Mark, begin, journal_of, key_text, saved

MARK = Mark("https://node", "conference", key_text({"name": "Room"}))
OTHER = Mark("https://node", "conference", key_text({"name": "Other"}))


def test_begun_and_made_survive_the_process(tmp_path: Path) -> None:
    """A new journal on the file knows what was begun, and the ids of what was made."""
    first = Journal(tmp_path / "j.jsonl")
    first.begin([MARK, OTHER])
    first.made(MARK, "/conference/1/")
    second = Journal(tmp_path / "j.jsonl")
    assert second.find(MARK) == "/conference/1/"
    assert second.find(OTHER) == ""
    assert second.find(Mark("https://elsewhere", *MARK[1:])) is None


def test_a_process_that_still_writes_is_seen(tmp_path: Path) -> None:
    """The provider of a killed engine may go on for a while: its lines are read too."""
    mine, theirs = Journal(tmp_path / "j.jsonl"), Journal(tmp_path / "j.jsonl")
    theirs.begin([MARK])
    assert mine.find(MARK) == ""
    theirs.made(MARK, "/conference/1/")
    assert mine.find(MARK) == "/conference/1/"


def test_what_the_state_has_is_forgotten(tmp_path: Path) -> None:
    """So that nothing is taken over that the stack has given up since; the file does not grow for ever."""
    journal = Journal(tmp_path / "j.jsonl")
    journal.begin([MARK, OTHER])
    journal.made(MARK, "/conference/1/")
    journal.saved("conference", "/conference/1/")
    journal.drop(OTHER)
    assert journal.find(MARK) is None
    assert journal.find(OTHER) is None
    journal.close()
    Journal(tmp_path / "j.jsonl")
    assert (tmp_path / "j.jsonl").read_text() == ""


def test_a_line_cut_short_is_passed_over(tmp_path: Path) -> None:
    """A crash of the machine may leave half a line."""
    journal = Journal(tmp_path / "j.jsonl")
    journal.begin([MARK])
    with (tmp_path / "j.jsonl").open("a") as file:
        file.write('["made", "https://no\n')
    journal.begin([OTHER])
    assert Journal(tmp_path / "j.jsonl").find(OTHER) == ""


def test_one_file_a_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two stacks of a project do not see each other's creates; without a stack nothing is journaled."""
    monkeypatch.setenv("PROVIDER_JOURNAL", str(tmp_path))
    monkeypatch.setenv("PULUMI_PROJECT", "p")
    (begun,) = begin("dev", [MARK])
    begun.made("/conference/1/")
    assert journal_of("dev").find(MARK) == "/conference/1/"
    assert journal_of("prod").find(MARK) is None
    assert begin("", [MARK])[0].earlier is None
    saved("dev", "conference", "/conference/1/")
    assert journal_of("dev").find(MARK) is None
    assert (tmp_path / "p.dev.jsonl").stat().st_mode & 0o077 == 0
    assert {json.loads(line)[0] for line in (tmp_path / "p.dev.jsonl").read_text().splitlines()} == {
        "begin",
        "made",
        "drop",
    }


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"PULUMI_BACKEND_URL": "file://{tmp}/a%20b"}, "a b/.pulumi/journals"),
        ({"PULUMI_HOME": "{tmp}/home", "PULUMI_BACKEND_URL": "https://api.example.com"}, "home/journals"),
        ({"PROVIDER_JOURNAL": "{tmp}/set", "PULUMI_HOME": "{tmp}/home"}, "set"),
    ],
)
def test_where_it_lies(environ: dict[str, str], folder: str, tmp_path: Path) -> None:
    """Where it is set, else beside the local state, else under the engine's home."""
    journal_of("where", {name: value.replace("{tmp}", str(tmp_path)) for name, value in environ.items()})
    assert (tmp_path / folder / "project.where.jsonl").exists()
