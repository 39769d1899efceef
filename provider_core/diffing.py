"""Diff: what must change on the node so that it is as the stack says. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from provider_core.declaration import Declaration
from provider_core.values import CONNECTION, digest_of

__all__ = ["Difference", "diff"]


@dataclass(frozen=True)
class Difference:
    """``changes`` is what the node is to be given; ``files`` the files to upload again.

    ``forgotten`` names fields that only change in the state: set no more with no default to go back to (or at
    it already), or of this machine only. ``replaces`` names what cannot change in place; ``delete_first``: the
    old object must go before the new one can be made, because they would share the natural key.
    """

    changes: Mapping[str, Any]
    files: tuple[str, ...] = ()
    forgotten: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    delete_first: bool = False

    def __bool__(self) -> bool:
        return bool(self.changes or self.files or self.forgotten or self.replaces)


def diff(
    declaration: Declaration,
    olds: Mapping[str, Any],
    news: Mapping[str, Any],
    old_options: Mapping[str, Any] | None = None,
    new_options: Mapping[str, Any] | None = None,
) -> Difference:
    """The difference from ``olds`` (what the state has) to ``news`` (what the stack wants).

    The options are the property bags that the values came from: they hold the connection and file digests.
    """
    before, after = old_options or {}, new_options or {}
    changes: dict[str, Any] = {}
    files: list[str] = []
    forgotten: list[str] = []
    for name, field in declaration.inputs.items():
        if name not in olds and name not in news:
            continue
        if name in declaration.files:
            if name in news and before.get(digest_of(name)) != after.get(digest_of(name)):
                files.append(name)
            elif name in olds and name not in news:
                forgotten.append(name)
        elif name not in declaration.sent:
            if olds.get(name) != news.get(name):
                forgotten.append(name)
        elif name in news:
            if name not in olds or not field.kind.same(olds[name], news[name]):
                changes[name] = news[name]
        elif name in olds:
            if field.default_known and not field.kind.same(olds[name], field.default):
                changes[name] = field.default
            else:
                forgotten.append(name)
    told = [name for name in forgotten if name not in declaration.sent and name not in declaration.files]
    replaces = [name for name in (*changes, *files, *told) if declaration.inputs[name].replaces]
    moved = before.get(CONNECTION) != after.get(CONNECTION)
    if moved:
        replaces.append(CONNECTION)
    return Difference(
        changes=changes,
        files=tuple(files),
        forgotten=tuple(forgotten),
        replaces=tuple(replaces),
        delete_first=bool(replaces and declaration.natural_key)
        and not moved
        and not any(key in changes for key in declaration.natural_key),
    )
