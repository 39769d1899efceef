"""The journal: what was begun is found again, by whoever opens it next, and what the state has is forgotten."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from provider_core import errors
from provider_core.journal import Journal, Mark, begin, journal_of, key_text, saved
from tests.support.disk import Disk

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
    journal.saved("https://node", "conference", ["/conference/1/", "/conference/2/"])
    journal.drop(OTHER)
    assert journal.find(MARK) is None
    assert journal.find(OTHER) is None
    journal.close()
    Journal(tmp_path / "j.jsonl")
    assert (tmp_path / "j.jsonl").read_text() == ""


def test_ids_are_of_one_server(tmp_path: Path) -> None:
    """Two nodes count alike: that the state has one's object says nothing of the other's."""
    journal = Journal(tmp_path / "j.jsonl")
    other = MARK._replace(address="https://other")
    journal.begin([MARK, other])
    journal.made(MARK, "/conference/1/")
    journal.made(other, "/conference/1/")
    journal.saved("https://node", "conference", ["/conference/1/"])
    assert journal.entries() == {other: "/conference/1/"}


def test_an_id_of_before_says_nothing(tmp_path: Path) -> None:
    """What was made anew is not the object that is known to be gone."""
    journal = Journal(tmp_path / "j.jsonl")
    for number in (1, 2):
        journal.begin([MARK])
        journal.made(MARK, f"/conference/{number}/")
    journal.saved("https://node", "conference", ["/conference/1/"])
    assert journal.entries() == {MARK: "/conference/2/"}


@pytest.mark.parametrize("used", [False, True])
def test_a_line_cut_short_is_passed_over(used: bool, tmp_path: Path) -> None:
    """A crash may leave half a line; the next one stands on its own, also while another process uses the file."""
    file = tmp_path / "j.jsonl"
    journal = Journal(file)
    journal.begin([MARK])
    journal.made(MARK, "/conference/1/")
    journal.close()
    other = Journal(file)
    with file.open("a") as text:
        text.write('["made", "https://no')
    if not used:
        other.close()
    journal = Journal(file)
    journal.begin([OTHER])
    journal.close()
    again = Journal(file)
    assert (again.find(OTHER), again.find(MARK)) == ("", "/conference/1/")


def test_a_disk_that_takes_little_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it left out is written too; a disk that is full refuses the create before it is sent."""
    write, room = os.write, 200

    def little(descriptor: int, data: bytes) -> int:
        nonlocal room
        if room <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        room -= 7
        return write(descriptor, data[:7])

    journal = Journal(tmp_path / "j.jsonl")
    monkeypatch.setattr(os, "write", little)
    journal.begin([MARK])
    assert Journal(tmp_path / "j.jsonl").find(MARK) == ""
    with pytest.raises(errors.ConfigurationError, match=r"journal .*j\.jsonl \(No space left.*set PROVIDER_JOURNAL"):
        journal.begin([OTHER] * 3)
    room = 200
    journal.begin([OTHER])
    assert Journal(tmp_path / "j.jsonl").find(OTHER) == ""


def test_a_file_begun_anew_outlives_the_machine(disk: Disk) -> None:
    """What is still open is on the disk before it takes the old file's place, and so is what comes after it."""
    file = disk.folder / "j.jsonl"
    first = Journal(file)
    first.begin([MARK])
    first.close()
    second = Journal(file)
    assert disk.kept == file.read_text()
    assert "Room" in disk.kept
    second.begin([OTHER])
    assert disk.kept == file.read_text()
    assert "Other" in disk.kept
    assert file.stat().st_mode & 0o077 == 0


def test_one_file_a_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two stacks of a project do not see each other's creates; without a stack nothing is journaled."""
    monkeypatch.setenv("PROVIDER_JOURNAL", str(tmp_path))
    monkeypatch.setenv("PULUMI_PROJECT", "p")
    (begun,) = begin("dev", [MARK])
    begun.made("/conference/1/")
    assert journal_of("dev").find(MARK) == "/conference/1/"
    assert journal_of("prod").find(MARK) is None
    assert begin("", [MARK])[0].earlier is None
    saved("dev", "https://node", "conference", ["/conference/1/"])
    assert journal_of("dev").find(MARK) is None
    assert (tmp_path / "p.dev.jsonl").stat().st_mode & 0o077 == 0
    assert {json.loads(line)[0] for line in (tmp_path / "p.dev.jsonl").read_text().split("\n") if line} == {
        "begin",
        "made",
        "drop",
    }


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"PULUMI_BACKEND_URL": "file://{tmp}/a%20b?metadata=skip"}, "a b/.pulumi/journals"),
        ({"PULUMI_BACKEND_URL": "file://./a?metadata=skip"}, "a/.pulumi/journals"),
        ({"PULUMI_HOME": "{tmp}/home", "PULUMI_BACKEND_URL": "https://api.example.com"}, "home/journals"),
        ({"PROVIDER_JOURNAL": "{tmp}/set", "PULUMI_HOME": "{tmp}/home"}, "set"),
    ],
)
def test_where_it_lies(environ: dict[str, str], folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is set, else beside the local state, else under the engine's home."""
    monkeypatch.chdir(tmp_path)
    journal_of("where", {name: value.replace("{tmp}", str(tmp_path)) for name, value in environ.items()})
    assert (tmp_path / folder / "project.where.jsonl").exists()


def test_where_it_cannot_lie(tmp_path: Path) -> None:
    """The error names the file, the reason and the setting."""
    (tmp_path / "file").touch()
    with pytest.raises(
        errors.ConfigurationError, match=r"file/folder/j\.jsonl \(Not a directory\).* set PROVIDER_JOURNAL"
    ):
        Journal(tmp_path / "file" / "folder" / "j.jsonl")
