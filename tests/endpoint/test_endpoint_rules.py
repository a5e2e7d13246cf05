"""What must hold of every comparison: symmetry, limits, refusals, published examples."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy import ndarray as Array

from slopewise.endpoint.joint_rank import JointRankStatus, joint_rank, rank_ancova
from slopewise.endpoint.pairs.dominance import DominanceCounter
from slopewise.endpoint.pairs.pairwise import Level, ScoreLevel, SurvivalLevel, compare_arms
from slopewise.endpoint.responder import (
    PercentImprovement,
    ResponderStatus,
    SlopeChange,
    compare_responders,
    compare_shares,
    find_responders,
)
from slopewise.endpoint.survival.cox import CoxStatus, cox
from slopewise.endpoint.survival.kaplan_meier import (
    SurvivalStatus,
    kaplan_meier,
    milestone_difference,
    restricted_mean_difference,
)
from slopewise.endpoint.survival.log_rank import LogRankStatus, log_rank
from slopewise.endpoint.win_ratio import WinStatus, win_statistics
from slopewise.errors import InputError

SEEDS = st.integers(0, 10**6)


def cohort(seed: int, people: int = 60) -> tuple[Array, Array, Array, Array]:
    rng = np.random.default_rng(seed)
    month = np.ceil(np.minimum(rng.exponential(10.0, people), 12.0))
    died = (month < 12.0) & (rng.random(people) < 0.7)
    arm = rng.permutation(np.arange(people) % 3 > 0)
    return month, died, arm, np.round(rng.normal(-4, 4, people))


def levels_of(month: Array, died: Array, change: Array) -> list[Level]:
    return [SurvivalLevel(month, died), ScoreLevel(change)]


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_swapping_the_arms_turns_every_answer_round(seed: int) -> None:
    month, died, arm, change = cohort(seed)
    levels = levels_of(month, died, change)
    one, other = win_statistics(levels, arm), win_statistics(levels, ~arm)
    assert (one.wins, one.losses, one.ties) == (other.losses, other.wins, other.ties)
    assert one.win_ratio.estimate is not None
    assert other.win_ratio.estimate is not None
    assert one.win_ratio.estimate * other.win_ratio.estimate == pytest.approx(1.0, rel=1e-12)
    assert one.win_ratio.standard_error == pytest.approx(other.win_ratio.standard_error, rel=1e-9)
    assert one.net_benefit.estimate == pytest.approx(-(other.net_benefit.estimate or 0.0))
    assert one.win_odds.p_value == pytest.approx(other.win_odds.p_value, rel=1e-9)
    there, back = joint_rank(levels, arm), joint_rank(levels, ~arm)
    assert there.statistic == -back.statistic
    assert there.z == pytest.approx(-(back.z or 0.0), rel=1e-12)
    assert log_rank(month, died, arm).z == pytest.approx(-(log_rank(month, died, ~arm).z or 0.0))
    assert cox(month, died, arm).log_hazard_ratios[0] == pytest.approx(
        -cox(month, died, ~arm).log_hazard_ratios[0], abs=1e-9
    )


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_the_order_of_people_does_not_matter(seed: int) -> None:
    month, died, arm, change = cohort(seed)
    mixed = np.random.default_rng(seed + 1).permutation(len(month))
    one = win_statistics(levels_of(month, died, change), arm)
    other = win_statistics(levels_of(month[mixed], died[mixed], change[mixed]), arm[mixed])
    assert (one.wins, one.losses, one.ties) == (other.wins, other.losses, other.ties)
    assert one.win_ratio.p_value == pytest.approx(other.win_ratio.p_value, rel=1e-9)
    assert cox(month, died, arm).standard_error == pytest.approx(
        cox(month[mixed], died[mixed], arm[mixed]).standard_error, rel=1e-9
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-5, 5), max_size=40), SEEDS)
def test_counting_below_and_above_is_exact(numbers: list[int], seed: int) -> None:
    values = np.array(numbers, dtype=float)
    rng = np.random.default_rng(seed)
    start = rng.integers(0, len(values) + 1, 30)
    stop = np.array([rng.integers(s, len(values) + 1) for s in start])
    bound = rng.integers(-6, 7, 30).astype(float)
    counter = DominanceCounter(values)
    below = [int((values[a:b] < x).sum()) for a, b, x in zip(start, stop, bound, strict=True)]
    above = [int((values[a:b] > x).sum()) for a, b, x in zip(start, stop, bound, strict=True)]
    assert list(counter.below(bound, start, stop)) == below
    assert list(counter.above(bound, start, stop)) == above


def test_survivor_wins_only_when_followed_to_the_death() -> None:
    """Four pairs worked by hand: (treated month, died) against a control who died in month 6."""
    for month, died, expected in ((7.0, False, 1), (6.0, False, 1), (5.0, False, 0), (6.0, True, 0),
                                  (5.0, True, -1)):  # fmt: skip
        level = SurvivalLevel(np.array([month, 6.0]), np.array([died, True]))
        found = compare_arms([level], np.array([True, False]))
        assert found.wins[0] - found.losses[0] == expected


def test_everybody_wins_has_no_finite_ratio() -> None:
    score = [ScoreLevel(np.array([5.0, 6.0, 7.0, 1.0, 2.0, 3.0]))]
    found = win_statistics(score, np.arange(6) < 3)
    assert found.win_ratio.status is WinStatus.BOUNDARY
    assert found.win_ratio.estimate is None
    assert found.win_odds.status is WinStatus.BOUNDARY
    assert found.net_benefit.estimate == 1.0
    lonely = win_statistics(score, np.arange(6) < 1)
    assert lonely.net_benefit.status is WinStatus.TOO_FEW


def test_identical_people_have_no_joint_rank() -> None:
    found = joint_rank([ScoreLevel(np.zeros(8))], np.arange(8) < 4)
    assert found.status is JointRankStatus.NO_DIFFERENCES
    assert found.p_value is None
    assert found.rank_difference.status is JointRankStatus.NO_DIFFERENCES
    assert (found.rank == 4.5).all()


def test_one_sided_intervals_reach_the_confidence_asked_for() -> None:
    month, died, arm, change = cohort(5)
    wide = win_statistics(levels_of(month, died, change), arm, confidence=0.99).win_ratio
    slim = win_statistics(levels_of(month, died, change), arm, confidence=0.9).win_ratio
    assert wide.low is not None
    assert slim.low is not None
    assert wide.low < slim.low


def test_newcombe_1998_table_ii() -> None:
    """56/70 against 48/80, method 10: 0.0524 to 0.3339."""
    found = compare_shares((56, 70), (48, 80))
    assert found.estimate == pytest.approx(0.2, abs=1e-12)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_responder_rules() -> None:
    before, after = np.array([-1.0, -2.0, -1.0, 0.5, -1.0]), np.array([0.5, -1.0, -0.9, 0.4, 0.0])
    seen = np.array([True, True, True, True, False])
    slope = find_responders(SlopeChange(1.5), before, after, observed=seen)
    assert list(slope.responds) == [True, False, False, False, False]
    assert slope.defined.all()
    half = find_responders(PercentImprovement(50.0), before, after, observed=seen)
    assert list(half.responds) == [True, True, False, False, False]
    assert list(half.defined) == [True, True, True, False, True]
    arms = compare_responders(PercentImprovement(50.0), half, np.array([1, 1, 0, 0, 0], dtype=bool))
    assert (arms.treated_responders, arms.treated, arms.controls, arms.not_defined) == (2, 2, 2, 1)
    none = compare_responders(PercentImprovement(50.0), half, np.array([0, 0, 0, 1, 0], dtype=bool))
    assert none.status is ResponderStatus.TOO_FEW


def test_a_month_nobody_was_followed_to_is_not_answered() -> None:
    month, died = np.array([3.0, 9.0, 12.0, 4.0, 5.0, 6.0]), np.array([1, 0, 0, 1, 0, 0], bool)
    arm = np.arange(6) < 3
    far = restricted_mean_difference(month, died, arm, restriction_month=10.0)
    assert far.status is SurvivalStatus.BEYOND_FOLLOW_UP
    assert far.estimate is None
    early = milestone_difference(month, died, arm, milestone_month=2.0)
    assert early.status is SurvivalStatus.NO_EVENTS
    assert early.estimate == 0.0
    everybody = np.ones(6, dtype=bool)
    curve = kaplan_meier(month, everybody)
    assert curve.reaches(100.0)
    assert curve.at(100.0) == (0.0, 0.0)
    ended = restricted_mean_difference(month, everybody, arm, restriction_month=20.0)
    assert ended.treated == pytest.approx(8.0)


def test_without_deaths_there_is_no_test() -> None:
    month, none, arm = np.arange(1.0, 7.0), np.zeros(6, dtype=bool), np.arange(6) < 3
    assert log_rank(month, none, arm).status is LogRankStatus.NO_EVENTS
    assert cox(month, none, arm).status is CoxStatus.NO_EVENTS


def test_only_one_arm_dying_has_no_finite_hazard_ratio() -> None:
    month, arm = np.arange(1.0, 9.0), np.arange(8) % 2 == 0
    found = cox(month, ~arm, arm)
    assert found.status is CoxStatus.BOUNDARY
    assert found.estimate is None


def test_a_shorter_life_everywhere_is_a_higher_hazard() -> None:
    month = np.array([1, 2, 3, 4, 10, 11, 12, 2.5])
    arm = np.array([1, 1, 1, 1, 0, 0, 0, 0], bool)
    found = cox(month, np.ones(8, dtype=bool), arm)
    assert found.estimate is not None
    assert found.estimate > 1.0
    assert found.profile_low is not None
    assert found.profile_low > 0.0
    assert math.isfinite(found.profile_high or 0.0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"month": np.array([1.0, -2.0, 3.0, 4.0])}, "row 2 is followed for -2"),
        ({"arm": np.ones(4, dtype=bool)}, "both arms need people"),
        ({"arm": np.ones(3, dtype=bool)}, "3 arms for 4 people"),
        ({"died": np.ones(3, dtype=bool)}, "one row a person"),
        ({"strata": np.zeros(3)}, "3 strata for 4 people"),
    ],
)
def test_impossible_follow_up_is_refused(change: dict[str, Array], words: str) -> None:
    columns = {"month": np.arange(1.0, 5.0), "died": np.ones(4, dtype=bool),
               "arm": np.arange(4) < 2, "strata": None} | change  # fmt: skip
    with pytest.raises(InputError, match=words):
        log_rank(columns["month"], columns["died"], columns["arm"], strata=columns["strata"])


def test_numbers_that_cannot_be_compared_are_refused() -> None:
    arm = np.arange(4) < 2
    with pytest.raises(InputError, match="no level"):
        compare_arms([], arm)
    with pytest.raises(InputError, match="missing or infinite"):
        compare_arms([ScoreLevel(np.array([1.0, np.nan, 2.0, 3.0]))], arm)
    with pytest.raises(InputError, match="level 1 has 3 people"):
        compare_arms([ScoreLevel(np.zeros(3))], arm)
    with pytest.raises(InputError, match="margin"):
        compare_arms([ScoreLevel(np.zeros(4), margin=-1.0)], arm)
    with pytest.raises(InputError, match="both arms"):
        compare_arms([ScoreLevel(np.zeros(4))], np.zeros(4, dtype=bool))
    with pytest.raises(InputError, match="cannot be told apart"):
        rank_ancova(np.arange(4.0), arm, baseline=np.ones((4, 1)))
    with pytest.raises(InputError, match="same for everybody"):
        cox(np.arange(1.0, 5.0), np.ones(4, bool), arm, covariates=np.ones((4, 1)))
    with pytest.raises(InputError, match="cannot be"):
        compare_shares((5, 4), (1, 4))


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [1, 0, 2, 3], [3, 2, 1, 0]])
def test_who_is_censored_in_the_month_of_a_death_was_at_risk_in_it(order: list[int]) -> None:
    """One death among four, two of them treated: expected 1/2, variance 1/4, by hand."""
    month, died = np.array([3.0, 3.0, 5.0, 6.0])[order], np.array([0, 1, 0, 0], dtype=bool)[order]
    found = log_rank(month, died, np.array([1, 0, 0, 1], dtype=bool)[order])
    assert (found.observed, found.expected, found.variance) == (0.0, 0.5, 0.25)
