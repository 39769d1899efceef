"""A journal of what a stack has created and its state may not know yet.

The engine saves the state after the fact, and with ``PULUMI_SKIP_CHECKPOINTS=true`` only at the end. When it is
killed, objects are on the node that the state does not have. The journal does: a line is on the disk before a
create is sent, and the next run takes those objects over, and only those.

It is an append-only file of JSON lines, one file a stack: in ``PROVIDER_JOURNAL`` when that is set, else beside the
state of a local file backend, else under ``PULUMI_HOME``. It holds types, natural keys and ids, and no secret.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import json
import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from provider_core import errors
from provider_core.joiner import Joiner

__all__ = ["Begun", "Journal", "Mark", "begin", "file_of", "journal_of", "key_text", "saved"]


class Mark(NamedTuple):
    """What is about to be created: where, of which type, and by which natural key (as JSON text)."""

    address: str
    path: str
    key: str


Entry = tuple[str, Mark, str]
"""What happened (begin, made, drop), to what, and its id."""


class Journal:
    """Thread-safe, and safe beside the process of a killed run that may still be writing.

    Its making and the methods that write raise `ConfigurationError` when the file cannot be written.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._entries: dict[Mark, str] = {}
        self._marks: dict[tuple[str, str, str], Mark] = {}
        self._read_to = 0
        with _written(file):
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._descriptor = _open(file)
            self._compact()
        for folder in (file.parent, file.parent.parent):
            # A new file is on the disk when its folder is. Not every file system can do it.
            with contextlib.suppress(OSError):
                _sync(folder)
        self._synced: Joiner[list[Entry], None] = Joiner(self._write, most=1000, gather=True)

    def find(self, mark: Mark) -> str | None:
        """The id of what an earlier run began to create under this mark, "" when its answer was never seen.

        None when no run has; one that still runs counts.
        """
        with self._lock:
            self._catch_up()
            return self._entries.get(mark)

    def entries(self) -> dict[Mark, str]:
        """All that `find` finds: what was begun, and has been neither refused nor seen in the state since."""
        with self._lock:
            self._catch_up()
            return dict(self._entries)

    def begin(self, marks: Sequence[Mark]) -> None:
        """Before creates are sent. Returns when their lines are on the disk."""
        self._synced.call([("begin", mark, "") for mark in marks])

    def made(self, mark: Mark, id: str) -> None:
        """After the create, with the id. Survives the death of this process, though not of the machine."""
        self._put("made", mark, id)

    def drop(self, mark: Mark) -> None:
        """The create was refused: nothing was made."""
        self._put("drop", mark)

    def saved(self, address: str, path: str, ids: Iterable[str]) -> None:
        """The state has these objects of a type (or had them, and they are deleted)."""
        with self._lock, _written(self._file):
            known = ((self._marks.pop((address, path, id), None), id) for id in ids)
            drops: list[Entry] = [("drop", mark, "") for mark, id in known if mark and self._entries.get(mark) == id]
            if drops:
                self._append(drops)

    def close(self) -> None:
        """Let the file go; the next to open it may start it anew."""
        os.close(self._descriptor)

    def _put(self, what: str, mark: Mark, id: str = "") -> None:
        with self._lock, _written(self._file):
            self._append([(what, mark, id)])

    def _write(self, batch: list[list[Entry]]) -> list[None]:
        with _written(self._file):
            with self._lock:
                self._append([entry for entries in batch for entry in entries])
            os.fsync(self._descriptor)
        return [None] * len(batch)

    def _append(self, entries: list[Entry]) -> None:
        # It begins with an empty line: a line that a crash has cut short would swallow the first one.
        lines = b"\n" + _lines(entries)
        _write(self._descriptor, lines)
        end = os.lseek(self._descriptor, 0, os.SEEK_CUR)
        for entry in entries:
            self._apply(*entry)
        if end - len(lines) == self._read_to:
            # Nobody else has written in between, and one's own lines need not be read.
            self._read_to = end

    def _apply(self, what: str, mark: Mark, id: str) -> None:
        if what == "drop":
            self._entries.pop(mark, None)
        else:
            self._entries[mark] = id
            self._marks[(mark.address, mark.path, id)] = mark

    def _catch_up(self) -> None:
        """Replay what another process has appended since."""
        size = os.fstat(self._descriptor).st_size
        if size == self._read_to:
            return
        text = os.pread(self._descriptor, size - self._read_to, self._read_to)
        complete = text[: text.rfind(b"\n") + 1]
        self._read_to += len(complete)
        for line in complete.splitlines():
            try:
                what, *mark, id = json.loads(line)
                entry = Mark(*mark)
            except (ValueError, TypeError):
                continue  # a line cut short by a crash of the machine
            self._apply(what, entry, id)

    def _compact(self) -> None:
        """Start a new file with what is still open, unless another process uses this one."""
        with self._lock:
            self._catch_up()
            kept = _lines(("made", mark, id) for mark, id in self._entries.items())
            if len(kept) == self._read_to:
                return
            if _is_alone(self._descriptor):
                fresh = self._file.with_suffix(".new")
                with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                    file.write(kept)
                _sync(fresh)
                fresh.replace(self._file)
            # To ask whether one is alone gives up the lock that says otherwise: somebody else may have begun anew.
            os.close(self._descriptor)
            self._descriptor = _open(self._file)
            self._entries.clear()
            self._read_to = 0
            self._catch_up()


@contextlib.contextmanager
def _written(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise errors.ConfigurationError(
            f"cannot write the journal {file} ({reason}), from which the next run goes on after a kill: "
            "make room for it, or set PROVIDER_JOURNAL to another folder"
        ) from None


def _open(file: Path) -> int:
    """The file, opened to append and locked as in use; opened again when it was replaced in between."""
    while True:
        descriptor = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        if file.exists() and file.stat().st_ino == os.fstat(descriptor).st_ino:
            return descriptor
        os.close(descriptor)


def _is_alone(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lines(entries: Iterable[Entry]) -> bytes:
    return "".join(json.dumps([what, *mark, id]) + "\n" for what, mark, id in entries).encode()


def _write(descriptor: int, data: bytes) -> None:
    # A disk that is nearly full takes a part, and refuses the next.
    while data:
        data = data[os.write(descriptor, data) :]


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Begun:
    """A create under way. ``earlier``: what `Journal.find` said before it began."""

    def __init__(self, journal: Journal | None, mark: Mark) -> None:
        self._journal = journal
        self._mark = mark
        self.earlier = journal.find(mark) if journal else None

    def made(self, id: str) -> None:
        """It is on the node, with this id."""
        if self._journal:
            self._journal.made(self._mark, id)

    def nothing_made(self) -> None:
        """It was refused. What an earlier run made is still to be found."""
        if self._journal and self.earlier is None:
            self._journal.drop(self._mark)


_lock = threading.Lock()
_journals: dict[Path, Journal] = {}


def journal_of(stack: str, environ: Mapping[str, str] = os.environ) -> Journal:
    """The journal of a stack of the current project; opened at the first call."""
    file = file_of(stack, environ)
    with _lock:
        if file not in _journals:
            _journals[file] = Journal(file)
        return _journals[file]


def begin(stack: str, marks: Sequence[Mark]) -> list[Begun]:
    """Journal creates of a stack; without a name nothing is journaled."""
    journal = journal_of(stack) if stack else None
    begun = [Begun(journal, mark) for mark in marks]
    new = [mark for mark, each in zip(marks, begun, strict=True) if each.earlier is None]
    if journal and new:
        journal.begin(new)
    return begun


def saved(stack: str, address: str, path: str, ids: Iterable[str]) -> None:
    """The state of the stack has these objects of a type, on the server at this address."""
    if stack:
        journal_of(stack).saved(address, path, ids)


def file_of(stack: str, environ: Mapping[str, str]) -> Path:
    """Where the journal of a stack lies, for a process with this environment; PULUMI_PROJECT is the project's name."""
    return _file(stack, *map(environ.get, ("PULUMI_PROJECT", "PROVIDER_JOURNAL", "PULUMI_BACKEND_URL", "PULUMI_HOME")))


@functools.cache
def _file(stack: str, project: str | None, journal: str | None, backend: str | None, home: str | None) -> Path:
    return _folder(journal, backend or "", home) / f"{project or 'project'}.{stack}.jsonl"


def _folder(journal: str | None, backend: str, home: str | None) -> Path:
    if journal:
        return Path(journal)
    if backend.startswith("file://"):
        place = unquote(backend.removeprefix("file://").partition("?")[0])
        return Path(place).expanduser() / ".pulumi" / "journals"
    return Path(home or "~/.pulumi").expanduser() / "journals"


def key_text(key: Mapping[str, Any]) -> str:
    """A natural key as text, the same for equal keys."""
    return json.dumps(key, sort_keys=True, default=str)
