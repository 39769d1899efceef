"""Collections with the real engine: thousands of objects as one resource, each item for itself."""

from __future__ import annotations

import json

from tests.conftest import StackFactory
from tests.support.node import Node

HEAD = "import pulumi\nfrom pexip_provider import *\n"


def staff(**names: str) -> str:
    """A program with a collection: key → the room's name, or ``name; more arguments``."""
    items = []
    for key, text in names.items():
        name, _, more = text.partition(";")
        items.append(f"{key!r}: item(Conference, name={name!r}{', ' + more if more else ''})")
    return HEAD + f"rooms = Conference.collection('staff', {{{', '.join(items)}}})\n"


def names(node: Node) -> list[str]:
    """The rooms on the node."""
    return sorted(each["name"] for each in node.objects("conference"))


def test_a_collection_over_its_life(stack: StackFactory, node: Node) -> None:
    """Create in bulk, show which item changes, change only that, rename a key, refer to an item, destroy."""
    pin = 'pin=pulumi.Output.secret("739146"), aliases=[Alias(alias="a@example.com")]'
    made = stack(staff(a=f"A;{pin}", b="B", c="C") + "pulumi.export('uri', rooms.uri('a'))\n")
    result = made.up()
    assert result.ok, result.out
    assert [each["method"] for each in node.requests() if each["method"] != "GET"] == ["PATCH"]
    assert "739146" not in json.dumps(made.state())
    (room,) = node.objects("conference", name="A")
    assert made.outputs()["uri"] == room["resource_uri"]
    node.forget()
    made.program(staff(a=f"A;{pin}", b="B;description='New'", d="C") + "pulumi.export('uri', rooms.uri('a'))\n")
    preview = made.preview("--diff")
    assert '+ description: "New"' in preview.out
    assert made.up().ok
    assert [each["body"] for each in node.requests() if each["method"] == "PATCH"] == [{"description": "New"}]
    assert made.preview("--expect-no-changes").ok
    assert made.destroy().ok
    assert names(node) == []


def test_drift_of_an_item_shows_and_heals(stack: StackFactory, node: Node) -> None:
    """What was changed, and what was deleted by hand, is put back; the others are not touched."""
    made = stack(staff(a="A;description='Ours'", b="B", c="C"))
    assert made.up().ok
    uris = {each["name"]: each["resource_uri"] for each in node.objects("conference")}
    node.change(uris["A"], description="Theirs")
    node.delete(uris["B"])
    assert made.refresh().ok
    node.forget()
    assert made.up().ok
    assert names(node) == ["A", "B", "C"]
    assert node.objects("conference", name="A")[0]["description"] == "Ours"
    assert sorted(each["method"] for each in node.requests() if each["method"] != "GET") == ["PATCH", "POST"]
    assert made.preview("--expect-no-changes").ok


def test_failures_of_check_name_the_items(stack: StackFactory) -> None:
    """All of them at once, with the item's key, and never a secret."""
    result = stack(staff(a="A;pin='73x'", b="B", c="C;service_type='x'", d="B")).up()
    assert not result.ok
    for part in (
        "items['a']: pin must be 4 to 20 digits, got a hidden value",
        "items['c']: service_type must be one of",
        "items['d']: name \"B\" must stand once in a stack",
    ):
        assert part in result.out
    assert "73x" not in result.out


def test_a_refused_item_is_named_and_the_rest_taken_back(stack: StackFactory, node: Node) -> None:
    """A collection is made whole or not at all; put right, the next run makes it."""
    uri = node.create("conference", name="B")
    made = stack(staff(a="A", b="B", c="C"))
    result = made.up()
    assert not result.ok
    assert f"items['b']: an object with this name exists already: {uri}" in result.out
    assert "all other changes of this run were taken back" in result.out
    assert names(node) == ["B"]
    made.program(staff(a="A", b="B;description='Ours'", c="C").replace("})\n", "}, adopt=True)\n"))
    result = made.up()
    assert result.ok, result.out
    (adopted,) = node.objects("conference", name="B")
    assert (adopted["resource_uri"], adopted["description"]) == (uri, "Ours")
    assert names(node) == ["A", "B", "C"]


def test_an_update_that_is_refused_is_taken_back(stack: StackFactory, node: Node) -> None:
    """Items that were changed in the same run go back to what they were, new ones are removed."""
    made = stack(staff(a="A;description='Old'", b="B"))
    assert made.up().ok
    node.create("conference", name="D")
    made.program(staff(a="A;description='New'", b="B", d="D", e="E"))
    assert not made.up().ok
    assert names(node) == ["A", "B", "D"]
    assert node.objects("conference", name="A")[0]["description"] == "Old"


def test_aliases_are_protected_in_one_question(stack: StackFactory, node: Node) -> None:
    """For all items together; the room that has the alias is named, and nothing is written."""
    node.create("conference", name="Theirs", aliases=[{"alias": "b@example.com"}])
    node.forget()
    made = stack(staff(**{key: f"{key};aliases=[Alias(alias='{key}@example.com')]" for key in "abc"}))
    result = made.up()
    assert 'items[\'b\']: aliases must be free, got "b@example.com" belongs to Conference "Theirs"' in result.out
    assert (
        len(
            [
                each
                for each in node.requests()
                if each["path"].startswith("/api/admin/configuration/v1/conference_alias")
            ]
        )
        == 1
    )
    assert names(node) == ["Theirs"]


def test_from_csv(stack: StackFactory, node: Node) -> None:
    """One line reads a file; columns are fields, the key's column need not be one."""
    rows = "mail,name,pin,aliases,allow_guests\nann@example.com,Ann,123456,ann;7001,yes\nbob@example.com,Bob,,bob,\n"
    made = stack(
        HEAD + "Conference.collection('staff', items_from_csv(Conference, 'staff.csv', key='mail'))\n",
        files={"staff.csv": rows},
    )
    result = made.up()
    assert result.ok, result.out
    ann, bob = sorted(node.objects("conference"), key=lambda room: str(room["name"]))
    assert (ann["pin"], ann["allow_guests"], [each["alias"] for each in ann["aliases"]]) == (
        "123456",
        True,
        ["ann", "7001"],
    )
    assert (bob["pin"], bob["allow_guests"]) == ("", False)


def test_rooms_move_into_a_collection(stack: StackFactory, node: Node) -> None:
    """Single resources become items by adoption, and stay the objects they were; and back again."""
    singles = HEAD + "for name in 'AB':\n    Conference(name, name=name, adopt=True)\n"
    made = stack(singles)
    assert made.up().ok
    uris = sorted(each["resource_uri"] for each in node.objects("conference"))
    for program in (staff(a="A", b="B").replace("})\n", "}, adopt=True)\n"), singles):
        made.program(program)
        result = made.up()
        assert result.ok, result.out
        assert sorted(each["resource_uri"] for each in node.objects("conference")) == uris
        assert made.preview("--expect-no-changes").ok


def test_what_was_adopted_in_vain_is_left_as_it_was(stack: StackFactory, node: Node) -> None:
    """When another item is refused, an object that was there before is neither changed nor deleted."""
    node.create("conference", name="A", description="Theirs")
    node.create("conference", name="Holder", aliases=[{"alias": "taken"}])
    node.fail("status", method="POST", path="/conference/", status=400, body={"conference": {"name": ["No."]}}, times=9)
    node.fail(
        "status", method="PATCH", path="/conference/$", status=400, body={"conference": {"name": ["No."]}}, times=9
    )
    made = stack(staff(a="A;description='Ours'", b="B").replace("})\n", "}, adopt=True)\n"))
    result = made.up()
    assert not result.ok
    assert "items['b']: name: No." in result.out
    assert {each["name"]: each["description"] for each in node.objects("conference")} == {"A": "Theirs", "Holder": ""}
