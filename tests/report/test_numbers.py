"""How numbers are written for people."""

import math

import pytest

from slopewise.report import numbers

FUNCTIONS = ("decimal", "month", "months", "out_of_100", "percent", "points", "slope", "slowing")


@pytest.mark.parametrize("name", [*FUNCTIONS, "whole"])
@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_there_is_said_in_words(name: str, value: float | None) -> None:
    assert getattr(numbers, name)(value) == "not available"


@pytest.mark.parametrize("bad", [(None, 1.0), (0.0, math.nan)])
def test_an_interval_needs_both_ends(bad: tuple[float, float]) -> None:
    assert numbers.interval(*bad) == "not available"
    assert numbers.slowing_interval(*bad) == "not available"


def test_zero_never_has_a_minus_sign() -> None:
    assert numbers.decimal(-0.04, 1) == "0.0"


def test_a_minus_sign_is_a_minus_sign_and_no_dash() -> None:
    assert numbers.decimal(-1.25, 2) == "\u22121.25"


@pytest.mark.parametrize(
    ("theta", "words"),
    [
        (0.25, "25\u202f% slower"),
        (-0.1, "10\u202f% faster"),
        (1.0, "stopped"),
        (0.004, "no different"),
        (1.2, "120\u202f% slower"),
    ],
)
def test_slowing_in_words(theta: float, words: str) -> None:
    assert numbers.slowing(theta) == words


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.08, 0.73, "8\u202f% to 73\u202f% slower"),
        (-0.2, 0.45, "20\u202f% faster to 45\u202f% slower"),
        (-0.5, -0.1, "10\u202f% to 50\u202f% faster"),
        (0.3, 1.0, "30\u202f% slower to stopped"),
        (0.0, 0.4, "no different to 40\u202f% slower"),
    ],
)
def test_an_interval_of_slowing_names_its_direction(low: float, high: float, words: str) -> None:
    assert numbers.slowing_interval(low, high) == words


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.0, "fewer than 1 out of 100"),
        (0.004, "fewer than 1 out of 100"),
        (0.12, "12 out of 100"),
        (0.996, "more than 99 out of 100"),
    ],
)
def test_a_probability_is_a_count_of_people(probability: float, words: str) -> None:
    assert numbers.out_of_100(probability) == words


@pytest.mark.parametrize(
    ("value", "words"), [(1.0, "1 month"), (7.5, "7.5 months"), (12.01, "12 months")]
)
def test_months(value: float, words: str) -> None:
    assert numbers.months(value) == words


def test_thousands_are_parted() -> None:
    assert numbers.whole(80_000_000) == "80\u202f000\u202f000"


def test_one_visit_and_two_visits() -> None:
    assert (numbers.plural(1, "visit"), numbers.plural(2, "visit")) == ("1 visit", "2 visits")
