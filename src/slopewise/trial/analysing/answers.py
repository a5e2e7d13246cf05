"""The answer of one endpoint to every replicate, in one form."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from slopewise.trial.design.words import Analysis

__all__ = ["SCALES", "EndpointAnswers", "Scale", "from_normal", "from_student", "unread"]


@dataclass(frozen=True, slots=True)
class Scale:
    """What an estimate is, in words; ratios are kept as logarithms."""

    words: str
    better: str  # higher, lower
    is_log: bool = False

    @property
    def sign(self) -> float:
        """1 where more is good for the treated."""
        return 1.0 if self.better == "higher" else -1.0


SCALES: dict[Analysis, Scale] = {
    Analysis.SLOPE: Scale("difference in slope, points per month", "higher"),
    Analysis.MMRM: Scale("difference in change from baseline, points", "higher"),
    Analysis.JOINT_RANK: Scale("difference in mean rank, places", "higher"),
    Analysis.WIN_RATIO: Scale("log win ratio", "higher", is_log=True),
    Analysis.TIME_TO_EVENT: Scale("log hazard ratio", "lower", is_log=True),
    Analysis.RMST: Scale("difference in restricted mean survival, months", "higher"),
    Analysis.RESPONDER: Scale("difference in share of responders", "higher"),
    Analysis.JOINT_MODEL: Scale("slowing", "higher"),
}


@dataclass(frozen=True, eq=False, slots=True)
class EndpointAnswers:
    """One entry a replicate; where not `read` the numbers are 0 and p is 1.

    `z`: the standard normal number with the same two-sided p, positive when the treated do better.
    `slowing`: θ where the analysis gives it and its interval is bounded, else nan outside
    `slowing_read`. `controls_responding`: share of the controls who meet a responder rule.
    """

    read: Bool[Array, " trials"]
    estimate: Float[Array, " trials"]
    standard_error: Float[Array, " trials"]
    low: Float[Array, " trials"]
    high: Float[Array, " trials"]
    p_value: Float[Array, " trials"]
    z: Float[Array, " trials"]
    slowing: Float[Array, " trials"] | None = None
    slowing_read: Bool[Array, " trials"] | None = None
    controls_responding: Float[Array, " trials"] | None = None


def from_student(
    scale: Scale, read: Array, estimate: Array, *, error: Array, freedom: Array, p_value: Array
) -> EndpointAnswers:
    """From an estimate with t-distributed doubt (infinite degrees of freedom: normal)."""
    from scipy.special import ndtri, stdtrit

    known = np.where(np.isfinite(freedom) & (freedom > 0.0), freedom, 1.0)
    quantile = np.where(np.isfinite(freedom), -stdtrit(known, 0.025), -float(ndtri(0.025)))
    half = quantile * error
    return _answers(scale, read, (estimate, error, estimate - half, estimate + half), p_value)


def from_normal(
    scale: Scale, read: Array, estimate: Array, *, error: Array, p_value: Array
) -> EndpointAnswers:
    """From an estimate with normal doubt; the p-value may be of another test of the same."""
    from slopewise.numerics.normal import NORMAL_975

    half = NORMAL_975 * error
    return _answers(scale, read, (estimate, error, estimate - half, estimate + half), p_value)


def from_interval(
    scale: Scale, read: Array, estimate: Array, *, low: Array, high: Array, p_value: Array
) -> EndpointAnswers:
    """From an estimate with an interval of its own; the standard error is read from its width."""
    from slopewise.numerics.normal import NORMAL_975

    error = (high - low) / (2.0 * NORMAL_975)
    return _answers(scale, read, (estimate, error, low, high), p_value)


def unread(trials: int) -> EndpointAnswers:
    """No answer in any replicate."""
    nothing = np.zeros(trials)
    return EndpointAnswers(
        np.zeros(trials, dtype=bool), nothing, nothing, nothing, nothing, np.ones(trials), nothing
    )


def _answers(
    scale: Scale, read: Array, numbers: tuple[Array, Array, Array, Array], p_value: Array
) -> EndpointAnswers:
    from scipy.special import ndtri

    estimate, error, low, high = (np.where(read, one, 0.0) for one in numbers)
    p = np.where(read, np.clip(p_value, 0.0, 1.0), 1.0)
    size = -ndtri(np.maximum(0.5 * p, 1e-300))
    z = np.where(read, scale.sign * np.sign(estimate) * size, 0.0)
    return EndpointAnswers(np.asarray(read, dtype=bool), estimate, error, low, high, p, z)
