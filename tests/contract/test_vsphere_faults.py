"""What goes wrong on the way to a machine: nothing is left of it, and one line says what to do."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from hypervisor_provider.vsphere import VirtualMachine, lease
from hypervisor_provider.vsphere.session import Session
from provider_core import errors
from provider_core.handover import Stream, offer
from provider_core.journal import begin
from simulators.process import Simulator
from tests.contract.held import Held
from tests.support.ova import ova, pieces, write
from tests.support.vsphere import Vsphere, needs_simulator

pytestmark = needs_simulator

DISKS = {"node-disk1.vmdk": 300_000, "node-disk2.vmdk": 5_000}


@pytest.fixture(scope="module")
def vcenter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vsphere]:
    """One vCenter Server for each process that runs these tests."""
    with Simulator(tmp_path_factory.mktemp("vcenter"), module="simulators.vsphere") as running:
        made = Vsphere(running)
        yield made
        made.close()


@pytest.fixture
def vsphere(vcenter: Vsphere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vsphere:
    """The vCenter Server without machines; the working folder is the test's own."""
    monkeypatch.chdir(tmp_path)
    vcenter.forget()
    vcenter.remove_all()
    vcenter.stack = ""
    return vcenter


@pytest.fixture
def values(vsphere: Vsphere, tmp_path: Path) -> dict[str, Any]:
    """A machine that could be made."""
    write(tmp_path / "node.ova", DISKS)
    return {"name": "node-1", "ova": "node.ova", "cluster": "DC0_C0", "datastore": "LocalDS_0"}


class Offered:
    """An image that is handed over, and how it ended: True, False or not at all."""

    def __init__(self, content: Iterator[bytes]) -> None:
        self.ended: list[bool] = []
        self.name = offer(Stream("node-1's image", content, None, self.ended.append))


@pytest.mark.parametrize(
    ("field", "value", "listed"),
    [
        ("datastore", "Gone", '"LocalDS_0", "LocalDS_1"'),
        ("datastore", None, '"LocalDS_0", "LocalDS_1"'),
        ("cluster", "Gone", '"DC0_C0"'),
        ("cluster", None, '"DC0_C0", "DC0_H0"'),
        ("host", "DC0_H0", '"DC0_C0_H0", "DC0_C0_H1"'),
        ("folder", "Gone", '"Conferencing"'),
        ("datacenter", "Gone", '"DC0"'),
        ("resource_pool", "Gone", '"DC0_C0_RP1", "Resources"'),
        ("networks", ["Gone"], '"DC0_DVPG0", "DVS0-DVUplinks-8", "Media", "VM Network"'),
    ],
)
def test_a_place_that_is_not_there(
    vsphere: Vsphere, values: dict[str, Any], field: str, value: Any, listed: str
) -> None:
    """One line names it, and lists what is there; nothing was uploaded."""
    values[field] = value
    if value is None:
        del values[field]
    with pytest.raises(errors.Rejected) as raised:
        Held(vsphere, VirtualMachine).up(**values)
    assert str(raised.value).startswith('VirtualMachine "node-1": ')
    assert f"must be one of {listed}, got " in str(raised.value)
    assert (vsphere.machines(), vsphere.uploads()) == ([], [])


def test_a_cluster_that_chooses_no_host(vsphere: Vsphere, values: dict[str, Any]) -> None:
    """Without DRS the stack must; with it, it may."""
    vsphere.choose_hosts(False)
    try:
        with pytest.raises(errors.Rejected, match='host must be one of "DC0_C0_H0", "DC0_C0_H1", got nothing'):
            Held(vsphere, VirtualMachine).up(**values)
        held = Held(vsphere, VirtualMachine).up(**values, host="DC0_C0_H1")
        assert held["running_on"] == "DC0_C0_H1"
    finally:
        vsphere.choose_hosts(True)


def test_a_network_for_each_adapter(vsphere: Vsphere, values: dict[str, Any], tmp_path: Path) -> None:
    """Two adapters want two networks, and get them in their order."""
    write(tmp_path / "node.ova", DISKS, networks=("First", "Second"))
    with pytest.raises(errors.Rejected, match=r"each of the 2 network adapters of node.ova \(First, Second\), got 1"):
        Held(vsphere, VirtualMachine).up(**values, networks=["Media"])
    held = Held(vsphere, VirtualMachine).up(**values, networks=["DC0_DVPG0", "Media"])
    assert held.refresh()
    assert held.inputs["networks"] == ["DC0_DVPG0", "Media"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no archive at all" * 100, "node.ova must be an OVA (a tar archive), got something else"),
        (b"", "node.ova must be an OVA (a tar archive), got something else"),
        (ova(DISKS)[:200_000], "node.ova ends in the middle: get it anew, it is not whole"),
        (ova(DISKS)[2048 + 1024 * 3 :], "node.ova must be an OVA"),
        (None, "node.ova cannot be read: No such file or directory (looked in "),
    ],
)
def test_a_file_that_is_no_ova(vsphere: Vsphere, values: dict[str, Any], content: bytes | None, said: str) -> None:
    """Check says so at preview; a machine that is there does not need its file any more."""
    held = Held(vsphere, VirtualMachine).up(**values)
    Path("node.ova").unlink()
    if content is not None:
        Path("node.ova").write_bytes(content)
    (reason,) = Held(vsphere, VirtualMachine).refused(**values)
    assert reason.startswith(said)
    assert held.refused(**values) == []


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (
            lambda: pieces(DISKS, wrong="node-disk2.vmdk"),
            "the content of node-disk2.vmdk is not what its manifest says",
        ),
        (lambda: pieces(DISKS, manifest="first", wrong="node-disk1.vmdk"), "the content of node-disk1.vmdk is not"),
        (lambda: iter([ova(DISKS)[:200_000]]), "node-1's image ends in the middle"),
        (lambda: iter([b"nothing of the kind" * 100]), "node-1's image must be an OVA"),
        (lambda: iter([_without_a_disk()]), "node-1's image lacks node-disk2.vmdk, which its .ovf names"),
    ],
)
def test_an_image_that_is_wrong(
    vsphere: Vsphere, values: dict[str, Any], made: Callable[[], Iterator[bytes]], said: str
) -> None:
    """It shows when it has arrived: the machine is taken back, and the stream told that it was not used."""
    offered = Offered(made())
    with pytest.raises(errors.ConfigurationError, match='VirtualMachine "node-1": ') as raised:
        Held(vsphere, VirtualMachine).up(**{**values, "ova": offered.name})
    assert said in str(raised.value)
    assert (vsphere.machines(), offered.ended) == ([], [False])


def _without_a_disk() -> bytes:
    whole = ova(DISKS, manifest=None)
    return whole[: whole.index(b"node-disk2.vmdk\0")] + bytes(1024)


@pytest.mark.parametrize("manifest", ["first", "last", None])
def test_an_image_that_is_handed_over(vsphere: Vsphere, values: dict[str, Any], manifest: str | None) -> None:
    """It becomes a machine while it arrives; another one replaces it, and another file in its place too."""
    offered = Offered(pieces(DISKS, manifest=manifest))
    values["ova"] = offered.name
    held = Held(vsphere, VirtualMachine).up(**values)
    assert (vsphere.machines(), offered.ended) == (["node-1"], [True])
    assert held.up(**values).did == "same"
    second = Offered(pieces(DISKS))
    assert held.up(**{**values, "ova": second.name}).did == "replace, deleting first"
    assert second.ended == [True]
    assert held.up(**{**values, "ova": "node.ova"}).did == "replace, deleting first"


def test_an_image_that_nobody_took(vsphere: Vsphere, values: dict[str, Any]) -> None:
    """When the machine cannot be made at all, the stream is told so; one of another run is an error that says what to do."""
    offered = Offered(pieces(DISKS))
    with pytest.raises(errors.Rejected):
        Held(vsphere, VirtualMachine).up(**{**values, "ova": offered.name, "datastore": "Gone"})
    assert offered.ended == [False]
    with pytest.raises(errors.ConfigurationError, match="was handed out in another run"):
        Held(vsphere, VirtualMachine).up(**{**values, "ova": "stream:0123"})
    assert vsphere.machines() == []


def test_an_upload_that_breaks_is_tried_again(vsphere: Vsphere, values: dict[str, Any]) -> None:
    """A file's disk is sent from its beginning."""
    vsphere.fail("break", after=100_000, times=2)
    Held(vsphere, VirtualMachine).up(**values)
    assert [each["whole"] for each in vsphere.uploads()] == [False, False, True, True]
    assert vsphere.machines() == ["node-1"]


def test_an_upload_that_keeps_breaking(vsphere: Vsphere, values: dict[str, Any]) -> None:
    """It is given up, and nothing is left."""
    vsphere.fail("break", after=100_000, times=9)
    with pytest.raises(errors.AnswerLost, match=r"the upload of node-disk1.vmdk to 127.0.0.1 broke off after"):
        Held(vsphere, VirtualMachine).up(**values)
    assert vsphere.machines() == []
    assert len(vsphere.uploads()) == 3


def test_a_stream_cannot_be_sent_again(vsphere: Vsphere, values: dict[str, Any]) -> None:
    """One break is the end: it says so, takes the machine back, and tells the stream."""
    vsphere.fail("break", after=100_000)
    offered = Offered(pieces(DISKS))
    with pytest.raises(errors.AnswerLost, match=r"broke off .* nothing is left of the machine, run again"):
        Held(vsphere, VirtualMachine).up(**{**values, "ova": offered.name})
    assert (vsphere.machines(), offered.ended, len(vsphere.uploads())) == ([], [False], 1)


@pytest.mark.parametrize("action", ["expire", "stall"])
def test_a_lease_that_is_lost(
    vsphere: Vsphere, values: dict[str, Any], action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the host breaks off or stands still: the sign of life tells, and the upload ends."""
    monkeypatch.setattr(lease, "KEEP_ALIVE", 0.05)
    vsphere.fail(action, after=100_000)
    with pytest.raises(errors.AnswerLost, match=r"the lease of the upload was lost after .*The lease has timed out"):
        Held(vsphere, VirtualMachine).up(**values)
    assert vsphere.machines() == []
    assert len(vsphere.uploads()) == 1


@pytest.mark.parametrize(
    ("method", "fault", "kind", "said"),
    [
        ("ImportVApp", "NoPermission", errors.Forbidden, "the account lacks the privilege System.Modify for this"),
        ("CreateImportSpec", "", errors.ServerFailed, "failed: simulated"),
        ("PowerOnVM_Task", "InsufficientResources", errors.Rejected, "simulated"),
        ("ReconfigVM_Task", "NoPermission", errors.Forbidden, "the account lacks the privilege System.Modify for this"),
        ("HttpNfcLeaseComplete", "InvalidState", errors.Rejected, "simulated"),
    ],
)
def test_what_vsphere_refuses(
    vsphere: Vsphere, values: dict[str, Any], method: str, fault: str, kind: type[Exception], said: str
) -> None:
    """Whichever step it is: its own words, and nothing left."""
    vsphere.fail("fault", method=method, fault=fault)
    with pytest.raises(kind, match=said):
        Held(vsphere, VirtualMachine).up(**values)
    assert vsphere.machines() == []


def test_what_could_not_be_taken_back_is_removed_by_the_next_run(
    vsphere: Vsphere, values: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The machine stays with its mark; the journal knows whose it is, and it is made anew."""
    monkeypatch.setenv("PROVIDER_JOURNAL", str(tmp_path / "journal"))
    vsphere.fail("fault", method="PowerOnVM_Task", fault="InsufficientResources")
    vsphere.fail("fault", method="Destroy_Task", fault="NoPermission")
    vsphere.stack = "killed"
    with pytest.raises(errors.AnswerLost, match=r"the machine could not be taken back .* the next run does"):
        Held(vsphere, VirtualMachine).up(**values)
    first = vsphere.machine("node-1")._moId
    assert vsphere.extra("node-1")["pexip-iac.complete"] == "false"
    vsphere.forget()
    held = Held(vsphere, VirtualMachine).up(**values)
    assert held["moref"] != first
    assert vsphere.machines() == ["node-1"]
    assert vsphere.extra("node-1")["pexip-iac.complete"] == "true"


def _killed(vsphere: Vsphere, values: dict[str, Any]) -> dict[str, Any]:
    """The bag of a create that a killed run had begun."""
    vsphere.stack = "killed"
    lifecycle = vsphere.lifecycle(VirtualMachine.declaration)
    bag = vsphere.bag(VirtualMachine.declaration, values)
    begin("killed", [lifecycle.mark(bag, values)])
    return bag


def test_a_whole_machine_of_a_killed_run_is_taken_over(
    vsphere: Vsphere, values: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It need not be made twice; one that came from a stream has lost its node, and is made anew."""
    monkeypatch.setenv("PROVIDER_JOURNAL", str(tmp_path / "journal"))
    first = Held(vsphere, VirtualMachine).up(**values)
    bag = _killed(vsphere, values)
    made: Any = vsphere.lifecycle(VirtualMachine.declaration).create(bag)
    assert (made.id, made.outs["moref"]) == (first.id, first["moref"])
    offered = Offered(pieces(DISKS))
    bag = _killed(vsphere, {**values, "ova": offered.name})
    again: Any = vsphere.lifecycle(VirtualMachine.declaration).create(bag)
    assert again.outs["moref"] != first["moref"]
    assert (vsphere.machines(), offered.ended) == (["node-1"], [True])


def test_a_half_made_machine_is_never_adopted(vsphere: Vsphere, values: dict[str, Any]) -> None:
    """Without a journal it may be another run's; with ``adopt`` it is made anew."""
    first = Held(vsphere, VirtualMachine).up(**values)
    vsphere.set_extra("node-1", "pexip-iac.complete", "false")
    with pytest.raises(errors.AlreadyExists, match="half made by a run that was killed"):
        Held(vsphere, VirtualMachine).up(**values)
    held = Held(vsphere, VirtualMachine).up(**values, adopt=True)
    assert held["moref"] != first["moref"]
    assert vsphere.extra("node-1")["pexip-iac.complete"] == "true"


def test_a_machine_is_still_there_when_it_cannot_be_asked(vsphere: Vsphere, values: dict[str, Any]) -> None:
    """A right that is missing is an error, and no machine that is gone."""
    held = Held(vsphere, VirtualMachine).up(**values)
    vsphere.fail("fault", method="RetrievePropertiesEx", fault="NoPermission")
    with pytest.raises(errors.Forbidden):
        held.refresh()


@pytest.mark.parametrize(
    ("changed", "kind", "said"),
    [
        ({"vsphere:password": "wrong-word"}, errors.Unauthorized, "refuses the credentials: set vsphere:username"),
        (
            {"vsphere:ca_bundle": ""},
            errors.CertificateNotTrusted,
            "is not trusted .* set vsphere:ca_bundle or VSPHERE_CA",
        ),
        ({"vsphere:address": "https://127.0.0.1:9"}, errors.ConnectionFailed, "https://127.0.0.1:9 cannot be reached"),
        ({"vsphere:ca_bundle": "gone.pem"}, errors.ConfigurationError, "must be a PEM file, got gone.pem"),
    ],
)
def test_a_connection_that_does_not_come_about(
    vsphere: Vsphere, values: dict[str, Any], changed: dict[str, Any], kind: type[Exception], said: str
) -> None:
    """The error says what to set, and shows no credential."""
    other = Vsphere(vsphere.simulator, **changed)
    with pytest.raises(kind, match=said) as raised:
        Held(other, VirtualMachine).up(**values)
    assert "wrong-word" not in str(raised.value)
    assert vsphere.simulator.password not in str(raised.value)
    other.close()


def test_credentials_that_are_refused_are_tried_once(vsphere: Vsphere, values: dict[str, Any]) -> None:
    """However many machines want them: a vCenter Server locks an account after a few."""
    other = Vsphere(vsphere.simulator, **{"vsphere:password": "another-word"})
    vsphere.forget()
    for name in ("node-1", "node-2"):
        with pytest.raises(errors.Unauthorized, match=f'VirtualMachine "{name}": .* refuses the credentials'):
            Held(other, VirtualMachine).up(**{**values, "name": name})
    assert vsphere.seen()["calls"]["Login"] == 1
    other.close()


def test_tls_need_not_be_verified(vsphere: Vsphere, values: dict[str, Any]) -> None:
    """When the stack says so, neither is the host's."""
    other = Vsphere(vsphere.simulator, **{"vsphere:ca_bundle": "", "vsphere:verify_tls": "false"})
    Held(other, VirtualMachine).up(**values)
    other.close()


def test_a_host_is_known_by_its_thumbprint(vsphere: Vsphere, values: dict[str, Any]) -> None:
    """A certificate that no authority vouches for is taken when the vCenter Server names it, and no other."""
    settings = Vsphere(vsphere.simulator, **{"vsphere:ca_bundle": ""})
    session = Session(settings.lifecycle(VirtualMachine.declaration).connections.settings())
    parts = urlsplit(vsphere.simulator.address)
    place = (str(parts.hostname), int(parts.port or 0))
    certificate = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(place))
    for algorithm in ("sha1", "sha256"):
        digest = hashlib.new(algorithm, certificate).hexdigest().upper()
        pairs = ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))
        lease.connected(session, *place, pairs).close()
    with pytest.raises(errors.CertificateNotTrusted, match="is not the one that its vCenter Server names"):
        lease.connected(session, *place, "00" * 20)
    settings.close()
