"""Images of disks: what a file is by its first bytes, and its content in pieces, converted where it must be."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from provider_core import errors
from provider_core.handover import accept, is_stream

__all__ = [
    "BY_HAND",
    "HEAD",
    "OVA",
    "PIECE",
    "Header",
    "Image",
    "header_of",
    "opened",
    "shrinks",
    "too_small",
    "wrong_source",
]

HEAD = 1024
"""Bytes from which it is told what a file is."""

PIECE = 1 << 20
"""Bytes of a file that are in memory at a time."""

OVA = "OVA"
BY_HAND = "tar -xf node.ova; qemu-img convert -O qcow2 node-disk1.vmdk node.qcow2"

_MAGIC = (
    (0, b"QFI\xfb", "qcow2"),
    (257, b"ustar", OVA),
    (0, b"KDMV", "VMDK"),
    (0, b"# Disk DescriptorFile", "VMDK"),
    (0, b"vhdxfile", "VHDX"),
    (0, b"conectix", "VHD"),
    (64, b"\x7f\x10\xda\xbe", "VDI"),
    (0, b"PK\x03\x04", "ZIP"),
    (0, b"\x1f\x8b", "gzip"),
    (0, b"\xfd7zXZ\x00", "xz"),
    (0, b"BZh", "bzip2"),
    (0, b"\x28\xb5\x2f\xfd", "zstd"),
)


@dataclass(frozen=True)
class Header:
    """What the beginning of a file says. ``format`` is ``raw`` where nothing is known; ``size`` is the disk's."""

    format: str
    size: int = 0
    needs_another: bool = False


@dataclass(frozen=True)
class Image:
    """An image that is ready to be sent: as many bytes as ``length`` (0: not known), of a disk of ``size`` bytes.

    A piece is bytes, or the length of a hole: bytes that are zero.
    """

    length: int
    size: int
    pieces: Iterator[bytes | int]


def header_of(head: bytes) -> Header:
    """What a file is, by its first bytes."""
    for offset, magic, format in _MAGIC:
        if head.startswith(magic, offset):
            if format != "qcow2":
                return Header(format)
            return Header(format, int.from_bytes(head[24:32], "big"), int.from_bytes(head[8:16], "big") != 0)
    return Header("raw")


def wrong_source(path: Path, format: str, capacity: int | None) -> str:
    """What is wrong with a file as the source of a volume (capacity in MiB), or an empty string."""
    try:
        with path.open("rb") as file:
            header = header_of(file.read(HEAD))
    except OSError as error:
        return f"source must be a file that can be read, got {path}: {error.strerror}"
    if wrong := _mismatch(header, format, str(path)):
        return wrong
    if header.format == OVA and shutil.which("qemu-img") is None:
        return _needs_qemu_img(f"the OVA {path}")
    size = path.stat().st_size if header.format == "raw" else header.size
    return too_small(capacity, size) if capacity is not None and capacity << 20 < size else ""


def shrinks(size: int, capacity: int) -> str:
    """Why a volume of this size cannot have this capacity; both in MiB."""
    return (
        f"capacity must be at least {size}, what the volume has, got {capacity}: "
        "a volume never shrinks; make another one"
    )


def too_small(capacity: int, size: int) -> str:
    """That a capacity in MiB is too small for an image of so many bytes."""
    return f"capacity must be at least {-(-size >> 20)}, the size of the image in MiB, got {capacity}"


def _needs_qemu_img(title: str) -> str:
    return f"qemu-img is needed to convert {title}: install qemu-utils, or convert it by hand: {BY_HAND}"


def _mismatch(header: Header, format: str, title: str) -> str:
    """Why a file is not an image of this format that can be sent, or an empty string."""
    if header.format == OVA:
        return ""
    if header.format != format:
        got = "nothing that is known as one" if header.format == "raw" else f"a file of type {header.format}"
        hint = f"; for a disk in it: {BY_HAND}" if header.format in ("VMDK", "ZIP") else ""
        return f"source must be an image of type {format}, or an OVA, got {got}{hint} ({title})"
    if header.needs_another:
        return f"source must be an image that needs no other one, got one with a backing file ({title})"
    return ""


@contextmanager
def opened(source: str, format: str) -> Iterator[Image]:
    """A file or a stream as an image of this format, for as long as it is sent.

    Raises `ConfigurationError` when it cannot be read or converted, `Rejected` when it is of another format, and
    what a stream raises.
    """
    if not is_stream(source):
        with _readable(Path(source)) as file, _of_file(file, format, source) as image:
            yield image
        return
    stream = accept(source)
    whole = False
    try:
        with _of_pieces(stream.pieces, stream.size or 0, format, stream.title) as image:
            yield image
        whole = True
    finally:
        stream.done(whole)


@contextmanager
def _readable(path: Path) -> Iterator[IO[bytes]]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise errors.ConfigurationError(f"source {path} cannot be read: {error.strerror}") from None
    with file:
        yield file


@contextmanager
def _of_file(file: IO[bytes], format: str, title: str) -> Iterator[Image]:
    header = header_of(file.read(HEAD))
    file.seek(0)
    if wrong := _mismatch(header, format, title):
        raise errors.Rejected(wrong, 400)
    if header.format == OVA:
        with _converted(file, format, title) as image:
            yield image
        return
    length = os.fstat(file.fileno()).st_size
    yield Image(length, header.size or length, _pieces_of(file, length))


@contextmanager
def _of_pieces(pieces: Iterator[bytes], size: int, format: str, title: str) -> Iterator[Image]:
    first = b""
    while len(first) < HEAD and (piece := next(pieces, b"")):
        first += piece
    header = header_of(first)
    if wrong := _mismatch(header, format, title):
        raise errors.Rejected(wrong, 400)
    everything = itertools.chain([first], pieces)
    if header.format == OVA:
        with _converted(_Reader(everything), format, title) as image:
            yield image
        return
    if not (header.size or size):
        raise errors.Rejected(f"source must be an image whose size is known, got {title} without one", 400)
    yield Image(size, header.size or size, everything)


@contextmanager
def _converted(ova: Any, format: str, title: str) -> Iterator[Image]:
    """The disk of an OVA as an image. Both lie in files without a name, so that nothing is left, however this ends."""
    with tempfile.TemporaryFile() as disk, tempfile.TemporaryFile() as image:
        try:
            with tarfile.open(fileobj=ova, mode="r|") as archive:
                member = next((each for each in archive if each.name.endswith(".vmdk")), None)
                content = archive.extractfile(member) if member else None
                if content is None:
                    raise errors.Rejected(f"source must be an OVA with a disk (.vmdk), got none in {title}", 400)
                shutil.copyfileobj(content, disk, PIECE)
                while ova.read(PIECE):
                    pass  # what sends it waits until all is taken
            disk.flush()
        except tarfile.TarError as error:
            raise errors.Rejected(f"source must be a whole OVA, got {title}: {error}", 400) from None
        except OSError as error:
            raise errors.ConfigurationError(
                f"{title} cannot be unpacked in {tempfile.gettempdir()}: {error.strerror}; "
                "set TMPDIR to a folder with room"
            ) from None
        _convert(disk, image, format, title)
        header = header_of(os.pread(image.fileno(), HEAD, 0))
        length = os.fstat(image.fileno()).st_size
        yield Image(length, header.size or length, _pieces_of(image, length))


def _convert(disk: IO[bytes], image: IO[bytes], format: str, title: str) -> None:
    names = [f"/dev/fd/{each.fileno()}" for each in (disk, image)]
    try:
        done = subprocess.run(
            ["qemu-img", "convert", "-f", "vmdk", "-O", format, *names],  # noqa: S607  # wherever it is installed
            pass_fds=(disk.fileno(), image.fileno()),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            text=True,
        )
    except OSError:
        raise errors.ConfigurationError(_needs_qemu_img(title)) from None
    if done.returncode:
        said = " ".join(done.stderr.split())[:300]
        raise errors.ConfigurationError(f"{title} cannot be converted by qemu-img: {said}")


def _pieces_of(file: IO[bytes], length: int) -> Iterator[bytes | int]:
    """A file's content, its holes as such."""
    place, descriptor = 0, file.fileno()
    while place < length:
        data = hole = length
        with contextlib.suppress(OSError):  # a hole to the end
            data = os.lseek(descriptor, place, os.SEEK_DATA)
            hole = os.lseek(descriptor, data, os.SEEK_HOLE)
        if data > place:
            yield data - place
        place = data
        while place < hole:
            piece = os.pread(descriptor, min(PIECE, hole - place), place)
            if not piece:
                raise errors.ConfigurationError("source became shorter while it was sent")
            yield piece
            place += len(piece)


class _Reader:
    """Pieces as a file that can be read forwards."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")

    def read(self, size: int) -> bytes:
        """At most so many bytes; none at the end."""
        got = []
        while size and (self._left or (piece := next(self._pieces, b""))):
            if not self._left:
                self._left = memoryview(piece)
            got.append(bytes(self._left[:size]))
            size -= len(got[-1])
            self._left = self._left[len(got[-1]) :]
        return b"".join(got)
