"""Analysis of covariance and responder rules of many trials give what one trial gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy import ndarray as Array

from slopewise.endpoint.ancova_trials import AncovaTrials, ancova_trials, carried_forward
from slopewise.endpoint.joint_rank import (
    JointRankStatus,
    RankDifference,
    joint_rank,
    rank_ancova,
)
from slopewise.endpoint.pairs.pairwise import SurvivalLevel, VisitsLevel
from slopewise.endpoint.pairs.pairwise_trials import compare_trials
from slopewise.endpoint.pairs.rank_trials import rank_difference_trials
from slopewise.endpoint.responder import (
    PercentImprovement,
    ResponderRule,
    ResponderStatus,
    SlopeChange,
    compare_responders,
    find_responders,
)
from slopewise.endpoint.responder_trials import compare_shares_trials, responder_trials
from slopewise.errors import InputError

SEEDS = st.integers(0, 10**6)
MONTHS = np.array([-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0])
RULES = (SlopeChange(1.0), PercentImprovement(50.0))


def check_fit(found: AncovaTrials, row: int, alone: RankDifference | None) -> None:
    fitted = alone is not None and alone.status is JointRankStatus.CONVERGED
    assert found.finite[row] == fitted
    ours = (found.estimate[row], found.standard_error[row], found.p_value[row], found.low[row],
            found.high[row], found.degrees_of_freedom[row])  # fmt: skip
    expected: tuple[float | None, ...] = (0.0, 0.0, 1.0, 0.0, 0.0, 0.0)
    if alone is not None and fitted:
        expected = (alone.estimate, alone.standard_error, alone.p_value, alone.low, alone.high,
                    alone.degrees_of_freedom)  # fmt: skip
    assert ours == pytest.approx(expected, rel=1e-9, abs=1e-10)


def alone_or_none(rank: Array, arm: Array, baseline: Array | None) -> RankDifference | None:
    if not len(rank):
        return None
    try:
        return rank_ancova(rank, arm, baseline=baseline)
    except InputError:
        return None


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.sampled_from([0, 1, 2]))
def test_analysis_of_covariance(seed: int, covariates: int) -> None:
    rng = np.random.default_rng(seed)
    shape = 5, int(rng.integers(3, 40))
    outcome, observed = rng.normal(30.0, 5.0, shape), rng.random(shape) < 0.8
    outcome[~observed] = np.nan
    arm, kept = rng.random(shape) < 0.5, rng.random(shape) < 0.85
    baseline = rng.normal(40.0, 5.0, (*shape, covariates)) if covariates else None
    found = ancova_trials(outcome, observed, arm, baseline=baseline, included=kept)
    for row in range(5):
        here = kept[row] & observed[row]
        own = None if baseline is None else baseline[row][here]
        check_fit(found, row, alone_or_none(outcome[row][here], arm[row][here], own))


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_difference_of_joint_ranks(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = 4, int(rng.integers(6, 40))
    month, died = np.ceil(rng.exponential(9.0, shape)), rng.random(shape) < 0.5
    change = np.round(rng.normal(-4.0, 3.0, (*shape, 3)))
    observed = rng.random(change.shape) < 0.8
    arm, kept, base = (
        rng.permuted(np.tile(np.arange(shape[1]) % 2 == 0, (4, 1)), axis=1),
        np.arange(shape[1]) < rng.integers(4, shape[1] + 1, (4, 1)),
        rng.normal(38.0, 5.0, shape),
    )
    pairs = compare_trials(month, died, arm, change=change, observed=observed, included=kept)
    found = rank_difference_trials(pairs, arm, baseline=base)
    for row, here in enumerate(kept):
        levels = [SurvivalLevel(month[row][here], died[row][here]),
                  VisitsLevel(change[row][here], observed[row][here])]  # fmt: skip
        if arm[row][here].all() or not arm[row][here].any():
            assert not found.finite[row]
            continue
        rank = joint_rank(levels, arm[row][here]).rank
        check_fit(found, row, alone_or_none(rank, arm[row][here], base[row][here][:, None]))


def test_the_last_outcome_is_carried_forward_and_nothing_is_made_up_before_the_first() -> None:
    nan = np.nan
    outcome = np.array([[[nan, 40.0, nan, 38.0, nan], [nan] * 5, [48.0, nan, nan, nan, 1.0]]])
    found = carried_forward(outcome, np.isfinite(outcome))
    assert found.outcome.tolist() == [[[0, 40, 40, 38, 38], [0] * 5, [48, 48, 48, 48, 1]]]
    assert found.known.tolist() == [[[False] + [True] * 4, [False] * 5, [True] * 5]]
    with pytest.raises(InputError, match="do not belong together"):
        carried_forward(outcome, np.isfinite(outcome)[..., 1:])


def slopes(month: Array, outcome: Array, seen: Array) -> tuple[Array, Array]:
    """One person after the other, by numpy's polynomial fit."""
    found, has = np.zeros(len(outcome)), seen.sum(axis=1) > 1
    for person in np.flatnonzero(has):
        own = seen[person]
        found[person] = np.polyfit(month[own], outcome[person][own], 1)[0]
    return found, has


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.sampled_from(RULES), st.sampled_from([0.95, 0.6, 0.3]), st.booleans())
def test_responders(seed: int, rule: ResponderRule, seen: float, twice: bool) -> None:
    rng = np.random.default_rng(seed)
    shape = 3, int(rng.integers(3, 40))
    outcome = 40.0 - rng.gamma(2.0, 0.5, (*shape, 1)) * MONTHS + rng.normal(0.0, 2.0, (*shape, 8))
    observed = rng.random(outcome.shape) < seen
    outcome[~observed] = np.nan
    arm, kept = rng.random(shape) < 0.5, rng.random(shape) < 0.85
    found = responder_trials(
        outcome, observed, month=MONTHS, treated=arm, rule=rule, included=kept,
        run_in=MONTHS <= 0 if twice else MONTHS < 0, baseline_counts_after=twice,
    )  # fmt: skip
    after = MONTHS >= 0 if twice else MONTHS > 0
    for row in range(3):
        before, has = slopes(MONTHS, outcome[row], observed[row] & (MONTHS <= 0))
        later, has_later = slopes(MONTHS, outcome[row], observed[row] & after)
        here = kept[row] & has
        who = find_responders(rule, before[here], later[here], observed=has_later[here])
        alone = compare_responders(rule, who, arm[row][here])
        counts = (found.treated_responders[row], found.treated[row], found.control_responders[row],
                  found.controls[row])  # fmt: skip
        assert counts == (
            alone.treated_responders, alone.treated, alone.control_responders, alone.controls
        )  # fmt: skip
        assert found.not_defined[row] == alone.not_defined + (kept[row] & ~has).sum()
        shares = found
        assert shares.finite[row] == (alone.status is ResponderStatus.CONVERGED)
        ours = shares.estimate[row], shares.low[row], shares.high[row], shares.p_value[row]
        expected: tuple[float | None, ...] = (0.0, 0.0, 0.0, 1.0)
        if shares.finite[row]:
            expected = alone.estimate, alone.low, alone.high, alone.p_value
            assert alone.control_share is not None
            assert shares.control_share[row] == pytest.approx(alone.control_share[0])
        assert ours == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.slow
def test_untreated_people_meet_a_rule_by_error_alone() -> None:
    """With slopes of known error the chance is Φ(−c / sd); limits of 3.3 Monte Carlo errors.

    Slopes from months −3 … 0 and 1 … 4 with an error of 2 points have variance 4 / 5 each.
    """
    rng = np.random.default_rng(4)
    outcome = 38.0 - MONTHS + rng.normal(0.0, 2.0, (200, 100, 8))
    found = responder_trials(
        outcome, np.ones(outcome.shape, dtype=bool), month=MONTHS, treated=np.arange(100) < 50,
        rule=SlopeChange(1.5), run_in=MONTHS < 0,
    )  # fmt: skip
    expected = 0.11784  # of a standard normal above 1.5 / √1.6 = 1.18585
    reach = 3.3 * np.sqrt(expected * (1 - expected) / (200 * 50))
    assert found.control_share.mean() == pytest.approx(expected, abs=reach)


def test_what_cannot_be_analysed_is_refused() -> None:
    outcome, seen, arm = np.zeros((1, 4, 3)), np.ones((1, 4, 3), dtype=bool), np.arange(4) < 2
    given_ = {"month": np.array([-1.0, 0.0, 1.0]), "treated": arm, "rule": RULES[0]}
    with pytest.raises(InputError, match="1 of 3 visits lie before treatment"):
        responder_trials(outcome, seen, run_in=np.zeros(3, dtype=bool), **given_)
    with pytest.raises(InputError, match="3 of 3 visits lie before treatment"):
        responder_trials(outcome, seen, run_in=np.array([True, False, True]), **given_)
    with pytest.raises(InputError, match="do not rise"):
        responder_trials(
            outcome,
            seen,
            run_in=np.arange(3) < 1,
            **given_ | {"month": np.array([-1.0, 0.0, -0.5])},
        )
    with pytest.raises(InputError, match="missing without saying so"):
        responder_trials(outcome + np.nan, seen, run_in=np.arange(3) < 1, **given_)
    with pytest.raises(InputError, match="do not belong together"):
        responder_trials(outcome, seen, run_in=np.arange(4) < 1, **given_)
    with pytest.raises(InputError, match="more responders than people"):
        compare_shares_trials((np.array([3]), np.array([2])), (np.array([0]), np.array([2])))
    with pytest.raises(InputError, match="outcome is missing"):
        ancova_trials(outcome[..., 0] + np.nan, seen[..., 0], arm)
    with pytest.raises(InputError, match="baseline covariate is missing"):
        ancova_trials(outcome[..., 0], seen[..., 0], arm, baseline=outcome[..., 0] + np.nan)
    with pytest.raises(InputError, match="confidence is 95"):
        ancova_trials(outcome[..., 0], seen[..., 0], arm, confidence=95.0)
