"""Which Management Node a stack is deployed to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

# The stack of the simulated node. A real node gets a stack of its own: the state of one node, read as that
# of another, would claim that everything is there already.
SIMULATED_STACK = "dev"
# `.local/env` sets this beside PEXIP_ADDRESS when it points both at the simulated node.
MARKER = "PEXIP_SIMULATED"


@dataclass(frozen=True)
class Target:
    """A node, by its address (None: the simulated one, which may not run yet), and the stack for it."""

    address: str | None
    stack: str

    @property
    def simulated(self) -> bool:
        """Whether the simulated node is meant."""
        return self.address is None

    def __str__(self) -> str:
        return f"Stack {self.stack} on {self.address or 'the simulated Management Node'}"


def choose(environment: Mapping[str, str], project: Path, stack: str | None = None) -> Target:
    """The node of `PEXIP_ADDRESS`, else the one in the stack's configuration, else the simulated one."""
    address = environment.get("PEXIP_ADDRESS")
    if address and address != environment.get(MARKER):
        return Target(address, stack or stack_name(address))
    name = stack or SIMULATED_STACK
    return Target(configured_address(project / f"Pulumi.{name}.yaml"), name)


def stack_name(address: str) -> str:
    """A stack named after a node's host: `https://pexip.example.com/` gives `pexip.example.com`."""
    host = urlsplit(address if "//" in address else f"//{address}").netloc.rsplit("@", 1)[-1]
    return re.sub(r"[^a-z0-9_.-]+", "-", host.lower()).strip("-") or "node"


def configured_address(file: Path) -> str | None:
    """What `pexip:address` is in a stack's configuration file."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError:
        return None
    found = re.search(r"^\s+pexip:address:\s*['\"]?([^'\"\s#]+)", text, re.MULTILINE)
    return found.group(1) if found else None
