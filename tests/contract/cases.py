"""Golden cases: a folder for each type, a file for each case, and how one is carried out."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from provider_core.declaration import Declaration
from provider_core.fields import Ownership
from provider_core.kinds import Many, Record
from tests.contract.bench import ROOT, Bench, Sent, resolved
from tests.contract.examples import write_zip
from tests.contract.known import ignored
from tests.contract.plan import Before

__all__ = ["FOLDER", "KINDS", "Case", "Outcome", "impossible", "load", "path_of", "run"]

FOLDER = Path(__file__).parents[1] / "cases"
KINDS = ("min", "full", "full_to_min", "no_op")


@dataclass(frozen=True)
class Case:
    """What is there before, what the stack had and wants, what is sent for it, and what is there then.

    ``old`` is what the stack had declared before; None: nothing, the object is new. ``state`` None: as it was.
    """

    inputs: dict[str, Any]
    requests: list[dict[str, Any]]
    state: dict[str, Any] | None = None
    before: list[Before] = field(default_factory=list)
    old: dict[str, Any] | None = None


@dataclass(frozen=True)
class Outcome:
    """What a case did: the requests, and the node's state before them (of an object that was there) and after."""

    requests: list[dict[str, Any]]
    state: dict[str, Any]
    earlier: dict[str, Any] | None = None


def path_of(path: str, kind: str) -> Path:
    """The file of a case."""
    return FOLDER / path / f"{kind}.json"


def impossible(path: str, kind: str) -> str:
    """Why a type cannot have a case of this kind, which then stands in the case's place; nothing when it can."""
    file = path_of(path, kind)
    return str(json.loads(file.read_text()).get("cannot_be", "")) if file.exists() else ""


def load(path: str, kind: str) -> Case:
    """A case. Raises TypeError for an expectation that is missing, or that has no place."""
    data = json.loads(path_of(path, kind).read_text())
    case = Case(**{**data, "before": [Before(**each) for each in data.pop("before", [])]})
    if (case.state is None) is not (kind == "no_op"):
        raise TypeError(f"{path} {kind}: a case has the resulting state, unless nothing may change")
    return case


def run(bench: Bench, declaration: Declaration, case: Case) -> Outcome:
    """Carry a case out as the engine would: check, then create, or diff and perhaps update."""
    known: dict[str, str] = {}
    for each in case.before:
        known[each.name] = bench.make(each, known)
    for values in (case.inputs, case.old or {}):
        for name in declaration.files:
            if name in values:
                write_zip(bench.folder, values[name])
    lifecycle = bench.lifecycle(declaration)
    first = case.inputs if case.old is None else case.old
    created = lifecycle.create(_checked(bench, declaration, first, known))
    known["self"] = created.id
    earlier = None
    if case.old is not None:
        earlier = _state(declaration, bench.other.get(created.id), known)
        bench.recorder.sent.clear()
        news = _checked(bench, declaration, case.inputs, known)
        outs = dict(created.outs or {})
        found = lifecycle.diff(created.id, outs, news)
        assert not found.replaces
        if found.changes:
            lifecycle.update(created.id, outs, news)
    sent = [_shown(each, known) for each in bench.recorder.sent]
    return Outcome(sent, _state(declaration, bench.other.get(created.id), known), earlier)


def _checked(bench: Bench, declaration: Declaration, values: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
    bag = bench.bag(declaration, resolved(values, known))
    result = bench.lifecycle(declaration).check(bag, bag)
    reasons = [failure.reason for failure in result.failures]
    assert reasons == [], reasons
    return {**result.inputs}


def _shown(sent: Sent, known: dict[str, str]) -> dict[str, Any]:
    """A request as it stands in a case: URIs by their names, nothing that is empty."""
    names = {uri: f"${name}" for name, uri in known.items()}
    shown = {
        "method": sent.method,
        "path": _below(sent.path, names),
        "query": sent.query,
        "body": _named(sent.body, names),
        "files": sent.files,
    }
    return {name: value for name, value in shown.items() if value or (name == "body" and value is not None)}


def _below(path: str, names: dict[str, str]) -> str:
    """A path with the name of the object that it is, or is below (``$self``, ``$self/download/``)."""
    whole = ROOT + path
    uri = next((uri for uri in names if whole.startswith(uri)), "")
    rest = whole.removeprefix(uri)
    return "/".join(filter(None, [names[uri], rest])) if uri else path


def _state(declaration: Declaration, wire: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
    """What the node shows of the fields that a stack can set."""
    names = {uri: f"${name}" for name, uri in known.items()}
    state = {}
    for name, each in declaration.sent.items():
        if each.ownership is Ownership.WRITE_ONLY or ignored(declaration.path, name) or name not in wire:
            continue
        value = wire[name]
        if isinstance(each.kind, Many) and isinstance(each.kind.item, Record):
            value = [{part: item[part] for part in each.kind.item.fields} for item in value]
        state[name] = _named(value, names)
    return state


def _named(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, dict):
        return {name: _named(inner, names) for name, inner in value.items()}
    return [_named(inner, names) for inner in value] if isinstance(value, list) else value
