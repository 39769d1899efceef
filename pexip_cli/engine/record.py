"""Which engine was chosen, so that the choice costs nothing the next time."""

import enum
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pexip_cli.private import write_private


class Way(enum.StrEnum):
    """How an engine was come by."""

    PATH = "path"
    INSTALL = "install"
    BUILD = "build"


@dataclass(frozen=True)
class Engine:
    """A usable engine: `folder` holds `pulumi` and the Python host, `mark` tells what it was made from."""

    way: Way
    folder: Path
    version: str
    mark: str

    @property
    def pulumi(self) -> Path:
        """The CLI itself."""
        return self.folder / "pulumi"

    def __str__(self) -> str:
        how = {Way.PATH: "found on PATH", Way.INSTALL: "downloaded", Way.BUILD: "built"}[self.way]
        return f"Pulumi {self.version}, {how}: {self.pulumi}"


def read(file: Path) -> Engine | None:
    """The recorded engine, or None where there is no record that can be read."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        return Engine(Way(data["way"]), Path(data["folder"]), str(data["version"]), str(data["mark"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(file: Path, engine: Engine) -> None:
    """Records an engine."""
    write_private(file, json.dumps(asdict(engine), default=str, indent=2) + "\n")


def mark_of_program(program: Path) -> str:
    """Changes whenever a program on disk is replaced."""
    status = program.stat()
    return f"{status.st_size}-{status.st_mtime_ns}"


def mark_of_source(folder: Path) -> str:
    """Changes whenever the Go module would build something else; a module inside it is a build of its own."""
    digest = hashlib.sha256()
    inside = [file.parent for file in folder.rglob("go.mod") if file.parent != folder]
    for path in sorted(folder.rglob("*")):
        if path.suffix not in {".go", ".mod", ".sum"} or path.name.endswith("_test.go"):
            continue
        if any(path.is_relative_to(module) for module in inside):
            continue
        digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()
