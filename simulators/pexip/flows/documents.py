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
_CIM = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2"
_NAMESPACES = {
    "ovf": "http://schemas.dmtf.org/ovf/envelope/1",
    "rasd": f"{_CIM}/CIM_ResourceAllocationSettingData",
    "vssd": f"{_CIM}/CIM_VirtualSystemSettingData",
}
for _prefix, _uri in _NAMESPACES.items():
    ElementTree.register_namespace(_prefix, _uri)


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
    """A machine with one disk and one network card; what makes it this node is a property."""
    root = _element(None, "Envelope")
    _element(_element(root, "References"), "File", id="file1", href=disk, size=str(size))
    disks = _element(root, "DiskSection")
    units = "byte * 2^30"
    _element(disks, "Disk", diskId="disk1", fileRef="file1", capacity="49", capacityAllocationUnits=units)
    _element(_element(root, "NetworkSection"), "Network", name="VM Network")
    system = _element(root, "VirtualSystem", id=node.hostname)
    _element(system, "Name").text = node.name
    _element(system, "OperatingSystemSection", id="101")
    hardware = _element(system, "VirtualHardwareSection")
    machine = ElementTree.SubElement(_element(hardware, "System"), _named("vssd", "VirtualSystemType"))
    machine.text = "vmx-14"
    _item(hardware, 1, 3, "Processors", VirtualQuantity=str(node.vm_cpu_count))
    _item(hardware, 2, 4, "Memory", VirtualQuantity=str(node.vm_system_memory), AllocationUnits="byte * 2^20")
    _item(hardware, 3, 6, "Controller", ResourceSubType="VirtualSCSI")
    _item(hardware, 4, 17, "Disk", HostResource="ovf:/disk/disk1", Parent="3")
    _item(hardware, 5, 10, "Network card", Connection="VM Network", ResourceSubType="VmxNet3")
    product = _element(system, "ProductSection")
    _element(product, "Property", key="configuration", type="string", value=document)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _item(hardware: ElementTree.Element, number: int, kind: int, name: str, **more: str) -> None:
    """A part of a machine, of a kind that CIM numbers."""
    item = _element(hardware, "Item")
    # Their order is laid down: that of the alphabet.
    values = {"ElementName": name, "InstanceID": str(number), "ResourceType": str(kind), **more}
    for tag, value in sorted(values.items()):
        ElementTree.SubElement(item, _named("rasd", tag)).text = value


def _element(parent: ElementTree.Element | None, tag: str, **attributes: str) -> ElementTree.Element:
    named = {_named("ovf", name): value for name, value in attributes.items()}
    if parent is None:
        return ElementTree.Element(_named("ovf", tag), named)
    return ElementTree.SubElement(parent, _named("ovf", tag), named)


def _named(prefix: str, tag: str) -> str:
    return f"{{{_NAMESPACES[prefix]}}}{tag}"


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
