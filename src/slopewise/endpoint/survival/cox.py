"""Cox's proportional hazards: by what factor are deaths rarer, at every month alike?

    h(t | x) = h0(t) exp(x'β),
    log PL(β) = Σ_k [ Σ_{D_k} x'β − Σ_l log( Σ_{R_k} e^{x'β} − (l/d_k) Σ_{D_k} e^{x'β} ) ],
                l = 0 … d_k − 1

x: arm (1 treated) and baseline covariates; β: log hazard ratios; D_k: the d_k people who died in
month k, R_k: those at risk then (Efron's handling of ties; sums run within strata). In words: a
hazard ratio of 0.7 for the arm says that among people alive in the same month the treated died at
0.7 times the rate, if that ratio was the same all along; if not, prefer the restricted mean.
References: Cox 1972, doi:10.1111/j.2517-6161.1972.tb00899.x; Efron 1977,
doi:10.1080/01621459.1977.10480613.
Status: reference (R survival).
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Bool, Float, Shaped
from numpy import ndarray as Array

from slopewise.endpoint.survival.follow_up import ArmFollowUp, arm_follow_up
from slopewise.errors import InputError
from slopewise.numerics.normal import NORMAL_975

__all__ = ["CoxFit", "CoxStatus", "cox"]

ESTIMAND = (
    "Ratio of the rates of the survival event, treated to controls, taken to be the same at every"
    " month; people who left are taken to have had the same risk as those who stayed."
)
_STEPS = 50
_SETTLED = 1e-16  # Newton decrement: the next place is exact to rounding
_LONGEST = 3.0  # standardised: a step over a flat place is cut to this
_RUNAWAY = 15.0  # standardised log hazard ratio beyond which there is no maximum
_HALF_CHI = 0.5 * 3.841458820694124  # 95 % of chi-squared on 1 degree of freedom


class CoxStatus(StrEnum):
    """Whether the numbers may be read."""

    CONVERGED = "converged"
    BOUNDARY = "boundary"  # a covariate separates who died: no finite hazard ratio
    NO_EVENTS = "no_events"
    STEP_LIMIT = "step_limit"


@dataclass(frozen=True, eq=False, slots=True)
class CoxFit:
    """Hazard ratio of the arm; the standard error is that of its logarithm."""

    status: CoxStatus
    method: str
    events: int
    estimate: float | None = None  # hazard ratio
    standard_error: float | None = None
    low: float | None = None  # 95 % Wald
    high: float | None = None
    p_value: float | None = None  # two-sided, Wald
    profile_low: float | None = None  # 95 % by the likelihood ratio
    profile_high: float | None = None
    log_hazard_ratios: tuple[float, ...] = ()  # arm first, then the covariates
    standard_errors: tuple[float, ...] = ()
    log_likelihood: float | None = None
    log_likelihood_without: float | None = None  # all coefficients 0
    estimand: str = ESTIMAND


def cox(
    month: Float[Array, " people"],
    died: Bool[Array, " people"],
    treated: Bool[Array, " people"],
    *,
    covariates: Float[Array, "people covariates"] | None = None,
    strata: Shaped[Array, " people"] | None = None,
) -> CoxFit:
    """Fit one trial: the arm, baseline covariates if given, within strata if given."""
    follow = arm_follow_up(month, died, treated, strata=strata)
    design, scale = _design(follow.treated, covariates)
    events = int(follow.died.sum())
    method = "Cox regression, Efron ties" + ("" if strata is None else ", stratified")
    if not events:
        return CoxFit(CoxStatus.NO_EVENTS, method, events)
    rows = _strata(follow, design)
    status, beta = _climb(rows, np.zeros(design.shape[1]), held=None)
    value, _, information = _likelihood(rows, beta)
    if status is not CoxStatus.CONVERGED:
        return CoxFit(status, method, events)
    covariance = np.linalg.inv(information)
    errors = np.sqrt(np.diag(covariance)) / scale
    found = beta / scale
    log, error = float(found[0]), float(errors[0])
    profile = _profile(rows, beta, step=float(errors[0] * scale[0]), top=value)
    low, high = (None if end is None else math.exp(end / scale[0]) for end in profile)
    return CoxFit(
        status,
        method,
        events,
        math.exp(log),
        error,
        math.exp(log - NORMAL_975 * error),
        math.exp(log + NORMAL_975 * error),
        math.erfc(abs(log / error) / math.sqrt(2.0)),
        low,
        high,
        tuple(float(b) for b in found),
        tuple(float(e) for e in errors),
        value,
        _likelihood(rows, np.zeros(len(beta)))[0],
    )


@dataclass(frozen=True, eq=False, slots=True)
class _Stratum:
    """One stratum sorted by month: the design, where each month begins, and the deaths."""

    design: Float[Array, "people effects"]
    first: Array  # of each death: the first place of its month
    month_of: Array  # of each death: the number of its month among those with deaths
    share: Float[Array, " deaths"]  # l / d
    dead: Array  # places of the deaths


def _design(treated: Array, covariates: Array | None) -> tuple[Array, Array]:
    """Standardised columns and what they were divided by."""
    columns = np.asarray(treated, dtype=float)[:, None]
    if covariates is not None:
        given = np.asarray(covariates, dtype=float).reshape(len(treated), -1)
        if not np.isfinite(given).all():
            raise InputError("a covariate is missing; give everybody's, or analyse without it")
        columns = np.hstack([columns, given])
    scale = columns.std(axis=0)
    centred = columns - columns.mean(axis=0)
    full = np.linalg.matrix_rank(centred, tol=1e-9 * len(treated) * max(1.0, float(scale.max())))
    if full < columns.shape[1]:
        raise InputError(
            "a covariate is the same for everybody or follows from the others; leave it out"
        )
    return centred / scale, scale


def _strata(follow: ArmFollowUp, design: Array) -> list[_Stratum]:
    made = []
    for number in range(int(follow.stratum.max()) + 1):
        own = np.flatnonzero(follow.stratum == number)
        own = own[np.argsort(follow.month[own], kind="stable")]
        month, died = follow.month[own], follow.died[own]
        dead = np.flatnonzero(died)
        if not len(dead):
            continue
        _, begin, month_of, many = np.unique(
            month[dead], return_index=True, return_inverse=True, return_counts=True
        )
        month_of = month_of.reshape(-1)
        share = (np.arange(len(dead)) - begin[month_of]) / many[month_of]
        first = np.searchsorted(month, month[dead], side="left")
        made.append(_Stratum(design[own], first, month_of, share, dead))
    return made


def _likelihood(rows: list[_Stratum], beta: Array) -> tuple[float, Array, Array]:
    """log PL, its gradient, and the information."""
    effects = len(beta)
    value, score, information = 0.0, np.zeros(effects), np.zeros((effects, effects))
    for row in rows:
        line = row.design @ beta
        top = float(line.max())
        weight = np.exp(line - top)
        sums = weight[:, None] * np.hstack([
            np.ones((len(line), 1)),
            row.design,
            (row.design[:, :, None] * row.design[:, None, :]).reshape(len(line), -1),
        ])  # fmt: skip
        at_risk = np.cumsum(sums[::-1], axis=0)[::-1][row.first]
        dying = np.zeros((int(row.month_of[-1]) + 1, sums.shape[1]))
        np.add.at(dying, row.month_of, sums[row.dead])
        left = at_risk - row.share[:, None] * dying[row.month_of]
        left[:, 0] = np.maximum(left[:, 0], 1e-300)  # far from any maximum it may underflow
        mean = left[:, 1 : effects + 1] / left[:, :1]
        square = (left[:, effects + 1 :] / left[:, :1]).sum(axis=0).reshape(effects, effects)
        value += float((line[row.dead] - top - np.log(left[:, 0])).sum())
        score += row.design[row.dead].sum(axis=0) - mean.sum(axis=0)
        information += square - mean.T @ mean
    return value, score, information


def _climb(rows: list[_Stratum], beta: Array, *, held: int | None) -> tuple[CoxStatus, Array]:
    """Newton's method, halving a step that does not rise; one coefficient may be held."""
    free = np.array([k for k in range(len(beta)) if k != held], dtype=np.int64)
    if not len(free):
        return CoxStatus.CONVERGED, beta
    value, score, information = _likelihood(rows, beta)
    for _ in range(_STEPS):
        inside = information[np.ix_(free, free)]
        if np.linalg.eigvalsh(inside)[0] < 1e-9:
            return CoxStatus.BOUNDARY, beta
        step = np.linalg.solve(inside, score[free])
        if float(step @ score[free]) < _SETTLED:
            return CoxStatus.CONVERGED, beta
        step *= min(1.0, _LONGEST / float(np.abs(step).max()))
        for _ in range(30):
            new = beta.copy()
            new[free] += step
            found = _likelihood(rows, new)
            if found[0] >= value - 1e-12 * abs(value):
                break
            step = 0.5 * step
        beta, (value, score, information) = new, found
        if np.abs(beta).max() > _RUNAWAY:
            return CoxStatus.BOUNDARY, beta
    return CoxStatus.STEP_LIMIT, beta


def _profile(
    rows: list[_Stratum], beta: Array, *, step: float, top: float
) -> tuple[float | None, float | None]:
    """Where the profile likelihood of the arm has fallen by half of 3.84, in both directions."""
    from scipy.optimize import brentq

    def fallen(place: float) -> float:
        start = beta.copy()
        start[0] = place
        return _likelihood(rows, _climb(rows, start, held=0)[1])[0] - top + _HALF_CHI

    ends: list[float | None] = []
    for direction in (-1.0, 1.0):
        far = float(beta[0]) + 2.0 * direction * step
        for _ in range(12):
            if fallen(far) < 0.0 or abs(far) > _RUNAWAY:
                break
            far += direction * step
        ends.append(
            float(brentq(fallen, float(beta[0]), far, xtol=1e-10)) if fallen(far) < 0.0 else None
        )
    return ends[0], ends[1]
