"""The policy pack: ``pulumi preview --policy-pack policies``. docs/policies.md describes its rules and settings."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Serve the rules to the engine until it ends this process."""
    # The engine runs this folder as a program; its modules are known by their full names, to tests as well.
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from pulumi_policy import EnforcementLevel, PolicyPack

    from policies import rooms, routing, tags

    PolicyPack(
        name="pexip",
        enforcement_level=EnforcementLevel.MANDATORY,
        policies=[rooms.PIN_LENGTH, routing.UNIQUE_RULE_PRIORITY, tags.REQUIRED_TAG],
    )


if __name__ == "__main__":
    main()
