"""What a new Conferencing Node is started from: a provisioning document, or a virtual machine image."""

from __future__ import annotations

import hashlib
import secrets
import tarfile
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

_CHUNK = 64 * 1024


def provisioning(node: Any) -> str:
    """The XML document that makes a bare virtual machine this node; its key is in no other one."""
    root = ElementTree.Element("configuration", version="1")
    for name in ("name", "hostname", "domain", "address", "netmask", "gateway", "node_type"):
        ElementTree.SubElement(root, name).text = str(getattr(node, name))
    ElementTree.SubElement(root, "system_location").text = node.system_location.name
    ElementTree.SubElement(root, "bootstrap_key").text = secrets.token_urlsafe(32)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def digest(document: str) -> str:
    """What a document is known by, however it was laid out on the way. Raises ValueError: not XML."""
    if "<!" in document:
        raise ValueError("XML declarations are not taken")
    try:
        canonical = ElementTree.canonicalize(document, strip_text=True)
    except ElementTree.ParseError as error:
        raise ValueError(f"not XML: {error}") from None
    return hashlib.sha256(canonical.encode()).hexdigest()


def _disk(size: int) -> Iterator[bytes]:
    """A disk of nothing much, a piece at a time."""
    head = b"KDMV" + bytes(508)
    yield head[:size]
    size -= len(head)
    while size > 0:
        yield bytes(min(size, _CHUNK))
        size -= _CHUNK


def _descriptor(node: Any, document: str, disk: str, size: int) -> bytes:
    root = ElementTree.Element("Envelope", xmlns="http://schemas.dmtf.org/ovf/envelope/1")
    references = ElementTree.SubElement(root, "References")
    ElementTree.SubElement(references, "File", id="disk", href=disk, size=str(size))
    system = ElementTree.SubElement(root, "VirtualSystem", id=node.hostname)
    ElementTree.SubElement(system, "Name").text = node.name
    hardware = ElementTree.SubElement(system, "VirtualHardwareSection")
    ElementTree.SubElement(hardware, "ProcessorCount").text = str(node.vm_cpu_count)
    ElementTree.SubElement(hardware, "MemoryMegabytes").text = str(node.vm_system_memory)
    product = ElementTree.SubElement(system, "ProductSection")
    ElementTree.SubElement(product, "Property", key="configuration", value=document)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def ova(node: Any, document: str, size: int) -> Iterator[bytes]:
    """An open virtual appliance: a tar of descriptor, disk and manifest, made while it is sent."""
    disk = f"{node.hostname}.vmdk"
    descriptor = _descriptor(node, document, disk, size)
    hashes = {f"{node.hostname}.ovf": hashlib.sha256(descriptor).hexdigest()}
    yield from _member(f"{node.hostname}.ovf", len(descriptor), iter([descriptor]))
    summed = hashlib.sha256()

    def pieces() -> Iterator[bytes]:
        for piece in _disk(size):
            summed.update(piece)
            yield piece

    yield from _member(disk, size, pieces())
    hashes[disk] = summed.hexdigest()
    manifest = "".join(f"SHA256({name})= {value}\n" for name, value in hashes.items()).encode()
    yield from _member(f"{node.hostname}.mf", len(manifest), iter([manifest]))
    yield bytes(2 * tarfile.BLOCKSIZE)


def _member(name: str, size: int, content: Iterator[bytes]) -> Iterator[bytes]:
    header = tarfile.TarInfo(name)
    header.size = size
    yield header.tobuf(tarfile.USTAR_FORMAT)
    yield from content
    yield bytes(-size % tarfile.BLOCKSIZE)


class _Pipe:
    """What the ZIP writer takes for a file; what it wrote is taken away again."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        content, self._pieces = b"".join(self._pieces), []
        return content


def hyper_v(node: Any, document: str, size: int) -> Iterator[bytes]:
    """A ZIP of a disk and its configuration, made while it is sent."""
    pipe: Any = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{node.hostname}.xml", document)
        with archive.open(f"{node.hostname}.vhdx", "w", force_zip64=True) as disk:
            for piece in _disk(size):
                disk.write(piece)
                yield pipe.taken()
    yield pipe.taken()
