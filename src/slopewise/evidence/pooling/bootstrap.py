"""Thousands of meta-analyses of the same studies in one computation, and the parametric bootstrap.

    y*_i ~ N(μ̂, v_i + τ̂²);   each set of y* is pooled again, τ² estimated anew

The spread of the refitted μ̂* and τ²* is the method's own uncertainty, without a normal formula.
Source: Davison & Hinkley 1997, doi:10.1017/CBO9780511802843, section 2.2; for meta-analysis van den
Noortgate & Onghena 2005, Behavior Research Methods 37:11–22.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from slopewise.errors import InputError
from slopewise.evidence.pooling.between_study_variance import (
    estimate_between_study_variance,
    make_sample,
    weigh,
)
from slopewise.evidence.pooling.pool import check_effects
from slopewise.evidence.pooling.pooled_effect import Method

__all__ = ["Bootstrap", "Refits", "bootstrap_pooled_effect", "pool_many"]

Array = npt.NDArray[np.float64]

TAILS = (0.025, 0.975)


@dataclass(frozen=True, slots=True)
class Refits:
    """Pooled effects of many meta-analyses of the same studies, one an element."""

    estimates: Array
    standard_errors: Array
    between_study_variances: Array
    is_reached: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """95 % percentile intervals of the pooled effect and of τ²; `failed` refits are left out."""

    refits: Refits
    failed: int
    estimate_low: float
    estimate_high: float
    variance_low: float
    variance_high: float


def pool_many(
    estimates: Array,
    standard_errors: Array,
    *,
    method: Method = Method.REML,
    hartung_knapp: bool = True,
) -> Refits:
    """Pool each row of estimates; standard errors are one row for all, or one for each.

    Raises InputError for shapes that do not fit and numbers that cannot be weighted.
    """
    y, errors = np.atleast_2d(np.asarray(estimates, float)), np.asarray(standard_errors, float)
    if y.shape[1] < 2 or errors.shape not in {y.shape, y.shape[1:]}:
        raise InputError(
            f"estimates of shape {y.shape} do not fit standard errors of shape {errors.shape}; "
            "give rows of at least two studies, and one standard error for each study"
        )
    if not (np.isfinite(y).all() and np.isfinite(errors).all() and (errors > 0.0).all()):
        raise InputError("every estimate must be finite and every standard error above zero")
    with np.errstate(all="ignore"):
        sample = make_sample(y, errors**2, np.ones((y.shape[1], 1)))
        found = estimate_between_study_variance(sample, method)
        at = weigh(sample, found.values / sample.scale**2)
        total = at.weights.sum(axis=1)
        centre = (at.weights * sample.residuals).sum(axis=1) / total
        mean = sample.estimates.mean(axis=1) + centre
        factor = at.q / sample.freedom if hartung_knapp else 1.0
        return Refits(
            estimates=mean * sample.scale,
            standard_errors=np.sqrt(factor / total) * sample.scale,
            between_study_variances=found.values,
            is_reached=found.is_reached & np.isfinite(mean) & np.isfinite(found.values),
        )


def bootstrap_pooled_effect(
    estimates: Sequence[float] | Array,
    standard_errors: Sequence[float] | Array,
    generator: np.random.Generator,
    *,
    replicates: int = 1000,
    method: Method = Method.REML,
    hartung_knapp: bool = True,
) -> Bootstrap:
    """Parametric bootstrap of the pooled effect and of τ²; needs two studies."""
    y, errors = check_effects(estimates, standard_errors)
    if len(y) < 2:
        raise InputError("one study cannot be bootstrapped; give at least two")
    if replicates < 1:
        raise InputError(f"{replicates} replicates were asked for; ask for at least 1")
    once = pool_many(y[None, :], errors, method=method, hartung_knapp=hartung_knapp)
    spread = np.sqrt(errors**2 + once.between_study_variances[0])
    drawn = once.estimates[0] + spread * generator.standard_normal((replicates, len(y)))
    refits = pool_many(drawn, errors, method=method, hartung_knapp=hartung_knapp)
    kept = refits.is_reached
    low, high = np.quantile(refits.estimates[kept], TAILS).tolist()
    least, most = np.quantile(refits.between_study_variances[kept], TAILS).tolist()
    return Bootstrap(refits, int((~kept).sum()), low, high, least, most)
