"""From a bare machine to a Conferencing Node in service and back: every step, what breaks it, and what is said then."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any, NamedTuple

import pytest

from pexip_provider import NodeProvisioning, SystemLocation, WorkerVm
from pexip_provider import nodes as nodes_module
from pexip_provider import provisioning as provisioning_module
from pexip_provider.extras import extras_of
from provider_core import errors, handover, operation, service
from simulators.process import Simulator
from tests.contract.bench import Bench, configuration
from tests.contract.conftest import BenchOn
from tests.contract.held import Held
from tests.support.node import Node

ADDRESS = "192.0.2.9"


class Journaled(Held):
    """A resource of a stack that has a name, and so a journal."""

    def _check(self, values: dict[str, Any]) -> Any:
        self.lifecycle.stack = "test"
        return super()._check(values)


class Place(NamedTuple):
    """A Management Node whose bare nodes answer at ``port``."""

    node: Node
    bench: Bench
    port: int

    def worker(self, name: str = "edge", address: str = ADDRESS, **more: Any) -> Journaled:
        """A Conferencing Node's configuration."""
        found = self.node.objects("system_location", name="Place")
        location = found[0]["resource_uri"] if found else self.node.create("system_location", name="Place")
        values = {
            "name": name,
            "hostname": name,
            "domain": "example.com",
            "address": address,
            "netmask": "255.255.255.0",
            "gateway": "192.0.2.1",
            "password": "secret-of-node",
            "system_location": location,
            **more,
        }
        held = Journaled(self.bench, WorkerVm)
        held.up(**values)
        return held

    def values(self, worker: Held, **more: Any) -> dict[str, Any]:
        """What provisions this worker's machine."""
        return {
            "name": "edge",
            "node": worker.id,
            "machine": "machine-1",
            "address": "127.0.0.1",
            "document": worker.outs.get("provisioning_document", ""),
            "bootstrap_port": self.port,
            "bootstrap_ca_bundle": str(self.node.ca),
            "ready_limit": 10,
            "drain_limit": 10,
            **more,
        }

    def provisioned(self, worker: Held, **more: Any) -> Journaled:
        """The worker's machine, provisioned."""
        held = Journaled(self.bench, NodeProvisioning)
        held.up(**self.values(worker, **more))
        return held

    def later(self) -> None:
        """A while has passed: nothing that was asked before stands for an answer now."""
        extras_of(self.bench.lifecycle(WorkerVm.declaration).backend({})).statuses.forget()

    def posts(self) -> list[int | None]:
        """The answers to documents that were sent; None for one that was cut off before."""
        sent = [each for each in self.node.requests() if each["path"].startswith("/configuration/bootstrap")]
        return [each["status"] for each in sent if each["method"] == "POST"]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """A simulated Management Node with a port for bare nodes."""
    with Simulator(tmp_path_factory.mktemp("bare"), bootstrap_port=0, record_bodies=True) as running:
        yield running


@pytest.fixture
def place(running: Simulator, bench_on: BenchOn, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """That node as on its first day, with a journal of the test's own."""
    with Node(running) as node:
        node.reset()
        bench = bench_on(configuration(node))
        monkeypatch.setenv("PROVIDER_JOURNAL", str(bench.folder / "journal"))
        monkeypatch.setenv("PULUMI_PROJECT", bench.folder.name)
        place = Place(node, bench, node.settings()["bootstrap_port"])
        place.later()
        yield place


def test_a_bare_machine_becomes_a_node(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """The document is sent once; then the node is in sync; a second run finds nothing to do."""
    place.node.settings(sync_after=0.5)
    worker = place.worker()
    held = place.provisioned(worker)
    assert place.posts() == [200]
    assert (held["sync_status"], held["version"]) == ("SYNCED", "41 (41000.0.0)")
    assert held.id == worker.id.replace("configuration", "status")
    assert held.refresh()
    assert held.up(**place.values(worker)).did == "same"
    said = capsys.readouterr().out
    assert "edge: deployed, in sync, version 41" in said
    assert worker["provisioning_document"] not in said


def test_what_a_killed_run_provisioned_is_provisioned(place: Place) -> None:
    """Nothing is sent a second time, and no document is needed."""
    worker = place.worker()
    place.provisioned(worker)
    place.provisioned(worker, document="")
    assert place.posts() == [200]


@pytest.mark.parametrize(("fault", "answers"), [("drop_before", [None, 200]), ("drop_after", [200])])
def test_an_answer_that_is_lost(place: Place, fault: str, answers: list[int | None]) -> None:
    """The Management Node is asked; what did not arrive is sent again, what did is not."""
    worker = place.worker()
    place.node.fail(fault, method="POST", path="bootstrap")
    place.provisioned(worker)
    assert place.posts() == answers


def test_a_document_that_was_taken_by_a_node_that_is_slow_to_call_home(place: Place) -> None:
    """The answer was lost, and the node refuses the document when it is sent again: it has it, and is waited for."""
    worker = place.worker()
    place.node.settings(sync_after=7)
    place.node.fail("drop_after", method="POST", path="bootstrap")
    place.provisioned(worker, ready_limit=20)
    assert place.posts() == [200, 400]


def test_a_machine_that_never_answers(place: Place) -> None:
    """One line with the address, the limit and what to look at; nothing was sent, and the next run goes on."""
    worker = place.worker()
    place.node.settings(listening=False)
    with pytest.raises(errors.NotReady) as raised:
        place.provisioned(worker, ready_limit=1)
    message = str(raised.value)
    assert message.startswith(f'NodeProvisioning "edge": https://127.0.0.1:{place.port} did not answer within 1 s')
    assert "Is the machine on" in message
    assert "\n" not in message
    place.node.settings(listening=True)
    place.provisioned(worker)
    assert place.posts() == [200]


def _fingerprint(port: int) -> str:
    pem = ssl.get_server_certificate(("127.0.0.1", port))
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


def test_a_certificate_that_is_not_trusted(place: Place) -> None:
    """The document goes to no machine that was not verified; the error has the choices, and each of them works."""
    worker = place.worker()
    with pytest.raises(
        errors.CertificateNotTrusted, match=r"bootstrap_fingerprint.*bootstrap_ca_bundle.*verify_tls=False"
    ):
        place.provisioned(worker, bootstrap_ca_bundle="")
    right = _fingerprint(place.port)
    with pytest.raises(errors.CertificateNotTrusted, match=f"must have the SHA-256 {'00' * 32}, got {right}"):
        place.provisioned(worker, bootstrap_fingerprint=":".join(["00"] * 32))
    assert place.posts() == []
    place.provisioned(worker, bootstrap_ca_bundle="", bootstrap_fingerprint=right.upper())
    other = place.worker("other", "192.0.2.10")
    place.provisioned(other, bootstrap_ca_bundle="", bootstrap_verify_tls=False)
    assert place.posts() == [200, 200]


def test_a_machine_that_does_not_take_the_document(place: Place) -> None:
    """It is said at once, with what helps; the document is not in the message."""
    worker = place.worker()
    document = worker["provisioning_document"].replace("edge", "elsewhere")
    with pytest.raises(errors.NotReady, match=r"does not take the document \(.*not valid.*generation") as raised:
        place.provisioned(worker, document=document)
    assert "bootstrap_key" not in str(raised.value)
    with pytest.raises(
        errors.NotReady, match="its document was lost with the run that got it: set another `generation`"
    ):
        place.provisioned(worker, document="")


def test_a_node_that_cannot_be_deployed(place: Place) -> None:
    """The Management Node's own words, at once; or the last status when the limit is over."""
    worker = place.worker()
    place.node.settings(sync_after=60)
    with pytest.raises(
        errors.NotReady, match=r"edge was not deployed and in sync within 1 s .*deploy_status deploy_pending"
    ):
        place.provisioned(worker, ready_limit=1)
    place.node.settings(deploy_error="no route to the Management Node")
    place.later()
    with pytest.raises(errors.NotReady, match=r"edge could not be deployed, .*: no route to the Management Node"):
        place.provisioned(worker)


def test_a_node_that_is_provisioned_no_more_shows(place: Place) -> None:
    """Read: gone, when the Management Node has it no more."""
    worker = place.worker()
    held = place.provisioned(worker)
    place.node.delete(worker.id)
    place.later()
    assert not held.refresh()
    held.destroy()


def _calls(count: int, seconds: float, **where: str) -> list[dict[str, Any]]:
    return [{**where, "display_name": f"caller {number}", "seconds": seconds} for number in range(count)]


def test_calls_end_before_a_node_goes(place: Place) -> None:
    """Maintenance mode first; then its own calls are waited for, wherever in the call the node is, and no others."""
    worker = place.worker()
    held = place.provisioned(worker)
    elsewhere = _calls(3, 600, media_node="192.0.2.77", signalling_node="192.0.2.77")
    place.node.call(*_calls(1, 1.0, media_node=ADDRESS), *_calls(1, 1.5, signalling_node=ADDRESS), *elsewhere)
    held.destroy()
    (there,) = place.node.objects("worker_vm")
    assert there["maintenance_mode"] is True
    assert [each for each in place.node.status("participant") if ADDRESS in each.values()] == []


def test_a_node_that_comes_back_takes_calls(place: Place) -> None:
    """Drained for its machine, and then in sync again: out of maintenance mode, with no document sent."""
    worker = place.worker()
    place.provisioned(worker).destroy()
    assert place.node.objects("worker_vm")[0]["maintenance_mode"] is True
    place.provisioned(worker)
    assert place.node.objects("worker_vm")[0]["maintenance_mode"] is False
    assert place.posts() == [200]


def test_calls_that_do_not_end(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """After the limit the node goes all the same; a line says how many calls are cut."""
    worker = place.worker()
    held = place.provisioned(worker, drain_limit=1)
    place.node.call(*_calls(2, 600, media_node=ADDRESS))
    held.destroy()
    assert "warning: edge: 2 calls did not end within 1 s (drain_limit) and will be cut" in capsys.readouterr().out


def test_a_node_that_a_killed_run_left_in_maintenance_mode(place: Place) -> None:
    """The next run takes it out again, and only one that it put there; what the stack declares has the last word."""
    worker = place.worker()
    held = place.provisioned(worker)
    held.lifecycle.delete(held.id, held.outs)
    values = {name: value for name, value in worker.inputs.items() if name != "__provider"}
    assert place.node.objects("worker_vm")[0]["maintenance_mode_reason"] == "Taken out of service by a deployment"
    assert worker.up(**values).did == "update"
    assert place.node.objects("worker_vm")[0]["maintenance_mode"] is False
    assert worker.up(**values).did == "same"
    place.node.change(worker.id, maintenance_mode=True)
    assert worker.up(**values).did == "same"
    assert worker.up(**values, maintenance_mode=True).did == "update"
    assert place.node.objects("worker_vm")[0]["maintenance_mode"] is True


def test_those_that_are_out_already_count(place: Place) -> None:
    """A node stays in service while another one of its location is in maintenance mode, whoever put it there."""
    workers = [place.worker(f"edge-{number}", f"192.0.2.{20 + number}", out_limit=1) for number in range(2)]
    steps = [place.provisioned(worker, name=f"edge-{number}") for number, worker in enumerate(workers)]
    place.node.change(workers[1].id, maintenance_mode=True)
    place.later()
    operation.start_anew()
    bag = {**workers[0].inputs}
    workers[0].lifecycle.diff(workers[0].id, workers[0].outs, bag)
    with pytest.raises(
        errors.NotReady, match="edge-1 did not come back into service in time, and at most 1 may be out"
    ):
        steps[0].lifecycle.delete(steps[0].id, steps[0].outs)
    with pytest.raises(errors.NotReady), service.out_of_service(workers[0].id):
        raise AssertionError("it was taken out of service")
    place.node.change(workers[1].id, maintenance_mode=False)
    place.later()
    with service.out_of_service(workers[0].id):
        (there,) = [each for each in place.node.status("worker_vm") if each["maintenance_mode"]]
        assert there["name"] == "edge-0"
    assert [each for each in place.node.status("worker_vm") if each["maintenance_mode"]] == []


def test_another_machine_needs_another_document(place: Place) -> None:
    """It is drained before it goes, and what the new one wants is said; another generation gives it."""
    worker = place.worker()
    held = place.provisioned(worker)
    with pytest.raises(errors.NotReady, match=r"does not take the document .*set another `generation`"):
        held.up(**place.values(worker, machine="machine-2"))
    assert place.node.objects("worker_vm")[0]["maintenance_mode"] is True
    worker.up(**{**{name: value for name, value in worker.inputs.items() if name != "__provider"}, "generation": "2"})
    place.provisioned(worker, machine="machine-2")


def test_bad_values_are_found_at_preview(place: Place) -> None:
    """The fingerprint's form, a bundle that is not there, and an address that another node has."""
    worker = place.worker()
    refused = Held(place.bench, NodeProvisioning).refused
    assert refused(name="edge", node=worker.id, bootstrap_fingerprint="abc", bootstrap_ca_bundle="gone.pem") == [
        'bootstrap_fingerprint must be a SHA-256 in hexadecimal, got "abc"',
        'bootstrap_ca_bundle must be the path of a PEM file, got "gone.pem", which is not there',
    ]
    lifecycle = place.bench.lifecycle(NodeProvisioning.declaration)
    values = {"name": "new", "node_name": "new", "node_address": ADDRESS}
    assert [each[1] for each in lifecycle.not_offered(values, {**values, "node": object()})] == [
        f'address "{ADDRESS}" must be free, but edge has it ({worker.id}): choose another'
    ]
    service.keep(worker.id, nullcontext)
    assert lifecycle.not_offered(values, {**values, "node": object()}) == []


def test_two_nodes_of_one_address(place: Place) -> None:
    """Two in one stack are found at preview, before the node is asked."""
    worker = place.worker()
    other = Held(place.bench, WorkerVm)
    values = {**worker.inputs, "name": "other"}
    bag = {name: value for name, value in values.items() if not name.startswith("__")}
    operation.start_anew()
    worker.lifecycle.check({}, worker.inputs)
    (failure,) = other.lifecycle.check({}, place.bench.bag(other.declaration, bag)).failures
    assert f'address "{ADDRESS}" must stand once in a stack, got it in WorkerVm "edge" too' in failure.reason


class TestTakenOver:
    """A run that was killed made the worker, and the state does not have it."""

    def again(self, place: Place, worker: Held) -> Held:
        """What the next run has of it; ``worker`` was made with the same values."""
        fresh = Journaled(place.bench, WorkerVm)
        return fresh.up(**{name: value for name, value in worker.inputs.items() if not name.startswith("__")})

    def test_what_was_provisioned_stays(self, place: Place, capsys: pytest.CaptureFixture[str]) -> None:
        """The worker is taken over without a document, and needs none."""
        worker = place.worker()
        place.provisioned(worker)
        again = self.again(place, worker)
        assert again.id == worker.id
        assert again["provisioning_document"] == ""
        assert "edge: provisioned already by an earlier run" in capsys.readouterr().out
        place.provisioned(again)
        assert place.posts() == [200]

    def test_what_was_not_is_made_anew(self, place: Place) -> None:
        """With a document that the machine takes."""
        worker = place.worker()
        again = self.again(place, worker)
        assert again.id != worker.id
        assert [each["resource_uri"] for each in place.node.objects("worker_vm")] == [again.id]
        place.provisioned(again)

    def test_a_document_on_its_way(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        """The node is given time to call home; one that never does is made anew."""
        worker = place.worker()
        place.node.settings(sync_after=3)
        with pytest.raises(errors.NotReady):
            place.provisioned(worker, ready_limit=1)
        assert self.again(place, worker).id == worker.id
        place.node.settings(sync_after=60)
        place.later()
        monkeypatch.setattr(nodes_module, "CALL_HOME", 0.5)
        assert self.again(place, worker).id != worker.id

    def test_a_machine_that_has_the_old_document(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        """It takes no second one, and what helps is said."""
        monkeypatch.setattr(nodes_module, "CALL_HOME", 0.5)
        monkeypatch.setattr(provisioning_module, "GRACE", 0.5)
        worker = place.worker()
        place.node.fail("status", method="POST", path="bootstrap", status=400, body="I am a node already.")
        with pytest.raises(errors.NotReady, match=r"does not take the document \(I am a node already\..*generation"):
            place.provisioned(worker)


class TestHandedOver:
    """An image that is passed on while it arrives."""

    def test_it_is_accepted_once(self, place: Place) -> None:
        """All of it, by its name, in the run that made the node; then a run has nothing to do."""
        worker = place.worker(deployment_type="MANUAL-KVM", hand_over=True)
        stream = handover.accept(worker["image"])
        assert stream.title == "image of edge"
        assert len(b"".join(stream.pieces)) > 64 * 1024
        stream.done(True)
        assert worker.up(**{name: value for name, value in worker.inputs.items() if name != "__provider"}).did == "same"
        with pytest.raises(errors.ConfigurationError, match="handed out in another run"):
            handover.accept(worker["image"])

    @pytest.mark.parametrize("accepted", [True, False])
    def test_what_nobody_received_is_made_again(self, place: Place, accepted: bool) -> None:
        """The next run replaces the node, deleting it first, and hands out another image."""
        worker = place.worker(deployment_type="MANUAL-KVM", hand_over=True)
        first, image = worker.id, worker["image"]
        if accepted:
            handover.accept(image).done(False)
        values = {name: value for name, value in worker.inputs.items() if name != "__provider"}
        assert worker.up(**values).did == "replace, deleting first"
        assert worker.id != first
        stream = handover.accept(worker["image"])
        list(stream.pieces)
        stream.done(True)
        assert worker.up(**values).did == "same"

    def test_it_breaks_off(self, place: Place) -> None:
        """Whoever reads it is told that the next run makes it again."""
        place.node.fail("truncate", method="POST", path="worker_vm")
        worker = place.worker(deployment_type="MANUAL-KVM", hand_over=True)
        with pytest.raises(errors.AnswerLost, match=r"image of edge: .* was cut off .*run pulumi up again"):
            list(handover.accept(worker["image"]).pieces)

    def test_a_killed_run_before_and_after(self, place: Place) -> None:
        """The state lost the node: one whose image was received is taken over, one whose was not is made again."""
        worker = place.worker(deployment_type="MANUAL-KVM", hand_over=True)
        values = {name: value for name, value in worker.inputs.items() if not name.startswith("__")}
        again = Journaled(place.bench, WorkerVm).up(**values)
        assert again.id != worker.id
        handover.accept(again["image"]).done(True)
        taken_over = Journaled(place.bench, WorkerVm).up(**values)
        assert (taken_over.id, taken_over["image"]) == (again.id, "stream:received")
        with pytest.raises(errors.ConfigurationError, match="stream:received is an image that was handed out"):
            handover.accept(taken_over["image"])

    def test_where_it_makes_no_sense(self, place: Place) -> None:
        """With a path, or without an image."""
        values = {name: value for name, value in place.worker().inputs.items() if not name.startswith("__")}
        refused = Held(place.bench, WorkerVm).refused
        assert refused(**values, hand_over=True) == [
            "hand_over must go with an image and without a document_path, got deployment_type MANUAL-PROVISION-ONLY"
        ]
        assert refused(**values, hand_over=True, deployment_type="MANUAL-KVM", document_path="node.ova") == [
            "hand_over must go with an image and without a document_path, got document_path"
        ]


def test_version_12_deploys_and_is_waited_for(old_bench: Bench) -> None:
    """Without an address nothing is sent; the node is waited for until it is in sync."""
    location = Held(old_bench, SystemLocation).up(name="Place")
    host = old_bench.other.created(old_bench.other.post("host_system", {"name": "vc", "address": "vc.example.com"}))
    worker = Held(old_bench, WorkerVm).up(
        name="edge",
        hostname="edge",
        domain="example.com",
        address=ADDRESS,
        netmask="255.255.255.0",
        gateway="192.0.2.1",
        password="secret-of-node",
        system_location=location.id,
        deployment_type="VMWARE",
        host=host,
        host_username="root",
        host_password="word",
        host_network="VM Network",
        host_resource_path="/dc/host",
    )
    held = Held(old_bench, NodeProvisioning).up(name="edge", node=worker.id, ready_limit=5)
    assert held["sync_status"] == "SYNCED"
    assert [each.path for each in old_bench.recorder.writes][-1] == "worker_vm/"
