"""Conferences, their aliases and participants: nested objects, bulk requests, what takes what away."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.client import CONFIGURATION, Client


def _aliases(api: Client, uri: str) -> list[str]:
    return [each["alias"] for each in api.get(uri)["aliases"]]


def test_aliases_come_with_their_conference(api: Client) -> None:
    """Aliases given inside are made, and shown inside, as the vendor's documentation shows them."""
    uri = api.create(
        "conference", name="Room", aliases=[{"alias": "meet"}, {"alias": "meet@example.com", "description": "d"}]
    )
    shown = api.get(uri)["aliases"]
    assert [(each["id"], each["alias"], each["description"]) for each in shown] == [
        (1, "meet", ""),
        (2, "meet@example.com", "d"),
    ]
    assert {each["conference"] for each in shown} == {uri}
    assert "resource_uri" not in shown[0]
    assert api.get("conference_alias/2/")["conference"] == uri


def test_aliases_are_replaced_as_a_whole(api: Client) -> None:
    """Those named stay what they are, those left out go, new ones come; without the field nothing changes."""
    uri = api.create("conference", name="Room", aliases=[{"alias": "a"}, {"alias": "b"}, {"alias": "c"}])
    given: list[dict[str, Any]] = [
        {"alias": "A"},
        {"id": 2, "alias": "renamed"},
        {"resource_uri": f"{CONFIGURATION}conference_alias/3/", "description": "third"},
        {"alias": "new"},
    ]
    api.change(uri, aliases=given)
    found = {each["id"]: each["alias"] for each in api.get(uri)["aliases"]}
    assert found == {1: "A", 2: "renamed", 3: "c", 4: "new"}
    api.change(uri, aliases=[{"alias": "renamed"}])
    assert [each["id"] for each in api.get(uri)["aliases"]] == [2]
    api.change(uri, description="unrelated")
    assert _aliases(api, uri) == ["renamed"]
    api.change(uri, aliases=[])
    assert api.names("conference_alias", "alias") == []


def test_an_alias_is_taken_away_silently(api: Client) -> None:
    """An alias inside a conference leaves the one that had it; posted on its own it is refused."""
    first = api.create("conference", name="First", aliases=[{"alias": "meet"}, {"alias": "other"}])
    second = api.create("conference", name="Second", aliases=[{"alias": "MEET"}])
    assert (_aliases(api, first), _aliases(api, second)) == (["other"], ["MEET"])
    answer = api.refused("POST", "conference_alias/", {"alias": "Meet", "conference": first})
    assert "alias" in answer["conference_alias"]
    api.change(first, aliases=[{"alias": "meet"}])
    assert (_aliases(api, first), _aliases(api, second)) == (["meet"], [])


def test_bad_aliases_are_refused_with_their_conference(api: Client) -> None:
    """Nothing is made when an alias is missing, empty, too long, given twice, or no object."""
    bad: list[list[Any]] = [[{}], [{"alias": ""}], [{"alias": "x" * 251}], [{"alias": "a"}, {"alias": "A"}], [5]]
    for aliases in bad:
        api.refused("POST", "conference/", {"name": "Room", "aliases": aliases})
    assert api.names("conference") == []


def test_deleting_a_conference_deletes_its_aliases(api: Client) -> None:
    """Its aliases go with it; its participants stay."""
    uri = api.create("conference", name="Room", aliases=[{"alias": "meet"}])
    participant = api.create("automatic_participant", alias="a@example.com", conference=[uri])
    assert api("DELETE", uri).status_code == 204
    assert api.names("conference_alias", "alias") == []
    assert api.get(participant)["conference"] == []


def test_participants_belong_to_many_conferences(api: Client) -> None:
    """The relation is seen and written from both sides."""
    rooms = [api.create("conference", name=f"Room {n}") for n in (1, 2)]
    participant = api.create("automatic_participant", alias="a@example.com", conference=rooms)
    assert api.get(rooms[0])["automatic_participants"] == [participant]
    api.change(rooms[1], automatic_participants=[])
    assert api.get(participant)["conference"] == rooms[:1]
    api.change(participant, conference=[])
    assert api.get(rooms[0])["automatic_participants"] == []
    assert api.get("automatic_participant/", conference__name="Room 1")["meta"]["total_count"] == 0


def test_scheduled_conferences_are_counted(api: Client) -> None:
    """A conference shows the schedule that refers to it, and takes it along when it goes."""
    uri = api.create("conference", name="Room")
    times = {"start_time": "2030-01-01T10:00:00Z", "end_time": "2030-01-01T12:00:00+01:00"}
    scheduled = api.create("scheduled_conference", conference=uri, ews_item_id="x", **times)
    assert api.get(scheduled)["end_time"] == "2030-01-01T11:00:00"
    shown = api.get(uri)
    assert (shown["scheduled_conferences"], shown["scheduled_conferences_count"]) == ([scheduled], 1)
    api("DELETE", uri)
    assert api("GET", scheduled).status_code == 404


def test_a_bulk_request_creates_changes_and_deletes(api: Client) -> None:
    """New objects, changes and deletions go in one request: 202 without a body."""
    kept, gone = (api.create("conference", name=name) for name in ("Kept", "Gone"))
    response = api.bulk(
        "conference",
        [{"name": "New", "aliases": [{"alias": "new"}]}, {"resource_uri": kept, "pin": "1234"}],
        [gone],
    )
    assert (response.status_code, response.content) == (202, b"")
    assert sorted(api.names("conference")) == ["Kept", "New"]
    assert api.get(kept)["pin"] == "1234"
    assert api.names("conference_alias", "alias") == ["new"]


@pytest.mark.parametrize(
    ("objects", "deleted", "status"),
    [
        ([{"name": "New"}, {"name": "Other", "pin": "1"}], [], 400),
        ([{"name": "New"}, {"name": "New"}], [], 400),
        ([{"name": "New"}, {"name": "Room"}], [], 400),
        ([{"name": "New"}, {"resource_uri": f"{CONFIGURATION}conference/1/", "pin": "1"}], [], 400),
        ([{"name": "New", "aliases": [{"alias": "x"}]}, {"name": "Other", "ivr_theme": "nowhere"}], [], 400),
        ([{"name": "New"}, "text"], [], 400),
        ([{"name": "New"}], [f"{CONFIGURATION}conference/99/"], 404),
        ([{"name": "New"}], [f"{CONFIGURATION}role/1/"], 404),
    ],
)
def test_a_bulk_request_is_all_or_nothing(api: Client, objects: list[Any], deleted: list[str], status: int) -> None:
    """When one part is refused, nothing of the request remains."""
    uri = api.create("conference", name="Room", aliases=[{"alias": "room"}])
    before = api.get(uri)
    response = api.bulk("conference", objects, deleted)
    assert response.status_code == status, response.text
    assert api.get("conference/")["objects"] == [before]
    assert api.names("conference_alias", "alias") == ["room"]


def test_a_bulk_request_takes_aliases_too(api: Client) -> None:
    """Within one request and across conferences, the last one that names an alias has it."""
    first = api.create("conference", name="First", aliases=[{"alias": "meet"}])
    rooms = [{"name": "Second", "aliases": [{"alias": "meet"}]}, {"name": "Third", "aliases": [{"alias": "Meet"}]}]
    assert api.bulk("conference", rooms).status_code == 202
    assert _aliases(api, first) == []
    assert [_aliases(api, f"conference/{n}/") for n in (2, 3)] == [[], ["Meet"]]


def test_a_bulk_update_of_what_is_gone_creates(api: Client) -> None:
    """As in the framework: an object whose URI leads nowhere is made anew, under a new number."""
    gone = f"{CONFIGURATION}conference/77/"
    assert api.bulk("conference", [{"resource_uri": gone, "name": "Room"}]).status_code == 202
    assert api.names("conference", "id") == [1]


def test_thousands_at_once(api: Client) -> None:
    """A thousand rooms with PIN and alias come, are read on one page, and go, in a request each."""
    rooms: list[dict[str, Any]] = [
        {"name": f"Room {n}", "pin": "123456", "aliases": [{"alias": f"room-{n}"}]} for n in range(1000)
    ]
    assert api.bulk("conference", rooms).status_code == 202
    page = api.get("conference/", limit=1000)["objects"]
    assert [(each["name"], each["aliases"][0]["alias"]) for each in page] == [
        (each["name"], each["aliases"][0]["alias"]) for each in rooms
    ]
    renamed = [{"resource_uri": each["resource_uri"], "name": f"{each['name']}!"} for each in page]
    assert api.bulk("conference", renamed).status_code == 202
    assert api.names("conference", name__endswith="!")[0] == "Room 0!"
    assert api.bulk("conference", [], [each["resource_uri"] for each in page]).status_code == 202
    assert api.get("conference_alias/")["meta"]["total_count"] == 0


def test_children_of_other_types(api: Client) -> None:
    """What refers to an object is shown in it, and written from it, where the type says so."""
    integration = api.create("mjx_integration", name="Profile")
    location = api.create("system_location", name="Here")
    group = api.create("mjx_endpoint_group", name="Rooms", mjx_integration=integration, system_location=location)
    endpoint = api.create(
        "mjx_endpoint",
        name="Desk",
        api_address="192.0.2.7",
        room_resource_email="r@example.com",
        mjx_endpoint_group=group,
    )
    assert api.get(integration)["endpoint_groups"] == [group]
    assert api.get(group)["endpoints"] == [endpoint]
    entry = api.create("media_library_playlist", name="List")
    item = api.create("media_library_playlist_entry", playlist=entry)
    assert api.get(entry)["playlist_entries"] == [item]
    user = api.create("end_user", primary_email_address="a@example.com")
    people = api.create("user_group", name="People", users=[user])
    assert api.get(user)["user_groups"] == [people]
    api.change(user, user_groups=[])
    assert api.get(people)["users"] == []
    theme = api.create("ivr_theme", name="Theme")
    room = api.create("conference", name="Room", ivr_theme=theme)
    assert api.get(theme)["conference"] == [room]
    assert api("DELETE", integration).status_code == 204
    assert api.get(group)["mjx_integration"] is None


@pytest.mark.parametrize("number", ["4242", "99999999999999999999", "x"])
def test_a_bulk_request_deletes_all_or_nothing(api: Client, number: str) -> None:
    """Also when one URI is of an object that cannot be there."""
    one, two = (api.create("conference", name=name) for name in ("One", "Two"))
    missing = f"{CONFIGURATION}conference/{number}/"
    assert api.bulk("conference", [], [one, missing]).status_code == 404
    assert sorted(api.names("conference")) == ["One", "Two"]
    assert api.bulk("conference", [], [one, two]).status_code == 202
    assert api.names("conference") == []
