"""The benchmarks measure what they say. How long anything takes is no test's business."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.__main__ import _comparable
from benchmarks.goals import goals
from benchmarks.measuring import Usage, run
from benchmarks.report import BEGIN, END, document, markdown
from benchmarks.results import Measured, Results, rows_of
from benchmarks.scenarios import OPERATIONS, Form, Scenario, scenarios

ROOMS = Scenario(Form.SINGLE, 1000)


def results(seconds: float = 10.0, floor: float = 9.0) -> Results:
    """Results with all operations of one scenario and its floor."""
    made = Results(machine={"processor": "2 cores"})
    for scenario, each in ((ROOMS, seconds), (ROOMS.beneath, floor)):
        one = Measured(Usage(seconds=each, cpu=each, peak=100), {} if scenario.floor else {"PATCH": 20}, 0.5)
        made.replace(rows_of(scenario, [[one] * len(OPERATIONS)], 0.1))
    return made


def test_all_processes_counted(tmp_path: Path) -> None:
    """CPU and memory are those of all processes that a command starts, also of those in groups of their own."""
    child = "b = bytearray(64 << 20)\nfor _ in range(4_000_000): pass"
    text = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}], process_group=0)"
    usage = run([sys.executable, "-c", text], tmp_path, os.environ, tmp_path / "log")
    assert usage.code == 0, (tmp_path / "log").read_text()
    assert usage.cpu > 0
    assert usage.peak > 64


def test_nothing_left_running(tmp_path: Path) -> None:
    """What a command leaves behind is ended with it."""
    text = "import subprocess; print(subprocess.Popen(['sleep', '60'], process_group=0).pid)"
    usage = run([sys.executable, "-c", text], tmp_path, os.environ, tmp_path / "log")
    left = Path("/proc", (tmp_path / "log").read_text().strip(), "stat")
    assert usage.code == 0
    # It may still wait for somebody to take note of its end.
    assert not left.exists() or left.read_text().rpartition(")")[2].split()[0] == "Z"


def test_prose_stays() -> None:
    """Writing the tables anew leaves the text around the marks as it is."""
    text = f"# Performance\n\nBefore.\n\n{BEGIN}\nold\n{END}\n\nAfter.\n"
    written = document(text, results())
    assert written.startswith(f"# Performance\n\nBefore.\n\n{BEGIN}\n\n")
    assert written.endswith(f"{END}\n\nAfter.\n")
    assert "old" not in written
    assert document(written, results()) == written


def test_json_round_trip(tmp_path: Path) -> None:
    """The tables can be written again from the JSON."""
    results().write(tmp_path / "results.json")
    assert markdown(Results.read(tmp_path / "results.json")) == markdown(results())


def test_scenarios_that_are_no_more(tmp_path: Path) -> None:
    """Their rows go."""
    old = results()
    old.replace([replace(row, scenario=Scenario(Form.SINGLE, 777)) for row in old.rows[:2]])
    old.write(tmp_path / "results.json")
    assert Results.read(tmp_path / "results.json").rows == results().rows


@pytest.mark.parametrize(("seconds", "met"), [(10.0, True), (12.0, False)])
def test_goal_missed(seconds: float, met: bool) -> None:
    """A goal that is missed is said to be."""
    found = [goal for goal in goals(results(seconds)) if "the floor" in goal.what]
    assert [goal.met for goal in found] == [met]


def test_every_scenario_has_its_floor() -> None:
    """Each scenario comes after the floor that it is compared with."""
    for chosen in (scenarios(), scenarios("single/1,000/50 ms")):
        assert chosen
        for number, scenario in enumerate(chosen):
            assert scenario.floor or scenario.beneath in chosen[:number], scenario.name


def test_what_is_compared_takes_turns() -> None:
    """A scenario and its floor are in one group, whose rounds follow each other, and are measured equally often."""
    groups = _comparable(scenarios())
    assert sum(map(len, groups)) == len(scenarios())
    for group in groups:
        assert {each.beneath for each in group if not each.floor} <= set(group)
        assert len({each.repeats for each in group}) == 1


def test_quick_is_quick() -> None:
    """``--quick`` has a hundred rooms in each form and no more."""
    assert {each.items for each in scenarios(quick=True)} == {100}
    assert {each.form for each in scenarios(quick=True)} == set(Form)
