"""Survival of an arm month by month, and two summaries of it that need no hazards.

    Kaplan–Meier     S(t) = Π_{t_k ≤ t} (1 − d_k / n_k),
                     var S(t) = S(t)² Σ_{t_k ≤ t} d_k / (n_k (n_k − d_k))            (Greenwood)
    restricted mean  RMST(τ) = ∫_0^τ S(t) dt,
                     var = Σ_{t_k ≤ τ} (∫_{t_k}^τ S)² d_k / (n_k (n_k − d_k))

t_k: months at which somebody died; d_k deaths and n_k people at risk then; τ: restriction month.
The 95 % band is made on the log(−log S) scale. In words: RMST is how many of the first τ months an
average person lives; the difference between arms is months gained within τ, and needs no
assumption about hazards. A milestone is the share alive at one month.
References: Kaplan & Meier 1958, doi:10.1080/01621459.1958.10501452; Royston & Parmar 2013,
doi:10.1186/1471-2288-13-152.
Status: reference (R survival).
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from slopewise.endpoint.survival.follow_up import arm_follow_up, check_follow_up
from slopewise.errors import InputError
from slopewise.numerics.normal import NORMAL_975

__all__ = [
    "KaplanMeier",
    "SurvivalDifference",
    "SurvivalStatus",
    "kaplan_meier",
    "milestone_difference",
    "restricted_mean_difference",
]


class SurvivalStatus(StrEnum):
    """Whether the numbers may be read."""

    CONVERGED = "converged"
    BEYOND_FOLLOW_UP = "beyond_follow_up"  # the month lies after the end of an arm's follow-up
    NO_EVENTS = "no_events"  # nobody died before the month in either arm: no standard error


@dataclass(frozen=True, eq=False, slots=True)
class KaplanMeier:
    """The curve at the months at which somebody died; limits are None-free and within 0 and 1."""

    month: Float[Array, " steps"]
    at_risk: Int[Array, " steps"]
    deaths: Int[Array, " steps"]
    survival: Float[Array, " steps"]
    standard_error: Float[Array, " steps"]
    low: Float[Array, " steps"]  # 95 %
    high: Float[Array, " steps"]
    last_month: float  # of anybody's follow-up
    last_died: bool  # whether the curve ends at 0

    def at(self, month: float) -> tuple[float, float]:
        """Survival at a month and its standard error."""
        step = int(np.searchsorted(self.month, month, side="right")) - 1
        if step < 0:
            return 1.0, 0.0
        return float(self.survival[step]), float(self.standard_error[step])

    def reaches(self, month: float) -> bool:
        """Whether the curve is known at that month."""
        return month <= self.last_month or self.last_died


@dataclass(frozen=True, slots=True)
class SurvivalDifference:
    """Treated less controls, with each arm's own value; None where nothing can be said."""

    status: SurvivalStatus
    method: str
    estimand: str
    month: float
    treated: float | None = None
    controls: float | None = None
    estimate: float | None = None
    standard_error: float | None = None
    low: float | None = None  # 95 %
    high: float | None = None
    p_value: float | None = None  # two-sided
    treated_error: float | None = None
    controls_error: float | None = None


def kaplan_meier(month: Float[Array, " people"], died: Bool[Array, " people"]) -> KaplanMeier:
    """The curve of one group; who dies and who is censored in a month are both at risk in it."""
    months, deaths = check_follow_up(month, died)
    at, count = np.unique(months[deaths], return_counts=True)
    at_risk = len(months) - np.searchsorted(np.sort(months), at, side="left")
    survival = np.cumprod(1.0 - count / at_risk)
    alive = at_risk > count
    hazard = np.cumsum(np.where(alive, count / (at_risk * np.where(alive, at_risk - count, 1)), 0))
    error = survival * np.sqrt(hazard)
    inside = (survival > 0.0) & (survival < 1.0)
    log = np.log(np.where(inside, survival, 0.5))
    half = NORMAL_975 * np.sqrt(hazard) / np.abs(log)
    last = float(months.max())
    return KaplanMeier(
        month=at,
        at_risk=at_risk,
        deaths=count,
        survival=survival,
        standard_error=error,
        low=np.where(inside, np.exp(log * np.exp(half)), survival),
        high=np.where(inside, np.exp(log * np.exp(-half)), survival),
        last_month=last,
        last_died=bool(len(survival) and survival[-1] == 0.0),
    )


def restricted_mean_difference(
    month: Float[Array, " people"],
    died: Bool[Array, " people"],
    treated: Bool[Array, " people"],
    *,
    restriction_month: float,
) -> SurvivalDifference:
    """Months gained by the treated within the restriction month."""
    method = "difference of restricted mean survival, areas under Kaplan–Meier curves"
    estimand = (
        f"Difference between arms in the mean number of the first {restriction_month:g} months"
        " lived without the survival event."
    )
    curves = _curves(month, died, treated, at=restriction_month)
    if not all(curve.reaches(restriction_month) for curve in curves):
        status = SurvivalStatus.BEYOND_FOLLOW_UP
        return SurvivalDifference(status, method, estimand, restriction_month)
    values = [_restricted_mean(curve, restriction_month) for curve in curves]
    return _difference(values, method=method, estimand=estimand, month=restriction_month)


def milestone_difference(
    month: Float[Array, " people"],
    died: Bool[Array, " people"],
    treated: Bool[Array, " people"],
    *,
    milestone_month: float,
) -> SurvivalDifference:
    """Difference of the shares alive at one month."""
    method = "difference of Kaplan–Meier survival, Greenwood variances"
    estimand = (
        f"Difference between arms in the chance to be free of the survival event at month"
        f" {milestone_month:g}."
    )
    curves = _curves(month, died, treated, at=milestone_month)
    if not all(curve.reaches(milestone_month) for curve in curves):
        status = SurvivalStatus.BEYOND_FOLLOW_UP
        return SurvivalDifference(status, method, estimand, milestone_month)
    values = [curve.at(milestone_month) for curve in curves]
    return _difference(values, method=method, estimand=estimand, month=milestone_month)


def _curves(month: Array, died: Array, treated: Array, *, at: float) -> list[KaplanMeier]:
    if not (math.isfinite(at) and at > 0.0):
        raise InputError(f"month {at} was asked for; give a month after baseline, for instance 12")
    follow = arm_follow_up(month, died, treated)
    return [
        kaplan_meier(follow.month[arm], follow.died[arm])
        for arm in (follow.treated, ~follow.treated)
    ]


def _restricted_mean(curve: KaplanMeier, restriction: float) -> tuple[float, float]:
    """The area under the curve to the restriction month, and its standard error."""
    before = curve.month <= restriction
    month = np.concatenate([[0.0], curve.month[before], [restriction]])
    height = np.concatenate([[1.0], curve.survival[before]])
    pieces = height * np.diff(month)
    ahead = np.cumsum(pieces[::-1])[::-1][1:]  # area from each death on
    many, deaths = curve.at_risk[before], curve.deaths[before]
    alive = many > deaths
    share = np.where(alive, deaths / (many * np.where(alive, many - deaths, 1)), 0.0)
    return float(pieces.sum()), math.sqrt(float(ahead**2 @ share))


def _difference(
    values: list[tuple[float, float]], *, method: str, estimand: str, month: float
) -> SurvivalDifference:
    (treated, treated_error), (controls, controls_error) = values
    error = math.hypot(treated_error, controls_error)
    estimate = treated - controls
    if error == 0.0:
        return SurvivalDifference(
            SurvivalStatus.NO_EVENTS, method, estimand, month, treated, controls, estimate
        )
    return SurvivalDifference(
        SurvivalStatus.CONVERGED,
        method,
        estimand,
        month,
        treated,
        controls,
        estimate,
        error,
        estimate - NORMAL_975 * error,
        estimate + NORMAL_975 * error,
        math.erfc(abs(estimate / error) / math.sqrt(2.0)),
        treated_error,
        controls_error,
    )
