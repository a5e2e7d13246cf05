"""Properties that every pooled effect must have, and a second derivation of REML and ML."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tolerance import CLOSED_FORM, ITERATED

from slopewise.errors import InputError
from slopewise.evidence.pooling.pool import pool
from slopewise.evidence.pooling.pooled_effect import Method, PoolStatus

STUDY = st.tuples(st.floats(-5.0, 5.0), st.floats(0.05, 3.0))
STUDIES = st.lists(STUDY, min_size=2, max_size=15)
METHODS = st.sampled_from(list(Method))
LIKELIHOODS = (Method.REML, Method.ML)


def columns(studies: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    y, errors = np.array(studies).T
    return y, errors


def log_likelihood(tau2: float, y: np.ndarray, errors: np.ndarray, method: Method) -> float:
    """From the joint normal density of all estimates, with matrices and no algebra.

    REML is the density of k − 1 contrasts that do not know the mean (Patterson & Thompson 1971).
    """
    cover = np.diag(errors**2 + tau2)
    if method is Method.REML:
        contrasts = np.eye(len(y))[1:] - np.eye(len(y))[:-1]
        y, cover = contrasts @ y, contrasts @ cover @ contrasts.T
    else:
        weights = 1.0 / np.diag(cover)
        y = y - weights @ y / weights.sum()
    sign, size = np.linalg.slogdet(cover)
    assert sign > 0.0
    return float(-0.5 * (size + y @ np.linalg.solve(cover, y)))


@pytest.mark.parametrize("method", LIKELIHOODS)
@settings(max_examples=30, deadline=None)
@given(studies=STUDIES)
def test_no_value_of_a_fine_grid_is_likelier(
    method: Method, studies: list[tuple[float, float]]
) -> None:
    y, errors = columns(studies)
    found = pool(y, errors, method=method).between_study_variance
    assert found is not None
    here = log_likelihood(found, y, errors, method)
    grid = np.concatenate([[0.0], np.geomspace(1e-5, 1e3, 400), found * np.linspace(0.9, 1.1, 21)])
    best = max(log_likelihood(float(tau2), y, errors, method) for tau2 in grid)
    assert best <= here + 1e-9


def test_the_higher_of_two_maxima_is_taken() -> None:
    """Two precise studies that agree and two coarse ones far off: the likelihood has two hills."""
    y = np.array([0.0, 0.05, 0.02, -0.03, 40.0, -42.0])
    errors = np.array([0.1, 0.1, 0.1, 0.1, 12.0, 12.0])
    grid = np.concatenate([[0.0], np.geomspace(1e-6, 1e5, 20_000)])
    heights = np.array([log_likelihood(float(t), y, errors, Method.REML) for t in grid])
    peaks = np.flatnonzero((heights[1:-1] > heights[:-2]) & (heights[1:-1] > heights[2:])) + 1
    assert len(peaks) + (heights[0] > heights[1]) == 2, "the example no longer has two hills"
    found = pool(y, errors).between_study_variance
    assert found == pytest.approx(grid[heights.argmax()], rel=2e-3, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(studies=STUDIES, method=METHODS)
def test_estimate_lies_between_the_extremes(
    studies: list[tuple[float, float]], method: Method
) -> None:
    y, errors = columns(studies)
    found = pool(y, errors, method=method)
    assert found.status in {PoolStatus.CONVERGED, PoolStatus.BOUNDARY}
    assert found.estimate is not None
    assert y.min() - 1e-12 <= found.estimate <= y.max() + 1e-12
    assert math.isclose(sum(found.weights), 1.0)


@settings(max_examples=60, deadline=None)
@given(studies=STUDIES, method=METHODS, seed=st.integers(0, 1000))
def test_order_of_studies_does_not_matter(
    studies: list[tuple[float, float]], method: Method, seed: int
) -> None:
    y, errors = columns(studies)
    turned = np.random.default_rng(seed).permutation(len(y))
    one, other = pool(y, errors, method=method), pool(y[turned], errors[turned], method=method)
    assert one.estimate == pytest.approx(other.estimate, rel=1e-7, abs=1e-7)
    assert one.between_study_variance == pytest.approx(other.between_study_variance, abs=1e-7)


@settings(max_examples=60, deadline=None)
@given(studies=STUDIES, method=METHODS, shift=st.floats(-100.0, 100.0))
def test_shifting_all_estimates_shifts_the_answer(
    studies: list[tuple[float, float]], method: Method, shift: float
) -> None:
    y, errors = columns(studies)
    one, other = pool(y, errors, method=method), pool(y + shift, errors, method=method)
    assert other.estimate == pytest.approx((one.estimate or 0.0) + shift, abs=1e-6)
    assert one.between_study_variance == pytest.approx(other.between_study_variance, abs=1e-6)
    assert one.standard_error == pytest.approx(other.standard_error, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(studies=STUDIES, method=METHODS, unit=st.floats(1e-6, 1e6))
def test_another_unit_changes_nothing_but_the_unit(
    studies: list[tuple[float, float]], method: Method, unit: float
) -> None:
    y, errors = columns(studies)
    one, other = pool(y, errors, method=method), pool(y * unit, errors * unit, method=method)
    tau2 = (other.between_study_variance or 0.0) / unit**2
    assert one.between_study_variance == pytest.approx(tau2, abs=1e-6)
    assert one.heterogeneity_i2 == pytest.approx(other.heterogeneity_i2, abs=1e-3)


@pytest.mark.parametrize("method", [m for m in Method if m is not Method.SJ])
def test_without_variance_between_studies_it_is_the_equal_effects_answer(method: Method) -> None:
    y, errors = np.array([0.10, 0.11, 0.09, 0.10]), np.array([0.2, 0.3, 0.25, 0.5])
    found, equal = pool(y, errors, method=method), pool(y, errors, method=Method.EE)
    assert found.between_study_variance == 0.0
    assert found.estimate == pytest.approx(equal.estimate, rel=CLOSED_FORM)
    weights = errors**-2.0
    assert equal.estimate == pytest.approx(weights @ y / weights.sum(), rel=CLOSED_FORM)


def test_the_floor_never_narrows() -> None:
    y, errors = [0.10, 0.11, 0.09, 0.10], [0.2, 0.3, 0.25, 0.5]
    plain = pool(y, errors, hartung_knapp=False)
    bare, floored = pool(y, errors), pool(y, errors, floor=True)
    assert (bare.standard_error or 0.0) < (plain.standard_error or 0.0)
    assert floored.standard_error == pytest.approx(plain.standard_error, rel=ITERATED)
    assert floored.degrees_of_freedom == 3


def test_published_bcg_numbers() -> None:
    """Viechtbauer 2010, doi:10.18637/jss.v036.i03, section 4: log risk ratios to four places."""
    y = [-0.8893, -1.5854, -1.3481, -1.4416, -0.2175, -0.7861, -1.6209]
    y += [0.0120, -0.4694, -1.3713, -0.3394, 0.4459, -0.0173]
    v = [0.3256, 0.1946, 0.4154, 0.0200, 0.0512, 0.0069, 0.2230]
    v += [0.0040, 0.0564, 0.0730, 0.0124, 0.5325, 0.0714]
    found = pool(y, np.sqrt(v), hartung_knapp=False)
    assert found.estimate == pytest.approx(-0.7145, abs=2e-4)
    assert found.standard_error == pytest.approx(0.1798, abs=2e-4)
    assert found.between_study_variance == pytest.approx(0.3132, abs=2e-4)
    assert found.heterogeneity_i2 == pytest.approx(92.22, abs=0.1)


def test_one_study_keeps_its_own_interval() -> None:
    found = pool([0.5], [0.1])
    assert found.status is PoolStatus.SINGLE_STUDY
    assert (found.estimate, found.standard_error) == (0.5, 0.1)
    assert found.high == pytest.approx(0.5 + 1.959963984540054 * 0.1, rel=CLOSED_FORM)
    assert found.between_study_variance is None
    assert found.prediction_low is None


@pytest.mark.parametrize("error", [0.0, -1.0, math.nan, math.inf])
def test_a_standard_error_that_cannot_weigh_names_its_row(error: float) -> None:
    with pytest.raises(InputError, match="row 2"):
        pool([0.1, 0.2], [0.1, error])


def test_an_estimate_that_is_no_number_names_its_row() -> None:
    with pytest.raises(InputError, match="row 1"):
        pool([math.nan, 0.2], [0.1, 0.1])


def test_nothing_to_pool_is_said() -> None:
    with pytest.raises(InputError, match="no study"):
        pool([], [])
    with pytest.raises(InputError, match="2 estimates"):
        pool([1.0, 2.0], [1.0])


def test_numbers_beyond_the_machine_are_a_status_and_no_nan() -> None:
    found = pool([1e200, -1e200], [1e-200, 1.0])
    assert found.status is PoolStatus.NON_FINITE
    assert found.estimate is None


@pytest.mark.parametrize("method", list(Method))
def test_variances_of_very_different_size_are_pooled(method: Method) -> None:
    found = pool([0.1, 0.3, -0.2], [1e-8, 1.0, 1e6], method=method)
    assert found.status in {PoolStatus.CONVERGED, PoolStatus.BOUNDARY}
    assert found.estimate is not None
    assert math.isfinite(found.estimate)


def test_one_study_without_spread_beside_others_leaves_a_typical_variance() -> None:
    # tr P = Σw - Σw²/Σw with w = W, 1, 1/4: as W grows W²/(W + 5/4) → W - 5/4, so tr P → 5/4 + 5/4
    # and the typical variance is 2 / 2.5 = 0.8
    for tiny in (1e-3, 1e-9, 1e-30):
        found = pool([0.0, 3.0, -2.0], [tiny, 1.0, 2.0])
        assert found.between_study_variance is not None
        variance = found.between_study_variance
        assert found.heterogeneity_i2 == pytest.approx(100 * variance / (variance + 0.8), rel=1e-5)
