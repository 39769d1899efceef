"""`pexip docs`: docs/resources.md, a page for each type, and docs/coverage.md, from the declarations and the tests."""

from __future__ import annotations

from pathlib import Path

from pexip_cli.docs.coverage import coverage
from pexip_cli.docs.overview import groups, overview
from pexip_cli.docs.page import page

__all__ = ["pages", "write"]


def pages() -> dict[str, str]:
    """Every generated page: its path below ``docs`` → its text. The same on every machine and at every time."""
    every = [each for types in groups().values() for each in types]
    tables = {"coverage.md": coverage(), "resources.md": overview()}
    return tables | {f"resources/{each.path}.md": page(each) for each in every}


def write(docs: Path) -> list[Path]:
    """Bring the pages below ``docs`` up to date, and remove those of types that are gone. Returns what changed."""
    wanted = {docs / name: text for name, text in pages().items()}
    changed = [file for file in sorted((docs / "resources").glob("*.md")) if file not in wanted]
    for file in changed:
        file.unlink()
    for file, text in wanted.items():
        if not file.exists() or file.read_text("utf-8") != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
            changed.append(file)
    return changed
