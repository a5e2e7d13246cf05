"""Leaving while alive: the exponential, and small steps in time."""

import numpy as np
import pytest
from tests.tolerance import CLOSED_FORM, MONTE_CARLO

from slopewise.errors import InputError
from slopewise.trial.dropout import dropout_hazard, dropout_months, share_left

EDGES = np.array([0.0, 3.0, 6.0, 12.0])


def test_ten_of_a_hundred_have_left_after_a_year() -> None:
    assert share_left(0.00878, 12) == pytest.approx(0.1, abs=5e-4)
    assert share_left(0.0, 12) == 0


def test_hazard_is_the_rate_of_the_arm_times_the_ratio_of_the_state() -> None:
    scores = np.array([[40.0, 24.9, 25.0], [19.0, 9.0, 20.0]])
    states = [(25.0, 2.0), (10.0, 5.0), (20.0, 3.0)]
    hazard = dropout_hazard(np.array([0, 1]), [0.01, 0.02], scores=scores, states=states)
    assert hazard == pytest.approx(
        np.array([[0.01, 0.02, 0.01], [0.06, 0.1, 0.04]]), rel=CLOSED_FORM
    )
    plain = dropout_hazard(np.array([0, 1]), [0.01, 0.02], scores=scores)
    assert plain == pytest.approx(np.array([[0.01] * 3, [0.02] * 3]), rel=CLOSED_FORM)


def test_share_that_left_is_that_of_the_piecewise_exponential() -> None:
    hazard = np.broadcast_to([0.05, 0.02, 0.1], (40_000, 3))
    month = dropout_months(hazard, EDGES, generator=np.random.default_rng(1))
    for at, cumulative in (
        (2.0, 0.1),
        (3.0, 0.15),
        (5.0, 0.19),
        (6.0, 0.21),
        (9.0, 0.51),
        (12, 0.81),
    ):
        wanted = -np.expm1(-cumulative)
        error = np.sqrt(wanted * (1 - wanted) / len(month))
        assert abs((month <= at).mean() - wanted) < MONTE_CARLO * error
    assert np.all((month <= 12) | np.isinf(month))


def test_leaving_equals_small_steps_in_time() -> None:
    generator = np.random.default_rng(2)
    scores = generator.uniform(5, 45, size=(3000, 3))
    hazard = dropout_hazard(
        generator.integers(2, size=3000), [0.03, 0.06], scores=scores, states=[(20.0, 2.5)]
    )
    fast = dropout_months(hazard, EDGES, generator=generator)
    step, slow = 0.02, np.full(3000, np.inf)
    for k in range(round(12 / step)):
        now = hazard[:, np.searchsorted(EDGES, (k + 0.5) * step) - 1]
        leaves = np.isinf(slow) & (generator.random(3000) < now * step)
        slow[leaves] = (k + 0.5) * step
    for at in (3.0, 6.0, 12.0):
        a, b = (fast <= at).mean(), (slow <= at).mean()
        assert abs(a - b) < MONTE_CARLO * np.sqrt((a * (1 - a) + b * (1 - b)) / 3000)


def test_nobody_leaves_where_there_is_no_hazard() -> None:
    hazard = np.zeros((2, 100, 3))
    assert np.all(np.isinf(dropout_months(hazard, EDGES, generator=np.random.default_rng(3))))
    only_last = np.array([0.0, 0.0, 50.0])
    month = dropout_months(np.tile(only_last, (100, 1)), EDGES, generator=np.random.default_rng(4))
    assert np.all((month > 6) & (month <= 12))


def test_impossible_rates_and_edges_are_refused() -> None:
    with pytest.raises(InputError, match="0 or more"):
        dropout_hazard(np.array([0]), [-0.1], scores=np.zeros((1, 1)))
    with pytest.raises(InputError, match="edges that rise"):
        dropout_months(np.zeros((1, 2)), EDGES, generator=np.random.default_rng(5))
