"""Volumes and machines on a real libvirtd with QEMU: uploads, machines that start, and what goes wrong in between."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from hypervisor_provider.libvirt import Domain, Network, Volume
from hypervisor_provider.libvirt.library import library
from provider_core import errors
from provider_core.handover import Stream, offer
from tests.contract.held import Held
from tests.support.engine import ROOT
from tests.support.libvirt import Daemon
from tests.support.machines import Machines

MB = 1_000_000
MIB = 1 << 20


@pytest.fixture
def machines(daemon: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machines]:
    """The daemon, with a journal of the test's own; what a test leaves behind goes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROVIDER_JOURNAL", str(tmp_path / "journal"))
    yield Machines(daemon.uri, stack="test")
    with daemon.connection() as connection:
        for domain in connection.listAllDomains(0):
            domain.destroy() if domain.isActive() else None
            domain.undefine()
        pool = connection.storagePoolLookupByName(daemon.pool)
        pool.refresh(0)
        for volume in pool.listAllVolumes(0):
            volume.delete(0)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A raw image of 20 MiB with a hole at each end, and something in between that cannot be compressed."""
    path = tmp_path / "disk.raw"
    with path.open("wb") as file:
        file.truncate(20 * MIB)
        file.seek(5 * MIB)
        file.write(os.urandom(3 * MIB))
    return path


def _convert(source: Path, target: Path, format: str, *options: str) -> Path:
    subprocess.run(["qemu-img", "convert", "-O", format, *options, source, target], check=True)
    return target


@pytest.fixture
def qcow2(raw: Path) -> Path:
    """The same as a qcow2 image."""
    return _convert(raw, raw.with_suffix(".qcow2"), "qcow2")


@pytest.fixture
def ova(raw: Path, tmp_path: Path) -> Path:
    """The same as the vendor packs it: a streamed VMDK in an archive."""
    _convert(raw, tmp_path / "node-disk1.vmdk", "vmdk", "-o", "subformat=streamOptimized")
    for name in ("node.ovf", "node.mf"):
        (tmp_path / name).write_text(name)
    members = ["node.ovf", "node-disk1.vmdk", "node.mf"]
    subprocess.run(["tar", "--format=ustar", "-cf", "node.ova", *members], cwd=tmp_path, check=True)
    return tmp_path / "node.ova"


def _is(daemon: Daemon, name: str, image: Path) -> None:
    """The volume has the content of the image."""
    compared = subprocess.run(
        ["qemu-img", "compare", "-U", daemon.folder / "images" / name, image],
        capture_output=True,
        text=True,
        check=False,
    )
    assert compared.returncode == 0, compared.stdout + compared.stderr


def _there(daemon: Daemon) -> list[str]:
    return sorted(each.name for each in (daemon.folder / "images").iterdir())


def _stream(pieces: Iterator[bytes], size: int | None, ended: list[bool]) -> str:
    return offer(Stream("node.ova", pieces, size, ended.append))


def _in_pieces(path: Path, before: Callable[[int], None] = lambda _: None, size: int = 500_000) -> Iterator[bytes]:
    """A file in pieces; ``before`` is called with the number of each."""
    with path.open("rb") as file:
        number = 0
        while piece := file.read(size):
            before(number)
            number += 1
            yield piece


def test_a_raw_image_is_sent_with_its_holes(machines: Machines, daemon: Daemon, raw: Path) -> None:
    """The content is the same, and what is empty takes no room."""
    held = Held(machines, Volume).up(name="v.raw", pool=daemon.pool, format="raw", source="disk.raw")
    assert held.id == "images/v.raw"
    path = Path(held["path"])
    assert path.read_bytes() == raw.read_bytes()
    assert path.stat().st_blocks * 512 < 12 * MIB
    assert _there(daemon) == ["v.raw"]
    assert held.refresh()
    assert held.up(**{**_values(held)}).did == "same"


def _values(held: Held) -> dict[str, Any]:
    return {name: value for name, value in held.inputs.items() if not name.startswith("__") and "sha256" not in name}


def test_a_qcow2_image_is_sent_and_grows(machines: Machines, daemon: Daemon, qcow2: Path) -> None:
    """To the capacity that is declared, at once and later; it never shrinks, which a preview says."""
    held = Held(machines, Volume).up(name="v.qcow2", pool=daemon.pool, source="disk.qcow2", capacity=40)
    _is(daemon, "v.qcow2", qcow2)
    assert held.refresh()
    assert held.inputs["capacity"] == 40
    assert held.up(**{**_values(held), "capacity": 64}).did == "update"
    assert held.refresh()
    assert held.inputs["capacity"] == 64
    with pytest.raises(
        errors.Rejected, match="capacity must be at least 64, what the volume has, got 32: a volume never"
    ):
        held.up(**{**_values(held), "capacity": 32})
    assert held.up(**{**_values(held), "source": "disk.qcow2"}).did == "same"
    shutil.copy("disk.qcow2", "other.qcow2")
    assert held.up(**{**_values(held), "source": "other.qcow2"}).did == "same"
    _convert(Path("disk.raw"), Path("other.qcow2"), "qcow2", "-o", "cluster_size=32k")
    assert held.up(**{**_values(held), "source": "other.qcow2"}).did == "same"
    Path("disk.qcow2").unlink()
    assert held.up(**{**_values(held), "source": "disk.qcow2"}).did == "same"
    stream = _stream(_in_pieces(Path("other.qcow2")), None, [])
    assert held.up(**{**_values(held), "source": stream}).did == "replace, deleting first"


@pytest.mark.parametrize("format", ["qcow2", "raw"])
def test_an_ova_is_converted(machines: Machines, daemon: Daemon, ova: Path, raw: Path, format: str) -> None:
    """Its disk is the volume's content; nothing stays of what was unpacked for it."""
    Held(machines, Volume).up(name="v", pool=daemon.pool, source="node.ova", format=format)
    _is(daemon, "v", raw)
    assert _there(daemon) == ["v"]


def test_an_image_is_taken_while_it_arrives(
    machines: Machines, daemon: Daemon, ova: Path, raw: Path, qcow2: Path
) -> None:
    """From whoever has it: an OVA is converted, a qcow2 image goes through; its giver hears that it was used."""
    for name, source in (("a", ova), ("b", qcow2)):
        ended: list[bool] = []
        stream = _stream(_in_pieces(source), source.stat().st_size, ended)
        held = Held(machines, Volume).up(name=name, pool=daemon.pool, source=stream)
        _is(daemon, name, raw)
        assert ended == [True]
        assert held.up(**_values(held)).did == "same"


def test_a_stream_that_breaks_leaves_nothing(machines: Machines, daemon: Daemon, qcow2: Path) -> None:
    """The reason is the stream's own, and its giver hears that it was not used."""

    def fail(number: int) -> None:
        if number == 3:
            raise errors.ServerFailed("the node went away", 503)

    ended: list[bool] = []
    stream = _stream(_in_pieces(qcow2, fail), None, ended)
    with pytest.raises(errors.ProviderError, match=r'Volume "images / v": .*the node went away'):
        Held(machines, Volume).up(name="v", pool=daemon.pool, source=stream)
    assert ended == [False]
    assert _there(daemon) == []


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (b"hello", "source must be an image of type qcow2, or an OVA, got nothing that is known as one"),
        (b"KDMV" + bytes(2000), "or an OVA, got a file of type VMDK; for a disk"),
        (b"PK\x03\x04" + bytes(2000), "got a file of type ZIP"),
        (b"QFI\xfb" + bytes(4) + b"\1" * 24 + bytes(2000), "got one with a backing file"),
        (None, "source must be a file that can be read, got disk.img: No such file or directory"),
    ],
)
def test_what_is_no_image_is_refused_at_check(machines: Machines, file: bytes | None, reason: str) -> None:
    """By its first bytes, before anything is sent."""
    if file is not None:
        Path("disk.img").write_bytes(file)
    (found,) = Held(machines, Volume).refused(name="v", pool="images", source="disk.img")
    assert reason in found


def test_an_image_must_fit(machines: Machines, qcow2: Path) -> None:
    """A capacity below the image's own size is refused at check; a raw volume takes no qcow2 image."""
    (found,) = Held(machines, Volume).refused(name="v", pool="images", source="disk.qcow2", capacity=10)
    assert found == "capacity must be at least 20, the size of the image in MiB, got 10"
    (found,) = Held(machines, Volume).refused(name="v", pool="images", source="disk.qcow2", format="raw")
    assert "source must be an image of type raw, or an OVA, got a file of type qcow2" in found


def test_a_broken_ova_leaves_nothing(machines: Machines, daemon: Daemon, ova: Path) -> None:
    """Cut short, or without a disk."""
    content = ova.read_bytes()
    ova.write_bytes(content[: len(content) // 2])
    with pytest.raises(errors.Rejected, match=r"source must be a whole OVA, got node\.ova"):
        Held(machines, Volume).up(name="v", pool=daemon.pool, source="node.ova")
    subprocess.run(["tar", "--format=ustar", "-cf", "node.ova", "node.ovf"], check=True)
    with pytest.raises(errors.Rejected, match="source must be an OVA with a disk"):
        Held(machines, Volume).up(name="v", pool=daemon.pool, source="node.ova")
    assert _there(daemon) == []


def test_an_upload_that_the_daemon_breaks_is_begun_again(machines: Machines, daemon: Daemon, tmp_path: Path) -> None:
    """Killed in the middle: the run fails, and the next one makes the volume anew, though half of one is there."""
    image = tmp_path / "large.raw"
    with image.open("wb") as file:
        for _ in range(400):
            file.write(os.urandom(MIB))
    target = daemon.folder / "images" / "v.raw"
    failed: list[BaseException] = []

    def make() -> None:
        try:
            Held(machines, Volume).up(name="v.raw", pool=daemon.pool, format="raw", source="large.raw")
        except errors.ProviderError as error:
            failed.append(error)

    making = threading.Thread(target=make)
    making.start()
    while making.is_alive() and not (target.exists() and target.stat().st_blocks > 2000):
        pass
    daemon.kill()
    making.join()
    try:
        assert isinstance(failed[0], errors.AnswerLost), failed
        assert "broke" in str(failed[0])
        assert _there(daemon) == ["v.raw", "v.raw.unfinished"]
        with pytest.raises(errors.ConnectionFailed):
            Held(machines, Volume).up(name="v.raw", pool=daemon.pool, format="raw", source="large.raw")
    finally:
        daemon.start()
    held = Held(machines, Volume).up(name="v.raw", pool=daemon.pool, format="raw", source="large.raw")
    assert _there(daemon) == ["v.raw"]
    _is(daemon, "v.raw", image)
    held.destroy()


def test_a_stream_that_the_daemon_breaks(machines: Machines, daemon: Daemon, qcow2: Path) -> None:
    """What was sent is gone for good, which the error says; a new image makes the volume anew."""

    def kill(number: int) -> None:
        if number == 3:
            daemon.kill()
            daemon.start()

    ended: list[bool] = []
    stream = _stream(_in_pieces(qcow2, kill), qcow2.stat().st_size, ended)
    with pytest.raises(errors.AnswerLost, match="its image is gone, and the next run needs a new one"):
        Held(machines, Volume).up(name="v", pool=daemon.pool, source=stream)
    assert ended == [False]
    Held(machines, Volume).up(name="v", pool=daemon.pool, source="disk.qcow2")
    _is(daemon, "v", qcow2)
    assert _there(daemon) == ["v"]


KILLED = """
import os, sys
from pathlib import Path
from hypervisor_provider.libvirt import Volume
from tests.contract.held import Held
from tests.contract.test_libvirt_daemon import _in_pieces, _stream
from tests.support.machines import Machines

def die(number):
    if number == 3:
        os.kill(os.getpid(), 9)

path = Path("disk.qcow2")
stream = _stream(_in_pieces(path, die), path.stat().st_size, [])
Held(Machines(sys.argv[1], stack="test"), Volume).up(name="v", pool="images", source=stream)
"""


def _killed_run(daemon: Daemon) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, daemon.uri], env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False
    )
    assert done.returncode == -9
    assert _there(daemon) == ["v", "v.unfinished"]


def test_a_volume_that_a_killed_run_left_in_half(machines: Machines, daemon: Daemon, qcow2: Path) -> None:
    """The next run knows it by its mark and the journal, and makes it anew."""
    _killed_run(daemon)
    Held(machines, Volume).up(name="v", pool=daemon.pool, source="disk.qcow2")
    _is(daemon, "v", qcow2)
    assert _there(daemon) == ["v"]


def test_a_half_volume_is_never_taken_for_whole(machines: Machines, daemon: Daemon, qcow2: Path) -> None:
    """Where the journal has no word of it, it is another run's; ``adopt`` makes it anew."""
    _killed_run(daemon)
    other = Machines(daemon.uri, stack="other")
    with pytest.raises(errors.AlreadyExists, match="images/v is being made by another run, or was left in half by one"):
        Held(other, Volume).up(name="v", pool=daemon.pool, source="disk.qcow2")
    Held(other, Volume).up(name="v", pool=daemon.pool, source="disk.qcow2", adopt=True)
    _is(daemon, "v", qcow2)
    assert _there(daemon) == ["v"]


def test_a_volume_that_is_there_is_left_alone(machines: Machines, daemon: Daemon, qcow2: Path) -> None:
    """Also one that libvirt has not seen yet; it can be adopted, and keeps its content."""
    file = daemon.folder / "images" / "v"
    _convert(qcow2, file, "qcow2")
    daemon.give(file)
    content = file.read_bytes()
    with pytest.raises(errors.AlreadyExists, match=r"exists already: images/v.*adopt=True"):
        Held(machines, Volume).up(name="v", pool=daemon.pool, source="disk.qcow2")
    assert file.read_bytes() == content
    held = Held(machines, Volume).up(name="v", pool=daemon.pool, adopt=True, capacity=30)
    assert held.refresh()
    assert held.inputs["capacity"] == 30


def test_a_layer_on_a_volume(machines: Machines, daemon: Daemon, qcow2: Path) -> None:
    """It has the content below it, and the size, unless it is to be larger; what lies below cannot go."""
    base = Held(machines, Volume).up(name="base", pool=daemon.pool, source="disk.qcow2")
    layer = Held(machines, Volume).up(name="layer", pool=daemon.pool, backing=base.id)
    _is(daemon, "layer", qcow2)
    assert layer.refresh()
    assert (layer.inputs["backing"], layer.outs["allocation"]) == ("images/base", 1)
    with pytest.raises(errors.Rejected, match='the volume lies below "layer"'):
        base.destroy()
    larger = Held(machines, Volume).up(name="larger", pool=daemon.pool, backing=base["path"], capacity=50)
    assert larger.refresh()
    assert (larger.inputs["backing"], larger.inputs["capacity"]) == (base["path"], 50)
    for each in (larger, layer, base):
        each.destroy()
    assert _there(daemon) == []


def test_volumes_that_go_together(machines: Machines, daemon: Daemon) -> None:
    """Each looks whether another lies on it, and finds those that go at the same moment, or no longer."""
    made = [Held(machines, Volume).up(name=f"v{number}", pool="images", capacity=1) for number in range(24)]
    with ThreadPoolExecutor(len(made)) as pool:
        list(pool.map(Held.destroy, made))
    assert daemon.images() == []


def test_an_empty_disk(machines: Machines, daemon: Daemon) -> None:
    """Of a capacity; without one, and without a source, there is nothing to make."""
    held = Held(machines, Volume).up(name="v", pool=daemon.pool, capacity=8)
    assert held.refresh()
    assert held.inputs["capacity"] == 8
    assert Held(machines, Volume).refused(name="w", pool=daemon.pool) == [
        "capacity, source or backing must be given, got nothing"
    ]


def test_a_machine_starts_from_its_disk(machines: Machines, daemon: Daemon, qcow2: Path) -> None:
    """Really, and stays the same machine while its disk grows and a second one is added in a restart."""
    disk = Held(machines, Volume).up(name="v", pool=daemon.pool, source="disk.qcow2")
    data = Held(machines, Volume).up(name="data", pool=daemon.pool, format="raw", capacity=4)
    held = Held(machines, Domain).up(
        name="node-1", cpus=1, memory=64, volumes=[disk.id], networks=["user"], shutdown_seconds=0
    )
    assert held["virt_type"] in ("kvm", "qemu")
    assert held.refresh()
    assert held.inputs["volumes"] == [disk.id]
    assert held.up(**_values(held)).did == "same"
    disk.up(**{**_values(disk), "capacity": 48})
    assert disk.refresh()
    assert disk.inputs["capacity"] == 48
    with pytest.raises(errors.Rejected, match="allow_power_off must be true to change volumes of a domain that runs"):
        held.up(**{**_values(held), "volumes": [disk.id, data.id]})
    before = held.id
    held.up(**{**_values(held), "volumes": [disk.id, data["path"]], "allow_power_off": True, "notes": "ours"})
    with daemon.connection() as connection:
        domain = connection.lookupByUUIDString(before)
        assert domain.isActive()
        live = domain.XMLDesc(0)
    assert "dev='vda'" in live
    assert "dev='vdb'" in live
    assert "<description>ours</description>" in live
    assert held.refresh()
    assert held.inputs["volumes"] == [disk.id, data["path"]]
    with pytest.raises(errors.Rejected, match='the volume is a disk of the domain "node-1"'):
        disk.destroy()
    held.destroy()
    disk.destroy()
    data.destroy()


def test_a_machine_that_cannot_start_again_runs_as_it_was(machines: Machines, daemon: Daemon) -> None:
    """What it is changed to is refused by the host: the old definition is put back, and started."""
    disk = Held(machines, Volume).up(name="v", pool=daemon.pool, capacity=4)
    held = Held(machines, Domain).up(
        name="node-1", cpus=1, memory=64, volumes=[disk.id], shutdown_seconds=0, allow_power_off=True
    )
    with pytest.raises(errors.Rejected, match=r'Domain "node-1": .*none\.img'):
        held.up(**{**_values(held), "volumes": [disk.id, f"{daemon.folder}/none.img"], "cpus": 2})
    with daemon.connection() as connection:
        domain = connection.lookupByName("node-1")
        assert domain.isActive()
        assert "none.img" not in domain.XMLDesc(library().VIR_DOMAIN_XML_INACTIVE)
    assert held.refresh()
    assert held.inputs["cpus"] == 1


def test_a_machine_that_cannot_start_is_not_left(machines: Machines, daemon: Daemon) -> None:
    """The reason is libvirt's own."""
    with pytest.raises(errors.Rejected, match=r'Domain "node-1": .*none\.img'):
        Held(machines, Domain).up(name="node-1", cpus=1, memory=64, volumes=[f"{daemon.folder}/none.img"])
    with daemon.connection() as connection:
        assert connection.listAllDomains(0) == []


def test_a_range_changes_on_a_real_network(machines: Machines, daemon: Daemon) -> None:
    """By libvirt's own update, with and without a range before. (This daemon may define networks, not start them.)"""
    provider = machines.lifecycle(Network.declaration)
    olds: dict[str, Any] = {"name": "lab", "address": "192.168.150.1/24"}
    with daemon.connection() as connection:
        xml = "<network><name>lab</name><forward mode='nat'/><ip address='192.168.150.1' prefix='24'/></network>"
        network = connection.networkDefineXML(xml)
        for start, end in (("192.168.150.10", "192.168.150.20"), ("192.168.150.10", "192.168.150.30"), ("", "")):
            with pytest.raises(errors.Rejected, match=r'Network "lab": .*Operation not permitted'):
                provider.update(network.UUIDString(), olds, {**olds, "dhcp_start": start, "dhcp_end": end})
            assert (f"<range start='{start}' end='{end}'/>" in network.XMLDesc(0)) is bool(start)
            olds |= {"dhcp_start": start, "dhcp_end": end}
        network.undefine()
        del network


def test_a_network_that_cannot_start_is_not_left(machines: Machines, daemon: Daemon) -> None:
    """The reason is libvirt's own."""
    with pytest.raises(errors.Rejected, match=r'Network "lab": .*Operation not permitted'):
        Held(machines, Network).up(name="lab", address="192.168.150.1/24")
    with daemon.connection() as connection:
        assert connection.listAllNetworks(0) == []


def test_a_connection_that_broke_is_made_again(machines: Machines, daemon: Daemon) -> None:
    """The daemon was restarted between two calls."""
    held = Held(machines, Volume).up(name="v", pool=daemon.pool, capacity=4)
    daemon.kill()
    daemon.start()
    assert held.refresh()


def test_an_upload_needs_the_memory_of_a_piece(machines: Machines, daemon: Daemon) -> None:
    """However large the image, a few pieces of it are in memory."""
    size = 64 * MB
    pieces = (os.urandom(MB) for _ in range(64))
    tracemalloc.start()
    try:
        Held(machines, Volume).up(name="v", pool=daemon.pool, format="raw", source=_stream(pieces, size, []))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (daemon.folder / "images" / "v").stat().st_size == size
    assert peak < size / 8
