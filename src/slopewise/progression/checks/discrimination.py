"""Whether those who had the event were told a higher risk than those who did not. Status: double.

    AUC(t) = Σ_ij W_i 1{T_i ≤ t, event} 1{T_j > t} K_ij / (Σ_i W_i 1{T_i ≤ t, event} Σ_j 1{T_j > t})
    C(t)   = Σ_ij Ĝ(T_i−)⁻² 1{T_i ≤ t, event_i} 1{T_i < T_j} K_ij / the same sum without K
    K_ij   = 1{risk_i > risk_j} + ½ 1{risk_i = risk_j}

AUC is the cumulative/dynamic one at a horizon (Ĝ(t) of those beyond it cancels); C is Uno's index
over all events up to and including the horizon (his own sum leaves out an event exactly on it).
Censored on the month of another's event counts as later. Equal risks are compared exactly. 0.5 is
no better than chance. To a clinician: of two patients, one of whom had the event first (C) or by
month t (AUC), how often the one told the higher risk was that one. It says nothing about whether
the risks themselves are right: see calibration_curve.py.

Uno et al. 2007, doi:10.1198/016214507000000149; Hung & Chiang 2010, doi:10.1002/cjs.10046;
Uno et al. 2011, doi:10.1002/sim.4154.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from slopewise.errors import InputError
from slopewise.progression.checks.censoring_weights import (
    HorizonWeights,
    horizon_weights,
    through_censoring,
)
from slopewise.progression.checks.follow_up import (
    FollowUp,
    checked_horizons,
)
from slopewise.progression.checks.score_estimate import Scale, ScoreEstimate, estimate, not_given

__all__ = ["area_difference", "area_under_curve", "concordance"]


@dataclass(frozen=True)
class _Share:
    """Weighted share of pairs in the right order and each patient's influence on it."""

    value: float
    influence: Float[Array, " patients"]


def area_under_curve(
    follow_up: FollowUp,
    risk: Float[Array, " patients"],
    *,
    horizon_month: float,
    confidence: float = 0.95,
) -> ScoreEstimate:
    """Cumulative/dynamic AUC at one horizon; `risk` is any number that is higher for higher risk.

    Status: "ok", "at_limit" (0 or 1: perfectly separated), "beyond_follow_up", "no_event",
    "no_survivor" (nobody is followed beyond the horizon).
    """
    weights = _checked(follow_up, risk, horizon_month)
    status = _comparable(weights)
    if status != "ok":
        return not_given(status)
    found = _area(follow_up, weights, risk)
    return estimate(found.value, found.influence, scale=Scale.LOGIT, confidence=confidence)


def area_difference(
    follow_up: FollowUp,
    risks: tuple[Float[Array, " patients"], Float[Array, " patients"]],
    *,
    horizon_month: float,
    confidence: float = 0.95,
) -> ScoreEstimate:
    """First prediction's AUC minus the second's in the same patients (above 0: first is better)."""
    weights = _checked(follow_up, risks[0], horizon_month)
    _checked(follow_up, risks[1], horizon_month)
    status = _comparable(weights)
    if status != "ok":
        return not_given(status)
    first, second = (_area(follow_up, weights, risk) for risk in risks)
    return estimate(
        first.value - second.value, first.influence - second.influence, confidence=confidence
    )


def concordance(
    follow_up: FollowUp,
    risk: Float[Array, " patients"],
    *,
    horizon_month: float,
    confidence: float = 0.95,
) -> ScoreEstimate:
    """Uno's C over the events by the horizon.

    Status: "ok", "at_limit", "beyond_follow_up", "no_event", "no_pair" (nobody was followed longer
    than those with the event). The C index is not proper for the risk at one horizon: compare
    models by the Brier score.
    """
    weights = _checked(follow_up, risk, horizon_month)
    if weights.status != "ok":
        return not_given(weights.status)
    if not np.any(weights.had_event):
        return not_given("no_event")
    found = _concordance(follow_up, weights, risk)
    if found is None:
        return not_given("no_pair")
    return estimate(found.value, found.influence, scale=Scale.LOGIT, confidence=confidence)


def _checked(follow_up: FollowUp, risk: Array, horizon_month: float) -> HorizonWeights:
    if risk.shape != follow_up.month.shape or not np.all(np.isfinite(risk)):
        raise InputError(
            f"risks have shape {risk.shape}; give one finite number for each of the"
            f" {follow_up.patients} patients"
        )
    return horizon_weights(follow_up, float(checked_horizons(np.array([horizon_month]))[0]))


def _comparable(weights: HorizonWeights) -> str:
    if weights.status != "ok":
        return weights.status
    if not np.any(weights.had_event):
        return "no_event"
    return "ok" if np.any(weights.beyond) else "no_survivor"


def _area(follow_up: FollowUp, weights: HorizonWeights, risk: Array) -> _Share:
    event = np.where(weights.had_event, weights.weight, 0.0)
    control = weights.beyond.astype(np.float64)
    events, controls = event.sum(), control.sum()
    beaten = _half_ties(risk, control) / controls  # share of controls told less than each patient
    losing = 1.0 - _half_ties(risk, event) / events  # weighted share of events told more
    value = float(event @ beaten / events)
    excess = event * (beaten - value) / events
    through = through_censoring(weights, follow_up, excess)
    return _Share(value, excess + control * (losing - value) / controls + through)


def _half_ties(risk: Array, weight: Array) -> Float[Array, " patients"]:
    """Σ_j weight_j (1{risk_j < risk_i} + ½ 1{risk_j = risk_i}) for each patient i."""
    order = np.argsort(risk, kind="stable")
    ordered, summed = risk[order], np.concatenate([[0.0], np.cumsum(weight[order])])
    below = summed[np.searchsorted(ordered, risk, side="left")]
    up_to = summed[np.searchsorted(ordered, risk, side="right")]
    half: Float[Array, " patients"] = 0.5 * (below + up_to)
    return half


def _concordance(follow_up: FollowUp, weights: HorizonWeights, risk: Array) -> _Share | None:
    """Pairs by their order in time: an event before a censoring on the same month."""
    _, turn = np.unique(
        np.stack([follow_up.month, ~follow_up.event], axis=1), axis=0, return_inverse=True
    )
    turn = turn.reshape(-1)
    stands = np.where(weights.had_event, weights.weight**2, 0.0)
    one = np.ones_like(stands)
    pairs_first = _summed_later(turn, one)
    total = float(stands @ pairs_first)
    if total <= 0.0:
        return None
    right_first = _won_against_later(turn, risk, one)
    value = float(stands @ right_first / total)
    # as the later one of a pair: the same sums with time and risk turned round
    pairs_second = _summed_later(-turn, stands)
    right_second = _won_against_later(-turn, -risk, stands)
    excess = stands * (right_first - value * pairs_first)
    through = 2.0 * through_censoring(weights, follow_up, excess)  # the weight is squared
    influence = (excess + right_second - value * pairs_second + through) / total
    return _Share(value, influence)


def _summed_later(turn: Int[Array, " patients"], weight: Array) -> Float[Array, " patients"]:
    """Σ_j weight_j 1{turn_j > turn_i}."""
    order = np.argsort(turn, kind="stable")
    summed = np.concatenate([[0.0], np.cumsum(weight[order])])
    later: Float[Array, " patients"] = (
        summed[-1] - summed[np.searchsorted(turn[order], turn, side="right")]
    )
    return later


def _won_against_later(
    turn: Int[Array, " patients"],
    risk: Float[Array, " patients"],
    weight: Float[Array, " patients"],
) -> Float[Array, " patients"]:
    """Σ_j weight_j 1{turn_j > turn_i} (1{risk_j < risk_i} + ½ 1{risk_j = risk_i}), O(n log n)."""
    # latest first; within one turn the highest risk first, so that it is never "earlier and lower"
    order = np.lexsort((-risk, -turn))
    turn, risk, weight = turn[order], risk[order], weight[order]
    place = np.arange(turn.size)
    below = _summed_before_and_below(np.lexsort((-place, risk)), weight)
    # equal risks of other turns count here, those of the same turn do not
    up_to = _summed_before_and_below(np.lexsort((-place, -turn, risk)), weight)
    won = np.empty(turn.size)
    won[order] = 0.5 * (below + up_to)
    return won


def _summed_before_and_below(
    ascending: Int[Array, " patients"], weight: Float[Array, " patients"]
) -> Float[Array, " patients"]:
    """For each place, the weight of earlier places that stand before it in `ascending`.

    A merge sort run from the top: blocks of places, each in ascending order, are halved again and
    again; at each halving the right half collects the weight of the left half that precedes it.
    Padded with weightless places to a power of two, so that every level is one array operation.
    """
    n = ascending.size
    size = 1 << max(n - 1, 1).bit_length()
    blocks = np.concatenate([ascending, np.arange(n, size)])[None, :]
    padded, summed = np.concatenate([weight, np.zeros(size - n)]), np.zeros(size)
    half = size // 2
    while half:
        right = (blocks & half) > 0
        left_weight = np.where(right, 0.0, padded[blocks]).cumsum(axis=1)
        summed[blocks[right]] += left_weight[right]
        halves = (blocks[~right].reshape(-1, half), blocks[right].reshape(-1, half))
        blocks = np.stack(halves, axis=1).reshape(-1, half)
        half //= 2
    return summed[:n]
