"""``python -m simulators.pexip``: run a simulated Management Node."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from .. import certificates
from .catalogue import NEWEST, VERSIONS
from .options import DEFAULT_PASSWORD, DEFAULT_USERNAME, Options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulators.pexip",
        description="A simulated Management Node of Pexip Infinity, at https://127.0.0.1:PORT/. "
        "What it is told it keeps in a folder, and it comes back as it was.",
    )
    add = parser.add_argument
    add(
        "--data",
        type=Path,
        required=True,
        metavar="DIR",
        help="the folder that holds the node; made when it is not there",
    )
    add("--port", type=int, default=0, metavar="N", help="port of the management API; 0 (the default): any free one")
    add(
        "--bootstrap-port",
        type=int,
        metavar="N",
        help="a second port, for provisioning documents only; 0: any free one",
    )
    add("--username", default=DEFAULT_USERNAME, help="who may log in (default: %(default)s)")
    add("--password", help=f"default: the environment variable SIMULATOR_PASSWORD, else {DEFAULT_PASSWORD}")
    add("--version", type=int, choices=VERSIONS, default=NEWEST, help="which version to be (default: %(default)s)")
    add("--rate-limit", type=int, metavar="N", help="answer 429 beyond this many requests a minute (default: no limit)")
    add(
        "--latency",
        type=float,
        default=0,
        metavar="MS",
        help="wait so many milliseconds before each answer (default: 0)",
    )
    add("--record-bodies", action="store_true", help="keep the JSON of the last requests, for /simulator/requests")
    add("--ova-size", type=int, default=64 * 1024, metavar="BYTES", help="size of the disk in a virtual machine image")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run a node until it is told to stop."""
    named = vars(_parser().parse_args(arguments))
    named["password"] = named["password"] or os.environ.get("SIMULATOR_PASSWORD") or DEFAULT_PASSWORD
    named["data"] = named["data"].absolute()
    options = Options(**named)
    from .node import OtherVersion, run

    try:
        options.data.mkdir(parents=True, exist_ok=True)
        files = certificates.ensure(options.data)
        # The database holds secrets.
        os.umask(0o077)
        run(options, files)
    except OtherVersion:
        print(
            f"{options.data} was made by another version of this simulator; start with an empty folder.",
            file=sys.stderr,
        )
        return 1
    except OSError as error:
        print(f"The simulator cannot start: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
