"""The 99 % band of a simulated type I error, against the binomial's terms added up exactly."""

from fractions import Fraction
from math import comb

import pytest

from slopewise.trial.simulating.characteristics import Rate
from slopewise.trial.simulating.false_alarm import is_above_plan, most_by_chance


def tail(count: int, of: int, alpha: str) -> Fraction:
    """P(X ≥ count), in whole numbers."""
    p = Fraction(alpha)
    below = sum(comb(of, k) * p**k * (1 - p) ** (of - k) for k in range(count))
    return 1 - below


@pytest.mark.parametrize("of", [1, 10, 200, 1000])
@pytest.mark.parametrize("alpha", ["0.025", "0.05", "0.0001", "0.5"])
def test_the_band_ends_where_the_tail_falls_below_5_in_1000(of: int, alpha: str) -> None:
    most = most_by_chance(of, float(alpha))
    limit = Fraction(5, 1000)
    assert tail(most + 1, of, alpha) < limit
    assert most == 0 or tail(most, of, alpha) >= limit


def test_too_many_false_alarms_are_seen_and_too_few_are_not() -> None:
    most = most_by_chance(1000, 0.025)
    assert not is_above_plan(Rate(most, 1000), 0.025)
    assert is_above_plan(Rate(most + 1, 1000), 0.025)
    assert not is_above_plan(Rate(0, 1000), 0.025)


def test_nothing_is_said_of_no_replicate() -> None:
    assert not is_above_plan(Rate(0, 0), 0.025)


def test_a_band_of_many_replicates_is_close_to_the_normal_one() -> None:
    assert most_by_chance(100_000, 0.025) / 100_000 == pytest.approx(
        0.025 + 2.5758 * (0.025 * 0.975 / 100_000) ** 0.5, abs=2e-5
    )
