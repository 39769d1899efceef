"""The tables, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from benchmarks.goals import goals, ratio
from benchmarks.results import Results, Row
from benchmarks.scenarios import OPERATIONS, Form, Scenario

__all__ = ["BEGIN", "END", "document", "markdown"]

BEGIN = "<!-- measured: from here to the other mark, `make bench` writes -->"
END = "<!-- /measured -->"

_QUOTED = (
    ("create", "apply", 52, 2000),
    ("preview --refresh", "plan", 20, 1000),
    ("destroy", "destroy", 88, 2000),
)
"""The vendor's Terraform provider on 1,000 rooms at 50 ms: our operation, its command, seconds, requests."""


def document(text: str, results: Results) -> str:
    """The text with the tables between its two marks, or at its end where it has none; all else stays."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    tables = f"{BEGIN}\n\n{markdown(results)}\n\n{END}"
    return "\n\n".join(part for part in (before.rstrip(), tables, after.strip()) if part) + "\n"


def markdown(results: Results) -> str:
    """All tables for which there are figures."""
    parts = [_machine(results), _goals(results)]
    for form, title in ((Form.COLLECTION, "Collections"), (Form.SINGLE, "Single resources")):
        measured = [scenario for scenario in results.scenarios() if scenario.form is form]
        if measured:
            parts += [f"### {title}", *(_scenario(results, scenario) for scenario in measured)]
    parts += [_growth(results), _small(results), _quoted(results)]
    return "\n\n".join(part for part in parts if part)


def _machine(results: Results) -> str:
    loads = [row.load for row in results.rows]
    load = (
        f" Load average when the scenarios began, each other's included: {min(loads):.1f} to {max(loads):.1f}."
        if loads
        else ""
    )
    return "; ".join(f"{name}: {value}" for name, value in results.machine.items()) + "." + load


def _goals(results: Results) -> str:
    rows = [(goal.what, goal.measured, "met" if goal.met else "**missed**") for goal in goals(results)]
    return _titled("### Goals", ("goal", "measured", ""), rows)


def _scenario(results: Results, scenario: Scenario) -> str:
    rows = [row for row in results.rows if row.scenario == scenario]
    limit = f", {scenario.rate_limit:,} requests a minute" if scenario.rate_limit else ""
    limit += "" if scenario.log else ", without the CLI's log"
    often = f" (median of {rows[0].repeats})" if rows[0].repeats > 1 else ""
    head = ("", "s", "floor s", "ratio", "CPU s", "floor", "MiB", "floor", "requests", "per room", "node's CPU s")
    return _titled(
        f"**{scenario.items:,} rooms, {scenario.latency} ms a request{limit}**{often}",
        head,
        [_cells(results, row) for row in rows],
    )


def _cells(results: Results, row: Row) -> list[str]:
    floor = results.find(row.scenario.beneath, row.operation)
    times = ratio(results, row)
    methods = ", ".join(f"{count:,} {method}" for method, count in sorted(row.requests.items()))
    return [
        row.operation,
        f"{row.seconds:.1f}",
        f"{floor.seconds:.1f}" if floor else "",
        f"{times:.2f}" if times else "",
        f"{row.cpu:.1f}",
        f"{floor.cpu:.1f}" if floor else "",
        f"{row.peak:,.0f}",
        f"{floor.peak:,.0f}" if floor else "",
        methods or "0",
        f"{row.total / row.scenario.items:.4f}".rstrip("0").rstrip("."),
        f"{row.node_cpu:.1f} ({row.node_cpu / row.seconds:.0%})",
    ]


def _growth(results: Results) -> str:
    rows = []
    for scenario in dict.fromkeys(row.scenario for row in results.rows if row.scenario.items == 10_000):
        small = replace(scenario, items=1000)
        pairs = [(results.find(small, each.name), results.find(scenario, each.name)) for each in OPERATIONS]
        if all(before and after for before, after in pairs):
            rows.append([_where(scenario), *(_grown(before, after) for before, after in pairs if before and after)])
    head = ("", *(each.name for each in OPERATIONS))
    return _titled("### From 1,000 to 10,000 rooms\n\nTime, and memory of the largest process:", head, rows)


def _where(scenario: Scenario) -> str:
    limit = f", {scenario.rate_limit:,} a minute" if scenario.rate_limit else ""
    log = "" if scenario.log else ", without the CLI's log"
    return f"{scenario.form}, {'floor, ' if scenario.floor else ''}{scenario.latency} ms{limit}{log}"


def _grown(before: Row, after: Row) -> str:
    return f"× {after.seconds / before.seconds:.1f}, × {after.peak / before.peak:.1f}"


def _small(results: Results) -> str:
    small = results.small
    rows = [
        (f"`pulumi preview` of the quickstart, {when}", f"{small[key]:.2f} s", f"{small[f'{key} floor']:.2f} s")
        for when, key in (("nothing deployed", "quickstart new"), ("all deployed", "quickstart deployed"))
        if key in small
    ]
    if "import" in small:
        rows.append(("`import pexip_provider` after `import pulumi`", f"{small['import']:.2f} s", ""))
    count = small.get("quickstart resources", 0)
    return _titled("### Small things", ("", "", f"floor ({count:.0f} trivial resources)"), rows)


def _quoted(results: Results) -> str:
    rows = []
    for operation, command, seconds, requests in _QUOTED:
        single = results.find(Scenario(Form.SINGLE, 1000, 50), operation)
        many = results.find(Scenario(Form.COLLECTION, 1000, 50), operation)
        ours = [f"{row.seconds:.1f} s, {row.total:,}" if row else "" for row in (single, many)]
        rows.append((f"{operation} (`terraform {command}`)", *ours, f"{seconds} s, {requests:,}"))
    title = (
        "### Beside the vendor's Terraform provider\n\n"
        "1,000 rooms with a PIN, 50 ms a request; seconds and requests. The last column is quoted from earlier "
        "measurements on this kind of machine, not measured here."
    )
    found = any(row[1] or row[2] for row in rows)
    return _titled(title, ("", "single resources", "collection", "Terraform (quoted)"), rows if found else [])


def _titled(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = list(_table(head, list(rows)))
    return f"{title}\n\n" + "\n".join(lines) if lines else ""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if rows:
        yield f"| {' | '.join(head)} |"
        # Words to the left, figures to the right.
        yield "| --- |" + " ---: |" * (len(head) - 1)
        yield from (f"| {' | '.join(row)} |" for row in rows)
