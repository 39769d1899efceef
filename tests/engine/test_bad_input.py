"""What a user sees who got something wrong, and that nothing half made stays behind once it is put right."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tests.conftest import StackFactory
from tests.support.engine import ROOT
from tests.support.node import Node
from tests.support.stack import Result, Stack

BEGINNING = """
from pexip_provider import Alias, Conference, ConferenceAlias, GatewayRoutingRule, IvrTheme, SystemLocation

SystemLocation("london", name="London")
"""
THEME = (ROOT / "stacks" / "quickstart" / "theme.zip").read_bytes()


@dataclass(frozen=True)
class Mistake:
    """A program's end with a mistake in it, the line that it must give, and the end put right.

    ``says`` are the parts of that line; ``objects`` how many objects of each type are declared when all is right.
    """

    wrong: str
    says: tuple[str, ...]
    right: str
    objects: dict[str, int]
    files: dict[str, bytes] = field(default_factory=dict)


MISTAKES = {
    "wrong choice": Mistake(
        wrong='Conference("room", name="Board room", service_type="conferense")',
        says=(
            "Conference resource 'room'",
            'service_type must be one of "conference", "lecture", "two_stage_dialing", "test_call", "media_playback", '
            'got "conferense"',
        ),
        right='Conference("room", name="Board room", service_type="conference")',
        objects={"conference": 1},
    ),
    "regular expression that does not compile": Mistake(
        wrong='GatewayRoutingRule("teams", name="To Teams", priority=50, match_string="(a")',
        says=(
            "GatewayRoutingRule resource 'teams'",
            'match_string must be a regular expression that compiles, got "(a"',
        ),
        right='GatewayRoutingRule("teams", name="To Teams", priority=50, match_string="(a)")',
        objects={"gateway_routing_rule": 1},
    ),
    "theme file that is not there": Mistake(
        wrong='IvrTheme("theme", name="House style", package="them.zip")',
        says=("IvrTheme resource 'theme'", 'package must be the path of a file, got "them.zip", which is not there'),
        right='IvrTheme("theme", name="House style", package="theme.zip")',
        objects={"ivr_theme": 2},  # one is the node's own
        files={"theme.zip": THEME},
    ),
    "alias twice in a stack": Mistake(
        wrong="""
Conference("one", name="One", aliases=[Alias(alias="board@example.com")])
Conference("two", name="Two", aliases=[Alias(alias="Board@example.com")])
""",
        says=("Conference resource '", 'oard@example.com" must stand once in a stack, got it in Conference "'),
        right="""
Conference("one", name="One", aliases=[Alias(alias="board@example.com")])
Conference("two", name="Two", aliases=[Alias(alias="board-2@example.com")])
""",
        objects={"conference": 2, "conference_alias": 2},
    ),
    "alias twice in a room": Mistake(
        wrong="""
Conference("one", name="One", aliases=[Alias(alias="board@example.com"), Alias(alias="board@example.com")])
""",
        says=("Conference resource 'one'", "aliases[1] must be given once, got ", "board@example.com"),
        right='Conference("one", name="One", aliases=[Alias(alias="board@example.com")])',
        objects={"conference": 1, "conference_alias": 1},
    ),
    "alias twice by way of two types": Mistake(
        wrong="""
one = Conference("one", name="One", aliases=[Alias(alias="board@example.com")])
ConferenceAlias("extra", alias="board@example.com", conference=one)
""",
        says=("ConferenceAlias resource 'extra'", 'alias "board@example.com" must stand once in a stack'),
        right="""
one = Conference("one", name="One")
ConferenceAlias("extra", alias="board@example.com", conference=one)
""",
        objects={"conference": 1, "conference_alias": 1},
    ),
    "PIN of 3 digits": Mistake(
        wrong='Conference("room", name="Board room", pin="739")',
        says=("Conference resource 'room'", "pin must be 4 to 20 digits, got a hidden value"),
        right='Conference("room", name="Board room", pin="7391")',
        objects={"conference": 1},
    ),
    "wrong reference": Mistake(
        wrong='Conference("room", name="Board room", system_location="London")',
        says=("Conference resource 'room'", "system_location must be a resource of type system_location or its URI"),
        right='Conference("room", name="Board room", system_location=SystemLocation("paris", name="Paris"))',
        objects={"conference": 1, "system_location": 2},
    ),
}


def complaints(result: Result) -> list[str]:
    """The lines in which the engine says what is wrong, without the one that only says that something is."""
    assert not result.ok, result.out
    assert "Traceback" not in result.out
    known = {"error: update failed", "error: preview failed"}
    return [line for line in result.lines if line.startswith("error: ") and line not in known]


def assert_as_declared(stack: Stack, node: Node, **objects: int) -> None:
    """The next ``up`` finishes, the one after it has nothing to do, and the node holds each object once."""
    finished = stack.up()
    assert finished.ok, finished.out
    again = stack.preview("--expect-no-changes")
    assert again.ok, again.out
    assert {name: len(node.objects(name)) for name in objects} == objects


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_the_program(mistake: Mistake, stack: StackFactory, node: Node) -> None:
    """One line says what is wrong in which resource; once it is put right, the next update finishes."""
    made = stack(BEGINNING + mistake.wrong, files=mistake.files)
    [line] = complaints(made.up())
    assert [part for part in mistake.says if part not in line] == [], line
    made.program(BEGINNING + mistake.right)
    assert_as_declared(made, node, **{"system_location": 1, **mistake.objects})


def test_a_preview_reports_all_mistakes_of_a_resource(stack: StackFactory, node: Node) -> None:
    """Several mistakes in a resource are a line each, of one preview; it asks the node for nothing."""
    wrong = 'Conference("room", name="Board room", service_type="x", pin="73", max_callrate_in=5, ivr_theme="Theme")'
    lines = complaints(stack(BEGINNING + wrong).preview())
    assert len(lines) == 4
    for name in ("service_type", "pin", "max_callrate_in", "ivr_theme"):
        assert len([line for line in lines if f"problem: {name} must be " in line]) == 1, lines
    assert node.requests() == []


def test_no_digit_of_a_pin_is_shown(stack: StackFactory) -> None:
    """The digits of a PIN that is refused are in no output and not in the state."""
    made = stack(BEGINNING + MISTAKES["PIN of 3 digits"].wrong)
    for result in made.preview("--diff"), made.up("--diff"):
        assert complaints(result)
        assert "739" not in result.out
    assert "room" not in made.resources()


ROOM = """
from pexip_provider import Alias, Conference

Conference("room", name="Board room", pin="739146", aliases=[Alias(alias="board@example.com")])
"""


def test_an_address_that_cannot_be_reached(stack: StackFactory, node: Node) -> None:
    """The line names the resource, the address, and where the address is set."""
    made = stack(ROOM)
    made.connect({"PEXIP_ADDRESS": "https://127.0.0.1:9"})
    [line] = complaints(made.up())
    assert 'Conference "Board room": https://127.0.0.1:9 cannot be reached (' in line
    assert line.endswith("check pexip:address or PEXIP_ADDRESS")
    made.connect(node)
    assert_as_declared(made, node, conference=1, conference_alias=1)


def test_no_address(stack: StackFactory, node: Node) -> None:
    """Without an address the line says where to set it."""
    made = stack(ROOM)
    made.connect({"PEXIP_ADDRESS": ""})
    [line] = complaints(made.up())
    assert line.endswith('Conference "Board room": no address to connect to: set pexip:address or PEXIP_ADDRESS')
    made.connect(node)
    assert_as_declared(made, node, conference=1, conference_alias=1)


def test_a_wrong_password(stack: StackFactory, node: Node) -> None:
    """The line says that it is the credentials, and where they are set; it does not show them."""
    made = stack(ROOM)
    made.connect({"PEXIP_PASSWORD": "not-this-one"})
    result = made.up()
    [line] = complaints(result)
    assert f'Conference "Board room": {node.address} refuses the credentials (401): check ' in line
    assert line.endswith("pexip:password or PEXIP_PASSWORD")
    assert "not-this-one" not in result.out
    made.connect(node)
    assert_as_declared(made, node, conference=1, conference_alias=1)


def test_a_certificate_that_is_not_trusted(stack: StackFactory, node: Node) -> None:
    """The line names the server, and how its authority can be trusted."""
    made = stack(ROOM)
    made.connect({"PEXIP_CA_BUNDLE": ""})
    [line] = complaints(made.up())
    assert f'Conference "Board room": the certificate of {node.address} is not trusted (' in line
    assert line.endswith("set pexip:ca_bundle or PEXIP_CA_BUNDLE to the PEM file of the authority that signed it")
    assert node.requests() == []
    made.connect(node)
    assert_as_declared(made, node, conference=1, conference_alias=1)


def test_a_name_that_exists_on_the_node(stack: StackFactory, node: Node) -> None:
    """The line names the object that is there; taken over or renamed, no object is there twice."""
    uri = node.create("conference", name="Board room", description="Somebody else's")
    made = stack(ROOM)
    [line] = complaints(made.up())
    assert f'Conference "Board room": an object with this name exists already: {uri}' in line
    assert line.endswith("set adopt=True to take it over as it is declared here, or choose another")

    made.program(ROOM.replace("pin=", "adopt=True, pin="))
    assert_as_declared(made, node, conference=1, conference_alias=1)
    assert made.resources()["room"]["id"] == uri
    assert node.objects("conference")[0]["description"] == "Somebody else's", "undeclared is unmanaged"


def test_another_name_than_the_one_that_exists(stack: StackFactory, node: Node) -> None:
    """Renamed in the stack, the new object stands beside the old one, which is left as it was."""
    uri = node.create("conference", name="Board room")
    made = stack(ROOM)
    assert complaints(made.up())
    made.program(ROOM.replace("Board room", "Board room 2"))
    assert_as_declared(made, node, conference=2, conference_alias=1)
    assert made.resources()["room"]["id"] != uri


def test_an_alias_that_another_room_on_the_node_has(stack: StackFactory, node: Node) -> None:
    """The line names the room that has it, and that room keeps it."""
    other = node.create("conference", name="Other", aliases=[{"alias": "board@example.com"}])
    made = stack(ROOM)
    [line] = complaints(made.up())
    assert f'aliases must be free, got "board@example.com" belongs to Conference "Other" ({other}): remove it' in line
    assert [each["conference"] for each in node.objects("conference_alias")] == [other]
    node.delete(other)
    assert_as_declared(made, node, conference=1, conference_alias=1)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ('Conference("room", nme="Board room")', "Conference \"room\": 'nme' is not a field, did you mean 'name'?; "),
        ('Conference("room", pin="7391")', 'Conference "room": name must be given (__main__.py, line '),
        (
            'Conference("room", name="a", creation_time="now")',
            "Conference \"room\": 'creation_time' is set by the node",
        ),
        (
            'Conference("room", name="a", aliases=[Alias(alia="b")])',
            "Alias: 'alia' is not a field, did you mean 'alias'?",
        ),
    ],
    ids=["wrong keyword", "missing field", "computed field", "wrong keyword inside"],
)
def test_a_call_that_does_not_fit(call: str, says: str, stack: StackFactory) -> None:
    """A wrong keyword or a missing field ends the program, in a line that says which."""
    result = stack(BEGINNING + call).preview()
    assert not result.ok
    assert [line for line in result.lines if says in line], result.out


def test_a_call_that_does_not_fit_shows_no_traceback(stack: StackFactory) -> None:
    """A PIN that stands in the line with the mistake is not shown."""
    result = stack(BEGINNING + 'Conference("room", pin="7391")').preview()
    assert complaints(result)
    assert "7391" not in result.out


def test_a_call_put_right(stack: StackFactory, node: Node) -> None:
    """What was made before the program ended is not made again by the next update."""
    made = stack(BEGINNING + 'Conference("room", nme="Board room")')
    assert not made.up().ok
    made.program(BEGINNING + 'Conference("room", name="Board room")')
    assert_as_declared(made, node, conference=1, system_location=1)


def test_an_update_with_its_preview(stack: StackFactory, node: Node) -> None:
    """What stands once in a stack is not taken for standing twice when a preview comes before the update."""
    made = stack(BEGINNING + 'Conference("one", name="One", aliases=[Alias(alias="board@example.com")])')
    result = made.run("up", "--yes")
    assert result.ok, result.out
    assert_as_declared(made, node, conference=1, conference_alias=1, system_location=1)
