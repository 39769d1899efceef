"""Claims: two resources of one stack do not fight over what may stand once."""

from __future__ import annotations

from provider_core.claims import Claims

NAME = ("conference", "name", "Board room")


def test_another_resource_is_told_who_has_it() -> None:
    """The second one fails at check, with the first one's name."""
    claims = Claims()
    assert claims.take("Conference a", "", True, [NAME]) == []
    (sentence,) = claims.take("Conference b", "", True, [NAME])
    assert sentence.startswith('name "Board room" must stand once in a stack, got it in Conference a too')


def test_case_does_not_matter() -> None:
    """The node compares without case."""
    claims = Claims()
    claims.take("a", "", True, [("conference_alias", "alias", "Board@example.com")])
    assert claims.take("b", "", True, [("conference_alias", "alias", "board@EXAMPLE.com")])


def test_another_node_another_name() -> None:
    """The same name on another node is another object, and so is the same value of another type or field."""
    claims = Claims()
    claims.take("a", "", True, [NAME])
    assert claims.take("b", "lab", True, [NAME]) == []
    assert claims.take("c", "", True, [("device", "name", "Board room")]) == []
    assert claims.take("d", "", True, [("conference", "tag", "Board room")]) == []


def test_a_resource_that_is_replaced_is_checked_twice() -> None:
    """The engine asks with the old inputs and again without: the same label is not another resource."""
    claims = Claims()
    assert claims.take("a", "", False, [NAME]) == []
    assert claims.take("a", "", True, [NAME]) == []
    assert claims.take("a", "", False, [NAME]) == []


def test_two_new_resources_of_one_label() -> None:
    """Two that are both new are two, although they are called the same."""
    claims = Claims()
    claims.take("a", "", True, [NAME])
    assert len(claims.take("a", "", True, [NAME])) == 1


def test_every_claim_is_answered() -> None:
    """Each thing that is taken is told."""
    claims = Claims()
    both = [NAME, ("conference_alias", "alias", "board")]
    claims.take("a", "", True, both)
    assert len(claims.take("b", "", True, both)) == 2
