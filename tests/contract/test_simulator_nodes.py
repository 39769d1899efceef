"""Conferencing Nodes: what they are started from, and their first call home."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import requests

from simulators.process import Simulator
from tests.contract.client import CONFIGURATION, Client
from tests.support.versions import Versions

NODE = {
    "name": "node",
    "hostname": "conf1",
    "domain": "example.com",
    "address": "192.0.2.9",
    "netmask": "255.255.255.0",
    "gateway": "192.0.2.1",
    "password": "hunter2",
}


def _deploy(api: Client, deployment_type: str, **more: Any) -> requests.Response:
    location = api.create("system_location", name="Here")
    fields = {**NODE, "system_location": location, "deployment_type": deployment_type, **more}
    response = api("POST", "worker_vm/", json=fields)
    assert response.status_code == 201, response.text
    assert response.headers["Location"] == api.url("worker_vm/1/")
    return response


def test_a_provisioning_document_is_good_once(api: Client) -> None:
    """The document names the node, carries no password, is taken once, and then the node is online."""
    response = _deploy(api, "MANUAL-PROVISION-ONLY")
    assert response.headers["Content-Type"].startswith("text/xml")
    document = ElementTree.fromstring(response.content)
    assert document.findtext("hostname") == "conf1"
    assert document.findtext("address") == "192.0.2.9"
    assert "hunter2" not in response.text
    node = f"{CONFIGURATION.replace('configuration', 'status')}worker_vm/1/"
    assert api.get(node)["sync_status"] == "NOT_SYNCED"
    api.session.auth = None
    headers = {"Content-Type": "text/xml"}
    for path, body, status in [
        ("/configuration/bootstrap", b"<configuration/>", 400),
        ("/configuration/bootstrap", b"nonsense", 400),
        ("/configuration/bootstrap", response.content.replace(b"conf1", b"conf2"), 400),
        ("/configuration/bootstrap", b'<!DOCTYPE x [<!ENTITY a "b">]>' + response.content, 400),
        ("/configuration/bootstrap/", response.content.replace(b"\n", b"\r\n"), 200),
        ("/configuration/bootstrap", response.content, 400),
    ]:
        assert api("POST", path, data=body, headers=headers).status_code == status, body
    api.session.auth = (api.simulator.username, api.simulator.password)
    online = api.get(node)
    assert (online["sync_status"], online["deploy_status"]) == ("SYNCED", "deploy_succeeded")
    assert online["boot_time"]


@pytest.mark.parametrize("deployment_type", ["MANUAL-ESXI6_7", "MANUAL-ESXI6", "MANUAL-KVM"])
def test_an_appliance_is_streamed(api: Client, deployment_type: str) -> None:
    """A tar of descriptor, disk and a manifest whose sums are right."""
    response = _deploy(api, deployment_type)
    assert "Content-Length" not in response.headers
    with tarfile.open(fileobj=io.BytesIO(response.content)) as archive:
        members = {member.name: archive.extractfile(member).read() for member in archive}  # type: ignore[union-attr]
    assert list(members) == ["conf1.ovf", "conf1.vmdk", "conf1.mf"]
    assert len(members["conf1.vmdk"]) == 64 * 1024
    for line in members["conf1.mf"].decode().splitlines():
        name, value = line.removeprefix("SHA256(").split(")= ")
        assert hashlib.sha256(members[name]).hexdigest() == value


def test_hyper_v_gets_a_zip(api: Client) -> None:
    """A whole ZIP file with a disk and the document."""
    with zipfile.ZipFile(io.BytesIO(_deploy(api, "MANUAL-HYPERV2012").content)) as archive:
        assert archive.testzip() is None
        assert {each.filename: each.file_size for each in archive.infolist()}["conf1.vhdx"] == 64 * 1024
        ElementTree.fromstring(archive.read("conf1.xml"))


def test_what_a_node_is_made_with_stays(api: Client) -> None:
    """Its address cannot change; its description can; its password is never shown, nor lost."""
    _deploy(api, "MANUAL-PROVISION-ONLY", node_type="PROXYING")
    uri = f"{CONFIGURATION}worker_vm/1/"
    for field, value in {"address": "192.0.2.10", "hostname": "other", "deployment_type": "MANUAL-KVM"}.items():
        assert field in api.refused("PATCH", uri, {field: value})["worker_vm"]
    shown = api.get(uri)
    assert (shown["password"], shown["signalling"], shown["transcoding"]) == ("", True, False)
    assert api("PUT", uri, json=shown | {"description": "edge"}).status_code == 204
    assert api.get(uri) == shown | {"description": "edge"}


def test_sizes_and_the_second_port(tmp_path: Path) -> None:
    """The disk's size is chosen; a second port takes documents, and nothing else."""
    with Simulator(tmp_path, ova_size=3_000_000, bootstrap_port=0) as simulator:
        api = Client(simulator)
        response = _deploy(api, "MANUAL-KVM")
        with tarfile.open(fileobj=io.BytesIO(response.content)) as archive:
            assert archive.getmember("conf1.vmdk").size == 3_000_000
        port = api.get("/simulator/settings")["bootstrap_port"]
        bare = f"https://127.0.0.1:{port}"
        assert api("POST", f"{bare}/configuration/bootstrap", data=b"<x/>").status_code == 400
        assert api("GET", f"{bare}{CONFIGURATION}").status_code == 404
        location = f"{CONFIGURATION}system_location/1/"
        second = NODE | {"name": "two", "address": "192.0.2.11", "system_location": location}
        document = api("POST", "worker_vm/", json=second).content
        assert api("POST", f"{bare}/configuration/bootstrap", data=document).status_code == 200
        api.close()


def test_other_apis_can_be_discovered(api: Client) -> None:
    """Status, history and command list their resources; each has a schema, and status a list."""
    roots = [
        "status/v1/",
        "history/v1/",
        *[f"command/v1/{each}/" for each in ("conference", "participant", "platform")],
    ]
    for root in roots:
        listing = api.get(f"/api/admin/{root}")
        assert listing
        for entry in listing.values():
            schema = api.get(entry["schema"], format="json")
            assert schema["fields"]
            if root.startswith("command"):
                assert schema["allowed_list_http_methods"] == ["post"]
                assert api("GET", entry["list_endpoint"]).status_code == 405
            else:
                assert "objects" in api.get(entry["list_endpoint"])


def test_status_reflects_the_configuration(api: Client) -> None:
    """Locations, nodes and the Management Node are seen; lists filter and sort."""
    for name in ("Here", "There"):
        api.create("system_location", name=name)
    status = "/api/admin/status/v1/"
    assert api.names(f"{status}system_location") == ["Here", "There"]
    assert api.names(f"{status}system_location", order_by="-name") == ["There", "Here"]
    assert api.names(f"{status}system_location", name="There") == ["There"]
    assert api.names(f"{status}management_vm") == ["Management Node"]
    assert api.get(f"{status}system_location/1/statistics/")["media_load"] == 0
    assert api("GET", f"{status}worker_vm/5/").status_code == 404
    assert api("GET", f"{status}alarm/?nonsense=1").status_code == 200


def test_commands_answer(api: Client) -> None:
    """A command answers success; without what it needs 400, naming the field."""
    command = "/api/admin/command/v1/"
    dial = {"destination": "a@example.com", "conference_alias": "meet"}
    answer = api("POST", f"{command}participant/dial/", json=dial).json()
    assert answer["status"] == "success"
    assert "conference_id" in api.refused("POST", f"{command}conference/lock/", {})["lock"]
    assert "error" in api.refused("POST", f"{command}conference/sync/", {"conference_sync_template_id": 9})


def test_what_a_test_says_of_nodes(tmp_path: Path) -> None:
    """Bare nodes that are off, nodes that call home late or cannot be deployed, and calls that end."""
    with Simulator(tmp_path, bootstrap_port=0) as simulator:
        api = Client(simulator)
        document = _deploy(api, "MANUAL-PROVISION-ONLY").content

        def settings(**now: Any) -> Any:
            return api("PATCH", "/simulator/settings", json=now).json()

        bare = f"https://127.0.0.1:{settings(listening=False)['bootstrap_port']}/configuration/bootstrap"
        with pytest.raises(requests.ConnectionError):
            api("POST", bare, data=document)
        settings(listening=True, sync_after=60, deploy_error="no licence")
        assert api("POST", bare, data=document).status_code == 200
        assert api("POST", bare, data=document).status_code == 400
        status = "/api/admin/status/v1/"
        late = api.get(f"{status}worker_vm/1/")
        assert (late["sync_status"], late["deploy_status"]) == ("NOT_SYNCED", "deploy_failed")
        assert late["deploy_error"] == "no licence"
        settings(sync_after=0)
        assert api.get(f"{status}worker_vm/1/")["sync_status"] == "SYNCED"
        calls = [{"media_node": "192.0.2.9", "seconds": 60}, {"media_node": "192.0.2.9", "seconds": 0}]
        assert api("PUT", "/simulator/calls", json=calls).status_code == 204
        assert [each["media_node"] for each in api.get(f"{status}participant/")["objects"]] == ["192.0.2.9"]
        api("POST", "/simulator/reset")
        assert api.get(f"{status}participant/")["objects"] == []
        assert "error" in settings(colour="blue")
        api.close()


def test_version_12_deploys_by_itself(versions: Versions) -> None:
    """A node that the Management Node deploys calls home without a document."""
    api = Client(versions.node(12).simulator)
    location = api.create("system_location", name="Here")
    host = api.create("host_system", name="vc", address="vc.example.com")
    place = {
        "host": host,
        "host_username": "root",
        "host_password": "word",
        "host_network": "n",
        "host_resource_path": "/",
    }
    api.create("worker_vm", **NODE, **place, system_location=location, deployment_type="VMWARE")
    assert api.get("/api/admin/status/v1/worker_vm/1/")["sync_status"] == "SYNCED"
    api.close()
