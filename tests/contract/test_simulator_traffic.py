"""What a test may do to a simulator: count, record, limit, slow down, break, reset."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from simulators.process import Simulator
from tests.contract.client import CONFIGURATION, Client

DROPPED = (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError)


def _fault(api: Client, action: str, **more: Any) -> None:
    assert api("POST", "/simulator/faults", json=[{"action": action, **more}]).status_code == 201


def test_requests_are_counted_and_recorded(api: Client) -> None:
    """By method, by path with numbers left out, by status; the last ones whole, without credentials."""
    api.create("dns_server", address="192.0.2.1")
    api.get("dns_server/1/")
    api.get("dns_server/", limit=1)
    report = api.get("/simulator/requests")
    assert report["methods"] == {"POST": 1, "GET": 2}
    assert report["paths"][f"GET {CONFIGURATION}dns_server/{{id}}/"] == 1
    assert report["statuses"] == {"201": 1, "200": 2}
    first, _, last = report["requests"]
    assert first.pop("time") <= last["time"]
    assert first == {
        "method": "POST",
        "path": f"{CONFIGURATION}dns_server/",
        "status": 201,
        "bytes": 0,
        "body": {"address": "192.0.2.1"},
    }
    assert last["path"] == f"{CONFIGURATION}dns_server/?limit=1"
    assert last["bytes"] > 50
    assert api.simulator.password not in str(report)
    assert api("DELETE", "/simulator/requests").status_code == 204
    assert api.get("/simulator/requests")["total"] == 0


def test_a_status_on_request(api: Client) -> None:
    """The chosen requests get the chosen answer, and the node sees nothing of them."""
    _fault(api, "status", method="POST", path="dns_server/$", skip=1, times=2, status=429, retry_after=7, body="busy")
    answers = [api("POST", "dns_server/", json={"address": f"192.0.2.{n}"}) for n in range(1, 5)]
    assert [answer.status_code for answer in answers] == [201, 429, 429, 201]
    assert (answers[1].headers["Retry-After"], answers[1].text) == ("7", "busy")
    assert api.names("dns_server", "address") == ["192.0.2.1", "192.0.2.4"]
    assert api.get("/simulator/faults") == {"faults": []}


@pytest.mark.parametrize(("action", "made"), [("drop_before", 0), ("drop_after", 1)])
def test_connections_break(api: Client, action: str, made: int) -> None:
    """Before the node has seen the request, or after it did its work."""
    _fault(api, action, method="POST")
    with pytest.raises(DROPPED):
        api("POST", "dns_server/", json={"address": "192.0.2.1"})
    assert api.get("dns_server/")["meta"]["total_count"] == made
    api.create("dns_server", address="192.0.2.9")


def test_answers_break_off(api: Client) -> None:
    """Half of an answer arrives."""
    _fault(api, "truncate", method="GET")
    with pytest.raises(DROPPED):
        api("GET", "permission/")
    assert api("GET", "permission/").status_code == 200


def test_a_delayed_answer_is_too_late(api: Client) -> None:
    """A client that does not wait so long gives up; the next request is not delayed."""
    _fault(api, "delay", seconds=3)
    with pytest.raises(requests.exceptions.ReadTimeout):
        api.session.get(api.url("permission/"), timeout=0.2)
    assert api("GET", "permission/").status_code == 200


def test_faults_are_taken_back(api: Client) -> None:
    """Faults that were not met yet are listed, and cleared."""
    _fault(api, "status", times=5)
    assert [fault["times"] for fault in api.get("/simulator/faults")["faults"]] == [5]
    assert api("DELETE", "/simulator/faults").status_code == 204
    assert api("GET", "permission/").status_code == 200


@pytest.mark.parametrize("fault", [{"action": "explode"}, {"action": "status", "path": "("}, {"colour": "red"}])
def test_senseless_faults_are_refused(api: Client, fault: dict[str, Any]) -> None:
    """A misspelt fault is an error, not one that never comes."""
    assert api("POST", "/simulator/faults", json=[fault]).status_code == 400


def test_the_rate_is_limited(api: Client) -> None:
    """Beyond the limit 429 with the seconds to wait; the control plane is never limited."""
    api("PATCH", "/simulator/settings", json={"rate_limit": 3})
    answers = [api("GET", "permission/") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert 1 <= int(answers[3].headers["Retry-After"]) <= 60
    assert api.get("/simulator/settings")["rate_limit"] == 3
    api("PATCH", "/simulator/settings", json={"rate_limit": None})
    assert api("GET", "permission/").status_code == 200
    assert api("PATCH", "/simulator/settings", json={"colour": "red"}).status_code == 400


def test_reset(api: Client) -> None:
    """The node is as on its first day: numbers begin at 1, built-in objects are as they were."""
    before = api.get("global/1/")
    api.create("dns_server", address="192.0.2.1")
    api.change("global/1/", site_banner="changed")
    api("DELETE", "role/2/")
    assert api("POST", "/simulator/reset").status_code == 204
    after = api.get("global/1/")
    assert after["site_banner"] == before["site_banner"]
    assert after["deployment_uuid"] != before["deployment_uuid"]
    assert len(api.names("role")) == 2
    assert api.create("dns_server", address="192.0.2.1") == f"{CONFIGURATION}dns_server/1/"


def test_unknown_controls(api: Client) -> None:
    """404 for a control that is none, 405 for a method that it does not have."""
    assert api("GET", "/simulator/nothing").status_code == 404
    assert api("POST", "/simulator/requests").status_code == 405


def test_bodies_are_recorded_only_on_request(tmp_path: Any) -> None:
    """Without the switch nothing of what clients send is kept; options on the command line take effect."""
    with Simulator(tmp_path, rate_limit=2, latency=1) as simulator:
        api = Client(simulator)
        api.create("sip_credential", realm="example.com", username="a", password="hunter2")
        assert api("GET", "permission/").status_code == 200
        assert api("GET", "permission/").status_code == 429
        assert "hunter2" not in api("GET", "/simulator/requests").text
        api.close()
