"""Pooling of study effects by random effects, with the Hartung–Knapp interval.

    μ̂ = Σ w_i y_i / Σ w_i,   w_i = 1 / (v_i + τ²)
    se² = s² / Σ w_i,   s² = Σ w_i (y_i − μ̂)² / (k − 1)   (Hartung–Knapp; 1 without it)
    interval μ̂ ± t_{k−1} se;   prediction μ̂ ± t_{k−1} √(se² + τ²)   (normal without Hartung–Knapp)

The prediction interval is where the true effect of a further study of this kind would lie.
Sources: Hartung & Knapp 2001, doi:10.1002/sim.1009; Röver et al. 2015 (the floor s² ≥ 1),
doi:10.1186/s12874-015-0091-1; Higgins et al. 2009, doi:10.1111/j.1467-985X.2008.00552.x.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from slopewise.errors import InputError
from slopewise.evidence.pooling.between_study_variance import (
    Sample,
    estimate_between_study_variance,
    make_sample,
    weigh,
)
from slopewise.evidence.pooling.heterogeneity import Heterogeneity, measure_heterogeneity
from slopewise.evidence.pooling.pooled_effect import Method, PooledEffect, PoolStatus

__all__ = ["RandomEffectsFit", "check_effects", "fit_random_effects", "pool", "tail_and_quantile"]

Array = npt.NDArray[np.float64]

CONFIDENCE_TAIL = 0.975  # intervals are 95 %


@dataclass(frozen=True, slots=True)
class RandomEffectsFit:
    """Coefficients of a design with τ² and everything that an answer is made of.

    `knapp_hartung` is s², the factor on the covariance (1 without the method);
    `degrees_of_freedom` is None for normal intervals.
    """

    status: PoolStatus
    variance: float
    coefficients: Array
    covariance: Array
    knapp_hartung: float
    degrees_of_freedom: int | None
    weights: Array  # 1 / (v + τ²)
    heterogeneity: Heterogeneity
    sample: Sample


def pool(
    estimates: Sequence[float] | Array,
    standard_errors: Sequence[float] | Array,
    *,
    method: Method = Method.REML,
    hartung_knapp: bool = True,
    floor: bool = False,
) -> PooledEffect:
    """Pool estimates with their standard errors; one study keeps its own interval.

    `floor` never lets the Hartung–Knapp interval become narrower than the factor 1 would make it.
    Raises InputError for no study, unequal lengths, and numbers that cannot be weighted.
    """
    y, errors = check_effects(estimates, standard_errors)
    k = len(y)
    if k == 1:
        return _single(float(y[0]), float(errors[0]), method)
    fit = fit_random_effects(
        y, errors**2, np.ones((k, 1)), method=method, hartung_knapp=hartung_knapp, floor=floor
    )
    base = PooledEffect(fit.status, method, hartung_knapp, k)
    if fit.status is PoolStatus.NON_FINITE:
        return base
    return _pooled(fit, method, hartung_knapp=hartung_knapp)


def check_effects(
    estimates: Sequence[float] | Array, standard_errors: Sequence[float] | Array
) -> tuple[Array, Array]:
    """Both as arrays; raises InputError naming the row (counted from 1) that cannot be weighted."""
    y = np.asarray(estimates, dtype=float).ravel()
    errors = np.asarray(standard_errors, dtype=float).ravel()
    if len(y) != len(errors):
        raise InputError(
            f"{len(y)} estimates stand against {len(errors)} standard errors; give one for each"
        )
    if not len(y):
        raise InputError("there is no study to pool; give at least one estimate")
    for row, (estimate, error) in enumerate(zip(y, errors, strict=True), start=1):
        if not np.isfinite(estimate):
            raise InputError(
                f"row {row}: the estimate {estimate} is not a finite number; correct it, or leave "
                "the study out"
            )
        if not (np.isfinite(error) and error > 0.0):
            raise InputError(
                f"row {row}: the standard error {error:g} must be a finite number above zero; a "
                "study without one cannot be weighted: correct it, or leave the study out"
            )
    return y, errors


def fit_random_effects(
    estimates: Array,
    variances: Array,
    design: Array,
    *,
    method: Method,
    hartung_knapp: bool,
    floor: bool = False,
) -> RandomEffectsFit:
    """Regression of the estimates on the design with random effects of studies.

    The design must have more rows than columns; raises InputError when columns depend on others.
    """
    with np.errstate(all="ignore"):
        sample = make_sample(estimates, variances, design)
        found = estimate_between_study_variance(sample, method)
        variance = float(found.values[0])
        unit = float(sample.scale[0])
        at = weigh(sample, found.values / unit**2)
        freedom = sample.freedom
        factor = 1.0
        if hartung_knapp:
            factor = float(at.q[0]) / freedom
            factor = max(factor, 1.0) if floor else factor
        fitted = sample.estimates[0] - sample.residuals[0] + sample.basis @ at.coefficients[0]
        back = np.linalg.lstsq(design, sample.basis, rcond=None)[0]
        coefficients = back @ (sample.basis.T @ fitted) * unit
        covariance = factor * back @ at.inverse[0] @ back.T * unit**2
        heterogeneity = measure_heterogeneity(sample, variance, method)
    numbers = (*coefficients, *covariance.ravel(), variance, heterogeneity.q)
    return RandomEffectsFit(
        status=_status(numbers, variance, method, is_reached=bool(found.is_reached[0])),
        variance=variance,
        coefficients=coefficients,
        covariance=covariance,
        knapp_hartung=factor,
        degrees_of_freedom=freedom if hartung_knapp else None,
        weights=at.weights[0] / unit**2,
        heterogeneity=heterogeneity,
        sample=sample,
    )


def tail_and_quantile(statistic: float, degrees_of_freedom: int | None) -> tuple[float, float]:
    """Two-sided p-value, and the factor of a 95 % interval; normal without degrees of freedom."""
    from scipy.special import ndtr, ndtri, stdtr, stdtrit

    if degrees_of_freedom is None:
        return 2.0 * float(ndtr(-abs(statistic))), float(ndtri(CONFIDENCE_TAIL))
    tail = 2.0 * float(stdtr(degrees_of_freedom, -abs(statistic)))
    return tail, float(stdtrit(degrees_of_freedom, CONFIDENCE_TAIL))


def _status(
    numbers: tuple[float, ...], variance: float, method: Method, *, is_reached: bool
) -> PoolStatus:
    if not np.isfinite(numbers).all():
        return PoolStatus.NON_FINITE
    if not is_reached:
        return PoolStatus.STEP_LIMIT
    if variance == 0.0 and method is not Method.EE:
        return PoolStatus.BOUNDARY
    return PoolStatus.CONVERGED


def _single(estimate: float, error: float, method: Method) -> PooledEffect:
    p_value, quantile = tail_and_quantile(estimate / error, None)
    return PooledEffect(
        status=PoolStatus.SINGLE_STUDY,
        method=method,
        hartung_knapp=False,
        k=1,
        weights=(1.0,),
        estimate=estimate,
        standard_error=error,
        low=estimate - quantile * error,
        high=estimate + quantile * error,
        p_value=p_value,
    )


def _pooled(fit: RandomEffectsFit, method: Method, *, hartung_knapp: bool) -> PooledEffect:
    estimate, error = float(fit.coefficients[0]), float(np.sqrt(fit.covariance[0, 0]))
    p_value, quantile = tail_and_quantile(
        estimate / error if error else 0.0, fit.degrees_of_freedom
    )
    reach = quantile * float(np.sqrt(error**2 + fit.variance))
    has_prediction = method is not Method.EE
    measured = fit.heterogeneity
    return PooledEffect(
        status=fit.status,
        method=method,
        hartung_knapp=hartung_knapp,
        k=len(fit.weights),
        weights=tuple((fit.weights / fit.weights.sum()).tolist()),
        estimate=estimate,
        standard_error=error,
        low=estimate - quantile * error,
        high=estimate + quantile * error,
        p_value=p_value if error else None,
        degrees_of_freedom=fit.degrees_of_freedom,
        prediction_low=estimate - reach if has_prediction else None,
        prediction_high=estimate + reach if has_prediction else None,
        between_study_variance=fit.variance,
        between_study_variance_low=measured.variance_low,
        between_study_variance_high=measured.variance_high,
        heterogeneity_i2=measured.i2,
        heterogeneity_h2=measured.h2,
        q=measured.q,
        q_p=measured.q_p,
    )
