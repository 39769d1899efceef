"""`pexip up`, `preview`, `refresh` and `destroy`: the engine's commands, with all that they need."""

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from pexip_cli import environment, journal, process, simulator, stack_lock
from pexip_cli.checkout import Checkout
from pexip_cli.engine import Engine, ensure
from pexip_cli.node import Target, choose
from pexip_cli.problem import Problem
from provider_core.journal import file_of

# A run that is not asked about: `preview` is what shows the changes beforehand.
FLAGS: dict[str, tuple[str, ...]] = {
    "up": ("--yes", "--skip-preview"),
    "preview": (),
    "refresh": ("--yes", "--skip-preview"),
    "destroy": ("--yes", "--skip-preview"),
}
# What to say when a command found nothing to do; the engine's own display only counts.
NOTHING = {
    "up": "Nothing changed: everything is as the stack says.",
    "refresh": "Nothing changed: the node is as the state says.",
    "destroy": "Nothing was there to destroy.",
}


class Session:
    """An engine, a node and an environment, ready for one project."""

    def __init__(self, checkout: Checkout, project: Path, caller: Mapping[str, str], stack: str | None) -> None:
        self.checkout = checkout
        self.project = project
        self.name = project_name(project)
        self.target: Target = choose(caller, project, stack)
        self.engine: Engine = ensure(checkout)
        print(f"{self.target}.", flush=True)
        self.node: simulator.Node | None = None
        if self.target.simulated:
            self.node, started = simulator.start(checkout)
            if started:
                print(f"Started the simulated Management Node at {self.node.address}/", flush=True)
        environment.write(checkout, self.engine, self.node)
        self.environment = environment.variables(checkout, self.engine, self.node, caller)

    def run(self, command: str, extra: Sequence[str] = ()) -> int:
        """Runs a command of the engine on the stack, in the user's sight; returns its exit code."""
        self._select()
        if command == "destroy" and (lost := self.lost()):
            raise Problem(lost.before_destroy())
        arguments = [command, "--stack", self.target.stack, *FLAGS[command], *extra]
        code = process.in_sight([str(self.engine.pulumi), *arguments], cwd=self.project, env=self.environment)
        if code < 0:
            self._check_lock()
        return code

    def changed_nothing(self) -> bool:
        """Whether the last run that may change something found nothing to do."""
        run = self._quietly("stack", "history", "--json", "--page-size", "1", "--stack", self.target.stack)
        if run.returncode != 0:
            return False
        changes: dict[str, int] = json.loads(run.stdout)[0].get("resourceChanges") or {}
        return set(changes) <= {"same"}

    def lost(self) -> journal.Lost:
        """What killed runs made and the stack's state lacks."""
        file = self.project / file_of(self.target.stack, {**self.environment, "PULUMI_PROJECT": self.name})
        if not file.exists():
            return journal.Lost([], "")
        run = self._quietly("stack", "export", "--stack", self.target.stack)
        if run.returncode != 0:
            raise Problem(run.stderr.strip(), code=run.returncode)
        return journal.Lost(journal.find(file, run.stdout), self.checkout.shown(file))

    def _select(self) -> None:
        self._check_lock()
        settings = self.project / f"Pulumi.{self.target.stack}.yaml"
        run = self._quietly("stack", "select", "--create", self.target.stack)
        # The settings outlived the `.local` that they were made with.
        if "incorrect passphrase" in run.stderr and forget_salt(settings):
            run = self._quietly("stack", "select", "--create", self.target.stack)
        if "incorrect passphrase" in run.stderr:
            raise Problem(
                f"{settings.name} holds secrets of another passphrase: set PULUMI_CONFIG_PASSPHRASE to it, or "
                "delete the file and set its values again",
                code=run.returncode,
            )
        if run.returncode != 0:
            raise Problem(run.stderr.strip() or run.stdout.strip(), code=run.returncode)

    def _check_lock(self) -> None:
        held = stack_lock.find(self.checkout.state, self.name, self.target.stack)
        if held is not None:
            raise Problem(held.message(self.target.stack))

    def _quietly(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.engine.pulumi, *arguments, "--non-interactive"],
            cwd=self.project,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def project_name(folder: Path) -> str:
    """The `name` of a folder's Pulumi.yaml."""
    try:
        text = (folder / "Pulumi.yaml").read_text(encoding="utf-8")
    except OSError:
        raise Problem(f"there is no Pulumi.yaml in {folder}") from None
    found = re.search(r"^name:\s*['\"]?([^'\"\s#]+)", text, re.MULTILINE)
    if found is None:
        raise Problem(f"{folder / 'Pulumi.yaml'} has no name")
    return found.group(1)


def forget_salt(settings: Path) -> bool:
    """Removes the mark of a passphrase from a stack's settings, unless secrets there need it; tells whether it did."""
    try:
        text = settings.read_text(encoding="utf-8")
    except OSError:
        return False
    if re.search(r"^\s*secure:", text, re.MULTILINE):
        return False
    settings.write_text(re.sub(r"^encryptionsalt:.*\n?", "", text, flags=re.MULTILINE), encoding="utf-8")
    return True
