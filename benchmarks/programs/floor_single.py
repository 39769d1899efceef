"""As many trivial resources, each with what a room is given."""

from __future__ import annotations

from pulumi import Output

from benchmarks.floor import Trivial
from benchmarks.programs import rooms

for key, name, pin in rooms():
    Trivial(key, {"name": name, "pin": Output.secret(pin)})
