"""The environment of `pulumi`, and the file to source."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

from pexip_cli import environment
from pexip_cli.checkout import Checkout
from pexip_cli.engine import Engine, Way
from pexip_cli.simulator import Node

ADDRESS = "https://127.0.0.1:18443"


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A working copy whose path has everything that a shell could stumble over."""
    root = tmp_path / "it's a $HOME `copy`; 100%"
    root.mkdir()
    return Checkout(root)


@pytest.fixture
def engine(checkout: Checkout) -> Engine:
    return Engine(Way.BUILD, checkout.engine / "bin", "3.259.0", "")


@pytest.fixture
def node(checkout: Checkout) -> Node:
    password = checkout.simulator / "password"
    password.write_text("s3cret-of-the-node\n")
    return Node(ADDRESS, checkout.simulator / "data" / "ca.pem", password)


def sourced(checkout: Checkout, before: dict[str, str], times: int = 1) -> dict[str, str]:
    """The environment of a shell that has sourced the file."""
    commands = '. "$1"; ' * times + "env -0"
    run = subprocess.run(
        ["/bin/sh", "-euc", commands, "sh", str(checkout.env)],
        env={"PATH": "/usr/bin:/bin", **before},
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(entry.split("=", 1) for entry in run.stdout.split("\0") if entry)


def test_sourcing_gives_what_the_command_uses(checkout: Checkout, engine: Engine, node: Node) -> None:
    """`pulumi` typed by hand gets the same environment as from `pexip up`, whatever the path looks like."""
    environment.write(checkout, engine, node)
    shell = sourced(checkout, {})
    command = environment.variables(checkout, engine, node, {"PATH": "/usr/bin:/bin"})
    assert {name: shell.get(name) for name in command} == command


def test_the_values(checkout: Checkout, engine: Engine, node: Node) -> None:
    """Everything points into `.local`, and the Python and the engine of this copy come first on PATH."""
    made = environment.variables(checkout, engine, node, {"PATH": "/bin"})
    assert made["PATH"].split(os.pathsep) == [f"{sys.prefix}/bin", str(engine.folder), "/bin"]
    assert made["PULUMI_HOME"] == str(checkout.root / ".local" / "home")
    assert unquote(made["PULUMI_BACKEND_URL"]) == f"file://{checkout.root / '.local' / 'state'}?metadata=skip"
    assert made["PULUMI_PYTHON_CMD"] == f"{sys.prefix}/bin/python"
    assert made["PULUMI_SKIP_UPDATE_CHECK"] == "1"
    assert made["PEXIP_ADDRESS"] == made["PEXIP_SIMULATED"] == ADDRESS
    assert made["PEXIP_PASSWORD"] == "s3cret-of-the-node"


def test_sourcing_twice_changes_nothing(checkout: Checkout, engine: Engine, node: Node) -> None:
    """PATH does not grow with every `source`."""
    environment.write(checkout, engine, node)
    assert sourced(checkout, {}, times=3) == sourced(checkout, {})


def test_a_moved_simulator_is_followed(checkout: Checkout, engine: Engine, node: Node) -> None:
    """A shell that had the simulated node at another port gets the new one."""
    environment.write(checkout, engine, node)
    old = {"PEXIP_ADDRESS": "https://127.0.0.1:1", "PEXIP_SIMULATED": "https://127.0.0.1:1"}
    assert sourced(checkout, old)["PEXIP_ADDRESS"] == ADDRESS


def test_the_users_node_and_passphrase_stay(checkout: Checkout, engine: Engine, node: Node) -> None:
    """What the user has set is never replaced, nor mixed with what belongs to the simulated node."""
    environment.write(checkout, engine, node)
    user = {
        "PEXIP_ADDRESS": "https://pexip.example.com",
        "PEXIP_PASSWORD": "theirs",
        "PULUMI_CONFIG_PASSPHRASE": "",
    }
    shell = sourced(checkout, user)
    assert {name: shell[name] for name in user} == user
    assert not {"PEXIP_USERNAME", "PEXIP_CA_BUNDLE", "PULUMI_CONFIG_PASSPHRASE_FILE"} & shell.keys()
    command = environment.variables(checkout, engine, None, user)
    assert {name: command[name] for name in user} == user
    assert "PULUMI_CONFIG_PASSPHRASE_FILE" not in command


def test_nothing_of_the_simulated_node_reaches_a_real_one(checkout: Checkout, engine: Engine, node: Node) -> None:
    """A shell that had sourced the file is given a real node: the simulated one's certificate does not stay."""
    environment.write(checkout, engine, node)
    before = sourced(checkout, {})
    user = {**before, "PEXIP_ADDRESS": "https://pexip.example.com", "PEXIP_USERNAME": "they"}
    for after in (sourced(checkout, user), environment.variables(checkout, engine, None, user)):
        assert after["PEXIP_ADDRESS"] == "https://pexip.example.com"
        assert after["PEXIP_USERNAME"] == "they"
        assert "PEXIP_CA_BUNDLE" not in after
    configured = environment.variables(checkout, engine, None, before)
    assert not {"PEXIP_ADDRESS", "PEXIP_USERNAME", "PEXIP_PASSWORD"} & configured.keys()


def test_a_real_node_leaves_no_trace(checkout: Checkout, engine: Engine) -> None:
    """Without a simulated node the file says nothing of any node."""
    environment.write(checkout, engine, None)
    assert "PEXIP" not in checkout.env.read_text().replace("_pexip_path", "")


def test_nobody_else_reads_it(checkout: Checkout, engine: Engine, node: Node) -> None:
    """The files are their owner's, and the one that is sourced holds no secret."""
    environment.write(checkout, engine, node)
    assert checkout.local.stat().st_mode & 0o777 == 0o700
    for file in (checkout.env, checkout.passphrase):
        assert file.stat().st_mode & 0o777 == 0o600
    text = checkout.env.read_text()
    assert "s3cret" not in text
    assert checkout.passphrase.read_text().strip() not in text


def test_the_passphrase_is_made_once(checkout: Checkout, engine: Engine) -> None:
    """A new one would make every secret in the state unreadable."""
    environment.write(checkout, engine, None)
    first = checkout.passphrase.read_text()
    environment.write(checkout, engine, None)
    assert checkout.passphrase.read_text() == first
    assert len(first.strip()) >= 20


def test_the_recommended_settings_are_the_documented_ones(tmp_path: Path) -> None:
    """They stand in one place, docs/crash-safety.md shows them, and a caller's own value wins."""
    page = (Path(__file__).parents[2] / "docs" / "crash-safety.md").read_text()
    assert all(f"`{name}={value}`" in page for name, value in environment.RECOMMENDED.items())
    file = tmp_path / "env"
    file.write_text(
        "\n".join(f': "${{{name}:={value}}}"; export {name}' for name, value in environment.RECOMMENDED.items())
    )
    done = subprocess.run(
        ["sh", "-c", f". {file}; echo $PULUMI_PARALLEL $PULUMI_SKIP_CHECKPOINTS"],
        env={"PULUMI_PARALLEL": "3"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["3", "true"]
