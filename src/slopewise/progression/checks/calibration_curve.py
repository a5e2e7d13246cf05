"""Whether the predicted risks at a horizon are right on average, in groups, and in spread.

Groups of patients with similar predicted risk: mean predicted beside 1 − Kaplan–Meier observed.
Over all patients, with p_i the predicted risk and η_i = log(−log(1 − p_i)):

    observed / expected = Σ_i W_i 1{T_i ≤ t} / Σ_i p_i
    level   a:  log(−log(1 − risk_i)) = a + η_i            (0 when right)
    slope   b:  log(−log(1 − risk_i)) = a' + b η_i         (1 when right)

a and b solve Σ_i W_i (1{T_i ≤ t} − μ_i) (dμ_i/dη) / (μ_i (1 − μ_i)) x_i = 0 with the weights of
censoring_weights.py. To a clinician: exp(a) is how many times higher the hazard up to the horizon
was than predicted; b < 1 says that high risks were told too high and low risks too low. A curve
that is right for every group is a weaker claim than one that is right for every patient.

Status: reference (weights and estimates against R's survival and glm). Gerds et al. 2014,
doi:10.1002/sim.6152; Crowson et al. 2016, doi:10.1177/0962280213497434.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
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
    checked_predictions,
)
from slopewise.progression.checks.score_estimate import (
    Scale,
    ScoreEstimate,
    estimate,
    not_given,
)
from slopewise.progression.checks.survival_curves import (
    kaplan_meier,
    survival_at,
    survival_interval,
)

__all__ = ["CalibrationCurve", "CalibrationGroup", "calibration_curve"]

_STEPS = 100
_GRADIENT = 1e-10  # of the mean estimating equation


@dataclass(frozen=True)
class CalibrationGroup:
    """Patients of similar predicted risk: what was told and what happened by the horizon.

    `status` of the observed risk: "ok"; "no_event" (0, with an exact upper limit from those who
    were followed to the horizon); "no_survivor" (1, without an interval); "beyond_follow_up" (the
    group's last patients were censored earlier: no observed risk).
    """

    patients: int
    events: int  # by the horizon
    followed_beyond: int
    predicted_risk: float  # mean
    lowest_predicted: float
    highest_predicted: float
    observed_risk: float | None
    lower: float | None
    upper: float | None
    status: str


@dataclass(frozen=True)
class CalibrationCurve:
    """Predicted and observed risk at one horizon, in groups and over all patients.

    Status of `level` and `slope`: as of every score, and "certain_prediction" (somebody was told a
    chance of exactly 0 or 1, whose log(−log) is infinite), "no_spread" (all were told the same),
    "separated" (one threshold divides events from survivors: the slope is infinite), "step_limit"
    (the equation was not solved).
    """

    horizon_month: float
    groups: tuple[CalibrationGroup, ...]
    observed_to_expected: ScoreEstimate
    level: ScoreEstimate
    slope: ScoreEstimate


def calibration_curve(
    follow_up: FollowUp,
    predicted_survival: Float[Array, " patients"],
    *,
    horizon_month: float,
    groups: int = 10,
    confidence: float = 0.95,
) -> CalibrationCurve:
    """Calibration at one horizon; patients told the same risk are never split between groups."""
    t = float(checked_horizons(np.array([horizon_month]))[0])
    predicted = checked_predictions(predicted_survival[:, None], follow_up, 1)[:, 0]
    if groups < 1:
        raise InputError(f"{groups} groups cannot be formed; give 1 or more")
    weights = horizon_weights(follow_up, t)
    return CalibrationCurve(
        horizon_month=t,
        groups=tuple(
            _group(follow_up, predicted, member, (t, confidence))
            for member in _members(predicted, groups)
        ),
        observed_to_expected=_ratio(follow_up, weights, predicted, confidence),
        level=_link(follow_up, weights, predicted, confidence=confidence, sloped=False),
        slope=_link(follow_up, weights, predicted, confidence=confidence, sloped=True),
    )


def _members(predicted: Float[Array, " patients"], groups: int) -> list[Array]:
    """Masks of equal-sized groups from the lowest risk to the highest (fewer when risks tie)."""
    share = np.arange(1, groups) / groups
    edges = np.unique(np.quantile(1.0 - predicted, share, method="inverted_cdf"))
    place = np.searchsorted(edges, 1.0 - predicted, side="left")
    return [place == g for g in np.unique(place)]


def _group(
    follow_up: FollowUp, predicted: Array, member: Array, asked: tuple[float, float]
) -> CalibrationGroup:
    t, confidence = asked
    month, event, risk = follow_up.month[member], follow_up.event[member], 1.0 - predicted[member]
    beyond = int(np.sum(month > t))
    observed, lower, upper, status = _observed(month, event, t, confidence)
    return CalibrationGroup(
        patients=int(month.size),
        events=int(np.sum(event & (month <= t))),
        followed_beyond=beyond,
        predicted_risk=float(np.mean(risk)),
        lowest_predicted=float(np.min(risk)),
        highest_predicted=float(np.max(risk)),
        observed_risk=observed,
        lower=lower,
        upper=upper,
        status=status,
    )


def _observed(
    month: Array, event: Array, t: float, confidence: float
) -> tuple[float | None, float | None, float | None, str]:
    """1 − Kaplan–Meier at t with its log(−log) interval and status."""
    curve = kaplan_meier(month, event)
    survival = float(survival_at(curve, np.array([t]))[0])
    if survival <= 0.0:
        return 1.0, None, None, "no_survivor"
    beyond = int(np.sum(month > t))
    if not beyond:
        return None, None, None, "beyond_follow_up"
    limits = survival_interval(curve, t, confidence=confidence)
    if limits is None:  # no event among them: exact for those known to have reached the horizon
        return 0.0, 0.0, 1.0 - (0.5 - confidence / 2.0) ** (1.0 / beyond), "no_event"
    return 1.0 - survival, 1.0 - limits[1], 1.0 - limits[0], "ok"


def _ratio(
    follow_up: FollowUp, weights: HorizonWeights, predicted: Array, confidence: float
) -> ScoreEstimate:
    expected = float(np.mean(1.0 - predicted))
    if weights.status != "ok" or expected <= 0.0:
        return not_given(weights.status if weights.status != "ok" else "nothing_expected")
    events = weights.weight * weights.had_event
    observed = float(np.mean(events))
    through = through_censoring(weights, follow_up, events)
    influence = (events - observed + through) / events.size
    ratio = observed / expected
    share = (1.0 - predicted - expected) / events.size
    influence = (influence - ratio * share) / expected
    return estimate(ratio, influence, scale=Scale.LOG, confidence=confidence)


def _link(
    follow_up: FollowUp,
    weights: HorizonWeights,
    predicted: Array,
    *,
    confidence: float,
    sloped: bool,
) -> ScoreEstimate:
    """Level (offset η) or slope on the complementary log–log scale."""
    status = _solvable(weights, predicted, sloped)
    if status != "ok":
        return not_given(status)
    eta = np.log(-np.log(predicted))
    design = np.stack([np.ones_like(eta), eta], axis=1) if sloped else np.ones((eta.size, 1))
    offset = np.zeros_like(eta) if sloped else eta
    start = np.array([0.0, 1.0]) if sloped else np.zeros(1)
    found = _solved(weights, design, offset, start=start)
    if found is None:
        return not_given("step_limit")
    score, bread = _equation(weights, design, offset + design @ found)[:2]
    through = np.stack(
        [through_censoring(weights, follow_up, column) for column in score.T], axis=1
    )
    influence = np.linalg.solve(bread, (score + through).T)[-1]
    return estimate(float(found[-1]), influence, confidence=confidence)


def _solvable(weights: HorizonWeights, predicted: Array, sloped: bool) -> str:  # noqa: FBT001
    if weights.status != "ok":
        return weights.status
    if not np.any(weights.had_event):
        return "no_event"
    if not np.any(weights.beyond):
        return "no_survivor"
    if np.any((predicted <= 0.0) | (predicted >= 1.0)):
        return "certain_prediction"
    if sloped and np.ptp(predicted) <= 0.0:
        return "no_spread"
    return "separated" if sloped and _is_separated(weights, predicted) else "ok"


def _is_separated(weights: HorizonWeights, predicted: Array) -> bool:
    """Whether a threshold divides events from survivors, so that the slope is infinite."""
    event, beyond = predicted[weights.had_event], predicted[weights.beyond]
    return bool(event.max() <= beyond.min() or event.min() >= beyond.max())


def _solved(
    weights: HorizonWeights, design: Array, offset: Array, *, start: Array
) -> Float[Array, " coefficients"] | None:
    """Fisher scoring from "the predictions are right", with steps cut to at most 1 each."""
    now = start
    for _ in range(_STEPS):
        score, _, expected = _equation(weights, design, offset + design @ now)
        total = score.sum(axis=0)
        try:
            step = np.linalg.solve(expected, total)
        except np.linalg.LinAlgError:
            return None
        now = now + step * min(1.0, 1.0 / max(float(np.max(np.abs(step))), 1e-300))
        if not np.all(np.isfinite(now)):
            return None
        if np.max(np.abs(total)) <= _GRADIENT * offset.size:
            return now
    return None


def _equation(weights: HorizonWeights, design: Array, eta: Array) -> tuple[Array, Array, Array]:
    """Each patient's part of the equation; minus its derivative; the expected information."""
    hazard = np.exp(np.clip(eta, -700.0, 6.0))  # 1 − exp(−exp(6)) is 1 to every digit
    risk = -np.expm1(-hazard)
    gain = hazard / risk  # (dμ/dη) / (μ (1 − μ)), as dμ/dη = (1 − μ) exp(η)
    slope = np.exp(-hazard) * hazard
    left = weights.had_event - risk
    score = (weights.weight * left * gain)[:, None] * design
    bend = weights.weight * gain * (slope - left * (1.0 - slope / risk))
    expected = weights.weight * gain * slope
    return score, design.T @ (bend[:, None] * design), design.T @ (expected[:, None] * design)
