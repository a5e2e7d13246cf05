"""The line of progress: how far, how long, and how long still."""

from io import StringIO
from types import SimpleNamespace

import pytest

from slopewise.cli import progress


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=clock.monotonic))
    return clock


def told(line: "progress._Line", stream: StringIO) -> str:
    stream.truncate(0)
    stream.seek(0)
    line._tell()
    return stream.getvalue()


def test_counted_work_tells_the_time_left_at_its_own_pace(clock: Clock) -> None:
    stream = StringIO()
    line = progress._Line("Simulating", "blocks", stream)
    assert told(line, stream) == "Simulating ... 0 s\n"
    line.count(40, 100)  # of an earlier run
    clock.seconds = 5
    assert told(line, stream) == "Simulating ... 40 of 100 blocks, 5 s\n"
    clock.seconds = 20
    line.count(50, 100)
    assert told(line, stream) == "Simulating ... 50 of 100 blocks, 20 s, about 2 min left\n"


def test_the_next_piece_of_work_has_a_pace_of_its_own(clock: Clock) -> None:
    stream = StringIO()
    line = progress._Line("Analysing", "steps", stream)
    line.count(0, 10)
    clock.seconds = 1
    line.count(10, 10)
    clock.seconds = 100
    line.count(0, 1000)
    clock.seconds = 110
    line.count(500, 1000)
    assert told(line, stream) == "Analysing ... 500 of 1000 steps, 110 s, about 10 s left\n"
