"""A resource as the engine holds it: inputs and outputs between one call of the provider and the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from pulumi.dynamic import CheckResult

from provider_core import operation
from provider_core.declaration import Declaration
from provider_core.lifecycle import Lifecycle
from provider_core.resource import Resource

__all__ = ["Held", "Providers"]


class Providers(Protocol):
    """What a resource needs of a bench: the provider of its type, and property bags as constructors make them."""

    def lifecycle(self, declaration: Declaration) -> Lifecycle: ...
    def bag(self, declaration: Declaration, values: dict[str, Any]) -> dict[str, Any]: ...


class Held:
    """One resource of a stack. ``did`` tells what the last `up` came to: create, update, replace or same.

    ``others`` is called in each run before this resource: what other resources of the stack do in the process.
    """

    def __init__(self, bench: Providers, cls: type[Resource]) -> None:
        self.bench = bench
        self.declaration = cls.declaration
        self.lifecycle = bench.lifecycle(cls.declaration)
        self.id = ""
        self.inputs: dict[str, Any] = {}
        self.outs: dict[str, Any] = {}
        self.did = ""
        self.others: Callable[[], None] = lambda: None

    def refused(self, **values: Any) -> list[str]:
        """What check says."""
        return [failure.reason for failure in self._check(values).failures]

    def up(self, **values: Any) -> Held:
        """Make it as these values say, in the way that the engine would."""
        result = self._check(values)
        assert [failure.reason for failure in result.failures] == []
        news = {**result.inputs}
        self.did = "create"
        if self.id:
            found = self.lifecycle.diff(self.id, self.outs, news)
            if found.replaces:
                self.did = "replace, deleting first" if found.delete_before_replace else "replace"
            else:
                self.did = "update" if found.changes else "same"
        if self.did == "update":
            self._keep(news, self.lifecycle.update(self.id, self.outs, news).outs)
        elif self.did == "same":
            self.inputs = news
        else:
            self._replace(news)
        return self

    def refresh(self) -> bool:
        """Read it; whether it is still there."""
        read = self.lifecycle.read(self.id, self.outs)
        if not read.id:
            return False
        inputs = self.inputs if read.inputs is None else {**read.inputs, "__provider": self.inputs["__provider"]}
        self._keep(inputs, read.outs)
        return True

    def destroy(self) -> None:
        """Take it away, in a run of its own."""
        operation.start_anew()
        self.lifecycle.delete(self.id, self.outs)
        self.id, self.inputs, self.outs = "", {}, {}

    def __getitem__(self, name: str) -> Any:
        return self.outs[name]

    def _check(self, values: dict[str, Any]) -> CheckResult:
        # A run of the engine is a process, which knows of no claims of the one before.
        operation.start_anew()
        self.others()
        return self.lifecycle.check(self.inputs, self.bench.bag(self.declaration, values))

    def _replace(self, news: dict[str, Any]) -> None:
        old, outs = self.id, self.outs
        if self.did == "replace, deleting first":
            self.lifecycle.delete(old, outs)
        created = self.lifecycle.create(news)
        self.id = created.id
        self._keep(news, created.outs)
        if self.did == "replace":
            self.lifecycle.delete(old, outs)

    def _keep(self, inputs: dict[str, Any], outs: Any) -> None:
        self.inputs, self.outs = inputs, {**outs, "__provider": inputs["__provider"]}
