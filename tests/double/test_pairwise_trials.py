"""Many trials at once give what one trial gives; the test's variance is that of re-allocation."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy import ndarray as Array

from slopewise.endpoint.joint_rank import joint_rank
from slopewise.endpoint.pairs import trial_counts
from slopewise.endpoint.pairs.pairwise import SurvivalLevel, VisitsLevel
from slopewise.endpoint.pairs.pairwise_trials import WinTrials, compare_trials
from slopewise.endpoint.survival.cox import CoxStatus, cox
from slopewise.endpoint.survival.cox_trials import cox_trials
from slopewise.endpoint.survival.log_rank import log_rank_trials
from slopewise.endpoint.win_ratio import WinStatistics, WinStatus, win_statistics
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


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10**6), st.booleans(), st.booleans(), st.sampled_from([0.0, 2.0]), st.booleans()
)
def test_batch_gives_what_one_trial_gives(
    seed: int, coarse: bool, gaps: bool, margin: float, all_in: bool
) -> None:
    made = trials(seed, 4, 40, coarse=coarse, gaps=gaps)
    kept = np.random.default_rng(seed + 1).random((4, 40)) < (2.0 if all_in else 0.8)
    found = compare_trials(
        made["month"], made["died"], made["treated"], change=made["change"],
        observed=made["observed"], margin=margin, included=None if all_in else kept,
    )  # fmt: skip
    assert (found.score[~kept] == 0).all()
    for row in range(4):
        here = kept[row]
        levels = [
            SurvivalLevel(made["month"][row][here], made["died"][row][here]),
            VisitsLevel(made["change"][row][here], made["observed"][row][here], margin=margin),
        ]
        arm = made["treated"][row][here]
        rank, wins = joint_rank(levels, arm), win_statistics(levels, arm)
        ours = found.joint_rank
        assert list(found.score[row][here]) == list(rank.score)
        assert ours.statistic[row] == rank.statistic
        assert ours.variance[row] == pytest.approx(rank.variance, rel=1e-12)
        assert (ours.z[row], ours.p_value[row]) == pytest.approx((rank.z, rank.p_value), rel=1e-12)
        counts = (found.wins.wins[row], found.wins.losses[row], found.wins.ties[row])
        assert counts == (wins.wins, wins.losses, wins.ties)
        check_wins(found.wins, row, wins)


def check_wins(ours: WinTrials, row: int, alone: WinStatistics) -> None:
    for finite, log, error, p_value, one in (
        (ours.finite, ours.log_win_ratio, ours.log_win_ratio_error, ours.p_value, alone.win_ratio),
        (ours.win_odds_finite, ours.log_win_odds, ours.log_win_odds_error, ours.win_odds_p_value,
         alone.win_odds),
    ):  # fmt: skip
        assert finite[row] == (one.status is WinStatus.CONVERGED)
        if finite[row]:
            numbers = np.exp(log[row]), error[row], p_value[row]
            assert numbers == pytest.approx(
                (one.estimate, one.standard_error, one.p_value), rel=1e-10
            )
    benefit = alone.net_benefit
    assert ours.net_benefit_finite[row] == (benefit.status is WinStatus.CONVERGED)
    if ours.net_benefit_finite[row]:
        numbers = ours.net_benefit[row], ours.net_benefit_error[row], ours.net_benefit_p_value[row]
        assert numbers == pytest.approx(
            (benefit.estimate, benefit.standard_error, benefit.p_value), rel=1e-10
        )


def test_changes_that_differ_in_their_last_digit_only_are_told_apart() -> None:
    """0.1 + 0.2 is above 0.3 by one unit in the last place, and so are neighbours among 40."""
    change = np.full((1, 40, 1), 0.3)
    change[0, :20] = 0.1 + 0.2
    month, none, arm = np.full((1, 40), 12.0), np.zeros((1, 40), dtype=bool), np.arange(40) < 20
    found = compare_trials(month, none, arm, change=change, observed=np.ones_like(change, bool))
    assert (found.wins.wins[0], found.wins.losses[0], found.wins.ties[0]) == (400, 0, 0)


def test_work_done_in_pieces_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    made = trials(3, 9, 30, coarse=True, gaps=True)
    given_ = made["month"], made["died"], made["treated"]
    rest = {"change": made["change"], "observed": made["observed"]}
    whole = compare_trials(*given_, **rest)
    monkeypatch.setattr(trial_counts, "_CHUNK", 64)
    monkeypatch.setattr(trial_counts, "_CELLS", 100)
    assert (compare_trials(*given_, **rest).score == whole.score).all()


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
    empty = compare_trials(
        month, none, arm & False, change=change + np.arange(6)[:, None],
        observed=np.ones_like(change, bool),
    )  # fmt: skip
    assert not empty.joint_rank.decided.any()
    assert not empty.wins.net_benefit_finite.any()
    assert (empty.joint_rank.p_value == 1.0).all()
    assert (empty.joint_rank.statistic == 0.0).all()
    assert (empty.wins.net_benefit_p_value == 1.0).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"margin": -1.0}, "margin is -1"),
        ({"change": np.full((1, 4, 1), np.nan)}, "missing or infinite"),
        ({"change": np.zeros((1, 4, 2))}, "do not belong together"),
    ],
)
def test_pairs_that_cannot_be_compared_are_refused(change: dict[str, Array], words: str) -> None:
    rest = {"change": np.zeros((1, 4, 1)), "observed": np.ones((1, 4, 1), dtype=bool)} | change
    month, none = np.ones((1, 4)), np.zeros((1, 4), dtype=bool)
    with pytest.raises(InputError, match=words):
        compare_trials(month, none, np.arange(4) < 2, **rest)


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
