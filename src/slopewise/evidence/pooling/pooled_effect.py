"""The answer of a meta-analysis: a pooled effect with its intervals and how much studies differ."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Method", "PoolStatus", "PooledEffect"]


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
