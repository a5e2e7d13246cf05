"""Meta-regression and small-study tests: what is refused, and what an exact line gives."""

import itertools

import numpy as np
import pytest
from tests.tolerance import CLOSED_FORM

from slopewise.errors import InputError
from slopewise.evidence.pooling.influence import measure_influence, pool_leaving_one_out
from slopewise.evidence.pooling.meta_regression import regress_on_moderators
from slopewise.evidence.pooling.pooled_effect import Method, PoolStatus
from slopewise.evidence.pooling.small_studies import check_small_studies

X = np.arange(12.0)
ERRORS = np.linspace(0.1, 0.6, 12)


def test_equal_effects_regression_is_weighted_least_squares() -> None:
    y = 1.0 + 0.5 * X + np.sin(X)
    found = regress_on_moderators(y, ERRORS, {"x": X.tolist()}, method=Method.EE)
    slope, level = np.polyfit(X, y, 1, w=1.0 / ERRORS)
    assert found.coefficients[0].estimate == pytest.approx(level, rel=CLOSED_FORM)
    assert found.coefficients[1].estimate == pytest.approx(slope, rel=CLOSED_FORM)


def test_too_few_studies_are_refused_with_a_reason_and_marked_when_forced() -> None:
    y = np.sin(X[:9])
    refused = regress_on_moderators(y, ERRORS[:9], {"x": X[:9].tolist()})
    assert refused.status is PoolStatus.TOO_FEW
    assert not refused.coefficients
    assert "9 studies are too few" in (refused.reason or "")
    forced = regress_on_moderators(y, ERRORS[:9], {"x": X[:9].tolist()}, force=True)
    assert forced.coefficients
    assert forced.reason == refused.reason


def test_more_coefficients_than_studies_are_refused_even_when_forced() -> None:
    found = regress_on_moderators([0.1, 0.2], [0.1, 0.1], {"x": [1.0, 2.0]}, force=True)
    assert found.status is PoolStatus.TOO_FEW


def test_moderators_that_say_the_same_are_refused() -> None:
    both = {"x": X.tolist(), "twice": (2.0 * X).tolist()}
    with pytest.raises(InputError, match="not independent"):
        regress_on_moderators(np.sin(X), ERRORS, both, force=True)
    with pytest.raises(InputError, match="same value in every study"):
        regress_on_moderators(np.sin(X), ERRORS, {"x": ["a"] * 12}, force=True)


def test_small_study_tests_are_refused_below_ten() -> None:
    found = check_small_studies(np.sin(X[:9]), ERRORS[:9])
    assert found.slope is None
    assert "too few" in (found.reason or "")
    assert check_small_studies(np.sin(X), np.ones(12)).slope is None


def test_rank_test_counts_all_orders() -> None:
    """The exact p-value against a count over all 5! orders."""
    errors = np.array([0.1, 0.2, 0.3, 0.4, 0.5])
    y = np.array([0.2, 0.9, 0.1, 1.5, 1.1])
    found = check_small_studies(y, errors, force=True)
    taus = [
        sum(np.sign(b - a) for a, b in itertools.combinations(order, 2)) / 10.0
        for order in itertools.permutations(range(5))
    ]
    far = sum(abs(tau) >= abs(found.rank_correlation or 0.0) - 1e-9 for tau in taus)
    assert found.rank_p_value == pytest.approx(far / 120.0, rel=CLOSED_FORM)


def test_a_study_far_off_is_the_influential_one() -> None:
    y = np.array([0.1, 0.2, 0.15, 0.12, 3.0, 0.18])
    found = measure_influence(y, np.full(6, 0.1))
    assert [study.is_influential for study in found].index(True) == 4
    assert not measure_influence([0.1, 0.2], [0.1, 0.1])
    assert pool_leaving_one_out([0.1, 0.2], [0.1, 0.1])[0].status is PoolStatus.SINGLE_STUDY
    assert pool_leaving_one_out([0.1], [0.1]) == ()
