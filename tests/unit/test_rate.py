"""The rate limit, on a clock that only moves when somebody sleeps."""

from __future__ import annotations

import struct
import threading
from pathlib import Path

import pytest

from provider_core.rate import RateLimit


class Clock:
    """A clock whose sleep is instant."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Time passes."""
        assert seconds > 0
        self.now += seconds


def starts(limit: int, gaps: list[float]) -> list[float]:
    """When requests start that come with these gaps between them."""
    clock = Clock()
    rate = RateLimit(limit, clock, clock.sleep)
    found = []
    for gap in gaps:
        clock.now += gap
        rate.wait()
        found.append(clock.now)
    return found


@pytest.mark.parametrize("gaps", [[0.0] * 50, [3.0] * 50, [0.0, 59.0, 1.0, 0.5] * 12, [61.0] * 8])
@pytest.mark.parametrize("limit", [1, 4, 7])
def test_never_more_than_the_limit_in_any_minute(limit: int, gaps: list[float]) -> None:
    """However they come, no window of 60 seconds sees more requests start than allowed."""
    found = starts(limit, gaps)
    for index, start in enumerate(found):
        assert sum(start <= other < start + RateLimit.WINDOW for other in found[index:]) <= limit


def test_a_burst_passes() -> None:
    """As long as the minute is not full, nobody waits."""
    assert starts(5, [0.0] * 5) == [1000.0] * 5


def test_the_next_one_waits_for_the_first_to_be_a_minute_old() -> None:
    """The wait is as long as needed, and not longer."""
    assert starts(2, [0.0, 10.0, 5.0, 0.0]) == [1000.0, 1010.0, 1060.0, 1070.0]


def test_the_wait_is_told() -> None:
    """The caller learns how long it was held up."""
    clock = Clock()
    rate = RateLimit(1, clock, clock.sleep)
    assert [rate.wait(), rate.wait()] == [0.0, 60.0]


def test_all_who_send_to_a_server_share_its_minute(tmp_path: Path) -> None:
    """Whatever process they are in: what they have in common is a file. Each keeps to its own number."""
    clock = Clock()
    file = tmp_path / "rates" / "node"
    program, provider, other = (RateLimit(limit, clock, clock.sleep, file) for limit in (2, 2, 3))
    assert [program.wait(), provider.wait(), other.wait()] == [0.0, 0.0, 0.0]
    assert provider.wait() == 60.0


def test_threads_do_not_take_the_same_place(tmp_path: Path) -> None:
    """A hundred at once on two files' ends: the minute has exactly as many places as it has."""
    waited: list[float] = []
    limits = [RateLimit(60, lambda: 1000.0, waited.append, tmp_path / "node") for _ in range(2)]
    threads = [threading.Thread(target=limits[number % 2].wait) for number in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert waited == [60.0] * 40


def test_without_the_file_each_counts_for_itself(tmp_path: Path) -> None:
    """A folder that cannot be made is no error."""
    (tmp_path / "rates").write_text("")
    assert RateLimit(1, file=tmp_path / "rates" / "node").wait() == 0.0


def test_a_clock_that_was_set_back_stops_nothing(tmp_path: Path) -> None:
    """Start times far ahead are of another time."""
    clock = Clock()
    rate = RateLimit(1, clock, clock.sleep, tmp_path / "node")
    rate.wait()
    clock.now -= 100_000
    assert rate.wait() == 0.0


def test_a_file_that_lost_its_end_stops_nothing(tmp_path: Path) -> None:
    """As after a power failure: the count was kept, the times were not."""
    clock = Clock()
    file = tmp_path / "node"
    RateLimit(3, clock, clock.sleep, file).wait()
    file.write_bytes(struct.pack("<Q", 5000))
    rate = RateLimit(3, clock, clock.sleep, file)
    assert [rate.wait() for _ in range(4)] == [0.0, 0.0, 0.0, 60.0]
