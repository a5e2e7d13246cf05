"""A score with its standard error and interval, or the reason why there is none.

Standard errors come from the influence of each patient: the derivative IJ_k of the score with
respect to patient k's weight at weight 1 (infinitesimal jackknife), through the estimated censoring
distribution too. Var ≈ Σ_k IJ_k² n / (n − 1).

Efron 1982, The Jackknife, the Bootstrap and Other Resampling Plans, doi:10.1137/1.9781611970319.
"""

from dataclasses import dataclass
from enum import Enum
from statistics import NormalDist

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.errors import InputError

__all__ = ["Scale", "ScoreEstimate", "estimate", "normal_quantile", "not_given"]

_NO_SPREAD = 1e-12  # a standard error below this is none: every patient gives the same score


class Scale(Enum):
    """Where the interval is symmetric: on the score, on its logarithm or on its log odds."""

    PLAIN = "plain"
    LOG = "log"
    LOGIT = "logit"


@dataclass(frozen=True)
class ScoreEstimate:
    """A score. What cannot be given is None and `status` says why, in one word.

    "ok"; "at_limit" (value given, but no interval: the score is at the end of its range or no
    patient differs); any other status comes with no value.
    """

    value: float | None
    standard_error: float | None
    lower: float | None
    upper: float | None
    status: str


def not_given(status: str) -> ScoreEstimate:
    """No score, for the named reason."""
    return ScoreEstimate(None, None, None, None, status)


def estimate(
    value: float,
    influence: Float[Array, " patients"],
    *,
    scale: Scale = Scale.PLAIN,
    confidence: float = 0.95,
) -> ScoreEstimate:
    """The score with a standard error from the patients' influences and a normal interval."""
    n = influence.size
    value = float(value)
    error = float(np.sqrt(np.sum(influence**2) * n / (n - 1.0))) if n > 1 else 0.0
    if not np.isfinite(value) or not np.isfinite(error):
        return not_given("non_finite")
    reach = normal_quantile(confidence) * error
    inside = {
        Scale.PLAIN: True,
        Scale.LOG: value > _NO_SPREAD,
        Scale.LOGIT: _NO_SPREAD < value < 1.0 - _NO_SPREAD,
    }[scale]
    if error <= _NO_SPREAD or not inside:
        return ScoreEstimate(value, None, None, None, "at_limit")
    lower, upper = _limits(value, reach, scale)
    return ScoreEstimate(value, error, lower, upper, "ok")


def normal_quantile(confidence: float) -> float:
    """How many standard errors an interval of that confidence reaches to either side."""
    if not 0.0 < confidence < 1.0:
        raise InputError(f"confidence {confidence:g} must lie between 0 and 1, for example 0.95")
    return NormalDist().inv_cdf(0.5 + confidence / 2.0)


def _limits(value: float, reach: float, scale: Scale) -> tuple[float, float]:
    if scale is Scale.PLAIN:
        return value - reach, value + reach
    if scale is Scale.LOG:
        factor = float(np.exp(reach / value))
        return value / factor, value * factor
    odds, factor = value / (1.0 - value), float(np.exp(reach / (value * (1.0 - value))))
    return odds / (odds + factor), odds * factor / (1.0 + odds * factor)
