"""The lifecycle of a machine that is made from an image."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol, cast

from pulumi.dynamic import DiffResult
from pulumi.output import Unknown

from hypervisor_provider.vsphere import ova
from provider_core import errors, handover
from provider_core.backend import Backend, Created
from provider_core.journal import Begun, Mark, key_text
from provider_core.lifecycle import Lifecycle, Props
from provider_core.operation import take
from provider_core.values import from_engine

__all__ = ["VirtualMachineLifecycle"]

_STOPS = ("cpus", "memory", "cores_per_socket")
_WHERE = ("datacenter", "folder")
_MANNER = ("allow_power_off", "serves")
"""How a machine may be stopped: never sent, and of no machine's configuration."""


class _Machines(Backend, Protocol):
    """What a backend of vSphere has beside the usual."""

    def find(self, body: Props) -> tuple[str, dict[str, Any]] | None: ...
    def starts_with_host(self, id: str) -> bool: ...
    def stops(self, id: str, body: Props) -> errors.ProviderError | None: ...


class VirtualMachineLifecycle(Lifecycle):
    """A machine is whole or it is not there: one that a killed run left half made is made anew, and never adopted."""

    alone = True

    def wrong_image(self, image: str, values: Props) -> str:
        """It must be an OVA, as far as its table of contents tells."""
        return ova.problem(image)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """The usual; a change that a running machine does not take fails here, before anything is changed."""
        olds, news = from_engine(self.declaration, _olds), from_engine(self.declaration, _news)
        if isinstance(news.get("ova"), Unknown) and olds.get("serves") and news.get("serves") == olds["serves"]:
            # A preview does not know the image of a node that is about to change, but the node stays, and so its image.
            _news = {**_news, "ova": _olds["ova"]}
        result = super().diff(_id, _olds, _news)
        changed = {
            name: news[name]
            for name in _STOPS
            if isinstance(news.get(name), (int, float)) and news[name] != olds.get(name)
        }
        allowed = news.get("allow_power_off") or news.get("power") == "off"
        if changed and not result.replaces and not allowed and not isinstance(allowed, Unknown):
            self._refuse_to_stop(_id, _news, changed)
        return result

    def claims(self, values: Props) -> Iterable[tuple[str, str, str]]:
        """A name stands once in a folder."""
        if isinstance(values.get("name"), str):
            where = [str(values[name]) for name in _WHERE if isinstance(values.get(name), str)]
            yield self.declaration.path, "name", "/".join([*where, values["name"]])

    def mark(self, props: Props, body: Props) -> Mark:
        """A name and its folder are what the journal knows a machine by."""
        mark = super().mark(props, body)
        return mark._replace(key=key_text({name: body[name] for name in ("name", *_WHERE) if name in body}))

    def make(self, backend: Backend, body: Props, files: Mapping[str, Path], adopt: bool, values: Props) -> Created:
        """Make the machine, or take over one of its name when ``adopt`` says so, anew when it is half made."""
        machines = cast(_Machines, backend)
        existing = machines.find(body)
        if existing is not None:
            id, found = existing
            if not adopt:
                raise self._half_made(id) if not found["complete"] else self.exists(id)
            if found["complete"]:
                return self._take_over(backend, existing, {**body, **_manner(values)}, files)
            backend.delete(self.declaration.path, id)
        return backend.create(self.declaration.path, body, files)

    def fetch(self, backend: Backend, id: str, olds: Props) -> dict[str, Any] | None:
        """The machine; its host is asked whether it starts it only when the stack says so."""
        found = super().fetch(backend, id, olds)
        if found is not None and "start_with_host" in olds:
            found["start_with_host"] = cast(_Machines, backend).starts_with_host(id)
        return found

    def change(
        self, backend: Backend, id: str, body: Props, files: Mapping[str, Path], olds: Props, news: Props
    ) -> dict[str, Any]:
        """Change the machine, in the manner that the stack permits."""
        backend.update(self.declaration.path, id, {**body, **_manner(news)}, files)
        return {}

    def _earlier(
        self, backend: Backend, begun: Begun, body: Props, files: Mapping[str, Path], values: Props
    ) -> Created | None:
        """What a killed run has made, if it is whole; half made, or when another image is on offer, it is removed."""
        if begun.earlier is None:
            return None
        existing = cast(_Machines, backend).find(body)
        if existing is None:
            return None
        id, found = existing
        ours = begun.earlier == id or not found["complete"] or self._same(found, body)
        if ours and (not found["complete"] or handover.is_offered(str(body.get("ova")))):
            backend.delete(self.declaration.path, id)
            return None
        return self._take_over(backend, existing, {**body, **_manner(values)}, files) if ours else None

    def _take_over(
        self, backend: Backend, existing: tuple[str, Props], body: Props, files: Mapping[str, Path]
    ) -> Created:
        id, _ = existing
        backend.update(self.declaration.path, id, body, files)
        take(backend, id)
        return Created(id)

    def _half_made(self, id: str) -> errors.AlreadyExists:
        return errors.AlreadyExists(
            f"a machine of this name is there, half made by a run that was killed, or that still runs: {id}; set "
            "adopt=True to have it removed and made anew"
        )

    def _refuse_to_stop(self, id: str, props: Props, changed: Props) -> None:
        try:
            refusal = cast(_Machines, self.backend(props)).stops(id, changed)
        except errors.ProviderError:
            return  # a preview needs no server; the update will tell
        if refusal is not None:
            raise refusal.named(self.declaration.label(from_engine(self.declaration, props))) from None


def _manner(values: Props) -> dict[str, Any]:
    return {name: values[name] for name in _MANNER if values.get(name) is not None}
