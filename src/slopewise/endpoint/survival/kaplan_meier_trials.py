"""Restricted mean and milestone survival of two arms in many simulated trials at once.

Same formulas as `slopewise.endpoint.survival.kaplan_meier`. People are sorted by month and the dead
of one month are taken one after the other: (1 − 1/n)(1 − 1/(n−1)) = 1 − 2/n, and the terms of
Greenwood's sum add up likewise, so months with several deaths need no care of their own.
Status: double (equal to the one-trial functions, which are checked against R survival).
"""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from slopewise.endpoint.survival.risk_sets import SortedFollowUp, sorted_follow_up
from slopewise.errors import InputError
from slopewise.numerics.normal import NORMAL_975

__all__ = ["SurvivalDifferenceTrials", "milestone_trials", "restricted_mean_trials"]


@dataclass(frozen=True, eq=False, slots=True)
class SurvivalDifferenceTrials:
    """Treated less controls, one a trial; where not `finite` the numbers are 0 and p 1.

    `reached` is false where an arm was not followed to the month (or is empty). Where it is true
    and `finite` is not, nobody died before the month: the difference is 0 and has no error.
    """

    finite: Bool[Array, " trials"]
    reached: Bool[Array, " trials"]
    estimate: Float[Array, " trials"]
    standard_error: Float[Array, " trials"]
    p_value: Float[Array, " trials"]  # two-sided
    low: Float[Array, " trials"]  # 95 %
    high: Float[Array, " trials"]
    treated: Float[Array, " trials"]  # each arm's own value; 0 where not reached
    controls: Float[Array, " trials"]


def restricted_mean_trials(
    month: Float[Array, "trials people"],
    died: Bool[Array, "trials people"],
    treated: Bool[Array, "trials people"],
    *,
    restriction_month: float,
    included: Bool[Array, "trials people"] | None = None,
) -> SurvivalDifferenceTrials:
    """Months gained by the treated within the restriction month, in every trial."""
    _check(restriction_month)
    follow = sorted_follow_up(month, died, treated, included=included)
    place = np.minimum(np.where(follow.taking_part, follow.month(), 0.0), restriction_month)
    width = np.diff(place, axis=1, append=restriction_month)
    arms = []
    for curve in _curves(follow):
        pieces = curve.survival * width
        ahead = np.cumsum(pieces[:, ::-1], axis=1)[:, ::-1]
        value = place[:, 0] + ahead[:, 0]
        arms.append((value, (ahead**2 * curve.hazard_variance).sum(axis=1), curve))
    return _difference(arms, restriction_month)


def milestone_trials(
    month: Float[Array, "trials people"],
    died: Bool[Array, "trials people"],
    treated: Bool[Array, "trials people"],
    *,
    milestone_month: float,
    included: Bool[Array, "trials people"] | None = None,
) -> SurvivalDifferenceTrials:
    """Difference of the shares alive at one month, in every trial."""
    _check(milestone_month)
    follow = sorted_follow_up(month, died, treated, included=included)
    before = (follow.month() <= milestone_month) & follow.taking_part
    arms = []
    for curve in _curves(follow):
        value = np.where(before, curve.survival, 1.0).min(axis=1)
        spread = np.where(before, curve.hazard_variance, 0.0).sum(axis=1)
        arms.append((value, value**2 * spread, curve))
    return _difference(arms, milestone_month)


def _check(month: float) -> None:
    if not (math.isfinite(month) and month > 0.0):
        raise InputError(
            f"month {month} was asked for; give a month after baseline, for instance 12"
        )


@dataclass(frozen=True, eq=False, slots=True)
class _Curve:
    """One arm's curve at every place of the sorted people."""

    survival: Float[Array, "trials people"]  # from that person's month on
    hazard_variance: Float[Array, "trials people"]  # 1 / (n (n − 1)) at the arm's deaths
    last_month: Float[Array, " trials"]  # −1 where the arm is empty

    def reaches(self, month: float) -> Bool[Array, " trials"]:
        """Whether the curve is known at that month."""
        ended = (self.survival[:, -1] == 0.0) if self.survival.shape[1] else False
        return (self.last_month >= month) | ended


def _curves(follow: SortedFollowUp) -> list[_Curve]:
    """Treated, controls."""
    part, treated, month = follow.taking_part, follow.treated == 1, follow.month()
    return [_curve(part & own, follow.death, month) for own in (treated, ~treated)]


def _curve(own: Array, death: Array, month: Array) -> _Curve:
    so_far = np.cumsum(own, axis=1)
    at_risk = so_far[:, -1:] - so_far + own
    here = own & death
    many = np.where(here, at_risk, 2).astype(float)
    left = np.where(here, (many - 1.0) / many, 1.0)
    variance = np.where(here & (many > 1.0), 1.0 / (many * np.maximum(many - 1.0, 1.0)), 0.0)
    last = np.where(own, month, -1.0).max(axis=1)
    return _Curve(np.cumprod(left, axis=1), variance, last)


def _difference(
    arms: list[tuple[Float[Array, " trials"], Float[Array, " trials"], _Curve]], month: float
) -> SurvivalDifferenceTrials:
    from scipy.special import erfc

    (treated, treated_variance, one), (controls, controls_variance, other) = arms
    reached = one.reaches(month) & other.reaches(month)
    error = np.sqrt(treated_variance + controls_variance)
    finite = reached & (error > 0.0)
    estimate = np.where(reached, treated - controls, 0.0)
    error = np.where(finite, error, 0.0)
    z = np.where(finite, estimate / np.where(finite, error, 1.0), 0.0)
    return SurvivalDifferenceTrials(
        finite=finite,
        reached=reached,
        estimate=np.where(finite, estimate, 0.0),
        standard_error=error,
        p_value=erfc(np.abs(z) / math.sqrt(2.0)),
        low=np.where(finite, estimate - NORMAL_975 * error, 0.0),
        high=np.where(finite, estimate + NORMAL_975 * error, 0.0),
        treated=np.where(reached, treated, 0.0),
        controls=np.where(reached, controls, 0.0),
    )
