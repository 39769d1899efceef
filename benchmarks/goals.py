"""What was aimed at, and whether the figures reach it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from benchmarks.results import Results, Row
from benchmarks.scenarios import OPERATIONS, Form, Scenario

__all__ = ["Goal", "goals", "ratio"]


class Goal(NamedTuple):
    """A sentence, the figures, and whether all of them are within it."""

    what: str
    measured: str
    met: bool


def ratio(results: Results, row: Row, plain: bool = False) -> float | None:
    """How many times the floor's seconds an operation took; None where that floor was not measured."""
    floor = results.find(replace(row.scenario.beneath, plain=plain), row.operation)
    return row.seconds / floor.seconds if floor else None


def goals(results: Results) -> Iterator[Goal]:
    """Those for which there are figures."""
    for log, words in ((False, "as `make` runs it"), (True, "with the CLI's own log")):
        for name, seconds in (("create", 30), ("preview --refresh", 10), ("destroy", 20)):
            large = _rows(results, Form.COLLECTION, 10_000, name)
            yield from _within(
                f"10,000 rooms in a collection, 50 ms, {words}: {name} in {seconds} s",
                [_seconds(row) for row in large if row.scenario.latency and row.scenario.log is log],
                seconds,
            )
    for plain, words in ((False, "the floor"), (True, "the floor with the SDK as it comes")):
        for latency in (0, 50):
            rows = [results.find(Scenario(Form.SINGLE, 1000, latency), each.name) for each in OPERATIONS]
            yield from _within(
                f"1,000 single rooms, {latency} ms: at most 1.2 × {words}",
                [
                    (value, f"{row.operation} {value:.2f}")
                    for row in rows
                    if row and (value := ratio(results, row, plain))
                ],
                1.2,
            )
    for name, most, words in (("create", 1 / 8, "1/8"), ("refresh", 1 / 100, "1/100")):
        yield from _within(
            f"1,000 single rooms: at most {words} request a room on {name}",
            [
                (row.total / 1000, f"{row.total:,} ({row.scenario.latency} ms)")
                for row in _rows(results, Form.SINGLE, 1000, name)
                if not row.scenario.rate_limit
            ],
            most,
        )
    yield from _small(results)


def _small(results: Results) -> Iterator[Goal]:
    small = results.small
    if "quickstart new" in small:
        more = [(small[f"quickstart {when}"] - small[f"quickstart {when} floor"], when) for when in ("new", "deployed")]
        yield from _within(
            f"preview of the quickstart: at most 0.5 s more than {small['quickstart resources']:.0f} trivial resources",
            [(value, f"{value:+.2f} s {when}") for value, when in more],
            0.5,
        )
    if "import" in small:
        value = small["import"]
        yield from _within("importing the provider: under 0.3 s beyond `pulumi`", [(value, f"{value:.2f} s")], 0.3)


def _within(what: str, figures: Sequence[tuple[float, str]], most: float) -> Iterator[Goal]:
    if figures:
        yield Goal(what, ", ".join(text for _, text in figures), all(value <= most for value, _ in figures))


def _seconds(row: Row) -> tuple[float, str]:
    limit = f"{row.scenario.rate_limit:,} a minute" if row.scenario.rate_limit else "no limit"
    return row.seconds, f"{row.seconds:.1f} s ({limit})"


def _rows(results: Results, form: Form, items: int, operation: str) -> list[Row]:
    return [
        row
        for row in results.rows
        if (row.scenario.form, row.scenario.items, row.operation) == (form, items, operation) and not row.scenario.floor
    ]
