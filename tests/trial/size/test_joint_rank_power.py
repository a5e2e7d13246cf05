"""Power of the joint rank test: four printed ones, simulated people, and edges."""

import math

import numpy as np
import pytest
from tests.tolerance import MONTE_CARLO

from slopewise.errors import InputError
from slopewise.trial.size.joint_rank_power import (
    JointRankCourse,
    joint_rank_power,
    win_chances,
)

# github.com/paulmanser/cafs, R/cafs_power.R, two-sided 0.05: people per arm, SD of change, slope,
# months, reduction, median survival of controls and treated (months), power
PRINTED = [
    (170, 8.1, 1.1, 18, 0.15, 24, 30, 0.655788),
    (130, 9.1, 1.1, 18, 0.25, 24, 30, 0.735274),
    (100, 8.1, 1.1, 18, 0.35, 24, 30, 0.857830),
    (200, 8.0, 1.0, 12, 0.20, 30, 36, 0.662407),
]


@pytest.mark.parametrize("printed", PRINTED)
def test_printed_powers(printed: tuple[float, ...]) -> None:
    people, sd, slope, months, less, median0, median1, power = printed
    course = JointRankCourse(
        math.log(2) / median0, math.log(2) / median1, months, slope * months * less, sd
    )
    found = joint_rank_power(win_chances(course), people, people)
    assert found == pytest.approx(power, abs=2e-6)


def test_win_chances_are_those_of_simulated_people() -> None:
    course = JointRankCourse(0.05, 0.02, 12, 3.0, 6.0)
    g, n = np.random.default_rng(4), 400_000

    def place(hazard: float, shift: float) -> np.ndarray:
        death = g.exponential(1 / hazard, size=n)
        change = g.normal(shift, 6.0, size=n)
        return np.where(death < 12, death - 1e6, change)  # any death stands below any change

    t1, t2, c1, c2 = place(0.02, 3), place(0.02, 3), place(0.05, 0), place(0.05, 0)
    found = win_chances(course)
    for share, wanted in (
        ((t1 > c1).mean(), found.one_one),
        (((t1 > c1) & (t2 > c1)).mean(), found.two_one),
        (((t1 > c1) & (t1 > c2)).mean(), found.one_two),
    ):
        assert share == pytest.approx(wanted, abs=MONTE_CARLO * math.sqrt(0.25 / n))


def test_without_an_effect_the_power_is_alpha_and_with_harm_it_is_less() -> None:
    none = win_chances(JointRankCourse(0.03, 0.03, 12, 0.0, 8.0))
    assert none.one_one == pytest.approx(0.5, abs=1e-12)
    assert joint_rank_power(none, 150, 150) == pytest.approx(0.025, abs=1e-3)
    worse = win_chances(JointRankCourse(0.03, 0.04, 12, -2.0, 8.0))
    assert joint_rank_power(worse, 150, 150) < 0.01


def test_where_nobody_dies_it_is_the_rank_sum_test() -> None:
    found = win_chances(JointRankCourse(0.0, 0.0, 12, 4.0, 8.0))
    nearly = win_chances(JointRankCourse(1e-7, 1e-7, 12, 4.0, 8.0))
    assert found.one_one == pytest.approx(nearly.one_one, abs=1e-5)
    with pytest.raises(InputError, match="both above 0"):
        JointRankCourse(0.0, 0.1, 12, 4.0, 8.0)
