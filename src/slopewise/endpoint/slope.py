"""Difference in slope between two arms, by the random-slope mixed model.

    y_ij = β0 + β1 t_ij + β2 a_i t_ij [+ β3 a_i] + x_i'γ + u0_i + u1_i t_ij + e_ij

a: 1 treated, 0 control; t: months from baseline; β1: the controls' slope, β2: the difference in
slope (points per month, positive when the treated decline slower), β3: only where the arms may
differ at month 0 (`by_arm`; randomised arms start equal, so the usual model leaves it out);
x: baseline covariates; u, e: as in `slopewise.numerics.random_slope`. With ϕ the variances,
v(ϕ) = var(β2) and A the inverse of the observed information of ϕ,

    df = 2 v² / (∂v/∂ϕ' A ∂v/∂ϕ)                                              (Satterthwaite)

slowing = −β2 / β1, with Fieller's interval: by which share decline was slower.
In words: how many points a month the treated kept that the controls lost, every visit counted and
nobody's missing visit filled in.
References: Laird & Ware 1982, doi:10.2307/2529876; Satterthwaite 1946, doi:10.2307/3002019;
Kuznetsova, Brockhoff & Christensen 2017, doi:10.18637/jss.v082.i13; Fieller 1954,
doi:10.1111/j.2517-6161.1954.tb00159.x. Kenward and Roger: `slope_kenward_roger`.
Status: reference (lme4, lmerTest, pbkrtest).
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Shaped
from numpy import ndarray as Array

from slopewise.endpoint.slope_kenward_roger import kenward_roger
from slopewise.errors import InputError
from slopewise.numerics.random_slope import RandomSlopeFit, VarianceComponents, fit_random_slope
from slopewise.numerics.random_slope_search import relative_errors

__all__ = ["Freedom", "Intercept", "SlopeDifference", "SlopeRows", "SlowingShare", "analyse_slope"]

_ARM_BY_MONTH = 2  # place of the difference in slope among the effects
ESTIMAND = (
    "Difference between arms in the mean change of the outcome per month, in everybody randomised,"
    " for the course while alive and followed; scores after death do not exist, and those missed by"
    " people who left are taken to be foreseeable from their scores before (missing at random)."
)


class Intercept(StrEnum):
    """Whether the arms may differ at month 0."""

    COMMON = "common"
    BY_ARM = "by-arm"


class Freedom(StrEnum):
    """Which distribution the interval and the p-value come from."""

    SATTERTHWAITE = "satterthwaite"
    KENWARD_ROGER = "kenward-roger"
    NORMAL = "normal"


@dataclass(frozen=True, eq=False, slots=True)
class SlopeRows:
    """One row a visit; `covariates` are a person's own and repeat on every row."""

    person: Shaped[Array, " rows"]
    month: Float[Array, " rows"]
    outcome: Float[Array, " rows"]
    treated: Bool[Array, " rows"]
    covariates: Float[Array, "rows covariates"] | None = None


@dataclass(frozen=True, slots=True)
class SlowingShare:
    """−β2/β1, where the controls' slope is told from 0; else no interval, and why is `status`."""

    status: str  # converged; unbounded: the controls' slope could be 0
    estimate: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class SlopeDifference:
    """The difference in slope (points per month), and the model behind it."""

    status: str  # as of the fit: converged, boundary, step_limit, non_finite
    method: str
    people: int
    rows: int
    estimate: float | None = None
    standard_error: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None  # two-sided
    degrees_of_freedom: float | None = None  # None: normal
    log_likelihood: float | None = None
    control_slope: float | None = None
    control_slope_error: float | None = None
    treated_slope: float | None = None
    treated_slope_error: float | None = None
    slowing: SlowingShare | None = None
    effects: tuple[tuple[str, float, float], ...] = ()  # name, estimate, standard error
    variances: VarianceComponents | None = None
    confidence: float = 0.95
    estimand: str = ESTIMAND


def analyse_slope(
    rows: SlopeRows,
    *,
    intercept: Intercept = Intercept.COMMON,
    method: Literal["reml", "ml"] = "reml",
    freedom: Freedom = Freedom.SATTERTHWAITE,
    confidence: float = 0.95,
) -> SlopeDifference:
    """Fit the model and compare the slopes; a search that failed is a status, never raised."""
    treated = np.asarray(rows.treated, dtype=bool)
    _check_arms(rows, treated)
    if freedom is Freedom.KENWARD_ROGER and method == "ml":
        raise InputError("kenward-roger corrects REML and is not defined for ML; use --method reml")
    names, design = _design(rows, treated, intercept)
    fit = fit_random_slope(rows.person, rows.month, rows.outcome, design=design, method=method)
    words = (
        f"random-slope mixed model, {method.upper()}, "
        f"{'one intercept for both arms' if intercept is Intercept.COMMON else 'intercept by arm'}"
    )
    if fit.status not in ("converged", "boundary"):
        return SlopeDifference(fit.status, words, fit.patients, fit.rows, confidence=confidence)
    doubt = _doubt(fit, rows, design, freedom=freedom)
    return _described(fit, names, words=words, doubt=doubt, confidence=confidence)


def _check_arms(rows: SlopeRows, treated: Array) -> None:
    if treated.shape != np.shape(rows.outcome):
        raise InputError(f"{len(treated)} arms for {len(rows.outcome)} rows; give one arm a row")
    if treated.all() or not treated.any():
        raise InputError(
            f"{int(treated.sum())} of {len(treated)} rows are of treated people: both arms need"
            " visits; check the arm column"
        )


def _design(
    rows: SlopeRows, treated: Array, intercept: Intercept
) -> tuple[list[str], Float[Array, "rows effects"]]:
    month = np.asarray(rows.month, dtype=float)
    names = ["intercept", "month", "arm × month"]
    columns = [np.ones(len(month)), month, treated * month]
    if intercept is Intercept.BY_ARM:
        names.append("arm")
        columns.append(treated.astype(float))
    if rows.covariates is not None:
        given = np.asarray(rows.covariates, dtype=float).reshape(len(month), -1)
        names += [f"covariate {number}" for number in range(1, given.shape[1] + 1)]
        columns += list(given.T)
    return names, np.column_stack(columns)


@dataclass(frozen=True, eq=False, slots=True)
class _Doubt:
    """Covariance of the fixed effects, degrees of freedom of arm × month, and what they are."""

    covariance: Float[Array, "effects effects"]
    df: float | None
    words: str


def _doubt(
    fit: RandomSlopeFit, rows: SlopeRows, design: Float[Array, "rows effects"], *, freedom: Freedom
) -> _Doubt:
    plain = fit.fixed_effect_covariance
    if freedom is Freedom.KENWARD_ROGER:
        month = np.asarray(rows.month, dtype=float)
        found = kenward_roger(
            fit.variances, np.asarray(rows.person), month, design=design, effect=_ARM_BY_MONTH
        )
        if found is not None and found.degrees_of_freedom is not None:
            return _Doubt(found.covariance, found.degrees_of_freedom, "t by Kenward and Roger")
    elif freedom is Freedom.SATTERTHWAITE:
        df = _satterthwaite(fit, _ARM_BY_MONTH)
        if df is not None:
            return _Doubt(plain, df, "t by Satterthwaite")
    return _Doubt(plain, None, "normal")


def _satterthwaite(fit: RandomSlopeFit, effect: int) -> float | None:
    """Degrees of freedom of one fixed effect.

    ∂v/∂δ: with E = (I + Sδ)⁻¹Z'Q of each patient and w = (Q'H⁻¹Q)⁻¹l, dv = σ² Σ (Ew)' dδ (Ew).
    """
    sums, point = fit.sums, fit.summit.point
    d11, d12, d22 = fit.summit.place.delta
    _, s11, s12, s22, _ = sums.moments
    moments = np.array([[s11, s12], [s12, s22]]).transpose(2, 0, 1)
    whole = np.eye(2) + moments @ np.array([[d11, d12], [d12, d22]])
    contrast = fit.frame.unit * np.linalg.solve(fit.frame.triangle.T, np.eye(sums.effects)[effect])
    weight = point.root_inverse.T @ (point.root_inverse @ contrast)
    crossed = np.einsum("kep,e->pk", sums.cross[:, :-1], weight)
    level, slope = np.linalg.solve(whole, crossed[:, :, None])[:, :, 0].T
    variance = point.residual_variance * float(contrast @ weight)
    gradient = point.residual_variance * np.array(
        [level @ level, 2.0 * level @ slope, slope @ slope, float(contrast @ weight)]
    )
    freedom = fit.rows - sums.effects if fit.method == "reml" else fit.rows
    spread = relative_errors(fit.summit, freedom=freedom)
    below = float(gradient @ spread @ gradient)
    return 2.0 * variance**2 / below if below > 0.0 else None


def _described(
    fit: RandomSlopeFit, names: list[str], *, words: str, doubt: _Doubt, confidence: float
) -> SlopeDifference:
    """The result from the fit."""
    place, pace, df = _ARM_BY_MONTH, names.index("month"), doubt.df
    effects, covariance = fit.fixed_effects, doubt.covariance
    errors = np.sqrt(covariance.diagonal())
    estimate, error = float(effects[place]), float(errors[place])
    quantile, p_value = _quantile(confidence, df), _two_sided(estimate / error, df)
    both = covariance[pace, pace] + covariance[place, place] + 2.0 * covariance[pace, place]
    return SlopeDifference(
        status=fit.status,
        method=f"{words}, {doubt.words}",
        people=fit.patients,
        rows=fit.rows,
        estimate=estimate,
        standard_error=error,
        low=estimate - quantile * error,
        high=estimate + quantile * error,
        p_value=p_value,
        degrees_of_freedom=df,
        log_likelihood=fit.log_likelihood,
        control_slope=float(effects[pace]),
        control_slope_error=float(errors[pace]),
        treated_slope=float(effects[pace] + effects[place]),
        treated_slope_error=math.sqrt(float(both)),
        slowing=_slowing(
            (float(effects[pace]), estimate),
            covariance[np.ix_((pace, place), (pace, place))],
            quantile=quantile,
        ),
        effects=tuple(
            (name, float(effect), float(its_error))
            for name, effect, its_error in zip(names, effects, errors, strict=True)
        ),
        variances=fit.variances,
        confidence=confidence,
    )


def _slowing(
    slopes: tuple[float, float], covariance: Float[Array, "2 2"], *, quantile: float
) -> SlowingShare:
    """Fieller: all r with (d + r b)² ≤ q² var(d + r b); b: the controls' slope, d: difference."""
    (b, d), square = slopes, quantile**2
    if b >= 0.0:
        return SlowingShare("unbounded", None)  # nobody declines: there is nothing to slow
    two = b * b - square * float(covariance[0, 0])
    one = b * d - square * float(covariance[0, 1])
    none = d * d - square * float(covariance[1, 1])
    inside = one * one - two * none
    if two <= 0.0 or inside < 0.0:
        return SlowingShare("unbounded", -d / b)
    half = math.sqrt(inside)
    return SlowingShare("converged", -d / b, (-one - half) / two, (-one + half) / two)


def _quantile(confidence: float, df: float | None) -> float:
    from scipy.special import ndtri, stdtrit

    tail = 0.5 * (1.0 - confidence)
    return -float(ndtri(tail)) if df is None else -float(stdtrit(df, tail))


def _two_sided(ratio: float, df: float | None) -> float:
    from scipy.special import ndtr, stdtr

    return 2.0 * float(ndtr(-abs(ratio)) if df is None else stdtr(df, -abs(ratio)))
