"""What each study does to the answer: left out one at a time, added one at a time, and measured.

    rstudent_i = (y_i − μ̂₋ᵢ) / √(s²₋ᵢ (v_i + τ²₋ᵢ) + se²₋ᵢ)
    DFFITS_i   = (μ̂ − μ̂₋ᵢ) / √(s²₋ᵢ h_i (v_i + τ²₋ᵢ))
    DFBETAS_i  = (μ̂ − μ̂₋ᵢ) / √(s²₋ᵢ / Σ_j 1 / (v_j + τ²₋ᵢ))
    Cook_i     = (μ̂ − μ̂₋ᵢ)² / se²,   covariance ratio_i = se²₋ᵢ / se²

with everything marked ₋ᵢ estimated without study i, and h_i the study's share of the weight.
Source: Viechtbauer & Cheung 2010, doi:10.1002/jrsm.11.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from slopewise.evidence.pooling.pool import (
    RandomEffectsFit,
    check_effects,
    fit_random_effects,
    pool,
)
from slopewise.evidence.pooling.pooled_effect import Method, PooledEffect, PoolStatus

__all__ = ["StudyInfluence", "measure_influence", "pool_cumulatively", "pool_leaving_one_out"]

Array = npt.NDArray[np.float64]
Numbers = Sequence[float] | Array

FEWEST = 3  # studies: without one of two nothing is pooled


@dataclass(frozen=True, slots=True)
class StudyInfluence:
    """One study's influence; `is_influential` by the usual rules of thumb of the source."""

    studentised_residual: float | None
    dffits: float | None
    dfbetas: float | None
    cooks_distance: float | None
    covariance_ratio: float | None
    between_study_variance_without: float
    q_without: float
    hat: float
    is_influential: bool


def pool_leaving_one_out(
    estimates: Numbers,
    standard_errors: Numbers,
    *,
    method: Method = Method.REML,
    hartung_knapp: bool = True,
    floor: bool = False,
) -> tuple[PooledEffect, ...]:
    """The pooled effect without each study in turn; empty for a single study."""
    y, errors = check_effects(estimates, standard_errors)
    if len(y) == 1:
        return ()
    return tuple(
        pool(
            np.delete(y, i),
            np.delete(errors, i),
            method=method,
            hartung_knapp=hartung_knapp,
            floor=floor,
        )
        for i in range(len(y))
    )


def pool_cumulatively(
    estimates: Numbers,
    standard_errors: Numbers,
    *,
    method: Method = Method.REML,
    hartung_knapp: bool = True,
    floor: bool = False,
) -> tuple[PooledEffect, ...]:
    """The pooled effect after the first study, the first two, and so on, in the order given."""
    y, errors = check_effects(estimates, standard_errors)
    return tuple(
        pool(y[:n], errors[:n], method=method, hartung_knapp=hartung_knapp, floor=floor)
        for n in range(1, len(y) + 1)
    )


def measure_influence(
    estimates: Numbers,
    standard_errors: Numbers,
    *,
    method: Method = Method.REML,
    hartung_knapp: bool = True,
    floor: bool = False,
) -> tuple[StudyInfluence, ...]:
    """Influence of each study on the pooled effect; empty below three studies."""
    y, errors = check_effects(estimates, standard_errors)
    if len(y) < FEWEST:
        return ()

    def fitted(kept: Array) -> RandomEffectsFit:
        return fit_random_effects(
            y[kept],
            errors[kept] ** 2,
            np.ones((int(kept.sum()), 1)),
            method=method,
            hartung_knapp=hartung_knapp,
            floor=floor,
        )

    everyone = np.ones(len(y), bool)
    full = fitted(everyone)
    if full.status is PoolStatus.NON_FINITE:
        return ()
    found = []
    for i in range(len(y)):
        kept = everyone.copy()
        kept[i] = False
        found.append(_influence(y, errors**2, i, full=full, without=fitted(kept)))
    return tuple(found)


def _influence(
    y: Array, v: Array, i: int, *, full: RandomEffectsFit, without: RandomEffectsFit
) -> StudyInfluence:
    estimate, other = float(full.coefficients[0]), float(without.coefficients[0])
    error2, other2 = float(full.covariance[0, 0]), float(without.covariance[0, 0])
    moved = estimate - other
    factor = without.knapp_hartung
    spread = float(v[i]) + without.variance
    hat = float(full.weights[i] / full.weights.sum())
    everyones = 1.0 / float((1.0 / (v + without.variance)).sum())
    dffits = _ratio(moved, factor * hat * spread)
    dfbetas = _ratio(moved, factor * everyones)
    cook = moved**2 / error2 if error2 > 0.0 else None
    return StudyInfluence(
        studentised_residual=_ratio(float(y[i]) - other, factor * spread + other2),
        dffits=dffits,
        dfbetas=dfbetas,
        cooks_distance=cook,
        covariance_ratio=other2 / error2 if error2 > 0.0 else None,
        between_study_variance_without=without.variance,
        q_without=without.heterogeneity.q,
        hat=hat,
        is_influential=_is_influential(len(y), hat=hat, dffits=dffits, dfbetas=dfbetas, cook=cook),
    )


def _ratio(difference: float, variance: float) -> float | None:
    return difference / float(np.sqrt(variance)) if variance > 0.0 else None


def _is_influential(
    k: int, *, hat: float, dffits: float | None, dfbetas: float | None, cook: float | None
) -> bool:
    from scipy.special import chdtr

    return bool(
        abs(dffits or 0.0) > 3.0 * np.sqrt(1.0 / (k - 1))
        or abs(dfbetas or 0.0) > 1.0
        or chdtr(1, cook or 0.0) > 0.5
        or hat > 3.0 / k
    )
