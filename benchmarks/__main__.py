"""``python -m benchmarks``."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from benchmarks import machine, small
from benchmarks.project import CommandFailed
from benchmarks.report import document, markdown
from benchmarks.results import Measured, Results, rows_of
from benchmarks.running import WrongOutcome, measure
from benchmarks.scenarios import Scenario, scenarios
from pexip_cli.checkout import Checkout
from pexip_cli.engine import Engine, ensure

_EPILOG = """\
A scenario is named form/items/latency/limit, its floor form/items/floor:
  --only collection/10,000      all of that size
  --only single/1,000/50        those whose node takes 50 ms a request
  --only quickstart             the small ones: the quickstart's preview, the import

All of it takes about half an hour on two cores. Nothing else should run meanwhile:
the load average at the start of each scenario is kept with its figures (it counts the
scenario before as well).
"""
_SMALL = ("quickstart", "import")


def parser() -> argparse.ArgumentParser:
    """The grammar of the command."""
    made = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measures deployments with the real engine on the simulated Management Node, beside trivial ones.",
        epilog=_EPILOG,
        formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(prog, max_help_position=22),
    )
    add = made.add_argument
    add("--only", metavar="PATTERN", default="", help="scenarios whose name contains this, and their floors")
    add("--quick", action="store_true", help="a hundred rooms only: three minutes")
    add("--repeat", type=int, metavar="N", help="runs of each scenario (default: 3 for short ones, 1 for long ones)")
    add("--list", action="store_true", help="name the scenarios, and measure nothing")
    add(
        "--json", type=Path, metavar="FILE", help="write the results to FILE; what it has and is not measured now stays"
    )
    add("--markdown", type=Path, metavar="FILE", help="write the tables between the two marks in FILE")
    add("--render", action="store_true", help="measure nothing: write the tables of the results in --json's FILE")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit code: 1 when a scenario failed, 130 when it was interrupted."""
    options = parser().parse_args(arguments)
    if options.render and not options.json:
        parser().error("--render needs the results: --json FILE")
    chosen = scenarios(options.only, options.quick)
    if options.list:
        print("\n".join([each.name for each in chosen] + [name for name in _SMALL if options.only in name]))
        return 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    results = Results.read(options.json) if options.json and options.json.exists() else Results()
    try:
        failed = False if options.render else _measure(options, chosen, results)
    except KeyboardInterrupt:
        _say("Interrupted.")
        return 130
    if options.markdown:
        text = options.markdown.read_text(encoding="utf-8") if options.markdown.exists() else ""
        options.markdown.write_text(document(text, results), encoding="utf-8")
    else:
        print(markdown(results))
    return int(failed)


def _measure(options: argparse.Namespace, chosen: Sequence[Scenario], results: Results) -> bool:
    """Take the chosen scenarios into the results, and write those as they come; whether any failed."""
    engine: Engine = ensure(Checkout.find())
    results.machine = machine.described(engine)
    rounds = [each for group in _comparable(chosen) for each in group * (options.repeat or group[0].repeats)]
    runs: dict[Scenario, list[list[Measured]]] = {}
    failed = False
    for number, scenario in enumerate(rounds, 1):
        load = os.getloadavg()[0]
        _say(f"[{number}/{len(rounds)}] {scenario.name} (load {load:.1f})")
        try:
            runs.setdefault(scenario, []).append(measure(scenario, engine, _detail))
        except (CommandFailed, WrongOutcome) as problem:
            _say(f"{scenario.name} failed: {problem}")
            failed = True
            continue
        results.replace(rows_of(scenario, runs[scenario], load))
        _write(options, results)
    for name in _SMALL:
        if options.only in name:
            _say(f"{name} (load {os.getloadavg()[0]:.1f})")
            results.small |= small.import_time() if name == "import" else small.quickstart(engine, _detail)
            _write(options, results)
    return failed


def _comparable(chosen: Sequence[Scenario]) -> list[list[Scenario]]:
    """Scenarios with their floors. They take turns, because a machine is faster at one time than at another."""
    return [list(group) for _, group in groupby(chosen, key=lambda each: (each.form, each.items))]


def _write(options: argparse.Namespace, results: Results) -> None:
    if options.json:
        results.write(options.json)


def _detail(text: str) -> None:
    _say(f"    {text}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
