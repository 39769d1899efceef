"""Write the golden cases anew: ``python -m tests.cases.write [path …]``, then review what git shows.

Inputs come from the declarations, the node's state from the simulator. What is sent must be explained here by
plain rules that do not use the code under test; a case that is not explained is not written.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from provider_core import operation
from provider_core.declaration import Declaration, declarations
from provider_core.kinds import Many, Reference
from simulators.pexip.catalogue import NEWEST
from tests.contract.bench import COMMANDS, Bench, configuration
from tests.contract.cases import KINDS, Case, path_of, run
from tests.contract.comparison import last_version
from tests.contract.plan import Plan
from tests.support.versions import Versions

CANNOT_BE = "Every field is required, part of the natural key, or makes another object: none can be taken out."


def _licence(inputs: dict[str, Any]) -> list[dict[str, Any]]:
    """Activated by its entitlement, or a request for it is made."""
    body = {name: inputs[name] for name in ("entitlement_id", "offline_mode") if name in inputs}
    return [{"method": "POST", "path": "licence/", "body": body}]


def _software_bundle(inputs: dict[str, Any]) -> list[dict[str, Any]]:
    """A package is uploaded, and the fourth revision (three come with the platform) selected; else all is there."""
    if "package" not in inputs:
        return []
    revision = "/api/admin/configuration/v1/software_bundle_revision/4/"
    return [
        {"method": "POST", "path": f"{COMMANDS}platform/software_bundle/", "files": {"package": inputs["package"]}},
        {"method": "PATCH", "path": "$self", "body": {"selected_revision": revision}},
    ]


def _system_backup(inputs: dict[str, Any]) -> list[dict[str, Any]]:
    """A command makes it; nothing but the passphrase is for the node."""
    body = {"passphrase": inputs["passphrase"]}
    return [{"method": "POST", "path": f"{COMMANDS}platform/backup_create/", "body": body}]


# Types that are made in ways of their own: what is written for inputs.
_MADE: dict[str, Callable[[dict[str, Any]], list[dict[str, Any]]]] = {
    "licence": _licence,
    "software_bundle": _software_bundle,
    "system_backup": _system_backup,
}


def case_of(declaration: Declaration, kind: str) -> Case:
    """The case without its expectations."""
    plan = Plan(declaration, number=1 + KINDS.index(kind))
    if kind == "min":
        inputs = plan.minimal()
        return Case(inputs, [], before=plan.before)
    full = plan.full()
    if kind == "full":
        return Case(full, [], before=plan.before)
    if kind == "full_to_min":
        return Case(plan.without(full), [], before=plan.before, old=full)
    inputs = {name: otherwise(declaration, name, value) for name, value in full.items()}
    return Case(inputs, [], before=plan.before, old=full)


def otherwise(declaration: Declaration, name: str, value: Any) -> Any:
    """The same, written differently: whole addresses, numbers as floats, lists the other way round, other line ends."""
    kind = declaration.inputs[name].kind
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(kind, Many) and kind.unordered:
        return value[::-1]
    if isinstance(kind, Reference):
        return f"https://node.example.com{value}"
    if getattr(kind, "format", None) == "pem":
        return value.replace("\n", "\r\n")
    return value


def explained(declaration: Declaration, kind: str, case: Case) -> bool:
    """Whether the writes are what the inputs say, and follow each other as they must."""
    writes = [each for each in case.requests if each["method"] != "GET"]
    bodies = {name: value for name, value in case.inputs.items() if name in declaration.sent}
    files = {name: case.inputs[name] for name in declaration.files if name in case.inputs}
    if kind == "no_op":
        return case.requests == []
    if kind == "full_to_min":
        gone = {
            name: list(field.default) if isinstance(field.default, tuple) else field.default
            for name, field in declaration.sent.items()
            if name in (case.old or {}) and name not in case.inputs and field.default_known
        }
        changed = {name: value for name, value in gone.items() if value != (case.old or {})[name]}
        return writes == ([{"method": "PATCH", "path": "$self", "body": changed}] if changed else [])
    if declaration.exists_once:
        return all(each["path"] == "$self" and each["body"].items() <= bodies.items() for each in writes)
    if declaration.path in _MADE:
        return writes == _MADE[declaration.path](case.inputs)
    made = {"method": "POST", "path": f"{declaration.path}/", "body": bodies}
    if any(declaration.inputs[name].required for name in files):
        return writes == [{**made, "files": files}]
    return writes == [made, *([{"method": "PATCH", "path": "$self", "files": files}] if files else [])]


def write(bench: Bench, declaration: Declaration, kind: str) -> str:
    """Write a case; what is wrong with it, or nothing."""
    case = case_of(declaration, kind)
    if kind == "full_to_min" and case.inputs == case.old:
        _keep(declaration, kind, {"cannot_be": CANNOT_BE})
        return ""
    outcome = run(bench, declaration, case)
    state = None if kind == "no_op" else outcome.state
    case = dataclasses.replace(case, requests=outcome.requests, state=state)
    if not explained(declaration, kind, case):
        return f"{declaration.path} {kind}: unexplained {json.dumps(case.requests)}"
    lost = {
        name: (value, outcome.state[name])
        for name, value in ((case.old or {}) if kind == "no_op" else case.inputs).items()
        if name in outcome.state and not declaration.inputs[name].kind.same(value, outcome.state[name])
    }
    data = {name: value for name, value in dataclasses.asdict(case).items() if value is not None and value != []}
    data = {"requests": [], **data}
    for each in data.get("before", []):
        for name in [name for name, value in each.items() if value in ("", None)]:
            del each[name]
    order = ("before", "old", "inputs", "requests", "state")
    _keep(declaration, kind, {name: data[name] for name in order if name in data})
    return f"{declaration.path} {kind}: the node has {lost}" if lost else ""


def _keep(declaration: Declaration, kind: str, data: dict[str, Any]) -> None:
    target = path_of(declaration.path, kind)
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n")


def main(paths: list[str]) -> int:
    """Write the cases of these types, or of all."""
    wrong = 0
    with tempfile.TemporaryDirectory() as folder, Versions(Path(folder)) as versions:
        os.chdir(folder)
        benches: dict[int, Bench] = {}
        for declaration in [each for each in declarations("pexip") if not paths or each.path in paths]:
            version = last_version(declaration.path) or NEWEST
            for kind in KINDS:
                node = versions.node(version)
                bench = benches[version] = benches.get(version) or Bench(configuration(node))
                bench.folder = Path(folder)
                bench.recorder.sent.clear()
                operation.start_anew()
                try:
                    problem = write(bench, declaration, kind)
                except Exception as error:
                    problem = f"{declaration.path} {kind}: {type(error).__name__}: {error}"
                if problem:
                    wrong += 1
                    print(problem, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
