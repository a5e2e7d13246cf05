"""Forecast of a person's later slope from the first months: natural history corrected by facts.

    y = b n + g(x) + e,     Var(y | early facts) = exp(u + v ŷ)

n is the slope the natural history expects from the first and last score (natural_slope). The facts
x shift the mean of the personal slope before any score is seen; for people on one visit plan the
shift enters the posterior mean times a constant, so it is a smooth surface g, learnt from people
whose later slope is known (surface). Without such people the forecast is n itself. x are

    log((max + ½ − last score) / months since onset)    points lost a month since onset
    log(months since onset),  last score,  n            and the covariates the user gives,

each held within its 1st to 99th percentile in the people learnt from, and standardised. Fast
decliners differ more among themselves, so the variance depends on the forecast ŷ; u and v are
fitted to leave-one-out errors. Status: simulated people with a known posterior mean; real people
(docs: evidence/forecast).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.errors import ConvergenceError, InputError
from slopewise.progression.forecasting.natural_slope import EarlyScores, natural_slope
from slopewise.progression.forecasting.surface import Surface, fit_surface, predict_surface
from slopewise.progression.parameters import ParameterSets

__all__ = ["EarlyForecaster", "SlopeForecast", "fit_forecaster", "forecast"]

_FEWEST = 50  # people: fewer cannot tell the surface from noise (assumption)
_HELD = (1.0, 99.0)  # percentiles beyond which a value is held (assumption)
_NEWTON_STEPS = 50


@dataclass(frozen=True)
class SlopeForecast:
    """Normal forecast of the later slope, points/month of the form's own scale."""

    mean: Float[Array, " patients"]
    sd: Float[Array, " patients"]  # of the slope as it will be measured
    natural: Float[Array, " patients"]  # what the natural history alone expects


@dataclass(frozen=True)
class EarlyForecaster:
    """What was learnt. `status`: "converged", "step_limit" or "non_finite" (of the surface)."""

    parameters: ParameterSets
    months: tuple[float, float]
    surface: Surface
    low: Float[Array, " inputs"]
    high: Float[Array, " inputs"]
    centre: Float[Array, " inputs"]
    scale: Float[Array, " inputs"]
    log_variance: tuple[float, float]  # u, v
    covariates: int

    @property
    def status(self) -> str:
        """How the search for the surface's parameters ended."""
        return self.surface.status


def fit_forecaster(
    early: EarlyScores,
    covariates: Float[Array, "patients covariates"],
    later_slope: Float[Array, " patients"],
    *,
    parameters: ParameterSets,
    months: tuple[float, float] = (3.0, 12.0),
    throw: bool = True,
) -> EarlyForecaster:
    """Learn from people whose slope over `months` after the first score is known."""
    _check(early, covariates)
    if later_slope.shape != (len(early),) or not np.all(np.isfinite(later_slope)):
        raise InputError("a later slope is missing or not finite; leave that person out")
    if len(early) < _FEWEST:
        raise InputError(f"{len(early)} people are too few to learn from; give at least {_FEWEST}")
    natural = natural_slope(early, parameters, start_month=months[0], end_month=months[1]).mean
    raw = _inputs(early, covariates, natural)
    low, high = np.percentile(raw, _HELD, axis=0)
    held = np.clip(raw, low, high)
    centre, scale = held.mean(axis=0), held.std(axis=0)
    scale = np.where(scale > 0.0, scale, 1.0)
    surface = fit_surface((held - centre) / scale, later_slope, natural)
    if throw and surface.status == "non_finite":
        raise ConvergenceError(
            "the forecaster's surface could not be fitted: the likelihood is not"
            " finite; look for inputs of extreme size"
        )
    return EarlyForecaster(
        parameters=parameters,
        months=months,
        surface=surface,
        low=low,
        high=high,
        centre=centre,
        scale=scale,
        log_variance=_log_variance(surface.left_out, later_slope),
        covariates=covariates.shape[1],
    )


def forecast(
    forecaster: EarlyForecaster,
    early: EarlyScores,
    covariates: Float[Array, "patients covariates"],
) -> SlopeForecast:
    """Forecast the later slope of new people."""
    _check(early, covariates)
    if covariates.shape[1] != forecaster.covariates:
        raise InputError(
            f"{covariates.shape[1]} covariates given, the forecaster learnt from"
            f" {forecaster.covariates}; give the same ones in the same order"
        )
    start, end = forecaster.months
    natural = natural_slope(early, forecaster.parameters, start_month=start, end_month=end).mean
    raw = _inputs(early, covariates, natural)
    held = (np.clip(raw, forecaster.low, forecaster.high) - forecaster.centre) / forecaster.scale
    mean, _ = predict_surface(forecaster.surface, held, natural)
    u, v = forecaster.log_variance
    return SlopeForecast(mean=mean, sd=np.exp(0.5 * (u + v * mean)), natural=natural)


def _check(early: EarlyScores, covariates: Array) -> None:
    if covariates.ndim != 2 or covariates.shape[0] != len(early):
        raise InputError(
            f"covariates have shape {covariates.shape}; give a row for each of {len(early)} people"
        )
    wrong = np.flatnonzero(~np.all(np.isfinite(covariates), axis=0))
    if wrong.size:
        raise InputError(
            f"covariate {wrong[0] + 1} holds a value that is not finite; fill it in or leave that"
            " person out"
        )


def _inputs(early: EarlyScores, covariates: Array, natural: Array) -> Array:
    log_months = np.log(early.months_since_onset)
    log_lost = np.log(early.maximum + 0.5 - early.last_score)  # ½: nobody has lost exactly nothing
    return np.column_stack(
        [log_lost - log_months, log_months, early.last_score, natural, covariates]
    )


def _log_variance(left_out: Array, later_slope: Array) -> tuple[float, float]:
    """u, v of Var = exp(u + v ŷ) by maximum likelihood on leave-one-out errors (convex: Newton)."""
    squared = (later_slope - left_out) ** 2
    middle = float(np.mean(left_out))
    design = np.column_stack([np.ones_like(left_out), left_out - middle])
    place = np.array([np.log(np.mean(squared)), 0.0])
    for _ in range(_NEWTON_STEPS):
        ratio = squared * np.exp(-(design @ place))
        gradient = design.T @ (1.0 - ratio)
        step = np.linalg.solve(design.T @ (ratio[:, None] * design) + 1e-9 * np.eye(2), gradient)
        place = place - step * min(1.0, 2.0 / float(np.max(np.abs(step), initial=1e-300)))
        if np.max(np.abs(step)) < 1e-10:
            break
    return float(place[0] - place[1] * middle), float(place[1])
