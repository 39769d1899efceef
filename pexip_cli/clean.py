"""`pexip clean`: what was made here goes away again."""

import shutil
from pathlib import Path

from pexip_cli import simulator
from pexip_cli.checkout import Checkout
from pexip_cli.node import SIMULATED_STACK


def real_stacks(state: Path) -> list[str]:
    """The stacks, as project/stack, that may have objects on a real node."""
    folder = state / ".pulumi" / "stacks"
    return sorted(f"{file.parent.name}/{file.stem}" for file in folder.glob("*/*.json") if file.stem != SIMULATED_STACK)


def clean(checkout: Checkout) -> list[str]:
    """Stops the simulated node and removes it, the engine and the state; returns lines that say what is left.

    The state of a stack for a real node is kept: nothing else knows what the stack made there. So is the
    passphrase: Pulumi.STACK.yaml files are bound to it.
    """
    simulator.stop(checkout)
    keep = {checkout.passphrase}
    stacks = real_stacks(checkout.state)
    if stacks:
        keep |= {checkout.state, checkout.home}
    for path in checkout.local.iterdir():
        if path in keep:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    if not stacks:
        return []
    return [
        f"Kept {checkout.shown(checkout.state)}: it is what knows of {', '.join(stacks)}.",
        "Destroy those first, or remove the folder yourself.",
    ]
