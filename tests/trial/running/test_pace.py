"""The time left, in words no more exact than the guess."""

import pytest

from slopewise.trial.running.pace import seconds_left, time_left


def test_the_time_left_is_that_of_the_undone_at_the_pace_of_the_done() -> None:
    assert seconds_left(25, 100, 10.0) == 30.0


@pytest.mark.parametrize(("done", "total"), [(0, 10), (10, 10), (0, 0), (11, 10)])
def test_nothing_is_said_before_the_first_and_after_the_last(done: int, total: int) -> None:
    assert time_left(done, total, 5.0) == ""


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3, "a few seconds left"),
        (7.6, "about 10 s left"),
        (42, "about 40 s left"),
        (57.4, "about 55 s left"),
        (57.6, "about 1 min left"),
        (170, "about 3 min left"),
        (59.4 * 60, "about 59 min left"),
        (59.6 * 60, "about 1 h left"),
        (84 * 60, "about 1 h 20 min left"),
        (9.9 * 3600, "about 9 h 50 min left"),
        (9.95 * 3600, "about 10 h left"),
        (30 * 3600, "about 30 h left"),
        (72 * 3600, "about 3 days left"),
    ],
)
def test_the_words_are_as_coarse_as_the_guess(seconds: float, words: str) -> None:
    assert time_left(1, 2, seconds) == words
