"""Brier score of predicted survival at horizons, integrated and scaled. Status: reference.

    BS(t) = (1/n) Σ_i W_i(t) (1{T_i > t} − Ŝ_i(t))²          0 is perfect, 0.25 a coin toss
    BS₀(t) = Ŝ_KM(t) (1 − Ŝ_KM(t))                           the same chance for everybody
    IPA(t) = 1 − BS(t) / BS₀(t)                              index of prediction accuracy
    IBS = (1/t_K) ∫₀^{t_K} BS(u) du                          trapezia, BS(0) = 0

W_i are the weights of censoring_weights.py. To a clinician: the mean squared distance between the
chance that was told and what happened; IPA is the share of that distance which the prediction takes
away from "everybody has the average chance" (below 0: worse than that).

Graf et al. 1999, doi:10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5;
Kattan & Gerds 2018, doi:10.1186/s41512-018-0029-2 (IPA).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

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
from slopewise.progression.checks.score_estimate import Scale, ScoreEstimate, estimate, not_given

__all__ = ["BrierScores", "brier_difference", "brier_scores"]


@dataclass(frozen=True)
class BrierScores:
    """Scores at each horizon, in their order, and over all of them.

    Status of one score: "ok"; "beyond_follow_up" (the last patients were censored by that horizon);
    "no_event" and "no_survivor" (nothing to scale by); "at_limit".
    """

    horizon_month: tuple[float, ...]
    brier: tuple[ScoreEstimate, ...]
    reference: tuple[ScoreEstimate, ...]  # Brier score of the reference prediction
    accuracy: tuple[ScoreEstimate, ...]  # IPA against the reference
    integrated: ScoreEstimate
    integrated_accuracy: ScoreEstimate


@dataclass(frozen=True)
class _Mean:
    """A weighted mean of squared distances and each patient's influence on it."""

    value: float
    influence: Float[Array, " patients"]


def brier_scores(
    follow_up: FollowUp,
    predicted_survival: Float[Array, "patients horizons"],
    *,
    horizon_month: Float[Array, " horizons"],
    reference_survival: Float[Array, "patients horizons"] | None = None,
    confidence: float = 0.95,
) -> BrierScores:
    """Score predictions at each horizon (months since the landmark).

    The reference is Kaplan–Meier in the same patients, or `reference_survival`: the chances told by
    another forecaster, for instance the Kaplan–Meier curve of the patients it was fitted to.
    """
    horizons = checked_horizons(horizon_month)
    predicted = checked_predictions(predicted_survival, follow_up, horizons.size)
    weights = [horizon_weights(follow_up, t) for t in horizons]
    scored = [_brier(follow_up, w, predicted[:, j]) for j, w in enumerate(weights)]
    if reference_survival is None:
        plain = [_brier(follow_up, w, _average_survival(w)) for w in weights]
    else:
        other = checked_predictions(reference_survival, follow_up, horizons.size)
        plain = [_brier(follow_up, w, other[:, j]) for j, w in enumerate(weights)]
    status = [w.status for w in weights]
    whole, whole_plain = _integrated(scored, horizons), _integrated(plain, horizons)
    beyond = next((s for s in status if s != "ok"), "ok")
    return BrierScores(
        horizon_month=tuple(horizons.tolist()),
        brier=tuple(
            _given(m, s, Scale.LOG, confidence) for m, s in zip(scored, status, strict=True)
        ),
        reference=tuple(
            _given(m, s, Scale.LOG, confidence) for m, s in zip(plain, status, strict=True)
        ),
        accuracy=tuple(
            _accuracy(m, r, _scalable(w), confidence)
            for m, r, w in zip(scored, plain, weights, strict=True)
        ),
        integrated=_given(whole, beyond, Scale.LOG, confidence),
        integrated_accuracy=_accuracy(
            whole, whole_plain, beyond if beyond != "ok" else _any_event(weights), confidence
        ),
    )


def brier_difference(
    follow_up: FollowUp,
    predicted_survival: tuple[Float[Array, " patients"], Float[Array, " patients"]],
    *,
    horizon_month: float,
    confidence: float = 0.95,
) -> ScoreEstimate:
    """First prediction's Brier score minus the second's at one horizon (below 0: first is better).

    Both are scored on the same patients, so the standard error is that of paired scores.
    """
    t = float(checked_horizons(np.array([horizon_month]))[0])
    weights = horizon_weights(follow_up, t)
    if weights.status != "ok":
        return not_given(weights.status)
    first, second = (
        _brier(follow_up, weights, checked_predictions(p[:, None], follow_up, 1)[:, 0])
        for p in predicted_survival
    )
    return estimate(
        first.value - second.value, first.influence - second.influence, confidence=confidence
    )


def _brier(follow_up: FollowUp, weights: HorizonWeights, predicted: Array) -> _Mean:
    squared = weights.weight * (weights.beyond - predicted) ** 2
    value = float(np.mean(squared))
    through = through_censoring(weights, follow_up, squared)
    return _Mean(value, (squared - value + through) / squared.size)


def _average_survival(weights: HorizonWeights) -> Float[Array, " patients"]:
    """Kaplan–Meier at the horizon for everybody: the weighted share followed beyond it.

    Its own uncertainty does not move the reference score to first order: the derivative
    −2 Σ W_i (1{T_i > t} − Ŝ) vanishes at Kaplan–Meier.
    """
    share = float(np.mean(weights.weight * weights.beyond))
    return np.full(weights.weight.shape, share)


def _integrated(scored: list[_Mean], horizons: Array) -> _Mean:
    """Trapezia from the landmark, where nobody has had the event and the score is 0."""
    edges = np.concatenate([[0.0], horizons])
    width = np.diff(edges)
    share = (width + np.append(width[1:], 0.0)) / (2.0 * edges[-1])
    values = np.array([m.value for m in scored])
    influences = np.stack([m.influence for m in scored])
    return _Mean(float(share @ values), share @ influences)


def _given(mean: _Mean, status: str, scale: Scale, confidence: float) -> ScoreEstimate:
    if status != "ok":
        return not_given(status)
    return estimate(mean.value, mean.influence, scale=scale, confidence=confidence)


def _scalable(weights: HorizonWeights) -> str:
    """Whether everybody's average chance leaves something to explain."""
    if weights.status != "ok":
        return weights.status
    if not np.any(weights.had_event):
        return "no_event"
    return "ok" if np.any(weights.beyond) else "no_survivor"


def _any_event(weights: list[HorizonWeights]) -> str:
    found = [_scalable(w) for w in weights]
    return "ok" if "ok" in found else found[0]


def _accuracy(mean: _Mean, reference: _Mean, status: str, confidence: float) -> ScoreEstimate:
    """1 − BS / BS₀ by the delta method."""
    if status == "ok" and reference.value <= 0.0:
        status = "reference_perfect"
    if status != "ok":
        return not_given(status)
    ratio = mean.value / reference.value
    influence = -(mean.influence - ratio * reference.influence) / reference.value
    return estimate(1.0 - ratio, influence, confidence=confidence)
