"""The filter against a second derivation: the dense normal density by brute-force integrals."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from tests.progression.examples import IRREGULAR_MONTHS, three_classes

from slopewise.progression.forecast import score_moments
from slopewise.progression.likelihood import log_density
from slopewise.progression.simulate import simulate
from slopewise.progression.timeline import Exposure, scores_on, timeline

GIVEN = Exposure((0.0, 3.5), (1.0, 0.4))
PARAMETERS = three_classes()


def dense_moments(theta: float, kind: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of the scores: midpoint sums over (1 − θ g) and the wander's kernel."""
    p, t = PARAMETERS, np.array(IRREGULAR_MONTHS)
    cell = 0.01
    middle = np.arange(t[0] + cell / 2, t[-1], cell)
    level = np.where(middle < 0, 0.0, np.where(middle < 3.5, 1.0, 0.4))
    reach = (1.0 - theta * level) * (middle[None, :] < t[:, None]) * cell
    passed = reach.sum(axis=1)
    tau, memory = p.wander_sd[0, kind], p.wander_months[0, 0]
    kernel = tau**2 * np.exp(-np.abs(middle[:, None] - middle[None, :]) / memory)
    design = np.stack([np.ones_like(t), passed], axis=1)
    cross = p.correlation[0, kind] * p.sd_level[0, kind] * p.sd_slope[0, kind]
    start = np.array([[p.sd_level[0, kind] ** 2, cross], [cross, p.sd_slope[0, kind] ** 2]])
    covariance = design @ start @ design.T + reach @ kernel @ reach.T
    covariance = covariance + p.residual_sd[0, kind] ** 2 * np.eye(len(t))
    return p.mean_level[0, kind] + p.mean_slope[0, kind] * passed, covariance


def some_scores() -> np.ndarray:
    generator = np.random.default_rng(1)
    drawn = simulate(
        PARAMETERS, IRREGULAR_MONTHS, 4, generator=generator, theta=0.5, exposure=GIVEN
    )
    return drawn.scores


@pytest.mark.parametrize("theta", [-0.5, 0.0, 0.5, 1.3])
@pytest.mark.parametrize("kind", [0, 1, 2])
def test_filter_equals_the_dense_density(theta: float, kind: int) -> None:
    scores = some_scores()
    steps = timeline([IRREGULAR_MONTHS], [GIVEN], [IRREGULAR_MONTHS[0]])
    found, _ = log_density(scores_on(steps, scores), steps, PARAMETERS, theta=np.array([theta]))
    mean, covariance = dense_moments(theta, kind)
    expected = multivariate_normal(mean, covariance).logpdf(scores)
    assert found[:, 0, 0, kind] == pytest.approx(expected, abs=1e-4)  # the sums' own error


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_forecast_moments_equal_the_dense_conditional_moments(kind: int) -> None:
    scores, split = some_scores()[:1], 4
    before = timeline([IRREGULAR_MONTHS[:split]], [GIVEN], [IRREGULAR_MONTHS[0]])
    after = timeline([IRREGULAR_MONTHS[split:]], [GIVEN], [0.0])
    _, belief = log_density(
        scores_on(before, scores[:, :split]), before, PARAMETERS, theta=np.zeros(1)
    )
    found = score_moments(belief, after, PARAMETERS, theta=np.array([0.5]))
    mean, covariance = dense_moments(0.5, kind)
    gain = covariance[split:, :split] @ np.linalg.inv(covariance[:split, :split])
    expected = mean[split:] + gain @ (scores[0, :split] - mean[:split])
    left = covariance[split:, split:] - gain @ covariance[:split, split:]
    assert found.mean[0, 0, 0, kind] == pytest.approx(expected, abs=1e-4)
    assert found.covariance[0, 0, 0, kind] == pytest.approx(left, abs=1e-4)
