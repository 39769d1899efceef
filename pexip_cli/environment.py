"""The environment of `pulumi`, for this process and as a file to `source`."""

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from pexip_cli.checkout import Checkout
from pexip_cli.engine import Engine
from pexip_cli.node import MARKER
from pexip_cli.private import random_secret, write_private
from pexip_cli.simulator import Node

_PASSPHRASE = ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE")


RECOMMENDED = {"PULUMI_SKIP_CHECKPOINTS": "true", "PULUMI_PARALLEL": "256"}
"""What docs/crash-safety.md recommends; the caller's own values win."""


def backend_url(state: Path) -> str:
    """The URL of a state in a folder.

    Without ``metadata=skip`` the engine keeps another file beside it, which it writes in place. Killed meanwhile, it
    cannot read the state any more, though that is whole: "failed to load checkpoint: EOF".
    """
    return f"file://{quote(str(state))}?metadata=skip"


def settings(checkout: Checkout) -> dict[str, str]:
    """What does not depend on the caller's environment."""
    return {
        "PULUMI_HOME": str(checkout.home),
        "PULUMI_BACKEND_URL": backend_url(checkout.state),
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        # For programs, providers and policies alike, whatever a shell's hooks do to PATH.
        "PULUMI_PYTHON_CMD": str(Path(sys.prefix) / "bin" / "python"),
    }


def folders(engine: Engine) -> list[str]:
    """What goes to the front of PATH: the tools of this copy's virtual environment, then the engine."""
    return [str(Path(sys.prefix) / "bin"), str(engine.folder)]


def variables(checkout: Checkout, engine: Engine, node: Node | None, caller: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment with all that `pulumi` needs; `node` is the simulated one, if that is used."""
    made = {**RECOMMENDED, **without_simulated(caller, checkout), **settings(checkout)}
    made["PATH"] = os.pathsep.join([*folders(engine), caller.get("PATH", os.defpath)])
    if not any(name in caller for name in _PASSPHRASE):
        random_secret(checkout.passphrase)
        made["PULUMI_CONFIG_PASSPHRASE_FILE"] = str(checkout.passphrase)
    if node is not None:
        made |= {**_simulated(node), "PEXIP_PASSWORD": random_secret(node.password)}
    return made


def without_simulated(caller: Mapping[str, str], checkout: Checkout) -> dict[str, str]:
    """The environment without what an earlier `source` of the file set for the simulated node."""
    left = dict(caller)
    marker = left.pop(MARKER, None)
    if left.get("PEXIP_ADDRESS") == marker:
        for name in ("PEXIP_ADDRESS", "PEXIP_USERNAME", "PEXIP_PASSWORD"):
            left.pop(name, None)
    # Even beside a real node's address: no real node has a certificate of the simulated one's authority.
    if Path(left.get("PEXIP_CA_BUNDLE", "/")).is_relative_to(checkout.simulator):
        del left["PEXIP_CA_BUNDLE"]
    return left


def write(checkout: Checkout, engine: Engine, node: Node | None) -> None:
    """Writes the file to `source`, for sh, bash and zsh. It names the files of secrets and holds none."""
    random_secret(checkout.passphrase)
    without_debug_logs(checkout)
    write_private(checkout.env, text(checkout, engine, node))


def without_debug_logs(checkout: Checkout) -> None:
    """Keep the CLI from writing a debug log of each run, which doubles the time of large ones.

    It has no setting for that, but goes on without where its folder for logs cannot be made.
    """
    logs = checkout.home / "logs"
    if not logs.exists():
        logs.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        logs.touch()


def text(checkout: Checkout, engine: Engine, node: Node | None) -> str:
    """The file's text. Sourcing it again changes nothing; a node or passphrase of the user's stays."""
    front = os.pathsep.join(folders(engine))
    lines = [
        "# Written by `make`. Source it, and `pulumi` works in this folder: . .local/env",
        f"_pexip_path={shlex.quote(front)}",
        'case "$PATH" in "$_pexip_path":*) ;; *) PATH="$_pexip_path:$PATH" ;; esac',
        "unset _pexip_path",
        "export PATH",
        *(f"export {name}={shlex.quote(value)}" for name, value in settings(checkout).items()),
        *(f': "${{{name}:={value}}}"; export {name}' for name, value in RECOMMENDED.items()),
        'if [ -z "${PULUMI_CONFIG_PASSPHRASE+x}${PULUMI_CONFIG_PASSPHRASE_FILE+x}" ]; then',
        f"  export PULUMI_CONFIG_PASSPHRASE_FILE={shlex.quote(str(checkout.passphrase))}",
        "fi",
    ]
    if node is not None:
        ca = shlex.quote(str(node.ca))
        lines += [
            f'if [ "${{PEXIP_CA_BUNDLE:-}}" = {ca} ]; then unset PEXIP_CA_BUNDLE; fi',
            f'if [ -z "${{PEXIP_ADDRESS:-}}" ] || [ "$PEXIP_ADDRESS" = "${{{MARKER}:-}}" ]; then',
            *(f"  export {name}={shlex.quote(value)}" for name, value in _simulated(node).items()),
            f'  PEXIP_PASSWORD="$(cat {shlex.quote(str(node.password))})"; export PEXIP_PASSWORD',
            "fi",
        ]
    return "\n".join(lines) + "\n"


def _simulated(node: Node) -> dict[str, str]:
    return {
        MARKER: node.address,
        "PEXIP_ADDRESS": node.address,
        "PEXIP_USERNAME": node.user,
        "PEXIP_CA_BUNDLE": str(node.ca),
    }
