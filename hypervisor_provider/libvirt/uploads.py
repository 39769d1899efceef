"""Sending an image to a volume: in constant memory, without its holes, saying how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from hypervisor_provider.libvirt.images import PIECE, Image
from hypervisor_provider.libvirt.library import library
from provider_core import errors
from provider_core.progress import Progress

__all__ = ["upload"]

PACKET = 256_000
"""Bytes in one message of libvirt's protocol, which takes a little more."""


def upload(connection: Any, volume: Any, image: Image, title: str, sparse: bool) -> None:
    """Send all of the image. ``sparse``: the volume's storage takes holes as such.

    Raises libvirt's errors, and what the image's pieces raise; either way the stream is ended.
    """
    libvirt = library()
    stream = connection.newStream()
    flags = libvirt.VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM if sparse else 0
    volume.upload(stream, 0, image.length, flags)
    try:
        _send(stream, image, Progress(title, image.length or None), sparse)
        stream.finish()
    except BaseException:
        with suppress(libvirt.libvirtError):
            stream.abort()
        raise


def _send(stream: Any, image: Image, progress: Progress, sparse: bool) -> None:
    sent = 0
    for piece in image.pieces:
        if isinstance(piece, bytes):
            _send_bytes(stream, piece)
            size = len(piece)
        else:
            # The volume is new but not empty: the beginning of a qcow2 file is there.
            plain = min(piece, max(0, PIECE - sent)) if sparse else piece
            for zeros in _zeros(plain):
                _send_bytes(stream, zeros)
            if piece > plain:
                stream.sendHole(piece - plain)
            size = piece
        sent += size
        progress.add(size)


def _send_bytes(stream: Any, piece: bytes) -> None:
    place = 0
    while place < len(piece):
        taken = stream.send(piece[place : place + PACKET])
        if taken <= 0:
            raise errors.AnswerLost("the upload broke off")
        place += taken


def _zeros(length: int) -> Iterator[bytes]:
    whole, rest = divmod(length, PIECE)
    for _ in range(whole):
        yield bytes(PIECE)
    if rest:
        yield bytes(rest)
