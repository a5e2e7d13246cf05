"""The log-rank test: did the treated die at another rate, month by month?

    O − E = Σ_k (d1_k − d_k n1_k / n_k)
    V = Σ_k d_k (n1_k / n_k) (1 − n1_k / n_k) (n_k − d_k) / (n_k − 1)
    z = (O − E) / √V,   chi-squared z² on 1 degree of freedom

k: months at which somebody died; d_k deaths, n_k people at risk, d1_k and n1_k those treated. With
strata the sums run within each. In words: at every death we ask how likely it was to hit a treated
person if treatment did nothing, and add up the surprise. z below 0: fewer deaths in the treated.
References: Mantel 1966, Cancer Chemother Rep 50:163–170; Peto & Peto 1972, doi:10.2307/2344317.
Status: reference (R survival).
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Bool, Float, Shaped
from numpy import ndarray as Array

from slopewise.endpoint.survival.follow_up import arm_follow_up
from slopewise.endpoint.survival.risk_sets import risk_sets

__all__ = ["LogRank", "LogRankStatus", "LogRankTrials", "log_rank", "log_rank_trials"]

ESTIMAND = (
    "Whether survival without the event differs between arms at any month of follow-up; people who"
    " left are taken to have had the same risk as those who stayed."
)


class LogRankStatus(StrEnum):
    """Whether the numbers may be read."""

    CONVERGED = "converged"
    NO_EVENTS = "no_events"  # nobody died while both arms were at risk


@dataclass(frozen=True, slots=True)
class LogRank:
    """Deaths of the treated, seen and expected without a difference."""

    status: LogRankStatus
    method: str
    observed: float
    expected: float
    variance: float
    z: float | None = None
    chi_square: float | None = None
    p_value: float | None = None  # two-sided
    estimand: str = ESTIMAND


@dataclass(frozen=True, eq=False, slots=True)
class LogRankTrials:
    """One test a trial; z is 0 and p 1 where nobody died."""

    decided: Bool[Array, " trials"]
    observed_less_expected: Float[Array, " trials"]
    variance: Float[Array, " trials"]
    z: Float[Array, " trials"]
    p_value: Float[Array, " trials"]


def log_rank(
    month: Float[Array, " people"],
    died: Bool[Array, " people"],
    treated: Bool[Array, " people"],
    *,
    strata: Shaped[Array, " people"] | None = None,
) -> LogRank:
    """Test one trial, within strata if there are any."""
    follow = arm_follow_up(month, died, treated, strata=strata)
    excess = variance = 0.0
    for number in range(int(follow.stratum.max()) + 1):
        own = follow.stratum == number
        part = _sums(follow.month[None, own], follow.died[None, own], follow.treated[None, own])
        excess, variance = excess + float(part[0][0]), variance + float(part[1][0])
    observed = float((follow.died & follow.treated).sum())
    method = "log-rank test" + ("" if strata is None else ", stratified")
    if variance <= 0.0:
        return LogRank(LogRankStatus.NO_EVENTS, method, observed, observed - excess, 0.0)
    z = excess / math.sqrt(variance)
    return LogRank(
        LogRankStatus.CONVERGED,
        method,
        observed,
        observed - excess,
        variance,
        z,
        z * z,
        math.erfc(abs(z) / math.sqrt(2.0)),
    )


def log_rank_trials(
    month: Float[Array, "trials people"],
    died: Bool[Array, "trials people"],
    treated: Bool[Array, "trials people"],
    *,
    included: Bool[Array, "trials people"] | None = None,
) -> LogRankTrials:
    """Test every trial; `treated` may be one row that holds for all of them.

    Where `included` is false a person takes no part, such as one of a third arm.
    """
    from scipy.special import erfc

    excess, variance = _sums(month, died, treated, included=included)
    decided = variance > 0.0
    z = np.where(decided, excess / np.sqrt(np.where(decided, variance, 1.0)), 0.0)
    return LogRankTrials(decided, excess, variance, z, erfc(np.abs(z) / math.sqrt(2.0)))


def _sums(
    month: Array, died: Array, treated: Array, *, included: Array | None = None
) -> tuple[Array, Array]:
    """O − E and V of every row."""
    sets = risk_sets(month, died, treated, included=included)
    share = sets.at_risk_treated / sets.at_risk
    each = share * (1.0 - share)
    if sets.tied:
        many = sets.at_risk
        each *= np.where(many > 1, (many - sets.deaths) / np.maximum(many - 1, 1), 0.0)
    return sets.sums(sets.treated - share), sets.sums(each)
