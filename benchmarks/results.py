"""What was measured, as data: in memory, and in the JSON file from which the tables can be written again."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.measuring import Usage
from benchmarks.scenarios import OPERATIONS, Form, Operation, Scenario, scenarios

__all__ = ["Measured", "Results", "Row", "rows_of"]


@dataclass(frozen=True)
class Measured:
    """One command, once."""

    usage: Usage
    requests: dict[str, int]
    node_cpu: float


@dataclass(frozen=True)
class Row:
    """One operation of a scenario: medians of ``repeats`` runs. Seconds, MiB, requests by method.

    ``cpu`` is that of the engine and all that it starts; ``node_cpu`` the simulated node's over the same time.
    ``load`` is the machine's load average when the last of its runs began. It counts the scenario before it too, which
    by itself makes one to two; above that, something else ran as well.
    """

    scenario: Scenario
    operation: str
    repeats: int
    seconds: float
    cpu: float
    peak: float
    requests: dict[str, int]
    node_cpu: float
    load: float
    cpu_by_role: dict[str, float] = field(default_factory=dict)
    peak_by_role: dict[str, float] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All requests."""
        return sum(self.requests.values())


def rows_of(scenario: Scenario, runs: Sequence[Sequence[Measured]], load: float) -> list[Row]:
    """A row for each operation: the medians of several runs of them all."""
    return [
        _row_of(scenario, operation, each, load)
        for operation, each in zip(OPERATIONS, zip(*runs, strict=True), strict=True)
    ]


def _row_of(scenario: Scenario, operation: Operation, runs: Sequence[Measured], load: float) -> Row:
    usages = [each.usage for each in runs]
    return Row(
        scenario,
        operation.name,
        len(runs),
        _median(each.seconds for each in usages),
        _median(each.cpu for each in usages),
        _median(each.peak for each in usages),
        {name: round(value) for name, value in _medians([each.requests for each in runs]).items()},
        _median(each.node_cpu for each in runs),
        round(load, 2),
        _medians([each.cpu_by_role for each in usages]),
        _medians([each.peak_by_role for each in usages]),
    )


@dataclass
class Results:
    """Everything of a run: the machine, the rows, and the small measurements (seconds by name)."""

    machine: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    small: dict[str, float] = field(default_factory=dict)

    def find(self, scenario: Scenario, operation: str) -> Row | None:
        """The row, if it was measured."""
        found = (row for row in self.rows if row.scenario == scenario and row.operation == operation)
        return next(found, None)

    def scenarios(self) -> list[Scenario]:
        """What was measured, in order, without floors."""
        return list(dict.fromkeys(row.scenario for row in self.rows if not row.scenario.floor))

    def replace(self, rows: Iterable[Row]) -> None:
        """Take rows of one scenario in, in place of earlier ones of the same."""
        new = list(rows)
        self.rows = [row for row in self.rows if row.scenario != new[0].scenario] + new
        self.rows.sort(key=lambda row: _order(row.scenario))

    def write(self, file: Path) -> None:
        """As JSON."""
        file.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> Results:
        """From JSON, without the rows of scenarios that there are no more."""
        data = json.loads(file.read_text(encoding="utf-8"))
        known = set(scenarios())
        return cls(data["machine"], [row for row in map(_row, data["rows"]) if row.scenario in known], data["small"])


def _row(data: dict[str, Any]) -> Row:
    scenario = data.pop("scenario")
    return Row(Scenario(**{**scenario, "form": Form(scenario["form"])}), **data)


def _order(scenario: Scenario) -> tuple[Any, ...]:
    forms = list(Form)
    node = scenario.latency, scenario.rate_limit
    return forms.index(scenario.form), scenario.items, not scenario.log, not scenario.floor, *node


def _median(values: Iterable[float]) -> float:
    return round(statistics.median(values), 3)


def _medians(each: Sequence[dict[str, int]] | Sequence[dict[str, float]]) -> dict[str, float]:
    names = sorted({name for one in each for name in one})
    return {name: _median(one.get(name, 0) for one in each) for name in names}
