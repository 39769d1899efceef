"""What one object of a type needs: its inputs, and the objects that must be there before it.

A plan is plain data in which ``$name`` stands for the URI of the object of that name, so that it can be kept in a
file and carried out on any node.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from provider_core.declaration import Declaration, declarations
from provider_core.fields import Field
from provider_core.kinds import Kind, Many, Reference
from tests.contract.examples import changed, example
from tests.contract.known import ignored

__all__ = ["Before", "Plan", "by_path"]


@dataclass(frozen=True)
class Before:
    """An object that must be there: made from ``body`` (and an uploaded file), or found when there is no body.

    With ``command``, the node makes it of a file that is called ``content``; ``file`` is the form's field for it.
    """

    name: str
    path: str
    body: dict[str, Any] | None = None
    file: str = ""
    command: str = ""
    content: str = ""


# Types that the node fills, or that are made in a way of their own: a body and the field of its file.
_GIVEN: dict[str, tuple[dict[str, Any] | None, str]] = {
    "diagnostic_graph_dataset": (None, ""),
    "disabled_codec": (None, ""),
    "event_sink_event": (None, ""),
    "media_library_entry": ({"name": "film"}, "media_file"),
    "permission": (None, ""),
    "webapp_branding": ({"name": "branding", "webapp_type": "webapp3"}, "branding_file"),
}

# Types that a command makes of a file: the command, the form's field, the file's name for a number.
_COMMANDED = {"software_bundle_revision": ("platform/software_bundle", "package", "webapp2_2.{}.0_1.zip")}


# Fields that no example can be given for.
_LEFT_OUT = {
    "authentication.api_oauth2_disable_basic": "it would lock out whoever asks next",
    "media_library_playlist.playlist_entries": "the simulated node fails when they are taken away again",
    "certificate_signing_request.certificate": "it must be made from the request, which is not there before",
    "licence.response_xml": "it must answer the request, which is not there before",
    "software_bundle.selected_revision": "given without a package only; the walk changes it",
    "worker_vm.hand_over": "it goes with an image, and without a path",
    "worker_vm.host": "of version 12 only",
    "worker_vm.host_network": "of version 12 only",
    "worker_vm.host_password": "of version 12 only",
    "worker_vm.host_resource_path": "of version 12 only",
    "worker_vm.host_username": "of version 12 only",
}


def by_path() -> dict[str, Declaration]:
    """Every registered type by its path."""
    return {each.path: each for each in declarations("pexip")}


@dataclass
class Plan:
    """Collects what is needed while values are made; ``number`` makes them differ from another plan's."""

    declaration: Declaration
    number: int
    before: list[Before] = field(default_factory=list)
    _shared: dict[str, str] = field(default_factory=dict)

    def minimal(self) -> dict[str, Any]:
        """The required fields and the natural key."""
        return _needed(self, self.declaration, self.number)

    def full(self) -> dict[str, Any]:
        """Every field that a stack can set."""
        path, sent, inputs = self.declaration.path, self.declaration.sent, self.declaration.inputs
        names = [*sent, *(name for name in inputs if name not in sent)]
        left_out = {name for name in names if f"{path}.{name}" in _LEFT_OUT or ignored(path, name)}
        return {name: self.value(name) for name in names if inputs[name].required or name not in left_out}

    def without(self, full: dict[str, Any]) -> dict[str, Any]:
        """What is left of ``full`` when every field is taken out that the same object can do without."""
        kept = {*self.minimal(), *(name for name in full if self.declaration.inputs[name].replaces)}
        return {name: full[name] for name in full if name in kept}

    def value(self, name: str) -> Any:
        """An example for a field."""
        return self._value(self.declaration.path, name, self.declaration.inputs[name], self.number)

    def change(self, name: str, old: Any) -> dict[str, Any]:
        """Another value for a field; a certificate brings its key."""
        new = self._changed(name, old)
        if name != "certificate" or "private_key" not in self.declaration.inputs:
            return {name: new}
        numbers = (self.number, self.number + 1)
        pairs = {self._example(name, number): self._example("private_key", number) for number in numbers}
        return {name: new, "private_key": pairs[new]}

    def _example(self, name: str, number: int) -> Any:
        return example(self.declaration.path, name, self.declaration.inputs[name].kind, number)

    def _changed(self, name: str, old: Any) -> Any:
        """Another value than the old one; a list of references loses them all, or gets one."""
        kind = self.declaration.inputs[name].kind
        if isinstance(kind, Many) and isinstance(kind.item, Reference):
            return [] if old else [self._object(kind.item.to)]
        if isinstance(kind, Reference):
            return self._object(kind.to, another=True)
        return changed(self.declaration, name, old, self.number)

    def _value(self, path: str, name: str, declared: Field[Any], number: int) -> Any:
        kind: Kind = declared.kind
        if isinstance(kind, Reference):
            return self._object(kind.to)
        if isinstance(kind, Many) and isinstance(kind.item, Reference):
            return [self._object(kind.item.to)]
        return example(path, name, kind, number, declared.default)

    def _object(self, path: str, another: bool = False) -> str:
        if path in self._shared and not another:
            return self._shared[path]
        count = sum(each.path == path for each in self.before)
        name = path if not count else f"{path}_{count + 1}"
        self.before.append(self._before(name, path, count))
        self._shared[path] = f"${name}"
        return f"${name}"

    def _before(self, name: str, path: str, count: int) -> Before:
        if path in _COMMANDED:
            command, file, content = _COMMANDED[path]
            return Before(name, path, file=file, command=command, content=content.format(self.number + count))
        if path in _GIVEN:
            return Before(name, path, *_GIVEN[path])
        return Before(name, path, _needed(self, by_path()[path], self.number + 50 + count))


def _needed(plan: Plan, declaration: Declaration, number: int) -> dict[str, Any]:
    return {
        name: plan._value(declaration.path, name, declared, number)
        for name, declared in declaration.inputs.items()
        if declared.required or name in declaration.natural_key
    }
