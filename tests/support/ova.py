"""OVAs of any size, as bytes that are made while they are read."""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

__all__ = ["descriptor", "ova", "pieces", "write"]

PIECE = 1024 * 1024
_BLOCK = bytes(range(256)) * (PIECE // 256)

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
  xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
  xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData">
"""


def descriptor(disks: Mapping[str, int], networks: tuple[str, ...] = ("VM Network",)) -> bytes:
    """The .ovf of a machine with 4 CPUs and 4096 MiB, whose files are ``disks`` (name → bytes)."""
    files = "".join(
        f'<File ovf:href="{name}" ovf:id="file{n}" ovf:size="{size}"/>' for n, (name, size) in enumerate(disks.items())
    )
    described = "".join(
        f'<Disk ovf:capacity="49" ovf:capacityAllocationUnits="byte * 2^30" ovf:diskId="disk{n}" ovf:fileRef="file{n}"/>'
        for n in range(len(disks))
    )
    items = [("3", "4 CPUs", "<rasd:VirtualQuantity>4</rasd:VirtualQuantity>")]
    items.append(("4", "4096 MB", "<rasd:VirtualQuantity>4096</rasd:VirtualQuantity>"))
    items.append(("6", "SCSI", "<rasd:ResourceSubType>VirtualSCSI</rasd:ResourceSubType>"))
    items += [
        ("17", f"Disk {n}", f"<rasd:HostResource>ovf:/disk/disk{n}</rasd:HostResource><rasd:Parent>3</rasd:Parent>")
        for n in range(len(disks))
    ]
    items += [
        (
            "10",
            f"Adapter {n}",
            f"<rasd:Connection>{name}</rasd:Connection><rasd:ResourceSubType>VmxNet3</rasd:ResourceSubType>",
        )
        for n, name in enumerate(networks)
    ]
    hardware = "".join(_item(number, *each) for number, each in enumerate(items, 1))
    named = "".join(f'<Network ovf:name="{name}"><Description/></Network>' for name in networks)
    return (
        f"{_HEAD}<References>{files}</References>"
        f"<DiskSection><Info/>{described}</DiskSection><NetworkSection><Info/>{named}</NetworkSection>"
        '<VirtualSystem ovf:id="node"><Info/><OperatingSystemSection ovf:id="101" ovf:osType="otherLinux64Guest">'
        "<Info/></OperatingSystemSection><VirtualHardwareSection><Info/><System>"
        "<vssd:ElementName>Virtual Hardware Family</vssd:ElementName><vssd:InstanceID>0</vssd:InstanceID>"
        "<vssd:VirtualSystemType>vmx-11</vssd:VirtualSystemType></System>"
        f"{hardware}</VirtualHardwareSection></VirtualSystem></Envelope>"
    ).encode()


def _item(number: int, kind: str, name: str, more: str) -> str:
    parts = {"ElementName": name, "InstanceID": str(number), "ResourceType": kind}
    return "<Item>" + "".join(f"<rasd:{each}>{value}</rasd:{each}>" for each, value in parts.items()) + more + "</Item>"


def pieces(
    disks: Mapping[str, int],
    networks: tuple[str, ...] = ("VM Network",),
    manifest: str | None = "last",
    wrong: str = "",
) -> Iterator[bytes]:
    """An OVA, a piece at a time. ``manifest``: first (after the .ovf), last or None; ``wrong``: whose sum is."""
    text = descriptor(disks, networks)
    sums = {"node.ovf": hashlib.sha256(text).hexdigest()}
    yield from _file("node.ovf", [text], len(text))
    if manifest == "first":
        sums |= {name: _sum(_content(size)) for name, size in disks.items()}
        yield from _manifest(sums, wrong)
    for name, size in disks.items():
        sums[name] = _sum(_content(size))
        yield from _file(name, _content(size), size)
    if manifest == "last":
        yield from _manifest(sums, wrong)
    yield bytes(2 * tarfile.BLOCKSIZE)


def ova(disks: Mapping[str, int], **more: object) -> bytes:
    """A small OVA at once."""
    return b"".join(pieces(disks, **more))  # type: ignore[arg-type]


def write(path: Path, disks: Mapping[str, int], **more: object) -> Path:
    """An OVA as a file."""
    with path.open("wb") as file:
        for piece in pieces(disks, **more):  # type: ignore[arg-type]
            file.write(piece)
    return path


def _content(size: int) -> Iterator[bytes]:
    for start, end in pairwise([*range(0, size, PIECE), size]):
        yield _BLOCK[: end - start]


def _sum(content: Iterator[bytes]) -> str:
    summed = hashlib.sha256()
    for piece in content:
        summed.update(piece)
    return summed.hexdigest()


def _manifest(sums: Mapping[str, str], wrong: str) -> Iterator[bytes]:
    lines = [f"SHA256({name})= {'0' * 64 if name == wrong else value}\n" for name, value in sums.items()]
    text = "".join(lines).encode()
    yield from _file("node.mf", [text], len(text))


def _file(name: str, content: Iterator[bytes] | list[bytes], size: int) -> Iterator[bytes]:
    info = tarfile.TarInfo(name)
    info.size = size
    yield info.tobuf(tarfile.USTAR_FORMAT)
    yield from content
    yield bytes(-size % tarfile.BLOCKSIZE)
