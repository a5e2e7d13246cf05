"""The predictive distribution against brute force over both parameters, and at its limits."""

import numpy as np
import pytest
from scipy.special import ndtr
from tests.tolerance import CLOSED_FORM, QUADRATURE

from slopewise.errors import InputError
from slopewise.evidence.pooling.predictive import (
    PATIENT_SD,
    SCEPTICAL_SD,
    HierarchyPrior,
    predict_new_trial,
)

CASES = [
    ([0.52], [0.12], None),
    ([0.52, 0.06], [0.12, 0.10], None),
    ([0.52, 0.06, 0.1], [0.12, 0.10, 0.3], [0.2, 0.0, 0.2]),
    ([-0.3, 0.9, 0.2, 0.1], [0.05, 0.04, 0.2, 0.6], None),
]


def brute_force(
    y: list[float], s: list[float], b: list[float] | None, at: np.ndarray
) -> tuple[np.ndarray, float]:
    """Pr(new trial's θ below each place) and the mean of μ, by a grid over μ and τ."""
    variance = np.square(s) + np.square(b if b is not None else np.zeros(len(s)))
    mu, tau = np.linspace(-2.2, 2.2, 1101), np.linspace(1e-9, 2.0, 1001)
    grid_mu, grid_tau = np.meshgrid(mu, tau, indexing="ij")
    log = -0.5 * (grid_mu / SCEPTICAL_SD) ** 2 - 0.5 * (grid_tau / 0.25) ** 2
    for estimate, v in zip(y, variance, strict=True):
        wide = v + grid_tau**2
        log -= 0.5 * np.log(wide) + 0.5 * (estimate - grid_mu) ** 2 / wide
    share = np.exp(log - log.max())

    def over_both(values: np.ndarray) -> float:
        return float(np.trapezoid(np.trapezoid(values, tau, axis=1), mu))

    total = over_both(share)
    below = [over_both(share * ndtr((place - grid_mu) / grid_tau)) / total for place in at]
    return np.array(below), over_both(share * grid_mu) / total


@pytest.mark.parametrize(("y", "s", "b"), CASES)
def test_a_grid_over_both_parameters_says_the_same(
    y: list[float], s: list[float], b: list[float] | None
) -> None:
    at = np.array([-0.5, 0.0, 0.2, 0.4, 0.8])
    below, mean_mu = brute_force(y, s, b, at)
    ours = predict_new_trial(y, s, bias_sds=b)
    # the grid's own error: steps of 0.004 in μ and 0.002 in τ
    np.testing.assert_allclose([ours.new_trial.below(place) for place in at], below, atol=2e-5)
    assert float(ours.mean.means @ ours.mean.weights) == pytest.approx(mean_mu, abs=2e-5)


def test_no_trial_leaves_the_prior() -> None:
    empty = predict_new_trial([], [])
    assert empty.mean.quantile(0.95) == pytest.approx(0.5, abs=1e-4)
    assert empty.mean.below(0.0) == pytest.approx(0.5, abs=1e-12)
    assert empty.log_evidence == pytest.approx(0.0, abs=1e-12)
    assert empty.spread_median == pytest.approx(0.6744897501960817 * 0.25, abs=1e-4)


def test_without_spread_between_trials_it_is_the_weighing_of_two_normals() -> None:
    alike = predict_new_trial([0.4], [0.1], prior=HierarchyPrior(heterogeneity_scale=1e-7))
    weight = 0.1**-2 / (0.1**-2 + SCEPTICAL_SD**-2)
    assert alike.mean.quantile(0.5) == pytest.approx(0.4 * weight, rel=1e-6)
    assert alike.new_trial.sds[0] == pytest.approx((0.1**-2 + SCEPTICAL_SD**-2) ** -0.5, rel=1e-6)


def test_densities_sum_to_one_and_agree_with_their_quantiles() -> None:
    found = predict_new_trial([0.52, 0.06], [0.12, 0.10])
    at = np.linspace(-6.0, 6.0, 48001)
    for mixture in (found.mean, found.new_trial, found.new_patient):
        density = mixture.density(at)
        assert np.trapezoid(density, at) == pytest.approx(1.0, abs=QUADRATURE)
        below = np.trapezoid(density[:24401], at[:24401])  # up to 0.1
        assert mixture.below(0.1) == pytest.approx(below, abs=QUADRATURE)
        assert mixture.below(mixture.quantile(0.3)) == pytest.approx(0.3, abs=CLOSED_FORM)


def test_each_step_from_mean_to_trial_to_patient_is_wider() -> None:
    found = predict_new_trial([0.52, 0.06], [0.12, 0.10])
    widths = [
        one.quantile(0.95) - one.quantile(0.05)
        for one in (found.mean, found.new_trial, found.new_patient)
    ]
    assert widths[0] < widths[1] < widths[2]
    assert widths[2] > 2 * 1.6449 * PATIENT_SD  # never narrower than the sceptical prior


def test_an_allowance_for_bias_pulls_a_trial_towards_no_effect() -> None:
    trusted = predict_new_trial([0.52], [0.12])
    doubted = predict_new_trial([0.52], [0.12], bias_sds=[0.2])
    assert 0.0 < doubted.mean.quantile(0.5) < trusted.mean.quantile(0.5)


def test_impossible_trials_are_refused() -> None:
    with pytest.raises(InputError, match="one of each"):
        predict_new_trial([0.1, 0.2], [0.1])
    with pytest.raises(InputError, match="above 0"):
        predict_new_trial([0.1], [0.0])
    with pytest.raises(InputError, match="not a number"):
        predict_new_trial([float("nan")], [0.1])
