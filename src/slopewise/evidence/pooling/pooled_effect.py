"""The answer of a meta-analysis: a pooled effect with its intervals and how much studies differ."""

from dataclasses import dataclass, replace
from enum import StrEnum

from slopewise.evidence.study import Interval

__all__ = ["AssumedSpread", "Method", "PoolStatus", "PooledEffect", "as_printed"]


class Method(StrEnum):
    """How the between-study variance is estimated."""

    REML = "reml"  # restricted maximum likelihood
    DL = "dl"  # DerSimonian and Laird
    PM = "pm"  # Paule and Mandel
    ML = "ml"  # maximum likelihood
    EB = "eb"  # empirical Bayes (Morris)
    SJ = "sj"  # Sidik and Jonkman
    HE = "he"  # Hedges
    EE = "ee"  # equal effects: no variance between studies


class PoolStatus(StrEnum):
    """Whether the numbers may be read."""

    CONVERGED = "converged"
    BOUNDARY = "boundary"  # the between-study variance is estimated as zero
    SINGLE_STUDY = "single_study"  # nothing was pooled: the numbers are that study's own
    TOO_FEW = "too_few"  # fewer studies than the model has parameters
    STEP_LIMIT = "step_limit"
    NON_FINITE = "non_finite"


@dataclass(frozen=True, slots=True)
class PooledEffect:
    """One pooled estimate; intervals are 95 %. None stands where nothing can be said.

    `between_study_variance` is τ² with its Q-profile interval; `heterogeneity_i2` in percent;
    `weights` sum to 1 in the order of the studies.
    """

    status: PoolStatus
    method: Method
    hartung_knapp: bool
    k: int
    weights: tuple[float, ...] = ()
    estimate: float | None = None
    standard_error: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    degrees_of_freedom: float | None = None
    prediction_low: float | None = None
    prediction_high: float | None = None
    between_study_variance: float | None = None
    between_study_variance_low: float | None = None
    between_study_variance_high: float | None = None
    heterogeneity_i2: float | None = None
    heterogeneity_h2: float | None = None
    q: float | None = None
    q_p: float | None = None


@dataclass(frozen=True, slots=True)
class AssumedSpread:
    """The average effect of few studies, the spread between them assumed rather than estimated.

    Median and 95 % credible interval; `scale` is that of the half-normal spread it rests on,
    `mean_sd` the spread of what was assumed of the average itself (next to nothing).
    """

    k: int
    median: float
    low: float
    high: float
    scale: float
    mean_sd: float


def as_printed(pooled: PooledEffect, own: Interval | None) -> PooledEffect:
    """A single study with the interval of its own method, which need not be the normal one.

    The standard error of a fraction shrinks as the fraction grows, so that a normal interval lies
    too far from no effect, and its P too low; where an own interval stands, no P is given.
    """
    if pooled.status is not PoolStatus.SINGLE_STUDY or own is None:
        return pooled
    return replace(pooled, low=own.low, high=own.high, p_value=None)
