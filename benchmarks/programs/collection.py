"""Rooms, all in one resource."""

from __future__ import annotations

from benchmarks.programs import rooms
from pexip_provider import Conference, item

Conference.collection("rooms", {key: item(Conference, name=name, pin=pin) for key, name, pin in rooms()})
