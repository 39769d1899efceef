"""Conferencing Nodes of all deployment types: what they are started from is written while it arrives, or not at all."""

from __future__ import annotations

import hashlib
import io
import tarfile
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pexip_provider import HostSystem, SystemLocation, WorkerVm
from provider_core import errors
from provider_core.downloads import save
from provider_core.journal import begin
from simulators.process import Simulator
from tests.contract.bench import Bench, configuration
from tests.contract.held import Held
from tests.support.node import Node

SIZE = 24_000_000
OVAS = ("MANUAL-ESXI6_7", "MANUAL-ESXI6", "MANUAL-KVM")


def _node(bench: Bench, **more: Any) -> dict[str, Any]:
    location = Held(bench, SystemLocation).up(name="Place")
    return {
        "name": "node-1",
        "hostname": "one",
        "domain": "example.com",
        "address": "192.0.2.9",
        "netmask": "255.255.255.0",
        "gateway": "192.0.2.1",
        "password": "secret-of-node",
        "system_location": location.id,
        **more,
    }


def _is_ova(path: Path) -> None:
    with tarfile.open(path) as archive:
        assert [Path(name).suffix for name in archive.getnames()] == [".ovf", ".vmdk", ".mf"]


@pytest.mark.parametrize("kind", OVAS)
def test_an_image_is_written_to_its_path(bench: Bench, kind: str) -> None:
    """Whole, for its owner only, with its sum as an output; nothing of it is in the state."""
    held = Held(bench, WorkerVm).up(**_node(bench, deployment_type=kind, document_path="node.ova"))
    path = Path("node.ova")
    _is_ova(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert held["document_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert "provisioning_document" not in held.outs
    assert [each.name for each in bench.folder.iterdir()] == ["node.ova"]
    assert held.refresh()
    assert held["document_sha256"]
    assert held.up(**{**held.inputs, "__provider": ""}).did == "same"


def test_a_hyper_v_image(bench: Bench) -> None:
    """A ZIP; another type of deployment is another machine."""
    values = _node(bench, deployment_type="MANUAL-HYPERV2012", document_path="node.zip")
    held = Held(bench, WorkerVm).up(**values)
    with zipfile.ZipFile("node.zip") as archive:
        assert archive.testzip() is None
    held.up(**{**values, "deployment_type": "MANUAL-KVM"})
    assert held.did == "replace, deleting first"
    _is_ova(Path("node.zip"))


@pytest.mark.parametrize("kind", ["MANUAL", "MANUAL-ESXI4", "MANUAL-HYPERV2012"])
def test_an_image_of_version_12(old_bench: Bench, kind: str) -> None:
    """The deployment types of the older document."""
    held = Held(old_bench, WorkerVm).up(**_node(old_bench, deployment_type=kind, document_path="node.img"))
    assert held["document_sha256"] == hashlib.sha256(Path("node.img").read_bytes()).hexdigest()


def test_version_12_deploys_by_itself(old_bench: Bench) -> None:
    """On a hypervisor that it knows, without a document; what that needs is checked."""
    host = Held(old_bench, HostSystem).up(name="vc", address="vc.example.com")
    place = {"host_username": "root", "host_network": "VM Network", "host_resource_path": "/dc/host/esx/Resources"}
    values = _node(old_bench, deployment_type="VMWARE", host=host.id, host_password="word", **place)
    held = Held(old_bench, WorkerVm).up(**values)
    assert "document_sha256" not in held.outs
    assert held.refresh()
    assert held.up(**values).did == "same"
    del values["host_network"]
    assert Held(old_bench, WorkerVm).refused(**values) == ["host_network must be given for VMWARE, got nothing"]


def test_a_version_is_asked_for_its_types_of_deployment(bench: Bench) -> None:
    """What another version has is refused at check, with what this one has."""
    values = _node(bench)
    (reason,) = Held(bench, WorkerVm).refused(**values, deployment_type="MANUAL-ESXI4", document_path="node.ova")
    assert 'got "MANUAL-ESXI4"' in reason
    assert Held(bench, WorkerVm).refused(**values, host_network="VM Network") == [
        "WorkerVm.host_network is not a field of this Management Node's version"
    ]


def test_an_image_needs_a_place(bench: Bench) -> None:
    """It is not for the state: a path must be given, in a folder that is there."""
    values = _node(bench, deployment_type="MANUAL-KVM")
    assert Held(bench, WorkerVm).refused(**values) == [
        "document_path must be given for the image of MANUAL-KVM, got nothing"
    ]
    assert Held(bench, WorkerVm).refused(**values, document_path="gone/node.ova") == [
        'document_path must lie in a folder that exists, got "gone/node.ova"'
    ]


@pytest.mark.parametrize("fault", ["truncate", "drop_after", "drop_before"])
def test_a_download_that_breaks_off_is_made_again(bench: Bench, node: Node, fault: str) -> None:
    """The node that was made for it is removed, a new one is made, and its file is whole."""
    values = _node(bench, deployment_type="MANUAL-KVM", document_path="node.ova")
    node.fail(fault, method="POST", path="worker_vm")
    held = Held(bench, WorkerVm).up(**values)
    assert [each["resource_uri"] for each in node.objects("worker_vm")] == [held.id]
    _is_ova(Path("node.ova"))
    assert held["document_sha256"] == hashlib.sha256(Path("node.ova").read_bytes()).hexdigest()


def test_a_download_that_never_arrives_leaves_nothing(bench: Bench, node: Node) -> None:
    """No node, no file, no part of one; the error says what happened."""
    values = _node(bench, deployment_type="MANUAL-KVM", document_path="node.ova")
    node.fail("truncate", method="POST", path="worker_vm", times=9)
    with pytest.raises(errors.AnswerLost, match=r'WorkerVm "node-1": the answer of .* was cut off after'):
        Held(bench, WorkerVm).up(**values)
    assert node.objects("worker_vm") == []
    assert list(bench.folder.iterdir()) == []


def test_a_download_that_a_killed_run_began_is_made_again(
    bench: Bench, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal knows that the node was asked for: what is there has lost its image, and is made anew with one."""
    monkeypatch.setenv("PROVIDER_JOURNAL", str(bench.folder / "journal"))
    values = _node(bench, deployment_type="MANUAL-KVM", document_path="node.ova")
    lifecycle = bench.lifecycle(WorkerVm.declaration)
    lifecycle.stack = "killed"
    bag = bench.bag(WorkerVm.declaration, values)
    sent = {name: value for name, value in values.items() if name != "document_path"}
    begin(lifecycle.stack, [lifecycle.mark(bag, sent)])
    first = bench.other.created(bench.other.post("worker_vm", sent))
    made = lifecycle.create(bag)
    assert made.id != first
    assert [each["resource_uri"] for each in node.objects("worker_vm")] == [made.id]
    _is_ova(Path("node.ova"))


def test_a_file_that_cannot_be_written_leaves_no_node(bench: Bench, node: Node) -> None:
    """The image was handed out, so the node goes again; the reason is the system's own."""
    (bench.folder / "node.ova").mkdir()
    with pytest.raises(errors.ConfigurationError, match=r"node\.ova cannot be written: Is a directory"):
        Held(bench, WorkerVm).up(**_node(bench, deployment_type="MANUAL-KVM", document_path="node.ova"))
    assert node.objects("worker_vm") == []
    assert [each.name for each in bench.folder.iterdir()] == ["node.ova"]


def test_an_image_needs_the_memory_of_a_piece(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However large the file, a few pieces of it are in memory."""
    monkeypatch.chdir(tmp_path)
    with Simulator(tmp_path_factory.mktemp("large"), ova_size=SIZE) as running:
        bench = Bench(configuration(running))
        values = _node(bench, deployment_type="MANUAL-KVM", document_path="node.ova")
        tracemalloc.start()
        try:
            Held(bench, WorkerVm).up(**values)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert Path("node.ova").stat().st_size > SIZE
    assert peak < SIZE / 4


def test_a_long_download_says_how_far_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """After two seconds, then every five; a short one says nothing."""
    seconds = iter(range(100))
    pieces = [b"x" * 1_000_000] * 9
    digest = save(pieces, tmp_path / "node.ova", 9_000_000, clock=lambda: float(next(seconds)))
    assert digest == hashlib.sha256(b"".join(pieces)).hexdigest()
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "node.ova: 2.0 MB of 9.0 MB"
    assert len(said) == 2
    save([b"x"], tmp_path / "short.ova", clock=lambda: 0.0)
    assert capsys.readouterr().out == ""


def test_a_file_is_never_there_in_part(tmp_path: Path) -> None:
    """Until all has arrived the old file stays; a part that an earlier run left is written over and made private."""
    target, partial = tmp_path / "node.ova", tmp_path / ".node.ova.partial"
    target.write_text("old")
    partial.write_text("left over")
    partial.chmod(0o644)

    def pieces() -> Iterator[bytes]:
        yield b"new"
        assert target.read_text() == "old"
        raise errors.AnswerLost("cut off")

    with pytest.raises(errors.AnswerLost):
        save(pieces(), target)
    assert (target.read_text(), partial.exists()) == ("old", False)
    partial.write_text("left over")
    partial.chmod(0o644)
    save(io.BytesIO(b"new"), target)
    assert (target.read_text(), target.stat().st_mode & 0o777) == ("new", 0o600)
