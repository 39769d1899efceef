"""An engine: the Pulumi CLI together with its language host for Python.

One is looked for on PATH, else downloaded by Pulumi's own SDK, else built from the Go module in `engine/`;
what was found is recorded in `.local/engine.json` and used from then on without delay.
"""

from pexip_cli.engine.choice import ensure
from pexip_cli.engine.record import Engine, Way

__all__ = ["Engine", "Way", "ensure"]
