"""Meta-regression: do traits of the studies explain why their effects differ?

    y_i = β₀ + x_i'β + u_i + e_i;   β̂ and τ² as in pooling, now around the regression line

A moderator in words becomes one column for each category but the first in the alphabet. The test
of all moderators is F(m, k − p) with Hartung–Knapp, χ²(m) without. R² is the share of τ² that
went away. It compares whole studies: what holds between studies need not hold between patients.
Sources: Thompson & Higgins 2002, doi:10.1002/sim.1187; Knapp & Hartung 2003,
doi:10.1002/sim.1482; Raudenbush 2009 (R²), ISBN 978-0-87154-163-5, chapter 16.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from slopewise.errors import InputError
from slopewise.evidence.pooling.pool import (
    RandomEffectsFit,
    check_effects,
    fit_random_effects,
    tail_and_quantile,
)
from slopewise.evidence.pooling.pooled_effect import Method, PoolStatus

__all__ = ["STUDIES_FOR_EACH", "Coefficient", "MetaRegression", "regress_on_moderators"]

Array = npt.NDArray[np.float64]

STUDIES_FOR_EACH = (
    10  # Cochrane Handbook 6.5 (2024), 10.11.5.1: ten studies for each trait modelled
)
INTERCEPT = "intercept"


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One coefficient with its 95 % interval; `name` of a category is "moderator: category"."""

    name: str
    estimate: float
    standard_error: float
    low: float
    high: float
    p_value: float | None


@dataclass(frozen=True, slots=True)
class MetaRegression:
    """The regression, or the reason why it was refused (`coefficients` is then empty).

    `reason` beside coefficients means that it was computed on demand although studies are too few.
    The τ², I² and Q are what the moderators leave unexplained.
    """

    status: PoolStatus
    method: Method
    hartung_knapp: bool
    k: int
    moderators: tuple[str, ...]
    reason: str | None = None
    coefficients: tuple[Coefficient, ...] = ()
    test_statistic: float | None = None
    test_df: int | None = None
    residual_df: int | None = None
    test_p: float | None = None
    between_study_variance: float | None = None
    between_study_variance_low: float | None = None
    between_study_variance_high: float | None = None
    heterogeneity_i2: float | None = None
    heterogeneity_h2: float | None = None
    q: float | None = None
    q_p: float | None = None
    r2: float | None = None  # percent


def regress_on_moderators(
    estimates: Sequence[float] | Array,
    standard_errors: Sequence[float] | Array,
    moderators: Mapping[str, Sequence[float] | Sequence[str]],
    *,
    method: Method = Method.REML,
    hartung_knapp: bool = True,
    floor: bool = False,
    force: bool = False,
) -> MetaRegression:
    """The effects on all moderators at once; refused with a reason when studies are too few.

    `force` computes it all the same and keeps the reason. Raises InputError for moderators that
    do not vary or follow from one another.
    """
    y, errors = check_effects(estimates, standard_errors)
    names, design = _design(moderators, len(y))
    reason = _too_few(len(y), max(len(names) - 1, 1))
    bare = MetaRegression(
        PoolStatus.TOO_FEW, method, hartung_knapp, len(y), tuple(moderators), reason
    )
    if len(y) <= len(names) or (reason and not force):
        return bare
    fit = fit_random_effects(
        y, errors**2, design, method=method, hartung_knapp=hartung_knapp, floor=floor
    )
    if fit.status is PoolStatus.NON_FINITE:
        return replace(bare, status=fit.status, reason="the numbers cannot be computed with")
    alone = fit_random_effects(
        y, errors**2, np.ones((len(y), 1)), method=method, hartung_knapp=False
    )
    return _answered(bare, fit, names, explained=_explained(fit, alone, method))


def _answered(
    bare: MetaRegression, fit: RandomEffectsFit, names: tuple[str, ...], *, explained: float | None
) -> MetaRegression:
    statistic, p_value = _test(fit, len(names) - 1)
    measured = fit.heterogeneity
    return replace(
        bare,
        status=fit.status,
        coefficients=_coefficients(fit, names),
        test_statistic=statistic,
        test_df=len(names) - 1,
        residual_df=fit.sample.freedom,
        test_p=p_value,
        between_study_variance=fit.variance,
        between_study_variance_low=measured.variance_low,
        between_study_variance_high=measured.variance_high,
        heterogeneity_i2=measured.i2,
        heterogeneity_h2=measured.h2,
        q=measured.q,
        q_p=measured.q_p,
        r2=explained,
    )


def _too_few(studies: int, columns: int) -> str | None:
    needed = STUDIES_FOR_EACH * columns
    if studies >= needed:
        return None
    return (
        f"{studies} {'study is' if studies == 1 else 'studies are'} too few for {columns} "
        f"{'coefficient' if columns == 1 else 'coefficients'}: at least {STUDIES_FOR_EACH} studies "
        f"are needed for each, {needed} in all (Cochrane Handbook, 10.11.5.1). Below that, chance "
        "finds explanations."
    )


def _design(
    moderators: Mapping[str, Sequence[float] | Sequence[str]], studies: int
) -> tuple[tuple[str, ...], Array]:
    if not moderators:
        raise InputError("there is no moderator; name at least one")
    names, columns = [INTERCEPT], [np.ones(studies)]
    for moderator, values in moderators.items():
        if len(values) != studies:
            raise InputError(
                f"moderator {moderator} has {len(values)} values for {studies} studies; give one "
                "for each"
            )
        for name, column in _columns(moderator, values):
            names.append(name)
            columns.append(column)
    return tuple(names), np.column_stack(columns)


def _columns(moderator: str, values: Sequence[float] | Sequence[str]) -> list[tuple[str, Array]]:
    if all(isinstance(value, str) for value in values):
        categories = sorted({str(value) for value in values})
        found = [
            (f"{moderator}: {category}", np.array([float(value == category) for value in values]))
            for category in categories[1:]
        ]
    else:
        column = np.asarray(values, dtype=float)
        if not np.isfinite(column).all():
            raise InputError(
                f"moderator {moderator} holds a value that is not finite; correct it, or leave "
                "the study out"
            )
        found = [(moderator, column)] if np.ptp(column) > 0.0 else []
    if not found and len(values) > 1:
        raise InputError(
            f"moderator {moderator} has the same value in every study, so it explains nothing; "
            "leave it out"
        )
    return found


def _coefficients(fit: RandomEffectsFit, names: tuple[str, ...]) -> tuple[Coefficient, ...]:
    found = []
    for i, name in enumerate(names):
        estimate, error = float(fit.coefficients[i]), float(np.sqrt(fit.covariance[i, i]))
        p_value, quantile = tail_and_quantile(
            estimate / error if error else 0.0, fit.degrees_of_freedom
        )
        reach = quantile * error
        found.append(
            Coefficient(
                name,
                estimate,
                error,
                estimate - reach,
                estimate + reach,
                p_value if error else None,
            )
        )
    return tuple(found)


def _test(fit: RandomEffectsFit, columns: int) -> tuple[float | None, float | None]:
    """F with Hartung–Knapp, else χ², of all coefficients but the intercept."""
    from scipy.special import chdtrc, fdtrc

    if fit.knapp_hartung == 0.0:
        return None, None
    inner = fit.covariance[1:, 1:]
    size = np.sqrt(np.diag(inner))
    scaled = fit.coefficients[1:] / size
    chi2 = float(scaled @ np.linalg.solve(inner / np.outer(size, size), scaled))
    if fit.degrees_of_freedom is None:
        return chi2, float(chdtrc(columns, chi2))
    statistic = chi2 / columns
    return statistic, float(fdtrc(columns, fit.degrees_of_freedom, statistic))


def _explained(fit: RandomEffectsFit, alone: RandomEffectsFit, method: Method) -> float | None:
    """Percent of τ² that the moderators explain; of the weighted variance with equal effects."""
    if method is Method.EE:
        with_line = fit.heterogeneity.q / fit.sample.freedom
        without = alone.heterogeneity.q / alone.sample.freedom
    else:
        with_line, without = fit.variance, alone.variance
    if without == 0.0:
        return 0.0
    return max(0.0, 100.0 * (without - with_line) / without)
