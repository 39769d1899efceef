"""The table of all types, by group."""

from __future__ import annotations

import re

from pexip_cli.docs.page import linked
from pexip_provider.descriptions import described
from provider_core.declaration import Declaration, declarations, look_ups

__all__ = ["groups", "overview"]

# The order in which the vendor's own documentation has them.
_ORDER = (
    "System configuration",
    "One-Touch Join",
    "Platform configuration",
    "Call control",
    "Service configuration",
    "Users",
    "Web app",
    "Utilities",
)

_TOP = """\
# Resources

{count} types of the management configuration API. Each page has the fields, an example, and how to look an object up
or take it over. This page and the pages behind it are made from the declarations by `make docs`.

| form | what it means |
| --- | --- |
| resource | made, changed and deleted by the stack |
| exists once | there already: the stack changes it, and puts defaults back when it is destroyed |
| look-up | filled by the node: `get` and `list` only |

| note | what it means |
| --- | --- |
| secret | encrypted in the state, and in no message |
| write-only | the node never tells it, so that a change on the node is not seen |
| local | of the run rather than of the object on the node |
| uploaded | sent as a file, again when its content changes |
| a change replaces | another value makes another object |
| nullable | `None` is a value, and means "none" or "as the global setting says" |
| at once, after a refresh | when an output is known: as soon as the object is made, or after the first refresh |

A field that a stack does not set is left as the node has it. The default is what it goes back to when it is taken out
of the stack.
"""

_LOOK_UPS = """\
## Look-ups

`get` finds exactly one object, `list` any number. Filters are fields, with the endings that the node knows after two
underscores; `id` takes a number or a URI. What was found can be given wherever a reference is taken. Look-ups run at
preview too.

```python
theme = IvrTheme.get(name="House style")
Conference("boardroom", name="Board room", ivr_theme=theme)
auditoriums = Conference.list(service_type="lecture", name__icontains="hall")
```
"""

_IMPORT = """\
## Taking over what exists

With `adopt=True` a resource takes over the object with the same natural key and makes it as it is declared. What
exists once needs no `adopt`.

`pulumi import` takes objects into the state as they are, from a file with the entries that the pages show:

```console
$ pulumi import --file import.json --generate-code=false --protect=false
```

`inputs` and `outputs` hold the same: `__provider` as it stands on the page, and every field that the program sets.
`id` is the path of the object's URI. A secret is wrapped, its value as JSON in `plaintext`; it is encrypted on its
way into the state:

```json
{"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": "\\"1234\\""}
```
"""


def groups() -> dict[str, list[Declaration]]:
    """The types by group, in the vendor's order, by class within a group."""
    every = sorted([*declarations("pexip"), *look_ups("pexip")], key=lambda each: each.name)
    names = [*_ORDER, *sorted({each.group for each in every} - set(_ORDER))]
    return {name: found for name in names if (found := [each for each in every if each.group == name])}


def overview() -> str:
    """The text of docs/resources.md."""
    parts = [_TOP.format(count=sum(map(len, groups().values())))]
    for group, types in groups().items():
        rows = ["| class | path | what it is | natural key | form |", "| --- | --- | --- | --- | --- |"]
        parts.append("\n".join([f"## {group}\n", *rows, *map(_row, types)]) + "\n")
    return "\n".join([*parts, _LOOK_UPS, _IMPORT])


def _row(declaration: Declaration) -> str:
    about = described(declaration).about
    first = re.split(r"(?<=\.)\s", about, maxsplit=1)[0]
    key = ", ".join(f"`{name}`" for name in declaration.natural_key) or "–"
    form = "look-up" if declaration.read_only else "exists once" if declaration.exists_once else "resource"
    link = f"[{declaration.name}](resources/{declaration.path}.md)"
    return f"| {link} | `{declaration.path}` | {linked(first, 'resources/')} | {key} | {form} |"
