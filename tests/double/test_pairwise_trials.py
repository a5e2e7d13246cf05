"""Many trials at once give what one trial gives; the test's variance is that of re-allocation."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy import ndarray as Array

from slopewise.endpoint.joint_rank import joint_rank
from slopewise.endpoint.pairs.pairwise import SurvivalLevel, VisitsLevel
from slopewise.endpoint.pairs.pairwise_trials import compare_trials
from slopewise.endpoint.survival.cox import CoxStatus, cox
from slopewise.endpoint.survival.cox_trials import cox_trials
from slopewise.endpoint.survival.log_rank import log_rank, log_rank_trials
from slopewise.endpoint.win_ratio import WinStatus, win_statistics
from slopewise.errors import InputError


def trials(seed: int, many: int, people: int, *, coarse: bool, gaps: bool) -> dict[str, Array]:
    rng = np.random.default_rng(seed)
    visits = np.array([1.0, 3.0, 6.0, 9.0])
    month = np.minimum(rng.exponential(12.0, (many, people)), 12.0)
    died = (month < 12.0) & (rng.random((many, people)) < 0.6)
    change = rng.normal(-4.0, 3.0, (many, people, len(visits)))
    if coarse:
        month, change = np.ceil(month), np.round(change)
    observed = visits <= month[..., None]
    if gaps:
        observed = observed & (rng.random(observed.shape) < 0.8)
    treated = rng.permuted(np.tile(np.arange(people) % 2 == 0, (many, 1)), axis=1)
    return {
        "month": month, "died": died, "treated": treated, "change": change, "observed": observed
    }  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.booleans(), st.booleans())
def test_batch_gives_what_one_trial_gives(seed: int, coarse: bool, gaps: bool) -> None:
    made = trials(seed, 4, 40, coarse=coarse, gaps=gaps)
    found = compare_trials(
        made["month"], made["died"], made["treated"], change=made["change"],
        observed=made["observed"],
    )  # fmt: skip
    for row in range(4):
        levels = [
            SurvivalLevel(made["month"][row], made["died"][row]),
            VisitsLevel(made["change"][row], made["observed"][row]),
        ]
        rank, wins = (
            joint_rank(levels, made["treated"][row]),
            win_statistics(levels, made["treated"][row]),
        )
        ours = found.joint_rank
        assert ours.statistic[row] == rank.statistic
        assert ours.variance[row] == pytest.approx(rank.variance, rel=1e-12)
        assert (ours.z[row], ours.p_value[row]) == pytest.approx((rank.z, rank.p_value), rel=1e-12)
        counts = (found.wins.wins[row], found.wins.losses[row], found.wins.ties[row])
        assert counts == (wins.wins, wins.losses, wins.ties)
        assert found.wins.finite[row] == (wins.win_ratio.status is WinStatus.CONVERGED)
        assert np.exp(found.wins.log_win_ratio[row]) == pytest.approx(wins.win_ratio.estimate)
        assert found.wins.log_win_ratio_error[row] == pytest.approx(wins.win_ratio.standard_error)
        assert found.wins.p_value[row] == pytest.approx(wins.win_ratio.p_value)
        assert found.wins.net_benefit[row] == pytest.approx(wins.net_benefit.estimate)
        assert found.wins.net_benefit_error[row] == pytest.approx(wins.net_benefit.standard_error)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_survival_batches_give_what_one_trial_gives(seed: int, coarse: bool) -> None:
    made = trials(seed, 5, 50, coarse=coarse, gaps=False)
    ranks = log_rank_trials(made["month"], made["died"], made["treated"])
    fits = cox_trials(made["month"], made["died"], made["treated"])
    for row in range(5):
        one = (made["month"][row], made["died"][row], made["treated"][row])
        assert ranks.z[row] == pytest.approx(log_rank(*one).z, abs=1e-10)
        fit = cox(*one)
        assert fits.log_hazard_ratio[row] == pytest.approx(fit.log_hazard_ratios[0], abs=1e-8)
        assert fits.standard_error[row] == pytest.approx(fit.standard_error, abs=1e-8)


def test_variance_is_that_of_all_ways_to_deal_out_the_arms() -> None:
    made = trials(11, 1, 10, coarse=True, gaps=False)
    levels = [SurvivalLevel(made["month"][0], made["died"][0]),
              VisitsLevel(made["change"][0], made["observed"][0])]  # fmt: skip
    arm = np.arange(10) < 4
    found = joint_rank(levels, arm)
    sums = [sum(found.score[list(some)]) for some in itertools.combinations(range(10), 4)]
    assert np.mean(sums) == pytest.approx(0.0, abs=1e-12)
    assert found.variance == pytest.approx(np.var(sums), rel=1e-12)


def test_nobody_to_tell_apart_is_a_value_and_not_a_failure() -> None:
    month, none = np.full((2, 6), 12.0), np.zeros((2, 6), dtype=bool)
    arm = np.arange(6) % 2 == 0
    change = np.zeros((2, 6, 1))
    found = compare_trials(month, none, arm, change=change, observed=np.ones_like(change, bool))
    assert not found.joint_rank.decided.any()
    assert not found.wins.finite.any()
    assert (found.joint_rank.p_value == 1.0).all()
    assert (found.wins.p_value == 1.0).all()
    assert not log_rank_trials(month, none, arm).decided.any()
    assert not cox_trials(month, none, arm).finite.any()
    with pytest.raises(InputError, match="two people in each arm"):
        compare_trials(month, none, arm & False, change=change, observed=np.ones_like(change, bool))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 11))
def test_small_trials_have_a_hazard_ratio_in_a_batch_when_they_have_one_alone(
    seed: int, people: int
) -> None:
    rng = np.random.default_rng(seed)
    month, died = np.ceil(rng.exponential(5.0, people)), rng.random(people) < rng.random()
    arm = rng.permutation(np.arange(people) < max(1, people // 2))
    alone = cox(month, died, arm)
    batch = cox_trials(month[None], died[None], arm[None])
    assert batch.finite[0] == (alone.status is CoxStatus.CONVERGED)
    assert np.exp(batch.log_hazard_ratio[0]) == pytest.approx(alone.estimate or 1.0, rel=1e-6)
