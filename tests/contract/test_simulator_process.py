"""The simulator as a process: starting, stopping, being killed, and coming back."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from simulators.pexip.catalogue import TYPES, fields_in, types_in
from simulators.process import Simulator
from tests.contract.client import Client


def test_what_was_committed_survives(tmp_path: Path) -> None:
    """SIGKILL loses nothing, SIGTERM ends well, and a restart has the data, the certificate and the address."""
    with Simulator(tmp_path, password="another") as first:
        api = Client(first)
        api.create("conference", name="Room", aliases=[{"alias": "meet"}])
        certificate = first.ca.read_bytes()
        # With a connection open, whose port the system keeps for a while.
        assert first.kill() == -9
        api.close()
    with Simulator(tmp_path, first.port, password="another") as second:
        api = Client(second)
        assert second.address == first.address
        assert second.ca.read_bytes() == certificate
        assert api.get("conference/1/")["aliases"][0]["alias"] == "meet"
        api.close()
        assert second.running
        assert second.stop() == 0
        assert not second.running


def test_one_ready_line_and_private_files(tmp_path: Path) -> None:
    """Standard output holds the ready line and nothing else; keys and data are for their owner only."""
    command = [sys.executable, "-m", "simulators.pexip", "--data", str(tmp_path / "new" / "node")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    ready = process.stdout.readline()
    folder = tmp_path / "new" / "node"
    port = ready.split(":")[2].split("/")[0]
    assert ready == f"Simulated Management Node at https://127.0.0.1:{port}/ (CA certificate: {folder}/ca.pem)\n"
    for name in ("ca-key.pem", "server-key.pem", "secret_key", "node.sqlite3"):
        assert (folder / name).stat().st_mode & 0o077 == 0, name
    process.terminate()
    out, err = process.communicate(timeout=30)
    assert (out, err, process.returncode) == ("", "", 0)


def test_it_listens_here_only_and_shows_its_names(api: Client) -> None:
    """The certificate is good for localhost and 127.0.0.1, and for nobody who does not trust the CA."""
    port = api.simulator.port
    context = ssl.create_default_context(cafile=str(api.simulator.ca))
    for name in ("localhost", "127.0.0.1"):
        plain = socket.create_connection(("127.0.0.1", port), timeout=10)
        with context.wrap_socket(plain, server_hostname=name) as wrapped:
            names = wrapped.getpeercert()
    assert names is not None
    assert ("IP Address", "0:0:0:0:0:0:0:1") in names["subjectAltName"]
    with requests.Session() as stranger:
        stranger.trust_env = False
        with pytest.raises(requests.exceptions.SSLError):
            stranger.get(api.simulator.address, timeout=10)


def test_a_silent_client_holds_up_nobody(api: Client) -> None:
    """Connections that never say anything do not keep others waiting."""
    port = api.simulator.port
    silent = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(40)]
    assert api("GET", "permission/").status_code == 200
    for each in silent:
        each.close()


def test_a_failed_start_says_why(tmp_path: Path) -> None:
    """The error of the helper shows what the process printed."""
    (tmp_path / "file").write_text("")
    with pytest.raises(RuntimeError, match="cannot start"):
        Simulator(tmp_path / "file" / "node")
    with pytest.raises(RuntimeError, match="invalid choice"):
        Simulator(tmp_path, version=13)
    with Simulator(tmp_path / "node") as running, pytest.raises(RuntimeError, match="cannot start"):
        Simulator(tmp_path / "other", running.port)


def test_help_reads_well() -> None:
    """Each option is explained."""
    command = [sys.executable, "-m", "simulators.pexip", "--help"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    for option in ("--port", "--data", "--password", "--rate-limit", "--latency", "--version", "--record-bodies"):
        assert option in said


@pytest.mark.parametrize("version", [12, 34])
def test_older_versions(tmp_path: Path, version: int) -> None:
    """An older node has its own types, fields and choices, and no others."""
    with Simulator(tmp_path, version=version) as simulator:
        api = Client(simulator)
        listing = api.get("/api/admin/configuration/v1/")
        assert set(listing) == set(types_in(version))
        assert ("host_system" in listing, "end_user" in listing) == (version == 12, version == 34)
        assert "oauth2_client" not in listing
        for name in listing:
            fields = api.get(f"{name}/schema/")["fields"] if name != "upgrade" else {}
            assert set(fields) - {"resource_uri"} == (set(fields_in(TYPES[name], version)) if fields else set())
        api.create("conference", name="Room", aliases=[{"alias": "a"}], crypto_mode="on")
        assert ("crypto_mode" in api.get("conference/1/")) == (version == 34)
        choices = api.get("worker_vm/schema/")["fields"]["deployment_type"]["valid_choices"]
        assert ("VMWARE" in choices, "MANUAL-KVM" in choices) == (version == 12, version == 34)
        api.close()


def test_a_virtual_machine_manager_of_old(tmp_path: Path) -> None:
    """Version 12 deploys to a VM manager named by its number, and hands out no document for it."""
    with Simulator(tmp_path, version=12) as simulator:
        api = Client(simulator)
        api.create("host_system", name="vcenter", address="vcenter.example.com")
        location = api.create("system_location", name="Here")
        network = {"address": "192.0.2.9", "netmask": "255.255.255.0", "gateway": "192.0.2.1"}
        node = {"name": "n", "hostname": "n", "domain": "example.com", "password": "p", **network}
        host = {"deployment_type": "VMWARE", "host": 1, "host_password": "q", "vm_cpu_count": "8"}
        response = api("POST", "worker_vm/", json={**node, **host, "system_location": location})
        assert (response.status_code, response.content) == (201, b"")
        shown = api.get("worker_vm/1/")
        assert shown["host"] == "/api/admin/configuration/v1/host_system/1/"
        assert (shown["password"], shown["host_password"], shown["vm_cpu_count"]) == ("", "", 8)
        api.close()
