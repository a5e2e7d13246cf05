"""Leaving a target out: a normal case with a closed form, and the chain without it."""

import numpy as np
import pytest
from tests.tolerance import MONTE_CARLO

from slopewise.progression.calibrating.calibration import calibrate
from slopewise.progression.calibrating.leave_one_out import leave_one_out, left_out
from slopewise.progression.calibrating.targets import TARGETS, Target

TARGET = Target("x", 3.0, 2.0, "-", "made up for this test", "SE 2")


def test_a_left_out_target_leaves_what_all_others_say() -> None:
    # others say N(0, 1); the target says 3 ± 2; states are drawn from both: N(0.6, 0.8)
    draws = np.random.default_rng(9).normal(0.6, np.sqrt(0.8), 20_000)
    found = left_out(TARGET, draws, np.zeros(len(draws)))
    error = 1.0 / np.sqrt(found.effective_states)
    assert found.status == "converged"
    assert found.median == pytest.approx(0.0, abs=1.26 * MONTE_CARLO * error)
    # states below -1.645 weigh 7 times the mean one: SE = √(7 · 0.05 / 20,000) / φ(1.645) = 0.041
    assert found.low90 == pytest.approx(-1.645, abs=MONTE_CARLO * 0.041)
    assert found.high90 == pytest.approx(1.645, abs=2.2 * MONTE_CARLO * error)
    assert found.misfit == pytest.approx(-3.0 / np.sqrt(2.0**2 + 1.0), abs=0.1)


def test_states_weighted_before_are_weighted_again() -> None:
    # the same answer from wider draws with their weights
    draws = np.random.default_rng(10).normal(0.5, 1.5, 40_000)
    both = -0.5 * (draws - 0.6) ** 2 / 0.8 + 0.5 * (draws - 0.5) ** 2 / 1.5**2
    found = left_out(TARGET, draws, both)
    assert found.median == pytest.approx(0.0, abs=0.1)


def test_a_target_that_holds_every_state_is_called_not_stable() -> None:
    tight = Target("x", 3.0, 0.3, "-", "made up for this test", "SE 0.3")
    draws = np.random.default_rng(11).normal(2.75, 0.287, 2000)  # others say N(0, 1)
    assert left_out(tight, draws, np.zeros(2000)).status == "not_stable"


def test_every_target_of_the_course_is_left_out_once() -> None:
    found = leave_one_out(calibrate(sets=2, steps=100, seed=1), short_chain=10)
    assert [row.target.name for row in found] == [t.name for t in TARGETS]
    assert all(row.low90 <= row.median <= row.high90 for row in found)
