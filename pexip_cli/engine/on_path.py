"""An engine that the user already has."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from pexip_cli.engine.record import Engine, Way, mark_of_program
from pexip_cli.engine.version import OLDEST, Version, parse, suits

LANGUAGE_HOST = "pulumi-language-python"


def find(environment: Mapping[str, str], *, ignore: Path) -> tuple[Engine | None, str]:
    """The engine on PATH, or None, and one line that says why. Programs below `ignore` are not looked at.

    `.local/env` puts our own engine on PATH: it would be found as if the user had installed it.
    """
    folders = [
        folder
        for folder in environment.get("PATH", os.defpath).split(os.pathsep)
        if folder and not Path(folder).resolve().is_relative_to(ignore.resolve())
    ]
    search = os.pathsep.join(folders)
    found = shutil.which("pulumi", path=search)
    if found is None:
        return None, "no pulumi on PATH"
    version = version_of(Path(found), environment)
    if version is None:
        return None, f"{found} does not tell its version"
    if not suits(version):
        return None, f"{found} is {version}; {OLDEST.major}.{OLDEST.minor} or newer is needed"
    folder = home_of(Path(found))
    if folder is None and shutil.which(LANGUAGE_HOST, path=search) is None:
        return None, f"{found} has no {LANGUAGE_HOST} beside it"
    pulumi = (folder or Path(found).parent) / "pulumi"
    return Engine(Way.PATH, pulumi.parent, str(version), mark_of_program(pulumi)), f"{found} is {version}"


def home_of(pulumi: Path) -> Path | None:
    """The folder where `pulumi` and its language host are real files side by side, or None.

    Links are followed: a CLI reached through one warns about plugins that it "expected" elsewhere.
    """
    for folder in (pulumi.resolve().parent, pulumi.parent):
        if (folder / "pulumi").exists() and (folder / LANGUAGE_HOST).exists():
            return folder
    return None


def version_of(pulumi: Path, environment: Mapping[str, str]) -> Version | None:
    """What `pulumi version` says, or None when it does not run."""
    quiet = {**environment, "PULUMI_SKIP_UPDATE_CHECK": "1"}
    try:
        run = subprocess.run([pulumi, "version"], env=quiet, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse(run.stdout) if run.returncode == 0 else None
