"""The textbook fit: one class, no wander = random intercept and slope, by maximum likelihood.

    y_ij = m_i + r_i t_ij + e_ij,  (m_i, r_i) ~ N((mean_level, mean_slope), Σ),  e_ij ~ N(0, σ²)

It uses the same density as everything else (likelihood.py) and must agree with nlme and lme4
(tests/reference). Status: reference.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.errors import ConvergenceError, InputError
from slopewise.numerics.optimum import maximise
from slopewise.progression.likelihood import log_density
from slopewise.progression.parameters import ParameterSets
from slopewise.progression.timeline import Timeline, no_exposure, timeline

__all__ = ["TextbookFit", "fit_textbook", "textbook_parameters"]

_NAMES = ("mean_level", "mean_slope", "sd_level", "sd_slope", "correlation", "residual_sd")


@dataclass(frozen=True)
class TextbookFit:
    """Maximum likelihood estimates of the random intercept and slope model.

    Standard errors are from the observed information of all six parameters on the working scale
    (log SDs, Fisher's z), carried over by the delta method.
    """

    estimate: dict[str, float]
    standard_error: dict[str, float]
    log_likelihood: float
    patients: int
    scores: int
    status: str  # converged, boundary, step_limit, non_finite


def fit_textbook(
    months: Sequence[Sequence[float]],
    scores: Sequence[Sequence[float]],
    *,
    origin_month: float = 0.0,
    throw: bool = True,
) -> TextbookFit:
    """Fit to patients given as visit months and scores (any unit of time and score).

    The level refers to `origin_month`, which no visit may precede. Raises InputError on bad input
    and, with `throw`, ConvergenceError when no maximum was found.
    """
    if len(months) < 3 or any(len(m) != len(s) for m, s in zip(months, scores, strict=True)):
        raise InputError("give at least three patients, and as many scores as months for each")
    if not all(np.all(np.isfinite(row)) for row in (*months, *scores)):
        raise InputError("a month or score is not a finite number; correct or leave out that visit")
    steps = timeline(months, [no_exposure()] * len(months), [origin_month] * len(months))
    padded = _padded(steps, scores)

    def height(working: Array) -> float:
        found, _ = log_density(padded, steps, _parameters(working), theta=np.zeros(1))
        return float(found.sum())

    top = maximise(height, _start(months, scores, origin_month))
    if throw and top.status != "converged":
        raise ConvergenceError(
            f"the mixed model did not reach a maximum ({top.status}); look for patients with a"
            " single visit or scores without any spread"
        )
    values = _natural(top.place)
    status = "boundary" if top.status == "converged" and _at_boundary(values) else top.status
    scale = np.array([1.0, 1.0, values[2], values[3], 1.0 - values[4] ** 2, values[5]])
    errors = np.sqrt(np.maximum(np.diag(np.linalg.pinv(top.information)), 0.0)) * scale
    return TextbookFit(
        estimate=dict(zip(_NAMES, values.tolist(), strict=True)),
        standard_error=dict(zip(_NAMES, errors.tolist(), strict=True)),
        log_likelihood=top.height,
        patients=len(months),
        scores=sum(len(s) for s in scores),
        status=status,
    )


def _at_boundary(values: Float[Array, " six"]) -> bool:
    """Whether a variance has all but vanished or the correlation has run to its end."""
    _, _, sd_level, sd_slope, correlation, residual_sd = values
    return bool(abs(correlation) > 0.999 or min(sd_level, sd_slope) < 1e-3 * residual_sd)


def textbook_parameters(estimate: dict[str, float]) -> ParameterSets:
    """One set of one class without wander from the six named values."""
    columns = {name: np.array([[estimate[name]]]) for name in _NAMES}
    return ParameterSets(
        weight=np.ones((1, 1)),
        wander_sd=np.zeros((1, 1)),
        wander_months=np.ones((1, 1)),
        **columns,
    )


def _natural(working: Float[Array, " six"]) -> Float[Array, " six"]:
    """Working scale to natural scale, kept just inside the limits so that a search may run on."""
    m, r, *logs, z, log_sd = working
    sd_m, sd_r, sd = np.exp(np.clip([*logs, log_sd], -20.0, 20.0))
    return np.array([m, r, sd_m, sd_r, np.clip(np.tanh(z), -1 + 1e-9, 1 - 1e-9), sd])


def _parameters(working: Float[Array, " six"]) -> ParameterSets:
    return textbook_parameters(dict(zip(_NAMES, _natural(working).tolist(), strict=True)))


def _padded(steps: Timeline, scores: Sequence[Sequence[float]]) -> Float[Array, "patients steps"]:
    laid = np.zeros(steps.duration.shape)
    for row, (seen, values) in enumerate(zip(steps.observed, scores, strict=True)):
        laid[row, seen] = values
    return laid


def _start(
    months: Sequence[Sequence[float]], scores: Sequence[Sequence[float]], origin: float
) -> Float[Array, " six"]:
    """Moments of the patients' own least-squares lines."""
    lines, left = [], []
    for month, score in zip(months, scores, strict=True):
        if len(month) > 1:
            slope, level = np.polyfit(np.asarray(month) - origin, score, 1)
            lines.append((level, slope))
            left.extend(np.asarray(score) - level - slope * (np.asarray(month) - origin))
    if len(lines) < 2:
        raise InputError("fewer than two patients have two visits; a slope cannot be estimated")
    level, slope = np.transpose(lines)
    spread = [max(float(np.std(v)), 1e-3) for v in (level, slope, left)]
    return np.array(
        [level.mean(), slope.mean(), np.log(spread[0]), np.log(spread[1]), 0.0, np.log(spread[2])]
    )
