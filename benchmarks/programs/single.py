"""Rooms, each a resource."""

from __future__ import annotations

from benchmarks.programs import rooms
from pexip_provider import Conference

for key, name, pin in rooms():
    Conference(key, name=name, pin=pin)
