"""Where the command keeps what it makes."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Checkout:
    """One working copy. All that the command writes is under `local`, readable by its owner only."""

    root: Path

    @classmethod
    def find(cls) -> "Checkout":
        """The copy that this package was installed from in place, else the current folder."""
        source = Path(__file__).resolve().parents[1]
        return cls(source if (source / "engine" / "go.mod").exists() else Path.cwd())

    @property
    def local(self) -> Path:
        """`.local`, made with mode 0700 when it is first asked for."""
        folder = self.root / ".local"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    @property
    def engine_source(self) -> Path:
        """The Go module that pins and builds the engine."""
        return self.root / "engine"

    @property
    def engine(self) -> Path:
        """Where an engine that was built or downloaded lies; its programs are in `bin`."""
        return self.local / "engine"

    @property
    def home(self) -> Path:
        """`PULUMI_HOME`."""
        return self._made("home")

    @property
    def state(self) -> Path:
        """The file backend: what stacks have deployed."""
        return self._made("state")

    @property
    def simulator(self) -> Path:
        """The simulated Management Node: its data, password, log and process id."""
        return self._made("simulator")

    @property
    def passphrase(self) -> Path:
        """The file that holds the passphrase for secrets in state and configuration."""
        return self.local / "passphrase"

    @property
    def env(self) -> Path:
        """The one file to `source`."""
        return self.local / "env"

    def shown(self, path: Path) -> str:
        """A path as a person at the root would type it."""
        return os.path.relpath(path, self.root) if path.is_relative_to(self.root) else str(path)

    def _made(self, name: str) -> Path:
        folder = self.local / name
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder
