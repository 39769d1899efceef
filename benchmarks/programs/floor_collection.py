"""One trivial resource with what the collection is given."""

from __future__ import annotations

from pulumi import Output

from benchmarks.floor import Trivial
from benchmarks.programs import rooms

Trivial("rooms", {"items": {key: {"name": name, "pin": Output.secret(pin)} for key, name, pin in rooms()}})
