"""OVA files: a tar archive with a descriptor first, then disks, read once and from the beginning, never unpacked."""

from __future__ import annotations

import contextlib
import hashlib
import re
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree

from provider_core import errors, handover

__all__ = ["Descriptor", "Member", "Ova", "Sums", "opened", "problem"]

PIECE = 1024 * 1024
"""Bytes of an image that are in memory at a time."""

LARGEST_TEXT = 16 * 1024 * 1024
"""Bytes that a descriptor or a manifest may have."""

_OVF = "{http://schemas.dmtf.org/ovf/envelope/1}"
_SUM = re.compile(r"^\s*(SHA1|SHA256|SHA512)\s*\((.+?)\)\s*=\s*([0-9a-fA-F]+)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Member:
    """A file in an archive. ``again``: whether its content can be read more than once."""

    name: str
    size: int
    again: bool
    title: str
    read: Callable[[], IO[bytes] | None]

    def pieces(self) -> Iterator[bytes]:
        """Its content. Raises `ConfigurationError` when the archive ends before it does."""
        with _readable(self.title):
            content = self.read()
        left = self.size
        while left and content is not None:
            with _readable(self.title):
                piece = content.read(min(left, PIECE))
                if not piece:
                    raise tarfile.ReadError("unexpected end of data")
            left -= len(piece)
            yield piece

    def text(self) -> bytes:
        """The whole of a small file."""
        if self.size > LARGEST_TEXT:
            raise errors.ConfigurationError(f"{self.title}: {self.name} is too large to be what its name says")
        return b"".join(self.pieces())


class Ova:
    """An open OVA. ``descriptor`` is there at once; ``members`` are what follows it, in order, as they arrive."""

    def __init__(self, title: str, files: Iterator[Member], sums: Sums) -> None:
        self.title = title
        self.sums = sums
        self._files = files
        first = next(files, None)
        if first is None or _ending(first) != "ovf":
            got = f"one that begins with {first.name}" if first else "an empty archive"
            raise errors.ConfigurationError(f"{title} must be an OVA, whose first file is an .ovf, got {got}")
        content = first.text()
        self.sums.add(first.name, [content])
        self.descriptor = Descriptor(title, content)

    def members(self) -> Iterator[Member]:
        """The files after the descriptor. The manifest is taken in, and a certificate left out."""
        for member in self._files:
            if _ending(member) == "mf":
                self.sums.expect(member.text())
            elif _ending(member) != "cert":
                yield member


class Descriptor:
    """What an .ovf says that must be known before a host is given it."""

    def __init__(self, title: str, content: bytes) -> None:
        try:
            self.text = content.decode()
            root = ElementTree.fromstring(content)  # noqa: S314  # the stack's own image
        except (ElementTree.ParseError, UnicodeDecodeError) as error:
            raise errors.ConfigurationError(f"{title}: its .ovf must be XML, got a file where {error}") from None
        self.networks = [str(each.get(f"{_OVF}name")) for each in root.iter(f"{_OVF}Network")]
        for each in root.iter(f"{_OVF}File"):
            if each.get(f"{_OVF}compression", "identity") != "identity" or each.get(f"{_OVF}chunkSize"):
                raise errors.ConfigurationError(
                    f"{title}: {each.get(f'{_OVF}href')} is compressed or split inside of the OVA, which is not "
                    "supported: make the OVA anew without (ovftool)"
                )


class Sums:
    """The sums of what has passed, beside those that the manifest wants; either may come first.

    ``settled``: the manifest is known, or that there is none, so that only what it wants is summed.
    """

    def __init__(self, settled: bool = False) -> None:
        self._settled = settled
        self._wanted: dict[str, tuple[str, str]] = {}
        self._found: dict[str, dict[str, str]] = {}

    def expect(self, manifest: bytes) -> None:
        """Take in what a manifest says."""
        self._settled = True
        for algorithm, name, value in _SUM.findall(manifest.decode(errors="replace")):
            self._wanted[name] = (algorithm.lower(), value.lower())

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        """A whole file."""
        for _ in self.through(name, pieces):
            pass

    def through(self, name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The pieces of a file, summed on their way."""
        if self._settled:
            algorithms = [self._wanted[name][0]] if name in self._wanted else []
        else:
            algorithms = ["sha1", "sha256", "sha512"]
        running = {each: hashlib.new(each) for each in algorithms}
        for piece in pieces:
            for each in running.values():
                each.update(piece)
            yield piece
        self._found[name] = {algorithm: each.hexdigest() for algorithm, each in running.items()}

    def wrong(self) -> list[str]:
        """The files whose content is not what the manifest says."""
        return [
            name
            for name, (algorithm, value) in self._wanted.items()
            if name in self._found and self._found[name].get(algorithm, value) != value
        ]


class _Pieces:
    """A stream's pieces as a file that is read from."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, _size: int = -1) -> bytes:
        """The next piece, whatever its size; tarfile takes what it gets."""
        return next(self._pieces, b"")


@contextlib.contextmanager
def opened(ova: str) -> Iterator[Ova]:
    """The OVA of a path, or the one that is handed over under this name.

    A stream is told how it ended: used up when the block ends, not used when it raises.
    """
    if handover.is_stream(ova):
        stream = handover.accept(ova)
        used = False
        try:
            pieces: Any = _Pieces(stream.pieces)
            with _readable(stream.title):
                archive = tarfile.open(fileobj=pieces, mode="r|", bufsize=PIECE)  # noqa: SIM115
            with archive:
                yield Ova(stream.title, _arriving(stream.title, archive), Sums())
            # What follows the archive's end is nothing, but whether it arrives shows that the stream is whole.
            for _ in stream.pieces:
                pass
            used = True
        finally:
            stream.done(used)
    else:
        with _readable(ova):
            archive = tarfile.open(ova, "r:")  # noqa: SIM115
        with archive:
            with _readable(ova):
                files = [_member(ova, archive, info, again=True) for info in archive.getmembers() if info.isfile()]
            sums = Sums(settled=True)
            for member in files:
                if _ending(member) == "mf":
                    sums.expect(member.text())
            yield Ova(ova, iter(files), sums)


def problem(ova: str) -> str:
    """What is wrong with a local OVA, as far as its table of contents tells; an empty string when nothing is."""
    try:
        with opened(ova):
            pass
    except errors.ConfigurationError as error:
        return str(error)
    return ""


def _arriving(title: str, archive: tarfile.TarFile) -> Iterator[Member]:
    while True:
        with _readable(title):
            info = archive.next()
        if info is None:
            return
        if info.isfile():
            yield _member(title, archive, info, again=False)


def _member(title: str, archive: tarfile.TarFile, info: tarfile.TarInfo, again: bool) -> Member:
    return Member(info.name.removeprefix("./"), info.size, again, title, lambda: archive.extractfile(info))


def _ending(member: Member) -> str:
    return member.name.lower().rpartition(".")[2]


@contextlib.contextmanager
def _readable(title: str) -> Iterator[None]:
    try:
        yield
    except tarfile.TarError as error:
        if "unexpected end" in str(error):
            raise errors.ConfigurationError(f"{title} ends in the middle: get it anew, it is not whole") from None
        raise errors.ConfigurationError(f"{title} must be an OVA (a tar archive), got something else") from None
    except OSError as error:
        where = f" (looked in {Path.cwd()})" if isinstance(error, FileNotFoundError) else ""
        raise errors.ConfigurationError(f"{title} cannot be read: {error.strerror}{where}") from None
