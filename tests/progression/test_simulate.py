"""Simulated patients must have the moments that the forecast states."""

import numpy as np
import pytest
from tests.progression.examples import three_classes
from tests.tolerance import MONTE_CARLO

from slopewise.progression.forecast import score_moments
from slopewise.progression.likelihood import origin_belief
from slopewise.progression.simulate import record_scores, simulate
from slopewise.progression.timeline import Exposure, timeline

MONTHS = [0.0, 1.0, 2.5, 6.0, 12.0]
GIVEN = Exposure((2.5,), (1.0,))
PATIENTS = 20_000


@pytest.mark.parametrize("theta", [0.0, 0.6])
def test_simulated_function_has_the_exact_mean_and_variance(theta: float) -> None:
    parameters = three_classes()
    drawn = simulate(
        parameters,
        MONTHS,
        PATIENTS,
        generator=np.random.default_rng(7),
        theta=theta,
        exposure=GIVEN,
    )
    steps = timeline([MONTHS], [GIVEN], [0.0])
    exact = score_moments(origin_belief(parameters), steps, parameters, theta=np.array([theta]))
    for kind in range(3):
        members = drawn.expected_function[drawn.drawn_class == kind]
        mean = exact.mean[0, 0, 0, kind]
        variance = np.diag(exact.covariance[0, 0, 0, kind]) - parameters.residual_sd[0, kind] ** 2
        error = np.sqrt(variance / len(members))
        assert np.all(np.abs(members.mean(axis=0) - mean) < MONTE_CARLO * error)
        relative = np.sqrt(2.0 / len(members))
        assert np.all(np.abs(members.var(axis=0) / variance - 1.0) < MONTE_CARLO * relative)


def test_the_same_seed_gives_the_same_patients() -> None:
    first, second = (
        simulate(three_classes(), MONTHS, 5, generator=np.random.default_rng(3)).scores
        for _ in range(2)
    )
    assert np.array_equal(first, second)


def test_recorded_scores_are_whole_points_on_the_scale_with_the_stated_error() -> None:
    generator = np.random.default_rng(5)
    function = np.full((PATIENTS, 1), 24.37)
    scores = record_scores(function, np.full((PATIENTS, 1), 2.0), generator=generator)
    assert np.array_equal(scores, np.rint(scores))
    # rounding is part of the residual SD
    assert scores.std() == pytest.approx(2.0, rel=MONTE_CARLO / np.sqrt(2 * PATIENTS))
    at_the_ends = record_scores(np.array([[60.0, -9.0]]), np.ones((1, 1)), generator=generator)
    assert at_the_ends.tolist() == [[48.0, 0.0]]
