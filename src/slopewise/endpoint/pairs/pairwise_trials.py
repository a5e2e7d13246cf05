"""Joint rank and win ratio of many simulated trials at once.

Same rules and formulas as `slopewise.endpoint.joint_rank` and `slopewise.endpoint.win_ratio` for
survival followed by the change at the last visit both have; here for arrays with a leading axis of
trials. The wins and losses of every person over each arm are counted once
(`slopewise.endpoint.pairs.trial_counts`), and all that follows are sums of them.
Status: double (equal to the one-trial functions, which are checked pair by pair).
"""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from slopewise.endpoint.pairs.trial_counts import TrialOutcomes, WinCounts, count_wins
from slopewise.errors import InputError

__all__ = ["JointRankTrials", "PairTrials", "WinTrials", "compare_trials"]


@dataclass(frozen=True, eq=False, slots=True)
class JointRankTrials:
    """The Finkelstein–Schoenfeld test; where not `decided` z is 0 and p 1.

    Not decided: nobody could be told apart, or an arm is empty.
    """

    decided: Bool[Array, " trials"]
    statistic: Float[Array, " trials"]
    variance: Float[Array, " trials"]
    z: Float[Array, " trials"]
    p_value: Float[Array, " trials"]  # two-sided


@dataclass(frozen=True, eq=False, slots=True)
class WinTrials:
    """Exact counts and the three comparisons; errors of ratios are those of their logarithms.

    Where a comparison's mask is false (an arm of fewer than two people; for a ratio: nobody won or
    nobody lost; no spread at all) its numbers are 0 and its p 1.
    """

    wins: Int[Array, " trials"]
    losses: Int[Array, " trials"]
    ties: Int[Array, " trials"]
    finite: Bool[Array, " trials"]  # of the win ratio
    log_win_ratio: Float[Array, " trials"]
    log_win_ratio_error: Float[Array, " trials"]
    p_value: Float[Array, " trials"]  # of the win ratio, two-sided
    net_benefit_finite: Bool[Array, " trials"]
    net_benefit: Float[Array, " trials"]
    net_benefit_error: Float[Array, " trials"]
    net_benefit_p_value: Float[Array, " trials"]
    win_odds_finite: Bool[Array, " trials"]
    log_win_odds: Float[Array, " trials"]
    log_win_odds_error: Float[Array, " trials"]
    win_odds_p_value: Float[Array, " trials"]


@dataclass(frozen=True, eq=False, slots=True)
class PairTrials:
    """Both analyses of the same pairs, and everybody's score: people beaten less people lost to."""

    joint_rank: JointRankTrials
    wins: WinTrials
    score: Int[Array, "trials people"]  # 0 who takes no part
    included: Bool[Array, "trials people"]


def compare_trials(
    month: Float[Array, "trials people"],
    died: Bool[Array, "trials people"],
    treated: Bool[Array, "trials people"],
    *,
    change: Float[Array, "trials people visits"],
    observed: Bool[Array, "trials people visits"],
    margin: float = 0.0,
    included: Bool[Array, "trials people"] | None = None,
) -> PairTrials:
    """Analyse every trial; `treated` may also be one row that holds for all of them.

    `margin`: points of change up to which two people tie. Where `included` is false a person takes
    no part, such as one of a third arm.
    """
    outcomes = _outcomes(
        month, died, treated, change=change, observed=observed, margin=margin, included=included
    )
    counts = count_wins(outcomes, margin=margin)
    score = counts.over_treated + counts.over_controls
    score -= counts.under_treated + counts.under_controls
    treated, controls = outcomes.treated & outcomes.included, ~outcomes.treated & outcomes.included
    return PairTrials(
        _joint_rank(score, treated, controls),
        _win_trials(counts, treated, controls),
        score,
        outcomes.included,
    )


def _outcomes(
    month: Array,
    died: Array,
    treated: Array,
    *,
    change: Array,
    observed: Array,
    margin: float,
    included: Array | None,
) -> TrialOutcomes:
    month = np.asarray(month, dtype=float)
    if change.shape != observed.shape or change.shape[:2] != month.shape:
        raise InputError(
            f"changes {change.shape}, visits seen {observed.shape} and months {month.shape} do not"
            " belong together; give trials × people × visits and trials × people"
        )
    if not 0.0 <= margin < math.inf:
        raise InputError(f"the margin is {margin}; give 0 or more points")
    part = np.ones(month.shape, dtype=bool) if included is None else included
    part = np.broadcast_to(np.asarray(part, dtype=bool), month.shape)
    if (
        not (np.isfinite(month) | ~part).all()
        or not (np.isfinite(change) | ~(observed & part[..., None])).all()
    ):
        raise InputError(
            "a month or a change is missing or infinite without saying so; mark the visit as not"
            " observed, or leave the person out by `included`"
        )
    return TrialOutcomes(month, died, np.broadcast_to(treated, month.shape), change, observed, part)


def _joint_rank(score: Array, treated: Array, controls: Array) -> JointRankTrials:
    many, others = treated.sum(axis=1), controls.sum(axis=1)
    people = many + others
    statistic = np.where(treated, score, 0).sum(axis=1).astype(float)
    squares = (score * score).sum(axis=1).astype(float)
    variance = many * others / np.maximum(people * (people - 1.0), 1.0) * squares
    decided = variance > 0.0
    statistic = np.where(decided, statistic, 0.0)
    z = statistic / np.sqrt(np.where(decided, variance, 1.0))
    return JointRankTrials(decided, statistic, variance, z, _two_sided(z))


def _win_trials(counts: WinCounts, treated: Array, controls: Array) -> WinTrials:
    many, others = treated.sum(axis=1), controls.sum(axis=1)
    pairs = many * others
    sides = (
        _sums(counts.over_controls, counts.under_controls, treated),
        _sums(counts.under_treated, counts.over_treated, controls),
    )
    wins, losses = sides[0][0], sides[0][1]
    share = np.maximum(pairs, 1)
    won, lost = wins / share, losses / share
    enough = (many > 1) & (others > 1)
    plain, unbiased = (_covariance(sides, (many, others), less) for less in (0, 1))
    both = (wins > 0) & (losses > 0)
    w, v = np.where(both, won, 1.0), np.where(both, lost, 1.0)
    ratio = _comparison(
        np.log(w / v), plain[0] / w**2 + plain[1] / v**2 - 2.0 * plain[2] / (w * v), enough & both
    )
    benefit = _comparison(won - lost, plain[0] + plain[1] - 2.0 * plain[2], enough)
    chance = 0.5 * (1.0 + won - lost)
    inside = (chance > 0.0) & (chance < 1.0)
    chance = np.where(inside, chance, 0.5)
    odds = _comparison(
        np.log(chance / (1.0 - chance)),
        0.25 * (unbiased[0] + unbiased[1] - 2.0 * unbiased[2]) / (chance * (1.0 - chance)) ** 2,
        enough & inside,
    )
    return WinTrials(wins, losses, pairs - wins - losses, *ratio, *benefit, *odds)


def _sums(won: Array, lost: Array, side: Array) -> tuple[Array, Array, Array, Array, Array]:
    """Of one arm: sums of wins and losses, of their squares, and of their products."""
    won, lost = np.where(side, won, 0), np.where(side, lost, 0)
    return (
        won.sum(axis=1), lost.sum(axis=1),
        (won * won).sum(axis=1), (lost * lost).sum(axis=1), (won * lost).sum(axis=1),
    )  # fmt: skip


def _covariance(
    sides: tuple[tuple[Array, ...], tuple[Array, ...]], sizes: tuple[Array, Array], less: int
) -> Float[Array, "3 trials"]:
    """Variances of the shares of wins and of losses, and their covariance; whole numbers first."""
    parts = np.zeros((3, len(sizes[0])))
    for (won, lost, won2, lost2, product), size, other in zip(
        sides, sizes, sizes[::-1], strict=True
    ):
        spread = np.stack([
            size * won2 - won * won, size * lost2 - lost * lost, size * product - won * lost
        ])  # fmt: skip
        below = size * other.astype(float) ** 2 * size * (size - less)
        parts += spread / np.maximum(below, 1.0)
    return parts


def _comparison(
    estimate: Array, variance: Array, possible: Array
) -> tuple[Array, Array, Array, Array]:
    error = np.sqrt(np.maximum(variance, 0.0))
    finite = possible & (error > 0.0)
    estimate, error = np.where(finite, estimate, 0.0), np.where(finite, error, 0.0)
    return finite, estimate, error, _two_sided(estimate / np.where(finite, error, 1.0))


def _two_sided(z: Array) -> Float[Array, " trials"]:
    from scipy.special import erfc

    return np.asarray(erfc(np.abs(z) / math.sqrt(2.0)))
