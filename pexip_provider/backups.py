"""The lifecycle of a system backup: made by a command, kept on the node, and downloaded where the stack wants it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pexip_provider.extras import extras_of
from provider_core import errors
from provider_core.backend import Backend, Created
from provider_core.checking import Failure
from provider_core.journal import Mark, key_text
from provider_core.lifecycle import Lifecycle, Props

__all__ = ["SystemBackupLifecycle"]


class SystemBackupLifecycle(Lifecycle):
    """Nothing of a backup can be set: a changed trigger makes a new one, and then removes the old one."""

    alone = True

    def problems(self, values: Props) -> list[Failure]:
        """The folder of ``download_path`` must be there before the backup is made."""
        path = values.get("download_path")
        if isinstance(path, str) and path and not Path(path).resolve().parent.is_dir():
            return [Failure(("download_path", f'download_path must lie in a folder that exists, got "{path}"'))]
        return super().problems(values)

    def mark(self, props: Props, body: Props) -> Mark:
        """A backup has no natural key: it is known by what made it."""
        key = key_text({name: props.get(name) for name in ("triggers", "download_path")})
        return super().mark(props, body)._replace(key=key)

    def send(
        self, backend: Backend, body: Props, files: Mapping[str, Path], key: Props | None, values: Props
    ) -> Created:
        """Have the node make a backup, find it, and fetch it."""
        before = {id for id, _ in backend.list(self.declaration.path, {})}
        extras = extras_of(backend)
        extras.command("platform/backup_create", {"passphrase": values["passphrase"]})
        made = [(id, wire) for id, wire in backend.list(self.declaration.path, {}) if id not in before]
        if not made:
            raise errors.ServerFailed("the node made a backup, but does not show it", 200)
        id, wire = made[0]
        if values.get("download_path"):
            digest = extras.download(id, Path(values["download_path"]))
            if wire.get("sha256sum") not in (None, "", digest):
                raise errors.ServerFailed(
                    f"{values['download_path']} is not what the node has: its SHA-256 differs", 200
                )
        return Created(id)

    def recovered(self, backend: Backend, id: str, files: Mapping[str, Path], values: Props) -> Created | None:
        """A backup whose download was lost is made again: its file is what it is for."""
        backend.delete(self.declaration.path, id)
        return None
