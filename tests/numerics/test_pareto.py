"""Pareto-smoothed weights: known tail shapes, a normal target by closed form, and the edges."""

import numpy as np
import pytest
from tests.tolerance import MONTE_CARLO

from slopewise.numerics.pareto import LARGEST_SAFE_SHAPE, smoothed_weights, tail_shape


@pytest.mark.parametrize("shape", [0.2, 0.5, 0.9])
def test_the_shape_of_a_generalised_pareto_tail_is_recovered(shape: float) -> None:
    # exact order statistics of 4,000 draws; the prior of ten draws moves k̂ by less than 0.002
    share = (np.arange(4000) + 0.5) / 4000
    excess = 2.0 * ((1 - share) ** -shape - 1) / shape
    found, scale = tail_shape(excess)
    assert found == pytest.approx(shape, abs=0.03)
    assert scale == pytest.approx(2.0, rel=0.05)


def test_smoothed_weights_move_a_normal_sample_to_its_target() -> None:
    # proposal N(0, 1), target N(0.5, 0.8²): mean and SD are known
    generator = np.random.default_rng(6)
    x = generator.standard_normal(20_000)
    found = smoothed_weights(-0.5 * ((x - 0.5) / 0.8) ** 2 + 0.5 * x**2)
    error = 0.8 / np.sqrt(found.effective_draws)
    assert found.is_stable
    assert found.weight @ x == pytest.approx(0.5, abs=MONTE_CARLO * error)
    assert np.sqrt(found.weight @ (x - 0.5) ** 2) == pytest.approx(0.8, abs=MONTE_CARLO * error)


def test_a_proposal_much_narrower_than_its_target_is_not_stable() -> None:
    # ratio of N(0, 3²) to N(0, 1): its tail has the shape 1 − 1/9
    x = np.random.default_rng(7).standard_normal(4000)
    found = smoothed_weights(0.5 * x**2 * (1 - 1 / 9))
    assert found.shape > LARGEST_SAFE_SHAPE
    assert not found.is_stable


def test_ratios_that_already_are_a_pareto_tail_keep_their_weights() -> None:
    # order statistics of a Pareto distribution: above any cutoff they are generalised Pareto
    share = (np.arange(4000) + 0.5) / 4000
    ratio = (1 - share) ** -0.5
    found = smoothed_weights(np.log(ratio))
    assert found.shape == pytest.approx(0.5, abs=0.03)
    assert found.weight[-150:-5] == pytest.approx((ratio / ratio.sum())[-150:-5], rel=0.1)


def test_equal_ratios_give_equal_weights() -> None:
    found = smoothed_weights(np.full(100, -3.0))
    assert found.weight == pytest.approx(np.full(100, 0.01))
    assert found.is_stable
    assert found.effective_draws == pytest.approx(100)


def test_too_few_draws_for_a_tail_are_never_called_stable() -> None:
    assert not smoothed_weights(np.log(np.arange(1.0, 11.0))).is_stable


def test_a_constant_in_the_log_ratios_changes_nothing() -> None:
    ratio = np.random.default_rng(8).standard_normal(500)
    one, other = smoothed_weights(ratio), smoothed_weights(ratio - 700.0)
    assert one.weight == pytest.approx(other.weight, rel=1e-9)
    assert one.shape == pytest.approx(other.shape, rel=1e-9)
