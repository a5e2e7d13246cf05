"""What the natural history alone expects of later decline, given a person's early scores.

    n = E[(m(b) − m(a)) / (b − a) | y_first, y_last]        points/month

m is expected function, y the first and the last score of the early months, a and b months after
the first score. Level, slope and wander follow MODEL; classes and parameter sets are weighed by how
well they explain the two scores, so the answer is the exact posterior mean of the mixture. To a
clinician: a fall of 3 points in 3 months is mostly a rater's error and a passing spell; n says how
much of it to believe. Scores of a form with another maximum (the first ALSFRS has 40) are stretched
to 48 points. `assumption:` stretching is linear. Status: double (dense normal density).
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.errors import InputError
from slopewise.progression.likelihood import Belief, advance, observe, origin_belief
from slopewise.progression.parameters import ParameterSets

__all__ = ["EarlyScores", "NaturalSlope", "natural_slope"]

NATURAL_MAXIMUM = 48.0  # ALSFRS-R, points: the scale of the embedded natural history
_BLOCK = 500  # people at once: about 10 MB an array with 128 sets of 3 classes


@dataclass(frozen=True)
class EarlyScores:
    """First and last score of the early months of each person, points of 0..`maximum`."""

    first_score: Float[Array, " patients"]
    last_score: Float[Array, " patients"]
    months_between: Float[Array, " patients"]
    months_since_onset: Float[Array, " patients"]  # at the last score
    maximum: float = NATURAL_MAXIMUM

    def __post_init__(self) -> None:
        for name in ("first_score", "last_score", "months_between", "months_since_onset"):
            value = getattr(self, name)
            if value.ndim != 1 or value.shape != self.last_score.shape:
                raise InputError(f"{name} has shape {value.shape}; give one number a person")
            if not np.all(np.isfinite(value)):
                raise InputError(f"{name} holds a value that is not finite; leave that person out")
        if np.any(self.months_between <= 0.0) or np.any(self.months_since_onset <= 0.0):
            raise InputError("months between scores and months since onset must be above 0")
        if np.any(self.last_score > self.maximum) or np.any(self.last_score < 0.0):
            raise InputError(f"a last score lies outside 0..{self.maximum:g}; correct it")

    def __len__(self) -> int:
        return int(self.last_score.size)

    def take(self, rows: Array | slice) -> "EarlyScores":
        """Those people only (mask, indices or slice)."""
        return EarlyScores(
            first_score=self.first_score[rows],
            last_score=self.last_score[rows],
            months_between=self.months_between[rows],
            months_since_onset=self.months_since_onset[rows],
            maximum=self.maximum,
        )


@dataclass(frozen=True)
class NaturalSlope:
    """Mean and variance of the later slope (points/month of the form's own scale)."""

    mean: Float[Array, " patients"]
    variance: Float[Array, " patients"]


def natural_slope(
    early: EarlyScores,
    parameters: ParameterSets,
    *,
    start_month: float,
    end_month: float,
) -> NaturalSlope:
    """Posterior of the average slope from `start_month` to `end_month` after the first score."""
    if not 0.0 <= start_month < end_month:
        raise InputError(f"months {start_month:g} to {end_month:g} are no stretch of time")
    if np.any(early.months_between > end_month):
        raise InputError(
            f"a last score comes after month {end_month:g}; there is nothing to forecast"
        )
    parts = [
        _posterior(early.take(slice(i, i + _BLOCK)), parameters, (start_month, end_month))
        for i in range(0, max(len(early), 1), _BLOCK)
    ]
    return NaturalSlope(
        np.concatenate([p.mean for p in parts]), np.concatenate([p.variance for p in parts])
    )


def _posterior(
    early: EarlyScores, parameters: ParameterSets, stretch: tuple[float, float]
) -> NaturalSlope:
    stretched = NATURAL_MAXIMUM / early.maximum
    seen = np.ones(len(early), dtype=bool)
    variance = (parameters.residual_sd**2)[None, None]
    belief, first = observe(
        origin_belief(parameters),
        _lift(early.first_score * stretched),
        variance=variance,
        seen=seen,
    )
    belief = advance(belief, parameters, duration=_lift(early.months_between), slowed=1.0)
    belief, last = observe(
        belief, _lift(early.last_score * stretched), variance=variance, seen=seen
    )
    weight = _posterior_weight(first + last, parameters)
    start = np.maximum(stretch[0], early.months_between)  # what is past is no forecast
    mean, spread = _slope_moments(
        belief,
        parameters,
        wait=_lift(start - early.months_between),
        length=_lift(stretch[1] - start),
    )
    centre = np.sum(weight * mean, axis=(1, 2, 3))
    spread = spread + (mean - _lift(centre)) ** 2
    return NaturalSlope(centre / stretched, np.sum(weight * spread, axis=(1, 2, 3)) / stretched**2)


def _posterior_weight(log_density: Array, parameters: ParameterSets) -> Array:
    """Weight of each set and class after the scores; sums to 1 for each person."""
    with np.errstate(divide="ignore"):
        weighted = log_density + np.log(parameters.weight)
    share = np.exp(weighted - np.max(weighted, axis=(2, 3), keepdims=True))
    found: Array = share / share.sum(axis=(2, 3), keepdims=True)
    return found


def _slope_moments(
    belief: Belief, parameters: ParameterSets, *, wait: Array, length: Array
) -> tuple[Array, Array]:
    """Mean and variance of (m(end) − m(start)) / length: the level is set to 0 at the start."""
    now = advance(belief, parameters, duration=wait, slowed=1.0)
    nothing = np.zeros_like(now.m)
    counted = replace(now, m=nothing, mm=nothing, mr=nothing, mw=nothing)
    then = advance(counted, parameters, duration=length, slowed=1.0)
    return then.m / length, then.mm / length**2


def _lift(values: Array) -> Array:
    return values[:, None, None, None]
