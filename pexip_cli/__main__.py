"""The `pexip` command line."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pexip_cli import clean, environment, platform, simulator, stack
from pexip_cli.checkout import Checkout
from pexip_cli.engine import ensure
from pexip_cli.problem import Problem

_EPILOG = """\
environment:
  PEXIP_ADDRESS   a real Management Node, with PEXIP_USERNAME and PEXIP_PASSWORD;
                  without it the simulated one is used
  PEXIP_ENGINE    how to come by an engine: path (one that is installed), install (download),
                  build (from Go modules), or auto, the default: these in turn

What follows -- goes to pulumi as it is:  pexip preview -- --diff
"""
_COMMANDS = {
    "up": "deploy the stack, and say what was made",
    "preview": "say what `up` would change, and change nothing",
    "refresh": "take over into the state what was changed on the node by hand",
    "destroy": "remove from the node all that the stack made",
    "journal": "list what killed runs made and the stack's state lacks",
}


def parser() -> argparse.ArgumentParser:
    """The grammar of the command."""
    top = argparse.ArgumentParser(
        prog="pexip",
        description="Deploys stacks to a Pexip Infinity Management Node, real or simulated.",
        epilog=_EPILOG,
        formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(prog, max_help_position=16),
    )
    commands = top.add_subparsers(metavar="command", required=True)
    for name, what in _COMMANDS.items():
        command = commands.add_parser(name, help=what, description=what.capitalize() + ".")
        command.add_argument(
            "--stack-dir",
            type=Path,
            metavar="DIR",
            help="folder of the Pulumi.yaml (default: the quickstart)",
        )
        command.add_argument(
            "--stack",
            metavar="NAME",
            help="stack (default: dev on the simulated node, else the node's host name)",
        )
        command.set_defaults(run=_journal if name == "journal" else _stack, command=name)

    engine = commands.add_parser("engine", help="find or make an engine, and say where it is")
    engine.add_argument("--anew", action="store_true", help="choose again, even if the recorded one is good")
    engine.set_defaults(run=_engine)

    env = commands.add_parser("env", help="write .local/env, the file to source before typing `pulumi`")
    env.set_defaults(run=_env)

    simulated = commands.add_parser("simulator", help="start, stop or show the simulated Management Node")
    simulated.add_argument("action", choices=["start", "stop", "status"])
    simulated.set_defaults(run=_simulator)

    platform.add(commands)

    docs = commands.add_parser("docs", help="write the pages of docs/ that are made from the declarations")
    docs.set_defaults(run=_docs)

    cleaning = commands.add_parser("clean", help="remove what was made in .local, except states of real nodes")
    cleaning.set_defaults(run=_clean)
    return top


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command and ends the process with its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    split = given.index("--") if "--" in given else len(given)
    options = parser().parse_args(given[:split])
    options.extra = given[split + 1 :]
    try:
        code = options.run(options, Checkout.find())
    except Problem as problem:
        print(f"pexip: {problem}", file=sys.stderr)
        code = problem.code
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        # The reader of a pipe has seen enough; at exit Python would complain of it once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 141
    sys.exit(code if code >= 0 else 128 - code)


def _session(options: argparse.Namespace, checkout: Checkout) -> stack.Session:
    return stack.Session(checkout, (options.stack_dir or checkout.root).resolve(), os.environ, options.stack)


def _stack(options: argparse.Namespace, checkout: Checkout) -> int:
    session = _session(options, checkout)
    code = session.run(options.command, options.extra)
    if code == 0 and options.command in stack.NOTHING and session.changed_nothing():
        print(stack.NOTHING[options.command])
    if code == 0 and options.command == "up" and session.node is not None:
        print(f"\n{simulator.described(session.node, checkout)}")
    if code == 0 and options.command == "up" and (lost := session.lost()):
        print(f"\n{lost.after_up()}")
    return code


def _journal(options: argparse.Namespace, checkout: Checkout) -> int:
    lost = _session(options, checkout).lost()
    print("\n".join(lost.lines) or "Nothing: the state has all that was made.")
    return 0


def _engine(options: argparse.Namespace, checkout: Checkout) -> int:
    print(ensure(checkout, anew=options.anew).pulumi)
    return 0


def _env(_: argparse.Namespace, checkout: Checkout) -> int:
    engine = ensure(checkout)
    environment.write(checkout, engine, simulator.running(checkout))
    print(f". {checkout.shown(checkout.env)}")
    return 0


def _simulator(options: argparse.Namespace, checkout: Checkout) -> int:
    if options.action == "stop":
        print("Stopped." if simulator.stop(checkout) else "It was not running.")
        return 0
    node = simulator.start(checkout)[0] if options.action == "start" else simulator.running(checkout)
    if node is None:
        print("The simulated Management Node is not running; `pexip simulator start` starts it.")
        return 3
    print(simulator.described(node, checkout))
    return 0


def _docs(_: argparse.Namespace, checkout: Checkout) -> int:
    # Imported late: no other command needs the provider.
    from pexip_cli.docs import write

    for file in write(checkout.root / "docs"):
        print(checkout.shown(file))
    return 0


def _clean(_: argparse.Namespace, checkout: Checkout) -> int:
    for line in clean.clean(checkout):
        print(line)
    return 0


if __name__ == "__main__":
    main()
