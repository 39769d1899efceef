"""Whatever goes wrong on the way, the node ends with exactly the object that the stack wants: never two, never none.

Each fault meets each operation on the wire between the real client and the simulated node.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from provider_core import errors
from provider_core.declaration import Declaration
from provider_core.journal import journal_of
from provider_core.lifecycle import Lifecycle
from tests.contract.bench import Bench
from tests.contract.examples import write_zip
from tests.contract.plan import by_path
from tests.support.disk import Disk
from tests.support.node import Node

QUICK = 0.01
"""Seconds that a refusal asks to wait; without it the client takes half a second and more."""

FAULTS: dict[str, dict[str, Any]] = {
    "drop_before": {"action": "drop_before"},
    "drop_after": {"action": "drop_after"},
    "truncate": {"action": "truncate"},
    "429": {"action": "status", "status": 429, "retry_after": QUICK, "times": 2},
    "503": {"action": "status", "status": 503, "retry_after": QUICK},
    "slow": {"action": "delay", "seconds": 0.2},
}
TYPES = {
    # One whose natural key is unique, one whose is not, one that comes with a document, one without a short key.
    "conference": {"name": "Room"},
    "automatic_participant": {"alias": "recorder@example.com"},
    "worker_vm": {
        "name": "Node",
        "address": "192.0.2.1",
        "gateway": "192.0.2.254",
        "netmask": "255.255.255.0",
        "hostname": "node",
        "domain": "example.com",
        "password": "a password",
        "system_location": "$system_location",
    },
    "dns_server": {"address": "192.0.2.53"},
}


class Object:
    """An object of a type, and the operations of the engine on it."""

    def __init__(self, bench: Bench, node: Node, path: str) -> None:
        self.bench = bench
        self.node = node
        self.declaration: Declaration = by_path()[path]
        self.lifecycle: Lifecycle = bench.lifecycle(self.declaration)
        values: dict[str, Any] = dict(TYPES[path])
        if "system_location" in values:
            values["system_location"] = node.create("system_location", name="Location")
        self.values = values
        self.id = ""
        self.outs: dict[str, Any] = {}

    def bag(self, **more: Any) -> dict[str, Any]:
        """The inputs after check; as of one that the state knows, because a test checks it twice."""
        bag = self.bench.bag(self.declaration, {**self.values, **more})
        result = self.lifecycle.check(bag, bag)
        assert result.failures == []
        return {**result.inputs}

    def create(self) -> None:
        """Make it."""
        made = self.lifecycle.create(self.bag())
        self.id, self.outs = made.id, dict(made.outs or {})

    def update(self) -> None:
        """Change its description."""
        self.lifecycle.update(self.id, self.outs, self.bag(description="changed"))

    def there(self) -> list[dict[str, Any]]:
        """The objects of this key on the node."""
        key = {name: self.values[name] for name in self.declaration.natural_key}
        return self.node.objects(self.declaration.path, **key)


@pytest.fixture
def wanted(bench: Bench, node: Node, request: pytest.FixtureRequest) -> Object:
    """An object of the type that the test names."""
    return Object(bench, node, request.param)


every_type = pytest.mark.parametrize("wanted", TYPES, indirect=True)
two_types = pytest.mark.parametrize("wanted", ["conference", "dns_server"], indirect=True)
every_fault = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)


@every_type
def test_a_create_is_on_the_disk_before_it_is_sent(wanted: Object, disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Joined with others or alone: a run that is killed after the first byte leaves a line to go on from."""
    wanted.lifecycle.stack = "kept"
    recorder, journaled = wanted.bench.recorder, []
    send = recorder.send

    def noting(request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if request.method == "POST":
            journaled.append(next(iter(wanted.values.values())) in disk.kept)
        return send(request, *args, **kwargs)

    monkeypatch.setattr(recorder, "send", noting)
    wanted.create()
    assert journaled == [True]


@every_type
@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_create_of_which_nobody_can_tell(wanted: Object, status: int, disk: Disk) -> None:
    """Its answer is lost and the look is refused: it stays in the journal, and the next run goes on with it."""
    wanted.lifecycle.stack = "unknown"
    path = f"/{wanted.declaration.path}/"
    wanted.node.fail("drop_after", method="POST", path=path)
    wanted.node.fail("status", method="GET", path=path, status=status, times=9)
    with pytest.raises(errors.AnswerLost, match=rf"no answer came .*; then .*\({status}\)|answered {status}"):
        wanted.create()
    assert set(journal_of("unknown").entries().values()) == {""}
    wanted.node.mend()
    wanted.create()
    assert [each["resource_uri"] for each in wanted.there()] == [wanted.id]


@two_types
def test_an_attempt_after_one_that_is_unknown(wanted: Object, disk: Disk) -> None:
    """What a later attempt is refused for says nothing of an earlier one, which may still be at work."""
    wanted.lifecycle.stack = "unknown"
    path = f"/{wanted.declaration.path}/"
    wanted.node.fail("status", method="POST", path=path, status=504, retry_after=QUICK)
    wanted.node.fail("status", method="POST", path=path, status=403)
    with pytest.raises(errors.AnswerLost, match=r"answered 504.*; then .* answered 403"):
        wanted.create()
    assert set(journal_of("unknown").entries().values()) == {""}


def test_ids_that_cannot_be_asked_for(bench: Bench, node: Node, disk: Disk) -> None:
    """Objects of a bulk request are there, whatever becomes of the question for their ids."""
    rooms = [Object(bench, node, "conference") for _ in range(12)]
    for number, room in enumerate(rooms):
        room.lifecycle.stack, room.values = "ids", {"name": f"Room {number}"}
    node.fail("status", method="GET", path="/conference/", status=401, times=99)
    with ThreadPoolExecutor(len(rooms)) as pool:
        failed = [each.exception() for each in [pool.submit(room.create) for room in rooms]]
        assert {type(each) for each in failed} <= {errors.AnswerLost, type(None)}
        assert errors.AnswerLost in map(type, failed)
        assert len(journal_of("ids").entries()) == len(rooms)
        node.mend()
        assert len(node.objects("conference")) == len(rooms)
        again = [room for room, error in zip(rooms, failed, strict=True) if error]
        for each in [pool.submit(room.create) for room in again]:
            each.result()
    assert sorted(room.id for room in rooms) == sorted(each["resource_uri"] for each in node.objects("conference"))


@every_type
@every_fault
def test_create(wanted: Object, fault: dict[str, Any]) -> None:
    """A create whose answer is lost is not sent again before the node was asked; one object, and its own id."""
    wanted.node.fail(method="POST", path=f"/{wanted.declaration.path}/", **fault)
    wanted.create()
    assert [each["resource_uri"] for each in wanted.there()] == [wanted.id]
    if wanted.declaration.path == "worker_vm":
        assert wanted.outs["provisioning_document"].startswith("<?xml")


@every_fault
def test_an_upload(bench: Bench, node: Node, fault: dict[str, Any]) -> None:
    """A theme and its package are two requests: when the second one fails on the way, it is sent again whole."""
    theme = by_path()["ivr_theme"]
    lifecycle = bench.lifecycle(theme)
    write_zip(bench.folder, "theme.zip")
    bag = bench.bag(theme, {"name": "Theme", "package": "theme.zip"})
    node.fail(method="PATCH", path="/ivr_theme/", **fault)
    made = lifecycle.create({**lifecycle.check(bag, bag).inputs})
    found = node.objects("ivr_theme", name="Theme")
    assert [each["resource_uri"] for each in found] == [made.id]
    assert found[0]["package"]


def test_an_upload_whose_object_cannot_be_taken_back(bench: Bench, node: Node, disk: Disk) -> None:
    """It stays in the journal, and the next run goes on with it."""
    theme = by_path()["ivr_theme"]
    lifecycle = bench.lifecycle(theme)
    lifecycle.stack = "upload"
    write_zip(bench.folder, "theme.zip")
    bag = bench.bag(theme, {"name": "Theme", "package": "theme.zip"})
    inputs = {**lifecycle.check(bag, bag).inputs}
    node.fail("status", method="PATCH", path="/ivr_theme/", status=403, times=9)
    node.fail("status", method="DELETE", path="/ivr_theme/", status=403, times=9)
    with pytest.raises(
        errors.AnswerLost, match=r"PATCH .* answered 403.*; what was made could not be taken back: DELETE"
    ):
        lifecycle.create(inputs)
    assert set(journal_of("upload").entries().values()) == {""}
    node.mend()
    made = lifecycle.create(inputs)
    (found,) = node.objects("ivr_theme", name="Theme")
    assert (found["resource_uri"], bool(found["package"])) == (made.id, True)


@two_types
@every_fault
def test_update(wanted: Object, fault: dict[str, Any]) -> None:
    """A change of one object can be sent twice: it is there in the end."""
    wanted.create()
    wanted.node.fail(method="PATCH", path=f"/{wanted.declaration.path}/", **fault)
    wanted.update()
    assert [each["description"] for each in wanted.there()] == ["changed"]


@two_types
@every_fault
def test_read(wanted: Object, fault: dict[str, Any]) -> None:
    """A read is repeated until it is whole: half an answer is not taken for drift, and none not for a deletion."""
    wanted.create()
    wanted.node.fail(method="GET", path=f"/{wanted.declaration.path}/", **fault)
    read = wanted.lifecycle.read(wanted.id, wanted.outs)
    assert (read.id, read.inputs) == (wanted.id, None)
    assert wanted.values.items() <= (read.outs or {}).items()


@two_types
@every_fault
def test_delete(wanted: Object, fault: dict[str, Any]) -> None:
    """A delete whose answer is lost is sent again, finds nothing, and has succeeded."""
    wanted.create()
    other = wanted.node.create("dns_server", address="192.0.2.99")
    wanted.node.fail(method="DELETE", path=f"/{wanted.declaration.path}/", **fault)
    wanted.lifecycle.delete(wanted.id, wanted.outs)
    assert wanted.there() == []
    assert [each["resource_uri"] for each in wanted.node.objects("dns_server")] == [other]


@pytest.mark.parametrize("wanted", ["conference", "automatic_participant"], indirect=True)
@pytest.mark.parametrize("action", ["drop_before", "drop_after"])
def test_a_create_that_is_lost_several_times(wanted: Object, action: str) -> None:
    """However often the answer is lost, the look before each new attempt keeps it at one object."""
    wanted.node.fail(action, method="POST", path=f"/{wanted.declaration.path}/", times=2)
    wanted.create()
    assert [each["resource_uri"] for each in wanted.there()] == [wanted.id]


@pytest.mark.parametrize("wanted", ["conference"], indirect=True)
def test_a_look_that_fails_too(wanted: Object) -> None:
    """The look after a lost answer has faults of its own to get over."""
    wanted.node.fail("drop_after", method="POST", path="/conference/")
    wanted.node.fail("drop_before", method="GET", path="/conference/")
    wanted.create()
    assert [each["resource_uri"] for each in wanted.there()] == [wanted.id]


@pytest.mark.parametrize("wanted", ["conference"], indirect=True)
def test_a_refusal_is_final(wanted: Object) -> None:
    """What the node refuses is not sent again, and its message names the resource."""
    wanted.node.fail("status", method="POST", status=500, path="/conference/", times=9)
    with pytest.raises(errors.ServerFailed, match=r'Conference "Room": POST .* answered 500'):
        wanted.create()
    assert wanted.there() == []


@pytest.mark.parametrize("wanted", ["conference"], indirect=True)
def test_a_token_that_expires(wanted: Object, node: Node) -> None:
    """Between any two requests a token may expire: it is renewed once, and the operation goes on."""
    role = node.objects("role")[0]["resource_uri"]
    uri = "/api/admin/configuration/v1/oauth2_client/"
    client = node.request("POST", uri, json={"client_name": "stack", "role": role}).json()
    with_tokens = Bench(
        {
            **wanted.bench.configuration,
            "pexip:oauth2_client_id": client["client_id"],
            "pexip:oauth2_private_key": client["private_key_jwt"],
        }
    )
    wanted.lifecycle = with_tokens.lifecycle(wanted.declaration)
    for method, act in (
        ("POST", wanted.create),
        ("GET", lambda: wanted.lifecycle.read(wanted.id, wanted.outs)),
        ("PATCH", wanted.update),
        ("DELETE", lambda: wanted.lifecycle.delete(wanted.id, wanted.outs)),
    ):
        node.fail("expire_tokens", method=method, path="/conference/")
        act()
    assert wanted.there() == []
    tokens = [each for each in with_tokens.recorder.sent if each.path == "/oauth/token/"]
    assert len(tokens) == 5
