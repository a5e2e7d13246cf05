"""Survival of many trials at once gives what one trial gives; a look sees what was known then."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy import ndarray as Array

from slopewise.endpoint.survival.cox import CoxStatus, cox
from slopewise.endpoint.survival.cox_trials import cox_trials
from slopewise.endpoint.survival.follow_up_at import follow_up_at
from slopewise.endpoint.survival.kaplan_meier import (
    SurvivalDifference,
    SurvivalStatus,
    milestone_difference,
    restricted_mean_difference,
)
from slopewise.endpoint.survival.kaplan_meier_trials import (
    SurvivalDifferenceTrials,
    milestone_trials,
    restricted_mean_trials,
)
from slopewise.endpoint.survival.log_rank import LogRankStatus, log_rank, log_rank_trials
from slopewise.errors import InputError

SEEDS = st.integers(0, 10**6)
TRIALS = 6


def trials(seed: int, *, coarse: bool) -> tuple[tuple[Array, Array, Array], Array, Array]:
    """Follow-up of small trials, two covariates, and who takes part."""
    rng = np.random.default_rng(seed)
    shape = TRIALS, int(rng.integers(6, 50))
    month = np.minimum(rng.exponential(10.0, shape), rng.choice([8.0, 12.0, 40.0]))
    month = np.ceil(month) if coarse else month
    died, arm = rng.random(shape) < rng.random(), rng.random(shape) < 0.5
    age = np.round(rng.normal(size=(*shape, 2)), 1)
    return (month, died, arm), age, rng.random(shape) < 0.85


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.booleans())
def test_log_rank(seed: int, coarse: bool) -> None:
    three, _, kept = trials(seed, coarse=coarse)
    found = log_rank_trials(*three, included=kept)
    for row, here in enumerate(kept):
        month, died, arm = (column[row][here] for column in three)
        if arm.all() or not arm.any():
            assert not found.decided[row]
            continue
        alone = log_rank(month, died, arm)
        assert found.decided[row] == (alone.status is LogRankStatus.CONVERGED)
        assert found.z[row] == pytest.approx(alone.z or 0.0, rel=1e-12, abs=1e-14)
        assert found.p_value[row] == pytest.approx(alone.p_value or 1.0, rel=1e-10)


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.booleans(), st.booleans())
def test_cox(seed: int, coarse: bool, adjusted: bool) -> None:
    three, age, kept = trials(seed, coarse=coarse)
    found = cox_trials(*three, covariates=age if adjusted else None, included=kept)
    for row, here in enumerate(kept):
        try:
            alone = cox(
                *(column[row][here] for column in three),
                covariates=age[row][here] if adjusted else None,
            )
        except InputError:  # an arm is empty
            assert not found.finite[row]
            continue
        assert found.finite[row] == (alone.status is CoxStatus.CONVERGED)
        numbers = found.log_hazard_ratio[row], found.standard_error[row], found.p_value[row]
        expected = (0.0, 0.0, 1.0)
        if found.finite[row]:
            expected = alone.log_hazard_ratios[0], alone.standard_errors[0], alone.p_value
        assert numbers == pytest.approx(expected, rel=1e-7, abs=1e-8)


def test_cox_trials_refuses_a_missing_covariate_of_who_takes_part() -> None:
    three, age, kept = trials(1, coarse=False)
    age[~kept] = np.nan
    assert np.isfinite(cox_trials(*three, covariates=age, included=kept).p_value).all()
    with pytest.raises(InputError, match="covariate is missing"):
        cox_trials(*three, covariates=age)
    with pytest.raises(InputError, match="do not belong together"):
        cox_trials(*three, covariates=age[:, 1:], included=kept)


def check_difference(found: SurvivalDifferenceTrials, row: int, alone: SurvivalDifference) -> None:
    assert found.reached[row] == (alone.status is not SurvivalStatus.BEYOND_FOLLOW_UP)
    assert found.finite[row] == (alone.status is SurvivalStatus.CONVERGED)
    ours = (found.estimate[row], found.standard_error[row], found.p_value[row], found.low[row],
            found.high[row])  # fmt: skip
    expected: tuple[float | None, ...] = (0.0, 0.0, 1.0, 0.0, 0.0)
    if found.finite[row]:
        expected = (alone.estimate, alone.standard_error, alone.p_value, alone.low, alone.high)
    assert ours == pytest.approx(expected, rel=1e-10, abs=1e-12)
    if found.reached[row]:
        arms = found.treated[row], found.controls[row]
        assert arms == pytest.approx((alone.treated, alone.controls), rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.booleans(), st.sampled_from([1.0, 5.0, 8.0, 12.0, 14.0]))
def test_restricted_mean_and_milestone(seed: int, coarse: bool, month: float) -> None:
    three, _, kept = trials(seed, coarse=coarse)
    mean = restricted_mean_trials(*three, restriction_month=month, included=kept)
    share = milestone_trials(*three, milestone_month=month, included=kept)
    for row, here in enumerate(kept):
        columns = [column[row][here] for column in three]
        if columns[2].all() or not columns[2].any():
            assert not mean.reached[row]
            assert share.p_value[row] == 1.0
            continue
        alone = restricted_mean_difference(*columns, restriction_month=month)
        check_difference(mean, row, alone)
        check_difference(share, row, milestone_difference(*columns, milestone_month=month))


def test_a_month_that_is_no_month_is_refused() -> None:
    three, _, _ = trials(2, coarse=True)
    with pytest.raises(InputError, match="month nan was asked for"):
        restricted_mean_trials(*three, restriction_month=float("nan"))
    with pytest.raises(InputError, match=r"month 0\.0 was asked for"):
        milestone_trials(*three, milestone_month=0.0)
    with pytest.raises(InputError, match="negative or missing"):
        log_rank_trials(three[0] - 50.0, three[1], three[2])
    with pytest.raises(InputError, match="do not belong together"):
        log_rank_trials(three[0], three[1][:, 1:], three[2])


def test_months_that_differ_in_their_last_digit_are_two_months() -> None:
    """Two deaths in neighbouring numbers are no tie: E = 1/2 + 1/3, V = 1/4 + 2/9, by hand."""
    month = np.array([[3.0, np.nextafter(3.0, 4.0), 5.0, 6.0]])
    arm = np.array([1, 0, 0, 1], dtype=bool)
    found = log_rank_trials(month, np.array([[1, 1, 0, 0]], dtype=bool), arm)
    assert found.observed_less_expected[0] == pytest.approx(1 - 5 / 6, rel=1e-14)
    assert found.variance[0] == pytest.approx(17 / 36, rel=1e-14)


def test_a_look_sees_what_was_known_in_that_month() -> None:
    """Four people by hand: died before the look, died after, joined after, left before."""
    start = np.array([[0.0, 2.0, 9.0, 1.0]])
    month, died = np.array([[3.0, 8.0, 5.0, 2.0]]), np.array([[True, True, True, False]])
    seen = follow_up_at(6.0, month, died, start_month=start)
    assert seen.month.tolist() == [[3.0, 4.0, 0.0, 2.0]]
    assert seen.died.tolist() == [[True, False, False, False]]
    assert seen.included.tolist() == [[True, True, False, True]]
    later = follow_up_at(
        np.array([10.0]), month, died, start_month=start, included=np.array([[1, 1, 0, 0]]) == 1
    )
    assert later.died.tolist() == [[True, True, False, False]]
    with pytest.raises(InputError, match="look has no month"):
        follow_up_at(np.array([np.nan]), month, died, start_month=start)
