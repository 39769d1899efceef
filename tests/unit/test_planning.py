"""The plan of a collection: the way from the items that are there to those that are declared."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pexip_provider import Conference, WorkerVm
from provider_core.planning import Values, plan

ROOM = Conference.declaration


def rooms(**items: str) -> dict[str, Values]:
    """Items by key, from "name" or "name/description"."""
    parts = {key: text.partition("/") for key, text in items.items()}
    return {
        key: {"name": name, **({"description": more} if slash else {})} for key, (name, slash, more) in parts.items()
    }


def uris(items: dict[str, Values]) -> dict[str, str]:
    """A URI for each item."""
    return {key: f"/api/admin/configuration/v1/conference/{number}/" for number, key in enumerate(items, 1)}


def test_items_come_go_and_change_each_for_itself() -> None:
    """One is created, one changed in what differs, one deleted, one stays."""
    olds = rooms(same="A", changed="B/old", gone="C")
    made = plan(ROOM, olds, uris(olds), rooms(same="A", changed="B/new", fresh="D"))
    assert set(made.creates) == {"fresh"}
    assert made.updates == {"changed": (uris(olds)["changed"], {"description": "new"})}
    assert made.deletes == {"gone": uris(olds)["gone"]}
    assert made.stays == {key: uris(olds)[key] for key in ("same", "changed")}


def test_a_renamed_key_is_the_same_object() -> None:
    """While the natural key stays and the old key is gone."""
    olds = rooms(alice="Room")
    made = plan(ROOM, olds, uris(olds), rooms(bob="Room/changed"))
    assert not made.creates
    assert not made.deletes
    assert made.stays == {"bob": uris(olds)["alice"]}
    assert made.updates["bob"][1] == {"description": "changed"}
    assert plan(ROOM, olds, uris(olds), rooms(bob="Room"))


def test_what_cannot_change_in_place_is_replaced() -> None:
    """The old object is deleted first: the new one has its name."""
    old = {"node": {"name": "n", "address": "192.0.2.1"}}
    new = {"node": {"name": "n", "address": "192.0.2.2"}}
    made = plan(WorkerVm.declaration, old, {"node": "/api/admin/configuration/v1/worker_vm/1/"}, new)
    assert set(made.creates) == set(made.deletes) == made.replaced == {"node"}


items = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from([f"R{n}/{t}" for n in range(9) for t in "xy"]))


@given(items, items)
def test_carrying_out_a_plan_gives_what_is_declared(before: dict[str, str], after: dict[str, str]) -> None:
    """Whatever was there: the objects left are exactly the declared ones, and a plan from there is empty."""
    olds, news = rooms(**before), rooms(**after)
    made = plan(ROOM, olds, uris(olds), news)
    objects: dict[str, Values] = {uris(olds)[key]: values for key, values in olds.items()}
    for uri in made.deletes.values():
        del objects[uri]
    for uri, changes in made.updates.values():
        objects[uri] = {**objects[uri], **changes}
    assert sorted(str(dict(objects[uri])) for uri in made.stays.values()) + sorted(
        str(dict(values)) for values in made.creates.values()
    ) == sorted(str(dict(news[key])) for key in made.stays) + sorted(str(dict(news[key])) for key in made.creates)
    assert set(made.stays) | set(made.creates) == set(news)
    assert not plan(ROOM, news, uris(news), news)
