"""What the journal has and a state lacks."""

from __future__ import annotations

import json
from pathlib import Path

from pexip_cli.journal import Lost, find
from provider_core.journal import Journal, Mark, key_text

NODE = "https://node"


def test_what_the_state_lacks(tmp_path: Path) -> None:
    """By id, wherever it stands in the state; of what was begun only, nobody can say more."""
    file = tmp_path / "j.jsonl"
    marks = {
        "/conference/1/": Mark(NODE, "conference", key_text({"name": "Kept"})),
        "/conference/2/": Mark(NODE, "conference", key_text({"name": "Item"})),
        "/conference/3/": Mark(NODE, "conference", key_text({"name": 'Lost "3"'})),
        "/global/1/": Mark(NODE, "global", key_text({})),
        "": Mark(NODE, "automatic_participant", key_text({"alias": "a", "description": "long " * 40})),
    }
    journal = Journal(file)
    journal.begin(list(marks.values()))
    for id, mark in marks.items():
        if id:
            journal.made(mark, id)
    outputs = {"": "", "note": '"', "list": ["", {"uris": {"a": "/conference/2/"}}]}
    state = json.dumps({"type": "", "outputs": outputs, "parent": "", "id": "/conference/1/", "more": None})
    assert find(file, state) == [
        f'automatic_participant with alias "a", description "long {"long " * 13}[...] on {NODE}: '
        "perhaps, its answer never came",
        f'conference with name "Lost \\"3\\"" on {NODE}: /conference/3/',
        f"global on {NODE}: /global/1/",
    ]


def test_a_few_are_shown() -> None:
    """The rest is counted."""
    assert not Lost([], "file")
    five, seven = (Lost([f"room {number}" for number in range(count)], "file") for count in (5, 7))
    assert "  room 4\nRun `make up` first" in five.before_destroy()
    assert "  room 4\n  and 2 more, which `pexip journal` lists\nDeclare it" in seven.after_up()
