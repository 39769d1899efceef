"""The page of one type."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from typing import Any

import pexip_provider
from pexip_cli.docs.kinds import default, kind_in_words, placeholder
from pexip_provider.descriptions import Description, described
from provider_core.declaration import Declaration, declarations, look_ups
from provider_core.fields import Field, Ownership
from provider_core.kinds import File, Kind, Many, Record
from provider_core.loading import provider_key

__all__ = ["classes", "linked", "page", "program"]

_SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"…"'}

_OWNERSHIP = {
    Ownership.WRITE_ONLY: "write-only",
    Ownership.LOCAL: "local",
    Ownership.COMPUTED: "after a refresh",
    Ownership.COMPUTED_AT_CREATE: "at once",
}


def page(declaration: Declaration) -> str:
    """The text of docs/resources/<path>.md."""
    words = described(declaration)
    more = declaration.doc.partition("\n\n")[2].replace("``", "`")
    parts = [f"# {declaration.name}", linked(words.about, ""), _facts(declaration), linked(more, "")]
    if words.example:
        parts += ["## Example", f"```python\n{program(words.example)}```"]
    parts += _fields(declaration, words)
    parts += ["## Look-up", f"```python\n{_look_up(declaration)}\n```", *_taking_over(declaration)]
    return "\n\n".join(part for part in parts if part) + "\n"


def program(example: str) -> str:
    """An example with the imports that it needs, as it can be run."""
    imports, lines = [], example.strip("\n").split("\n")
    while lines and (not lines[0] or lines[0].startswith(("import ", "from "))):
        imports.append(lines.pop(0))
    body = "\n".join(lines)
    used = sorted(name for name in pexip_provider.__all__ if re.search(rf"\b{name}\b[(.]", body))
    blocks = [
        "\n".join(filter(None, imports)),
        "import pulumi" if "pulumi." in body else "",
        f"from pexip_provider import {', '.join(used)}",
        body,
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def linked(text: str, folder: str) -> str:
    """A text with each class in it (`Role`, in backticks) as a link to its page, which is in ``folder``."""
    paths = {name: path for path, name in classes().items()}
    return re.sub(
        r"`(\w+)`", lambda found: f"[{found[1]}]({folder}{paths[found[1]]}.md)" if found[1] in paths else found[0], text
    )


def _facts(declaration: Declaration) -> str:
    key = " and ".join(f"`{name}`" for name in declaration.natural_key)
    unique = "" if declaration.key_is_unique else " (the node allows several)"
    facts = [f"Path `{declaration.path}`", declaration.group]
    facts += [f"natural key {key}{unique}"] if key else []
    facts += ["exists once"] if declaration.exists_once else []
    facts += ["look-up only"] if declaration.read_only else []
    return " · ".join(facts)


def _fields(declaration: Declaration, words: Description) -> Iterator[str]:
    if declaration.inputs:
        rows = ["| field | what it is | type | default | notes |", "| --- | --- | --- | --- | --- |"]
        for name, field in declaration.inputs.items():
            cells = [_said(words, name), kind_in_words(field.kind, classes()), default(field), _notes(field)]
            rows.append(_row(f"`{name}`", *cells))
            rows += _parts(name, field.kind, words)
        yield from ("## Fields", "\n".join(rows))
    if declaration.computed:
        rows = ["| output | what it is | type | notes |", "| --- | --- | --- | --- |"]
        for name, field in declaration.computed.items():
            notes = ("secret" if field.secret else "") if declaration.read_only else _notes(field)
            rows.append(_row(f"`{name}`", _said(words, name), kind_in_words(field.kind, classes()), notes))
        yield from ("## Outputs", "\n".join(rows))


def _parts(name: str, kind: Kind, words: Description) -> Iterator[str]:
    item = kind.item if isinstance(kind, Many) else kind
    if isinstance(item, Record):
        for part, (inner, given) in item.fields.items():
            declared: Field[Any] = Field(inner, default=given)
            said = _said(words, f"{name}.{part}")
            yield _row(f"`{name}[].{part}`", said, kind_in_words(inner, classes()), default(declared), "")


def _said(words: Description, name: str) -> str:
    return linked(words.fields.get(name, ""), "")


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells).replace("|  |", "| |") + " |"


def _notes(field: Field[Any]) -> str:
    notes = [
        "secret" if field.secret else "",
        _OWNERSHIP.get(field.ownership, "") if not isinstance(field.kind, File) else "uploaded",
        "a change replaces" if field.replaces else "",
        "nullable" if field.nullable else "",
    ]
    return ", ".join(filter(None, notes))


def _look_up(declaration: Declaration) -> str:
    if declaration.exists_once:
        return f"{declaration.name}.get()"
    key = ", ".join(f"{name}={_python(declaration, name)}" for name in declaration.natural_key)
    found = (
        key if key and all(map(_searchable, map(declaration.fields.__getitem__, declaration.natural_key))) else "id=1"
    )
    return f"{declaration.name}.get({found})\n{declaration.name}.list()"


def _searchable(field: Field[Any]) -> bool:
    """Whether the node can be asked for a value: not for what it never tells, nor for a certificate's content."""
    return field.ownership is not Ownership.WRITE_ONLY and getattr(field.kind, "format", None) not in ("pem", "json")


def _python(declaration: Declaration, name: str) -> str:
    return json.dumps(placeholder(declaration.fields[name].kind), ensure_ascii=False)


def _taking_over(declaration: Declaration) -> list[str]:
    if declaration.read_only:
        return []
    if declaration.exists_once:
        text = (
            "It is there already: the resource takes it over, and destroying it puts back the defaults of the fields "
            "that the stack had set."
        )
        return ["## Taking over", text]
    key = [declaration.fields[name] for name in declaration.natural_key]
    parts = ["## Taking over"]
    if key and not any(field.ownership is Ownership.WRITE_ONLY for field in key):
        parts.append("`adopt=True` takes over the object with the same natural key.")
    # The state would have no checksum of the file, and so the next run would upload it, or make another object.
    if not any(declaration.fields[name].required for name in declaration.files):
        parts += ["An entry for `pulumi import --file`, as [described](../resources.md#taking-over-what-exists):"]
        parts += [f"```json\n{json.dumps(_entry(declaration), indent=2, ensure_ascii=False)}\n```"]
    return parts


def _entry(declaration: Declaration) -> dict[str, Any]:
    """A file for ``pulumi import`` with one resource: the fields that must be there, and the natural key."""
    fields = {
        name: _SECRET if field.secret else placeholder(field.kind)
        for name, field in declaration.inputs.items()
        if field.required or name in declaration.natural_key
    }
    props = {"__provider": provider_key(declaration.token), **fields}
    entry = {
        "type": f"pulumi-python:dynamic/{declaration.vendor.name}:{declaration.name}",
        "name": declaration.path.replace("_", "-"),
        "id": f"/api/admin/configuration/v1/{declaration.path}/1/",
        "inputs": props,
        "outputs": props,
    }
    return {"resources": [entry]}


@functools.cache
def classes() -> dict[str, str]:
    """The class of every type, by its path."""
    return {each.path: each.name for each in [*declarations("pexip"), *look_ups("pexip")]}
