"""What comes as a file: branding, media and playlists, software bundles, backups."""

from __future__ import annotations

import hashlib
import tracemalloc
from pathlib import Path

import pytest

from pexip_provider import (
    IvrTheme,
    MediaLibraryEntry,
    MediaLibraryPlaylist,
    MediaLibraryPlaylistEntry,
    SoftwareBundle,
    SystemBackup,
    WebappAlias,
    WebappBranding,
)
from pexip_provider.extras import extras_of
from provider_core import errors
from tests.contract.bench import ROOT, Bench
from tests.contract.examples import write_zip
from tests.contract.held import Held
from tests.support.node import Node


def test_branding_is_made_with_its_package(bench: Bench, node: Node) -> None:
    """One form makes it; another package is another object; what refers to it is a web app path."""
    write_zip(bench.folder, "blue.zip")
    held = Held(bench, WebappBranding).up(name="House", webapp_type="webapp3", branding_file="blue.zip")
    assert [(sent.method, sent.path, sent.files) for sent in bench.recorder.writes] == [
        ("POST", "webapp_branding/", {"branding_file": "blue.zip"})
    ]
    first = held.id
    alias = Held(bench, WebappAlias).up(slug="house", webapp_type="webapp3", branding=first)
    assert alias.refresh()
    assert alias["branding"] == first
    assert held.up(name="House", webapp_type="webapp3", branding_file="blue.zip").did == "same"
    held.up(name="House", webapp_type="webapp3", branding_file="blue.zip", description="Blue")
    assert (held.did, node.objects("webapp_branding")[0]["description"]) == ("update", "Blue")
    write_zip(bench.folder, "red.zip").rename(bench.folder / "blue.zip")
    held.up(name="House", webapp_type="webapp3", branding_file="blue.zip", description="Blue")
    assert held.did == "replace, deleting first"
    assert [each["resource_uri"] for each in node.objects("webapp_branding")] == [held.id]
    assert held.id != first
    held.destroy()
    assert node.objects("webapp_branding") == []


def test_a_branding_whose_answer_was_lost_is_not_made_twice(bench: Bench, node: Node) -> None:
    """The object that is there came with its file, so it is the one."""
    write_zip(bench.folder, "blue.zip")
    node.fail("drop_after", method="POST", path="webapp_branding")
    held = Held(bench, WebappBranding).up(name="House", webapp_type="webapp3", branding_file="blue.zip")
    assert [each["resource_uri"] for each in node.objects("webapp_branding")] == [held.id]


def test_a_broken_package_says_what_the_node_says(bench: Bench, node: Node) -> None:
    """No object is left; the error names the resource and the field."""
    (bench.folder / "bad.zip").write_bytes(b"no zip")
    with pytest.raises(errors.Rejected, match='WebappBranding "House": branding_file: Upload a valid ZIP'):
        Held(bench, WebappBranding).up(name="House", webapp_type="webapp3", branding_file="bad.zip")
    assert node.objects("webapp_branding") == []
    assert Held(bench, WebappBranding).refused(name="House", webapp_type="webapp3", branding_file="gone.zip")


def test_media_and_a_playlist_in_order(bench: Bench, node: Node) -> None:
    """Entries play in the order of their positions, which can be exchanged; a film is exchanged in place."""
    for name in ("one.mp4", "two.mp4"):
        (bench.folder / name).write_bytes(name.encode())
    one = Held(bench, MediaLibraryEntry).up(name="One", media_file="one.mp4")
    two = Held(bench, MediaLibraryEntry).up(name="Two", media_file="two.mp4")
    assert one.refresh()
    assert (one["media_type"], one["media_size"]) == ("video/mp4", 7)
    playlist = Held(bench, MediaLibraryPlaylist).up(name="Lobby", loop=True)
    first = Held(bench, MediaLibraryPlaylistEntry).up(playlist=playlist.id, media=one.id, position=1)
    second = Held(bench, MediaLibraryPlaylistEntry).up(playlist=playlist.id, media=two.id, position=2)

    def played() -> list[str]:
        entries = node.objects("media_library_playlist_entry", order_by="position")
        return [each["media"] for each in entries]

    assert played() == [one.id, two.id]
    first.up(playlist=playlist.id, media=one.id, position=2)
    second.up(playlist=playlist.id, media=two.id, position=1)
    assert (first.did, second.did, played()) == ("update", "update", [two.id, one.id])
    (bench.folder / "one.mp4").write_bytes(b"a longer film")
    kept = one.id
    assert one.up(name="One", media_file="one.mp4").did == "update"
    assert one.id == kept
    assert node.objects("media_library_entry", name="One")[0]["media_size"] == 13
    for held in (first, second, playlist, one, two):
        held.destroy()
    assert node.objects("media_library_playlist_entry") == node.objects("media_library_entry") == []


def test_a_large_file_is_read_while_it_is_sent(bench: Bench, node: Node) -> None:
    """However large, a few blocks of it are in memory; what arrives is all of it."""
    size = 20_000_000
    with (bench.folder / "large.mp4").open("wb") as file:
        file.truncate(size)
        file.seek(size - 5)
        file.write(b"right")
    tracemalloc.start()
    try:
        held = Held(bench, MediaLibraryEntry).up(name="Large", media_file="large.mp4", description="Long")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    (entry,) = node.objects("media_library_entry")
    assert (entry["media_size"], entry["description"], entry["file_name"]) == (size, "Long", "large.mp4")
    assert node.request("GET", f"{held.id}download/").content.endswith(b"\x00right")
    assert peak < size / 4


def test_a_theme_package_is_uploaded_after_its_name(bench: Bench, node: Node) -> None:
    """POST, then the package as a form."""
    write_zip(bench.folder, "house.zip")
    held = Held(bench, IvrTheme).up(name="House", package="house.zip")
    assert [(sent.method, sent.files) for sent in bench.recorder.writes] == [
        ("POST", None),
        ("PATCH", {"package": "house.zip"}),
    ]
    assert node.request("GET", f"{held.id}download/").content == (bench.folder / "house.zip").read_bytes()


def test_a_software_bundle(bench: Bench, node: Node) -> None:
    """A package becomes a revision and is selected; another one too; destroyed, it is the platform's own again."""
    write_zip(bench.folder, "webapp3_3.1.0_2.zip")
    held = Held(bench, SoftwareBundle).up(bundle_type="webapp3", package="webapp3_3.1.0_2.zip")
    assert held.id == f"{ROOT}software_bundle/2/"

    def selected() -> tuple[str, bool]:
        uri = node.objects("software_bundle", bundle_type="webapp3")[0]["selected_revision"]
        (revision,) = [each for each in node.objects("software_bundle_revision") if each["resource_uri"] == uri]
        return revision["version"], revision["core"]

    assert selected() == ("3.1.0", False)
    assert held.refresh()
    assert held.up(bundle_type="webapp3", package="webapp3_3.1.0_2.zip").did == "same"
    write_zip(bench.folder, "webapp3_3.2.0_1.zip")
    assert held.up(bundle_type="webapp3", package="webapp3_3.2.0_1.zip").did == "update"
    assert selected() == ("3.2.0", False)
    earlier = next(each for each in node.objects("software_bundle_revision") if each["version"] == "3.1.0")
    assert held.up(bundle_type="webapp3", selected_revision=earlier["resource_uri"]).did == "update"
    assert selected() == ("3.1.0", False)
    held.destroy()
    assert selected() == ("3.0.0", True)


def test_a_software_bundle_that_cannot_be(bench: Bench) -> None:
    """A type that the node does not have, a revision that is there already, two revisions at once."""
    write_zip(bench.folder, "webapp3_3.1.0_2.zip")
    with pytest.raises(errors.ConfigurationError, match=r'that the node has \(teams, webapp2, webapp3\), got "x"'):
        Held(bench, SoftwareBundle).up(bundle_type="x")
    Held(bench, SoftwareBundle).up(bundle_type="webapp3", package="webapp3_3.1.0_2.zip").destroy()
    with pytest.raises(errors.Rejected, match=r"is there already.*selected_revision="):
        Held(bench, SoftwareBundle).up(bundle_type="webapp3", package="webapp3_3.1.0_2.zip")
    both = {"package": "webapp3_3.1.0_2.zip", "selected_revision": f"{ROOT}software_bundle_revision/2/"}
    assert Held(bench, SoftwareBundle).refused(bundle_type="webapp3", **both) == [
        "package must be given alone, got selected_revision too: an upload selects itself"
    ]


def test_a_backup_is_made_fetched_renewed_and_restored(bench: Bench, node: Node) -> None:
    """Made and downloaded with the stack; a trigger makes a new one before the old one goes; it restores the node."""
    node.create("conference", name="Before")
    held = Held(bench, SystemBackup).up(passphrase="secret-word", download_path="node.bin", triggers={"day": 1})
    content = Path("node.bin").read_bytes()
    assert (held["size"], held["sha256sum"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert Path("node.bin").stat().st_mode & 0o777 == 0o600
    assert held.refresh()
    first = held.id
    same = {"passphrase": "secret-word", "download_path": "node.bin"}
    assert held.up(**same, triggers={"day": 1}).did == "same"
    assert held.up(**same, triggers={"day": 2}).did == "replace"
    assert [each["resource_uri"] for each in node.objects("system_backup")] == [held.id] != [first]
    node.create("conference", name="After")
    extras = extras_of(held.lifecycle.backend({}))
    extras.command("platform/backup_restore", {"passphrase": "secret-word"}, {"package": Path("node.bin")})
    assert [each["name"] for each in node.objects("conference")] == ["Before"]
    held.destroy()
    assert node.objects("system_backup") == []


def test_a_backup_has_somewhere_to_go(bench: Bench, node: Node) -> None:
    """A folder that is not there is found at check; an error of the node hides the passphrase."""
    assert Held(bench, SystemBackup).refused(passphrase="x", download_path="gone/node.bin") == [
        'download_path must lie in a folder that exists, got "gone/node.bin"'
    ]
    node.fail("status", method="POST", path="backup_create", status=400, body={"error": "no secret-word here"})
    with pytest.raises(errors.Rejected, match=r"SystemBackup: no \[hidden\] here"):
        Held(bench, SystemBackup).up(passphrase="secret-word")
