"""Processors: a provider's threads share one; what works outside of Python has all of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from provider_core import processors
from provider_core.fields import file, text
from provider_core.lifecycle import Lifecycle
from provider_core.processors import any_processor
from tests.unit.samples import declare

ALL = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
pytestmark = pytest.mark.skipif(not ALL, reason="only Linux lets a program choose its processors")

PROGRAM = """
import json, os, subprocess, sys, threading
from provider_core.processors import any_processor, share_one

seen = {}

def look(who):
    seen[who] = sorted(os.sched_getaffinity(0))

def wait_and_look(who):
    go_on.wait()
    look(who)

go_on = threading.Event()
earlier = threading.Thread(target=wait_and_look, args=("earlier",))
earlier.start()
share_one()
go_on.set()
earlier.join()
look("own")
share_one()
look("again")

later = threading.Thread(target=look, args=("later",))
later.start()
later.join()
with any_processor():
    look("any")
    with any_processor():
        look("nested")
    look("still any")
    program = [sys.executable, "-c", "import os; print(*sorted(os.sched_getaffinity(0)))"]
    seen["program"] = [int(each) for each in subprocess.check_output(program, text=True).split()]
look("back")
try:
    with any_processor():
        raise OSError
except OSError:
    look("back after an error")
print(json.dumps(seen))
"""


def test_all_threads_share_one_until_they_ask_for_any() -> None:
    """Those that ran before, and those that they start; asked for, all are there, for what is started too."""
    seen = json.loads(subprocess.check_output([sys.executable, "-c", PROGRAM], text=True))
    every, (one,) = sorted(ALL), seen["own"]
    assert one in every
    anywhere = {"any", "nested", "still any", "program"}
    assert set(seen) > anywhere
    assert seen == {who: every if who in anywhere else [one] for who in seen}


@pytest.fixture
def on_one() -> Iterator[None]:
    """This thread runs on one processor; afterwards on all."""
    os.sched_setaffinity(0, {min(ALL)})
    yield
    os.sched_setaffinity(0, ALL)


class _Seen(Lifecycle):
    """Sees where it runs when it looks for problems."""

    def problems(self, values: Any) -> Any:
        """None, but a note."""
        self.ran_on = os.sched_getaffinity(0)
        return []


class _Alone(_Seen):
    """With steps of its own."""

    alone = True


@pytest.mark.usefixtures("on_one")
@pytest.mark.parametrize(
    ("lifecycle", "fields", "expected"),
    [
        (_Seen, {"name": text()}, {min(ALL, default=0)}),
        (_Alone, {"name": text()}, ALL),
        (_Seen, {"name": text(), "picture": file(default=None)}, ALL),
    ],
)
def test_what_comes_with_files_or_steps_runs_on_any(
    lifecycle: type[_Seen], fields: dict[str, Any], expected: set[int]
) -> None:
    """Sums and encryption are done outside of Python; calls for all other types stay where they are."""
    made = lifecycle(declare(fields, natural_key="name", lifecycle=lifecycle))
    made.check({}, {"name": "box"})
    assert made.ran_on == expected
    assert os.sched_getaffinity(0) == {min(ALL)}


@pytest.mark.usefixtures("on_one")
def test_a_system_that_permits_nothing_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some sandboxes let a process ask where it runs, and refuse to move it."""

    def refuse(*_: Any) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "sched_setaffinity", refuse)
    with any_processor():
        assert os.sched_getaffinity(0) == {min(ALL)}
    monkeypatch.undo()


def test_other_systems_are_left_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a way to choose, nothing is asked."""
    monkeypatch.setattr(processors, "_ALL", frozenset())
    for name in ("sched_setaffinity", "sched_getaffinity"):
        monkeypatch.delattr(os, name)
    with any_processor():
        processors.share_one.__wrapped__()
