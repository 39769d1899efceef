"""Actions on a Management Node that are no state, and so no part of a stack: backups, upgrades, directory syncs."""

import argparse
import getpass
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pexip_cli import environment, simulator
from pexip_cli.checkout import Checkout
from pexip_cli.private import random_secret
from pexip_cli.problem import Problem

if TYPE_CHECKING:
    from pexip_provider.backend import PexipBackend

PASSPHRASE = "PEXIP_BACKUP_PASSPHRASE"  # noqa: S105  (a variable's name)


def add(commands: Any) -> None:
    """Adds `backup`, `upgrade` and `sync` to the command's grammar."""
    backup = commands.add_parser(
        "backup",
        help="make, list, fetch or restore backups of a Management Node",
        description=f"The passphrase comes from {PASSPHRASE}, or is asked for.",
    )
    actions = backup.add_subparsers(metavar="action", required=True)
    create = actions.add_parser("create", help="have the node make a backup, and fetch it when FILE is given")
    create.add_argument("file", nargs="?", type=Path, metavar="FILE")
    create.set_defaults(run=_create)
    actions.add_parser("list", help="list the backups that the node keeps").set_defaults(run=_list)
    fetch = actions.add_parser("fetch", help="write a backup that the node keeps to FILE")
    fetch.add_argument("name", metavar="NAME")
    fetch.add_argument("file", type=Path, metavar="FILE")
    fetch.set_defaults(run=_fetch)
    restore = actions.add_parser("restore", help="take the node back to the backup in FILE: all later changes are lost")
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument("--yes", action="store_true", help="do not ask")
    restore.set_defaults(run=_restore)

    upgrade = commands.add_parser("upgrade", help="upload an upgrade package, which the node then installs")
    upgrade.add_argument("package", type=Path, metavar="PACKAGE")
    upgrade.add_argument("--yes", action="store_true", help="do not ask")
    upgrade.set_defaults(run=_upgrade)

    sync = commands.add_parser("sync", help="make the rooms and devices of a conference sync template now")
    sync.add_argument("template", metavar="TEMPLATE")
    sync.set_defaults(run=_sync)


@contextmanager
def node(checkout: Checkout, caller: Mapping[str, str]) -> "Iterator[PexipBackend]":
    """The node of `PEXIP_ADDRESS`, else the simulated one, which must run. What goes wrong becomes a `Problem`."""
    # Imported late: no other command needs the provider.
    from pexip_provider.backend import connect
    from provider_core.connections import Connections
    from provider_core.errors import ProviderError

    given = environment.without_simulated(caller, checkout)
    if "PEXIP_ADDRESS" not in given:
        running = simulator.running(checkout)
        if running is None:
            raise Problem("set PEXIP_ADDRESS, or start the simulated Management Node with `pexip simulator start`")
        given |= {
            "PEXIP_ADDRESS": running.address,
            "PEXIP_USERNAME": running.user,
            "PEXIP_PASSWORD": random_secret(running.password),
            "PEXIP_CA_BUNDLE": str(running.ca),
        }
    try:
        yield connect(Connections("pexip", lambda _: None, given).settings())
    except ProviderError as error:
        raise Problem(str(error)) from None


def _create(options: argparse.Namespace, checkout: Checkout) -> int:
    passphrase = _passphrase(again=True)
    with node(checkout, os.environ) as there:
        before = {uri for uri, _ in there.list("system_backup", {})}
        there.extras.command("platform/backup_create", {"passphrase": passphrase})
        for uri, made in there.list("system_backup", {}):
            if uri not in before:
                print(made["filename"])
                if options.file:
                    there.extras.download(uri, options.file)
    return 0


def _list(_: argparse.Namespace, checkout: Checkout) -> int:
    with node(checkout, os.environ) as there:
        for _uri, kept in there.list("system_backup", {}):
            print(f"{kept['filename']}  {kept['date']}  {kept['size']:,} bytes  version {kept['version']}")
    return 0


def _fetch(options: argparse.Namespace, checkout: Checkout) -> int:
    with node(checkout, os.environ) as there:
        for uri, kept in there.list("system_backup", {}):
            if kept["filename"] == options.name:
                print(f"sha256 {there.extras.download(uri, options.file)}")
                return 0
    raise Problem(f"the node keeps no backup {options.name}; `pexip backup list` shows those it keeps")


def _restore(options: argparse.Namespace, checkout: Checkout) -> int:
    _must_be_there(options.file)
    with node(checkout, os.environ) as there:
        _agreed(options, f"{there.client.http.base} goes back to {options.file.name}; all later changes are lost.")
        there.extras.command("platform/backup_restore", {"passphrase": _passphrase()}, {"package": options.file})
    print("Restored. `pulumi refresh` tells a stack what that changed.")
    return 0


def _upgrade(options: argparse.Namespace, checkout: Checkout) -> int:
    _must_be_there(options.package)
    with node(checkout, os.environ) as there:
        _agreed(options, f"{there.client.http.base} is upgraded with {options.package.name}, and restarts.")
        uri = there.extras.upgrade(options.package)
        found = there.read("upgrade_request", uri) if "/upgrade_request/" in uri else None
        state = f", state {found['state']}" if found else ""
        print(f"Uploaded{state}. {uri}")
    return 0


def _sync(options: argparse.Namespace, checkout: Checkout) -> int:
    with node(checkout, os.environ) as there:
        found = [wire for _, wire in there.list("conference_sync_template", {"name": options.template})]
        if not found:
            raise Problem(f"the node has no conference sync template {options.template!r}")
        there.extras.command("conference/sync", {"conference_sync_template_id": found[0]["id"]})
    print("Started.")
    return 0


def _must_be_there(file: Path) -> None:
    if not file.is_file():
        raise Problem(f"there is no file {file}")


def _passphrase(again: bool = False) -> str:
    given = os.environ.get(PASSPHRASE) or (getpass.getpass("Passphrase of the backup: ") if sys.stdin.isatty() else "")
    if not given:
        raise Problem(f"set {PASSPHRASE} to the passphrase of the backup")
    if again and PASSPHRASE not in os.environ and getpass.getpass("The same again: ") != given:
        raise Problem("the passphrases differ")
    return given


def _agreed(options: argparse.Namespace, what: str) -> None:
    if options.yes:
        return
    if not sys.stdin.isatty() or input(f"{what} Type yes to go on: ") != "yes":
        raise Problem(f"{what} Nothing was done; --yes does it without asking.")
