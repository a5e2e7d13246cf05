"""Kaplan–Meier curves of survival and of staying under observation. Status: reference.

    Ŝ(t) = Π_{u ≤ t} (1 − d_u / n_u),   Ĝ(t) = Π_{u ≤ t} (1 − c_u / (n_u − d_u))

d_u events, c_u censorings at month u, n_u patients at risk (entry < u ≤ exit). An event comes
before a censoring on the same month, so those with the event are not at risk of being censored
then; with that order Ŝ(t) Ĝ(t) is the share of patients followed beyond t. The variance is
Greenwood's: Var log Ŝ(t) ≈ Σ_{u ≤ t} d_u / (n_u (n_u − d_u)).

Kaplan & Meier 1958, doi:10.1080/01621459.1958.10501452.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from slopewise.errors import InputError
from slopewise.progression.checks.score_estimate import normal_quantile

__all__ = [
    "SurvivalCurve",
    "censoring_distribution",
    "kaplan_meier",
    "survival_at",
    "survival_interval",
]


@dataclass(frozen=True)
class SurvivalCurve:
    """A step function: `survival[j]` holds from `month[j]` on, 1 before `month[0]`.

    `status`: "ok"; "no_event" (flat at 1); "early_zero" (with late entry: all of the few who were
    at risk had the event while others came later; start counting later).
    """

    month: Float[Array, " months"]  # the months with an event, increasing
    at_risk: Float[Array, " months"]
    events: Float[Array, " months"]
    survival: Float[Array, " months"]
    log_variance: Float[Array, " months"]  # of log survival; infinite where survival is 0
    last_month: float  # last month of follow-up of anybody
    status: str


def kaplan_meier(
    month: Float[Array, " patients"],
    event: Bool[Array, " patients"],
    *,
    entry_month: Float[Array, " patients"] | None = None,
) -> SurvivalCurve:
    """Survival from the months of exit; with `entry_month`, patients are at risk from there on."""
    entry = _checked_entry(month, event, entry_month)
    at, events = _counts(month, event)
    at_risk = _at_risk(month, entry, at)
    return _curve(at, at_risk, events, last_month=float(np.max(month)))


def censoring_distribution(
    month: Float[Array, " patients"],
    event: Bool[Array, " patients"],
    *,
    entry_month: Float[Array, " patients"] | None = None,
) -> SurvivalCurve:
    """Chance of still being under observation; "events" of this curve are the censorings."""
    entry = _checked_entry(month, event, entry_month)
    at, lost = _counts(month, ~event)
    died_month, died = _counts(month, event)
    # who has the event on that very month is no longer at risk of being censored
    place = np.searchsorted(died_month, at)
    same = np.concatenate([died_month, [np.inf]])[place] == at
    at_risk = _at_risk(month, entry, at) - np.where(same, np.append(died, 0.0)[place], 0.0)
    return _curve(at, at_risk, lost, last_month=float(np.max(month)))


def survival_at(
    curve: SurvivalCurve, month: Float[Array, " asked"], *, just_before: bool = False
) -> Float[Array, " asked"]:
    """Value of the curve at each month, or just before it (its left limit).

    Beyond the last month of follow-up the last value is carried on: ask `last_month` first.
    """
    place = np.searchsorted(curve.month, month, side="left" if just_before else "right")
    return np.concatenate([[1.0], curve.survival])[place]


def survival_interval(
    curve: SurvivalCurve, month: float, *, confidence: float = 0.95
) -> tuple[float, float] | None:
    """Interval on the log(−log) scale; None where the curve is still 1 or already 0."""
    place = int(np.searchsorted(curve.month, month, side="right")) - 1
    if place < 0 or curve.survival[place] <= 0.0:
        return None
    log_survival = np.log(curve.survival[place])
    spread = np.sqrt(curve.log_variance[place]) / abs(log_survival)
    reach = normal_quantile(confidence) * spread
    lower, upper = np.exp(log_survival * np.exp([reach, -reach]))
    return float(lower), float(upper)


def _checked_entry(
    month: Float[Array, " patients"],
    event: Bool[Array, " patients"],
    entry_month: Float[Array, " patients"] | None,
) -> Float[Array, " patients"]:
    """Months of entry (minus infinity for all when nobody entered late)."""
    if month.ndim != 1 or month.shape != event.shape or not month.size:
        raise InputError("give one month of exit and one event for each of one or more patients")
    if event.dtype != np.bool_:
        raise InputError(f"events are {event.dtype}; give True (event) or False (censored)")
    if not np.all(np.isfinite(month)):
        raise InputError("a month of exit is not a finite number; correct or leave out the patient")
    if entry_month is None:
        return np.full(month.shape, -np.inf)
    if entry_month.shape != month.shape or not np.all(entry_month < month):
        raise InputError("each patient needs an entry month before the exit month")
    return entry_month


def _counts(month: Array, counted: Array) -> tuple[Array, Array]:
    """Distinct months with something to count, and how many."""
    at, times = np.unique(month[counted], return_counts=True)
    return at, times.astype(np.float64)


def _at_risk(month: Array, entry: Array, at: Array) -> Array:
    """Number with entry < u ≤ exit at each month u."""
    entered = np.searchsorted(np.sort(entry), at, side="left")
    left = np.searchsorted(np.sort(month), at, side="left")
    return (entered - left).astype(np.float64)


def _curve(at: Array, at_risk: Array, events: Array, *, last_month: float) -> SurvivalCurve:
    remain = at_risk - events
    survival = np.cumprod(remain / at_risk) if at.size else np.ones(0)
    each = np.divide(events, at_risk * remain, out=np.full(at.shape, np.inf), where=remain > 0.0)
    status = "ok" if at.size else "no_event"
    if np.any((survival <= 0.0) & (at < last_month)):
        status = "early_zero"
    return SurvivalCurve(at, at_risk, events, survival, np.cumsum(each), last_month, status)
