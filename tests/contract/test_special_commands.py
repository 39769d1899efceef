"""`pexip backup`, `upgrade` and `sync`: actions on a node that are no state."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from pexip_cli.__main__ import main
from pexip_provider import UpgradeRequest
from tests.support.engine import ROOT
from tests.support.node import Node


@pytest.fixture(autouse=True)
def connected(node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a shell, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PEXIP_ADDRESS", node.address)
    monkeypatch.setenv("PEXIP_USERNAME", node.username)
    monkeypatch.setenv("PEXIP_PASSWORD", node.password)
    monkeypatch.setenv("PEXIP_CA_BUNDLE", str(node.ca))
    monkeypatch.setenv("PEXIP_BACKUP_PASSPHRASE", "secret-word")


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    said = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, said.out + said.err


def test_a_backup_is_made_listed_fetched_and_restored(node: Node, capsys: pytest.CaptureFixture[str]) -> None:
    """The node goes back to what it was, and only when that was agreed to."""
    node.create("conference", name="Before")
    code, said = _run(capsys, "backup", "create", "node.bin")
    assert code == 0
    name = said.strip()
    code, said = _run(capsys, "backup", "list")
    assert said.startswith(f"{name}  ")
    code, said = _run(capsys, "backup", "fetch", name, "again.bin")
    assert said.strip() == f"sha256 {hashlib.sha256(Path('node.bin').read_bytes()).hexdigest()}"
    assert Path("again.bin").read_bytes() == Path("node.bin").read_bytes()
    node.create("conference", name="After")
    code, said = _run(capsys, "backup", "restore", "node.bin")
    assert (code, "Nothing was done; --yes does it without asking" in said) == (1, True)
    assert len(node.objects("conference")) == 2
    code, said = _run(capsys, "backup", "restore", "--yes", "node.bin")
    assert code == 0
    assert [each["name"] for each in node.objects("conference")] == ["Before"]


def test_what_goes_wrong_is_one_line(
    node: Node, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong passphrase, a file or a backup that is not there, a passphrase that was not given."""
    _run(capsys, "backup", "create", "node.bin")
    monkeypatch.setenv("PEXIP_BACKUP_PASSPHRASE", "other-word")
    assert _run(capsys, "backup", "restore", "--yes", "node.bin") == (
        1,
        "pexip: The backup is damaged, or the passphrase is wrong.\n",
    )
    assert _run(capsys, "backup", "restore", "--yes", "gone.bin") == (1, "pexip: there is no file gone.bin\n")
    assert _run(capsys, "backup", "fetch", "gone", "x.bin")[1].startswith("pexip: the node keeps no backup gone")
    monkeypatch.delenv("PEXIP_BACKUP_PASSPHRASE")
    assert "set PEXIP_BACKUP_PASSPHRASE" in _run(capsys, "backup", "create")[1]


def test_an_upgrade_package_is_uploaded(node: Node, capsys: pytest.CaptureFixture[str]) -> None:
    """Its request tells what becomes of it, and can be looked up."""
    Path("upgrade.tar").write_bytes(b"package")
    assert _run(capsys, "upgrade", "upgrade.tar")[0] == 1
    code, said = _run(capsys, "upgrade", "--yes", "upgrade.tar")
    assert (code, said.startswith("Uploaded, state UPLOADED. ")) == (0, True)
    assert UpgradeRequest.get(state="UPLOADED").id == said.split()[-1]


def test_a_template_is_synced(node: Node, capsys: pytest.CaptureFixture[str]) -> None:
    """By its name; one that is not there is named."""
    case = json.loads((ROOT / "tests/cases/conference_sync_template/min.json").read_text())
    node.create("conference_sync_template", **{**case["inputs"], "name": "Rooms"})
    assert _run(capsys, "sync", "Rooms") == (0, "Started.\n")
    assert "no conference sync template 'Nothing'" in _run(capsys, "sync", "Nothing")[1]
