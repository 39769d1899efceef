"""Bulk requests that are refused are halved until only the guilty one is left."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from provider_core import errors
from provider_core.bulk import halve


def refuse(number: int) -> int:
    """What the server says of one object."""
    raise errors.Rejected(f"no {number}", 400)


@given(st.integers(0, 60), st.sets(st.integers(0, 59), max_size=4))
def test_only_the_guilty_fail_and_nothing_is_done_twice(count: int, guilty: set[int]) -> None:
    """Each innocent one is done once, each guilty one has its own message, all in order."""
    done: list[int] = []

    def alone(number: int) -> int:
        if number in guilty:
            refuse(number)
        done.append(number)
        return number

    def together(numbers: Sequence[int]) -> list[int]:
        for number in numbers:
            if number in guilty:
                raise errors.Rejected("one of them", 400)
        done.extend(numbers)
        return list(numbers)

    outcomes = halve(range(count), together, alone)
    assert [str(outcome) for outcome in outcomes] == [f"no {n}" if n in guilty else str(n) for n in range(count)]
    assert done == [number for number in range(count) if number not in guilty]


def test_a_lost_answer_is_everybodys_outcome() -> None:
    """It is not known whether they were made: nothing is sent again from here."""

    def together(numbers: Sequence[int]) -> list[int]:
        raise errors.AnswerLost("lost")

    assert {str(outcome) for outcome in halve([1, 2], together, lambda number: number)} == {"lost"}


def test_a_gateway_that_failed_is_a_lost_answer() -> None:
    """A 503 says nothing of what happened behind it; wrong credentials are not tried for each half."""

    def unavailable(numbers: Sequence[int]) -> list[int]:
        raise errors.ServerFailed("503", 503)

    def unauthorized(numbers: Sequence[int]) -> list[int]:
        raise errors.Unauthorized("401", 401)

    assert {type(each) for each in halve([1, 2], unavailable, refuse)} == {errors.AnswerLost}
    assert {type(each) for each in halve([1, 2], unauthorized, refuse)} == {errors.Unauthorized}
