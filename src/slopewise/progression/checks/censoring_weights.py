"""Inverse probability of censoring weights at a horizon, and what estimating them costs.

    W_i(t) = 1{T_i ≤ t, event} / Ĝ(T_i−) + 1{T_i > t} / Ĝ(t)

Those censored by t weigh 0 and are stood for by those followed longer. Ĝ(T−) is the left limit,
with events before censorings on the same month, so that the mean of W is exactly 1 and the weighted
share of events is exactly 1 − Kaplan–Meier. Status: double.

Graf et al. 1999, doi:10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from slopewise.progression.checks.follow_up import FollowUp
from slopewise.progression.checks.survival_curves import (
    SurvivalCurve,
    censoring_distribution,
    survival_at,
)

__all__ = ["HorizonWeights", "horizon_weights", "through_censoring"]


@dataclass(frozen=True)
class HorizonWeights:
    """Who had the event by the horizon, who was followed beyond it, and how much each stands for.

    `status`: "ok", or "beyond_follow_up" when the last patients were censored by the horizon, so
    that nobody stands for them (then the weights mean nothing).
    """

    weight: Float[Array, " patients"]
    had_event: Bool[Array, " patients"]  # by the horizon, that month included
    beyond: Bool[Array, " patients"]  # followed beyond the horizon
    censoring: SurvivalCurve
    losses_before: Int[Array, " patients"]  # months with a censoring before the own last month
    losses_used: Int[Array, " patients"]  # those of them on which the weight depends
    status: str


def horizon_weights(follow_up: FollowUp, horizon_month: float) -> HorizonWeights:
    """Weights at one horizon, in months since the landmark."""
    censoring = censoring_distribution(follow_up.month, follow_up.event)
    had_event = follow_up.event & (follow_up.month <= horizon_month)
    beyond = follow_up.month > horizon_month
    observed = survival_at(censoring, follow_up.month, just_before=True)
    at_horizon = float(survival_at(censoring, np.array([horizon_month]))[0])
    stayed = np.where(beyond, at_horizon, observed)
    counted = (had_event | beyond) & (stayed > 0.0)
    weight = np.where(counted, 1.0 / np.where(counted, stayed, 1.0), 0.0)
    before = np.searchsorted(censoring.month, follow_up.month, side="left")
    by_horizon = np.searchsorted(censoring.month, horizon_month, side="right")
    return HorizonWeights(
        weight=weight,
        had_event=had_event,
        beyond=beyond,
        censoring=censoring,
        losses_before=before,
        losses_used=np.where(beyond, by_horizon, before),
        status="ok" if at_horizon > 0.0 else "beyond_follow_up",
    )


def through_censoring(
    weights: HorizonWeights, follow_up: FollowUp, value: Float[Array, " patients"]
) -> Float[Array, " patients"]:
    """Influence of each patient k on Σ_i value_i through Ĝ, where value_i is in units of 1/Ĝ(s_i).

    D_k(s) = −∂ log Ĝ(s) / ∂ weight_k = Σ_{u ≤ s} (1{k censored at u} − 1{k at risk} c_u / Y_u)
    / (Y_u − c_u), with Y_u at risk of being censored; the answer is Σ_i value_i D_k(s_i), where s_i
    is the month up to which patient i's weight looks. O(n log n).
    """
    curve = weights.censoring
    months = curve.month.size
    total = np.bincount(weights.losses_used, weights=value, minlength=months + 1)
    reaching = total[::-1].cumsum()[::-1][1:]  # Σ of the values whose weight looks past month j
    remain = curve.at_risk - curve.events
    each = np.divide(reaching, remain, out=np.zeros(months), where=remain > 0.0)
    at_risk_sum = np.concatenate([[0.0], np.cumsum(each * curve.events / curve.at_risk)])
    own = weights.losses_before
    lost = np.where(follow_up.event, 0.0, np.append(each, 0.0)[own])
    influence: Float[Array, " patients"] = lost - at_risk_sum[own + ~follow_up.event]
    return influence
