"""The configuration API behaves as the framework does that the vendor's API is built on."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.pexip.catalogue import NEWEST, TYPES, types_in
from tests.contract.client import CONFIGURATION, Client

READABLE = [spec for spec in TYPES.values() if "GET" in spec.methods["list"] and spec.until == NEWEST]


def test_the_root_lists_every_type(api: Client) -> None:
    """Each type stands in the root listing with its list and its schema."""
    listing = api.get(CONFIGURATION)
    assert set(listing) == set(types_in(NEWEST))
    entry = {
        "list_endpoint": f"{CONFIGURATION}conference/",
        "schema": f"{CONFIGURATION}conference/schema/",
    }
    assert listing["conference"] == entry


def test_every_type_has_a_schema_and_a_list(api: Client) -> None:
    """Every type's schema names its fields and methods, and its list holds what its page says."""
    for spec in READABLE:
        schema = api.get(f"{spec.name}/schema/", format="json")
        assert set(spec.fields) - set(schema["fields"]) <= {name for name, f in spec.fields.items() if f.until < NEWEST}
        assert schema["allowed_list_http_methods"] == [method.lower() for method in spec.methods["list"]]
        page = api.get(f"{spec.name}/")
        assert page["meta"]["total_count"] == len(spec.objects), spec.name
        for shown in page["objects"]:
            assert set(shown) == set(schema["fields"])
            assert api.get(shown["resource_uri"]) == shown


def test_a_schema_says_what_a_client_must_know(api: Client) -> None:
    """A schema has choices, relations, defaults, uniqueness, filters and ordering."""
    schema = api.get("conference/schema/")
    fields = schema["fields"]
    assert fields["call_type"]["valid_choices"] == ["audio", "video", "video-only"]
    assert fields["call_type"]["default"] == "video"
    assert fields["name"]["unique"] is True
    assert fields["name"]["blank"] is False
    assert fields["name"]["default"] == "No default provided."
    assert fields["ivr_theme"] | {"help_text": ""} == fields["ivr_theme"]
    assert fields["ivr_theme"]["related_type"] == "to_one"
    assert fields["ivr_theme"]["related_schema"] == f"{CONFIGURATION}ivr_theme/schema/"
    assert fields["automatic_participants"]["related_type"] == "to_many"
    assert fields["creation_time"]["readonly"] is True
    assert fields["participant_limit"]["nullable"] is True
    assert schema["default_format"] == "application/json"
    assert schema["default_limit"] == 20
    assert "icontains" in schema["filtering"]["name"]
    assert "name" in schema["ordering"]


def test_methods_that_a_type_does_not_have_are_refused(api: Client) -> None:
    """405, with the methods that there are, for whatever the type does not allow."""
    every = {"GET", "POST", "PUT", "DELETE", "PATCH"}
    for spec in types_in(NEWEST).values():
        for method in every - set(spec.methods["list"]):
            response = api(method, f"{spec.name}/", json={})
            assert response.status_code == 405, (spec.name, method)
            assert response.headers["Allow"] == ",".join(spec.methods["list"])
        for method in every - set(spec.methods["detail"]):
            assert api(method, f"{spec.name}/1/", json={}).status_code == 405, (spec.name, method)


def test_an_object_lives_from_post_to_delete(api: Client) -> None:
    """201 with an absolute Location and no body, 200, 202, 204, then 404."""
    response = api("POST", "dns_server/", json={"address": "192.0.2.1"})
    assert (response.status_code, response.content) == (201, b"")
    uri = response.headers["Location"]
    assert uri == api.url("dns_server/1/")
    expected = {"id": 1, "address": "192.0.2.1", "description": "", "resource_uri": f"{CONFIGURATION}dns_server/1/"}
    assert api.get(uri) == expected
    api.change(uri, description="first")
    assert api.get(uri) == expected | {"description": "first"}
    put = api("PUT", uri, json={"address": "192.0.2.2"})
    assert (put.status_code, api.get(uri)["address"]) == (204, "192.0.2.2")
    assert api("DELETE", uri).status_code == 204
    for method in ("GET", "DELETE", "PATCH"):
        assert api(method, uri, json={}).status_code == 404


def test_numbers_are_never_given_again(api: Client) -> None:
    """A new object has a number that none had before."""
    first = api.create("dns_server", address="192.0.2.1")
    api("DELETE", first)
    assert api.create("dns_server", address="192.0.2.1") != first


def test_pages(api: Client) -> None:
    """20 objects a page unless asked otherwise; next and previous lead through all of them."""
    api.bulk("dns_server", [{"address": f"192.0.2.{n}"} for n in range(1, 46)])
    seen: list[str] = []
    following: str | None = f"{CONFIGURATION}dns_server/"
    while following:
        page = api.get(following)
        seen += [each["address"] for each in page["objects"]]
        following = page["meta"]["next"]
    assert seen == [f"192.0.2.{n}" for n in range(1, 46)]
    assert page["meta"]["previous"] == f"{CONFIGURATION}dns_server/?limit=20&offset=20"
    assert page["meta"] | {"limit": 20, "offset": 40, "total_count": 45} == page["meta"]
    everything = api.get("dns_server/", limit=0)
    assert (len(everything["objects"]), everything["meta"]["limit"]) == (45, 1000)
    assert api.get("dns_server/", limit=9000)["meta"]["limit"] == 5000
    assert api("GET", "dns_server/", params={"limit": "many"}).status_code == 400


FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({"name": "Alpha"}, ["Alpha"]),
    ({"name__exact": "alpha"}, []),
    ({"name__iexact": "alpha"}, ["Alpha"]),
    ({"name__in": "Alpha,Gamma"}, ["Alpha", "Gamma"]),
    ({"name__contains": "amm"}, ["Gamma"]),
    ({"name__icontains": "ALP"}, ["Alpha"]),
    ({"name__startswith": "Be"}, ["Beta"]),
    ({"name__endswith": "ta"}, ["Beta"]),
    ({"name__regex": "^(A|G)"}, ["Alpha", "Gamma"]),
    ({"priority__gt": 2}, ["Gamma"]),
    ({"priority__lte": 2}, ["Alpha", "Beta"]),
    ({"max_callrate_in__isnull": "true"}, ["Beta", "Gamma"]),
    ({"match_source_location__name": "Here"}, ["Beta"]),
    ({"match_source_location": f"{CONFIGURATION}system_location/1/"}, ["Beta"]),
    ({"match_source_location": "1"}, ["Beta"]),
    ({"enable": "false"}, ["Gamma"]),
    ({"no_such_field": "x"}, ["Alpha", "Beta", "Gamma"]),
    ({"order_by": "-priority"}, ["Gamma", "Beta", "Alpha"]),
]


def test_filters_and_order(api: Client) -> None:
    """Filters combine a field, a look-up and relations; order_by sorts either way."""
    here = api.create("system_location", name="Here")
    api.create("gateway_routing_rule", name="Alpha", priority=1, match_string="a", max_callrate_in=512)
    api.create("gateway_routing_rule", name="Beta", priority=2, match_string="b", match_source_location=here)
    api.create("gateway_routing_rule", name="Gamma", priority=3, match_string="c", enable=False)
    for filters, expected in FILTERS:
        assert api.names("gateway_routing_rule", **filters) == expected, filters


@pytest.mark.parametrize("query", ["name__regex=(", "name__nonsense=1", "order_by=nothing", "id=x", "pin__pin=1"])
def test_senseless_filters_are_refused(api: Client, query: str) -> None:
    """400 for what cannot be looked up or sorted by."""
    api.create("conference", name="Room")
    assert api("GET", f"conference/?{query}").status_code == 400


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("conference", {}, "name"),
    ("conference", {"name": ""}, "name"),
    ("conference", {"name": None}, "name"),
    ("conference", {"name": ["Room"]}, "name"),
    ("conference", {"name": "x" * 251}, "name"),
    ("conference", {"name": "Room", "pin": "123"}, "pin"),
    ("conference", {"name": "Room", "pin": "12345a"}, "pin"),
    ("conference", {"name": "Room", "pin": "1" * 21}, "pin"),
    ("conference", {"name": "Room", "call_type": "smell"}, "call_type"),
    ("conference", {"name": "Room", "max_callrate_in": 127}, "max_callrate_in"),
    ("conference", {"name": "Room", "max_callrate_in": 8193}, "max_callrate_in"),
    ("conference", {"name": "Room", "max_callrate_in": "fast"}, "max_callrate_in"),
    ("conference", {"name": "Room", "allow_guests": "perhaps"}, "allow_guests"),
    ("conference", {"name": "Room", "aliases": "alias", "match_string": "("}, "match_string"),
    ("gateway_routing_rule", {"name": "Rule", "match_string": "a"}, "priority"),
    ("gateway_routing_rule", {"name": "Rule", "priority": 1, "match_string": "(a"}, "match_string"),
    ("gateway_routing_rule", {"name": "Rule", "priority": 201, "match_string": "a"}, "priority"),
    ("dns_server", {"address": "192.0.2.256"}, "address"),
    ("static_route", {"name": "r", "address": "192.0.2.0", "prefix": 33, "gateway": "192.0.2.1"}, "prefix"),
    ("smtp_server", {"name": "s", "address": "mail.example.com", "from_email_address": "nobody"}, "from_email_address"),
    ("scheduled_scaling", {"start_date": "soon"}, "start_date"),
    ("worker_vm", {"system_location": None}, "system_location"),
]


@pytest.mark.parametrize(("type_name", "data", "field"), REFUSED)
def test_input_is_checked(api: Client, type_name: str, data: dict[str, Any], field: str) -> None:
    """400 in the framework's form, under type and field; nothing is made."""
    answer = api.refused("POST", f"{type_name}/", data)
    assert list(answer) == [type_name]
    assert answer[type_name][field]
    assert all(isinstance(message, str) for message in answer[type_name][field])
    assert api.get(f"{type_name}/")["meta"]["total_count"] == 0


def test_bounds_may_have_exceptions(api: Client) -> None:
    """A zero that means never is taken although it is below the bounds."""
    api.change("global/1/", eject_last_participant_backstop_timeout=0)
    api.change("global/1/", eject_last_participant_backstop_timeout=60)
    answer = api.refused("PATCH", "global/1/", {"eject_last_participant_backstop_timeout": 59})
    assert "eject_last_participant_backstop_timeout" in answer["global"]


def test_what_looks_like_a_value_is_taken(api: Client) -> None:
    """Numbers in strings, empty defaults and unknown or read-only fields are no errors."""
    uri = api.create(
        "conference",
        name="Room",
        max_callrate_in="512",
        pin="",
        crypto_mode=None,
        nonsense=1,
        creation_time="1999-01-01",
    )
    shown = api.get(uri)
    assert (shown["max_callrate_in"], shown["pin"], shown["crypto_mode"]) == (512, "", None)
    assert not shown["creation_time"].startswith("1999")


def test_bodies_of_the_wrong_shape_are_refused(api: Client) -> None:
    """400 with an error for broken JSON and lists; 415 for what is no JSON at all."""
    for body in ("{", "[]", "null", '"text"'):
        response = api("POST", "conference/", data=body, headers={"Content-Type": "application/json"})
        assert response.status_code == 400
        assert list(response.json()) == ["error"]
    assert api("POST", "conference/", data="a=b", headers={"Content-Type": "text/html"}).status_code == 415
    for method in ("PUT", "PATCH"):
        assert api(method, "conference/", json={"name": "Room"}).status_code == 400


def test_json_needs_no_content_type(api: Client) -> None:
    """JSON is understood without a header, as the vendor's older examples send it."""
    assert api("POST", "dns_server/", data='{"address": "192.0.2.1"}').status_code == 201


def test_unique_fields(api: Client) -> None:
    """A second object with the same key is refused, wherever it comes from."""
    api.create("conference", name="Room")
    api.create("conference", name="Other")
    assert "name" in api.refused("POST", "conference/", {"name": "Room"})["conference"]
    assert "name" in api.refused("PATCH", "conference/2/", {"name": "Room"})["conference"]
    api.change("conference/2/", name="Other")
    api.create("gateway_routing_rule", name="a", priority=1, match_string="a")
    answer = api.refused("POST", "gateway_routing_rule/", {"name": "b", "priority": 1, "match_string": "a"})
    assert "priority" in answer["gateway_routing_rule"]
    api.create("sip_credential", realm="example.com", username="a")
    api.create("sip_credential", realm="example.com", username="b")
    answer = api.refused("POST", "sip_credential/", {"realm": "example.com", "username": "a"})
    assert "__all__" in answer["sip_credential"]


def test_references(api: Client) -> None:
    """Relations are paths, whole URLs are taken too, and what is not there is refused."""
    theme = f"{CONFIGURATION}ivr_theme/1/"
    uri = api.create("conference", name="Room", ivr_theme=api.url(theme))
    assert api.get(uri)["ivr_theme"] == theme
    for wrong in (f"{CONFIGURATION}ivr_theme/99/", f"{CONFIGURATION}role/1/", "theme", 1):
        assert "error" in api.refused("PATCH", uri, {"ivr_theme": wrong})
    api.change(uri, ivr_theme=None)
    assert api.get(uri)["ivr_theme"] is None


def test_lists_of_references(api: Client) -> None:
    """Many-to-many relations are replaced as a whole, and emptied by an empty list."""
    servers = [api.create("dns_server", address=f"192.0.2.{n}") for n in (1, 2, 3)]
    uri = api.create("system_location", name="Here", dns_servers=servers[:2])
    assert api.get(uri)["dns_servers"] == servers[:2]
    api.change(uri, dns_servers=[servers[2]])
    assert api.get(uri)["dns_servers"] == [servers[2]]
    api.change(uri, description="unrelated")
    assert api.get(uri)["dns_servers"] == [servers[2]]
    api.change(uri, dns_servers=[])
    assert api.get(uri)["dns_servers"] == []


def test_what_is_referred_to_goes(api: Client) -> None:
    """Deleting sets references to null, takes dependents along, or is refused, as the type says."""
    server = api.create("dns_server", address="192.0.2.1")
    proxy = api.create("http_proxy", name="Proxy", address="proxy.example.com")
    location = api.create("system_location", name="Here", dns_servers=[server], http_proxy=proxy)
    for uri in (server, proxy):
        assert api("DELETE", uri).status_code == 204
    assert api.get(location)["dns_servers"] == []
    assert api.get(location)["http_proxy"] is None
    network = {"address": "192.0.2.9", "netmask": "255.255.255.0", "gateway": "192.0.2.1"}
    node = {"name": "node", "hostname": "node", "domain": "example.com", "password": "secret", **network}
    assert api("POST", "worker_vm/", json={**node, "system_location": location}).status_code == 201
    assert "worker vm" in api.refused("DELETE", location, None)["error"]
    assert api("DELETE", "worker_vm/1/").status_code == 204
    assert api("DELETE", location).status_code == 204


def test_types_that_exist_once(api: Client) -> None:
    """They are there from the start, are read and changed, and can neither be made nor deleted."""
    for spec in types_in(NEWEST).values():
        if spec.singleton:
            assert api("POST", f"{spec.name}/", json={}).status_code == 405
            assert api.get(f"{spec.name}/1/")["id"] == 1
    api.change("global/1/", site_banner="Simulated")
    assert api.get("global/1/")["site_banner"] == "Simulated"


def test_built_in_objects_stay(api: Client) -> None:
    """What the node was born with cannot be deleted, not even with everything else."""
    api.create("ivr_theme", name="Mine")
    assert api("DELETE", "ivr_theme/1/").status_code == 403
    assert api("DELETE", "ivr_theme/").status_code == 204
    assert len(api.names("ivr_theme")) == 1
    assert "Administrator" in api.names("role")


def test_a_list_can_be_deleted_and_replaced(api: Client) -> None:
    """DELETE on a list deletes all; PUT replaces all, or nothing when one is refused."""
    api.bulk("dns_server", [{"address": "192.0.2.1"}, {"address": "192.0.2.2"}])
    assert api("PUT", "dns_server/", json={"objects": [{"address": "192.0.2.3"}]}).status_code == 204
    assert api.names("dns_server", "address") == ["192.0.2.3"]
    assert api("PUT", "dns_server/", json={"objects": [{"address": "wrong"}]}).status_code == 400
    assert api.names("dns_server", "address") == ["192.0.2.3"]
    assert api("DELETE", "dns_server/").status_code == 204
    assert api.names("dns_server", "address") == []


def test_several_objects_by_number(api: Client) -> None:
    """set/ gives objects by their numbers, and says which are not there."""
    answer = api.get("permission/set/1;3;999/")
    assert [each["id"] for each in answer["objects"]] == [1, 3]
    assert answer["not_found"] == ["999"]


def test_the_trailing_slash_is_mandatory(api: Client) -> None:
    """Without the slash, a reader is sent on."""
    response = api("GET", "conference", allow_redirects=False)
    assert (response.status_code, response.headers["Location"]) == (301, f"{CONFIGURATION}conference/")


def test_what_is_not_there(api: Client) -> None:
    """404 for unknown types, objects and actions."""
    for path in ("nothing/", "conference/7/", "conference/1/nothing/", "/api/admin/nothing/v1/"):
        assert api("GET", path).status_code == 404, path
