"""Small files that only their owner reads."""

import os
import secrets
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Writes a file with mode 0600, whole or not at all."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)


def random_secret(path: Path) -> str:
    """The secret kept in a file; on first use 24 random characters are put there."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(18) + "\n")
    return path.read_text(encoding="utf-8").strip()
