"""Cox's proportional hazards in many simulated trials at once.

The model, the handling of ties and the rules for when there is no finite hazard ratio are those of
`slopewise.endpoint.survival.cox`; here for arrays with a leading axis of trials. Without covariates
a trial is the list of its deaths with the number at risk in each arm; with them the sums over who
is at risk are running sums over people sorted by month. Newton's method, all trials in step.
Status: double (equal to the one-trial function, which is checked against R survival).
"""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from slopewise.endpoint.survival.risk_sets import risk_sets
from slopewise.errors import InputError

__all__ = ["CoxTrials", "cox_trials"]

_STEPS = 50
_EVALUATIONS = 150  # steps and their halvings
_SETTLED = 1e-16  # Newton decrement: the next place is exact to rounding
_LONGEST = 3.0  # standardised: a step over a flat place is cut to this
_RUNAWAY = 15.0  # standardised log hazard ratio beyond which there is no maximum


@dataclass(frozen=True, eq=False, slots=True)
class CoxTrials:
    """One fit a trial, of the arm; where not `finite` the numbers are 0 and p 1."""

    finite: Bool[Array, " trials"]  # converged, to a finite hazard ratio
    log_hazard_ratio: Float[Array, " trials"]
    standard_error: Float[Array, " trials"]
    p_value: Float[Array, " trials"]  # two-sided, Wald


def cox_trials(
    month: Float[Array, "trials people"],
    died: Bool[Array, "trials people"],
    treated: Bool[Array, "trials people"],
    *,
    covariates: Float[Array, "trials people covariates"] | None = None,
    included: Bool[Array, "trials people"] | None = None,
) -> CoxTrials:
    """Fit the arm's hazard ratio in every trial; `treated` may be one row for all of them.

    A trial in which an arm has no deaths (or is empty) has no finite hazard ratio; nor has one in
    which a covariate is the same for everybody.
    """
    if covariates is None:
        return _result(*_arm_alone(month, died, treated, included))
    months = np.asarray(month, dtype=float)
    if np.shape(covariates)[:2] != months.shape:
        raise InputError(
            f"covariates {np.shape(covariates)} and months {months.shape} do not belong together;"
            " give trials × people × covariates and trials × people"
        )
    part = np.ones(months.shape, dtype=bool) if included is None else np.asarray(included, bool)
    if not np.isfinite(np.asarray(covariates)[np.broadcast_to(part, months.shape)]).all():
        raise InputError("a covariate is missing; give everybody's, or leave out by `included`")
    return _result(*_adjusted(months, died, treated, covariates, part))


def _result(finite: Array, log: Array, error: Array) -> CoxTrials:
    from scipy.special import erfc

    finite = finite & (error > 0.0)
    log, error = np.where(finite, log, 0.0), np.where(finite, error, 0.0)
    z = log / np.where(finite, error, 1.0)
    return CoxTrials(finite, log, error, erfc(np.abs(z) / math.sqrt(2.0)))


def _arm_alone(
    month: Array, died: Array, treated: Array, included: Array | None
) -> tuple[Array, Array, Array]:
    sets = risk_sets(month, died, treated, included=included)
    share = sets.earlier / sets.deaths if sets.tied else 0.0
    one = sets.at_risk_treated - share * sets.deaths_treated
    other = (sets.at_risk - sets.at_risk_treated) - share * (sets.deaths - sets.deaths_treated)
    observed, deaths = sets.sums(sets.treated), sets.counts()
    finite = (observed > 0) & (observed < deaths)
    beta, information = np.zeros(sets.trials), np.ones(sets.trials)
    settled = ~finite
    for _ in range(_STEPS):
        rate = one * np.exp(beta)[sets.trial]
        chance = rate / np.where(rate + other > 0.0, rate + other, 1.0)
        score = observed - sets.sums(chance)
        information = sets.sums(chance * (1.0 - chance))
        finite &= (information > 1e-8) & (np.abs(beta) < 0.5 * _RUNAWAY)
        step = np.where(finite, score / np.where(finite, information, 1.0), 0.0)
        settled = ~finite | (np.abs(step * score) < _SETTLED)
        beta = beta + np.clip(step, -1.0, 1.0)
        if settled.all():
            break
    finite &= settled
    return finite, beta, 1.0 / np.sqrt(np.where(finite, information, 1.0))


# --- with covariates -------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, slots=True)
class _Trials:
    """Trials sorted from the last month to the first; who takes no part comes last, weighs 0."""

    design: Float[Array, "effects trials people"]  # standardised
    part: Bool[Array, "trials people"]
    death: Bool[Array, "trials people"]
    at_risk_to: Int[Array, "trials people"]  # place of the last person of the same month

    def of(self, some: Array) -> "_Trials":
        """Some of the trials."""
        return _Trials(
            self.design[:, some], self.part[some], self.death[some], self.at_risk_to[some]
        )


@dataclass(frozen=True, eq=False, slots=True)
class _Deaths:
    """The deaths of all trials in one row, by trial and month."""

    trial: Int[Array, " deaths"]
    place: Int[Array, " deaths"]  # among all people of all trials
    at_risk_to: Int[Array, " deaths"]
    month: Int[Array, " deaths"]  # number of its month
    begins: Int[Array, " months"]  # first death of each month
    share: Float[Array, " deaths"]  # l / d


def _adjusted(
    month: Array, died: Array, treated: Array, covariates: Array, part: Array
) -> tuple[Array, Array, Array]:
    data, scale, possible = _sort(month, died, treated, covariates, part)
    effects, trials, _ = data.design.shape
    beta = np.zeros((trials, effects))
    error, finite = np.zeros(trials), np.zeros(trials, dtype=bool)
    going = np.flatnonzero(possible)
    here = data.of(going)
    deaths = _deaths(here)
    value, score, information = _likelihood(here, deaths, beta[going])
    step, status = _step(score, information)
    for _ in range(_EVALUATIONS):
        kept = status == 0
        if not kept.all():
            finite[going[status > 0]] = True
            error[going[status > 0]] = _errors(information[status > 0])
            going, here = going[kept], here.of(kept)
            value, step, information = value[kept], step[kept], information[kept]
            deaths = _deaths(here)
        if not len(going):
            break
        new = beta[going] + step
        found, score, information = _likelihood(here, deaths, new)
        rises = found >= value - 1e-12 * np.abs(value)
        beta[going[rises]] = new[rises]
        value = np.where(rises, found, value)
        next_step, settled = _step(score, information)
        step = np.where(rises[:, None], next_step, 0.5 * step)
        stuck = ~rises & (np.abs(step).max(axis=1) < 1e-12)
        away = np.abs(beta[going]).max(axis=1) > _RUNAWAY
        status = np.where(away | stuck, -1, np.where(rises, settled, 0))
    return finite, beta[:, 0] / scale, error / scale


def _errors(information: Array) -> Array:
    return np.sqrt(np.linalg.inv(information)[:, 0, 0])


def _step(score: Array, information: Array) -> tuple[Array, Array]:
    """Newton's step, and 1 where it has settled, −1 where the likelihood is flat."""
    flat = np.linalg.eigvalsh(information)[:, 0] < 1e-9
    safe = np.where(flat[:, None, None], np.eye(score.shape[1]), information)
    step = np.linalg.solve(safe, score[..., None])[..., 0]
    settled = (step * score).sum(axis=1) < _SETTLED
    longest = np.abs(step).max(axis=1, keepdims=True)
    step *= _LONGEST / np.maximum(longest, _LONGEST)
    return step, np.where(flat, -1, np.where(settled, 1, 0))


def _sort(
    month: Array, died: Array, treated: Array, covariates: Array, part: Array
) -> tuple[_Trials, Array, Array]:
    """The sorted, standardised columns, the arm's scale, and which trials can be fitted at all."""
    part = np.broadcast_to(part, month.shape)
    arm = np.broadcast_to(treated, month.shape).astype(float)
    columns = np.where(part, np.stack([arm, *np.moveaxis(covariates, 2, 0)]), 0.0)
    many = np.maximum(part.sum(axis=1), 1)
    mean = columns.sum(axis=2) / many
    columns = np.where(part, columns - mean[..., None], 0.0)
    scale = np.sqrt((columns**2).sum(axis=2) / many)
    varies = (scale > 1e-9 * np.maximum(1.0, np.abs(mean))).all(axis=0)
    scale = np.where(scale > 0.0, scale, 1.0)
    columns /= scale[..., None]
    gram = np.einsum("itp,jtp->tij", columns, columns) / many[:, None, None]
    possible = varies & (np.linalg.eigvalsh(gram)[:, 0] > 1e-12) & (died & part).any(axis=1)
    placed = np.where(part, -month, 1.0)
    order = np.argsort(placed, axis=1, kind="stable")
    rows = np.arange(len(month))[:, None]
    placed = placed[rows, order]
    people = month.shape[1]
    last = np.full(month.shape, people - 1)
    last[:, :-1] = np.where(placed[:, 1:] == placed[:, :-1], people - 1, np.arange(people - 1))
    last = np.minimum.accumulate(last[:, ::-1], axis=1)[:, ::-1]
    data = _Trials(columns[:, rows, order], part[rows, order], (died & part)[rows, order], last)
    return data, scale[0], possible


def _deaths(data: _Trials) -> _Deaths:
    trial, place = np.nonzero(data.death)
    base = trial * data.death.shape[1]
    at_risk_to = base + data.at_risk_to[trial, place]
    begins = np.flatnonzero(np.diff(at_risk_to, prepend=-1))
    many = np.diff(np.append(begins, len(trial)))
    month = np.repeat(np.arange(len(begins)), many)
    share = (np.arange(len(trial)) - begins[month]) / many[month]
    return _Deaths(trial, base + place, at_risk_to, month, begins, share)


def _likelihood(data: _Trials, deaths: _Deaths, beta: Array) -> tuple[Array, Array, Array]:
    """log PL of every trial, its gradient, and the information."""
    effects, trials, _ = data.design.shape
    line = (data.design * beta.T[..., None]).sum(axis=0)
    top = line.max(axis=1, keepdims=True)
    line -= top
    weight = np.where(data.part, np.exp(line), 0.0)
    tied = len(deaths.begins) < len(deaths.trial)

    def at_risk(part: Array) -> Array:
        """Sum over who is at risk at each death, less a share of those who die with them."""
        sums: Array = np.cumsum(part, axis=1).reshape(-1)[deaths.at_risk_to]
        if not tied:
            return np.asarray(sums)
        dying = np.add.reduceat(part.reshape(-1)[deaths.place], deaths.begins)
        return np.asarray(sums - deaths.share * dying[deaths.month])

    def sums(values: Array) -> Array:
        return np.asarray(np.bincount(deaths.trial, values, minlength=trials))

    whole = np.maximum(at_risk(weight), 1e-300)  # far from any maximum it may underflow
    weighted = data.design * weight
    mean = [at_risk(part) / whole for part in weighted]
    value = sums(line.reshape(-1)[deaths.place] - np.log(whole))
    score, information = np.empty((trials, effects)), np.empty((trials, effects, effects))
    for i in range(effects):
        score[:, i] = sums(data.design[i].reshape(-1)[deaths.place] - mean[i])
        for j in range(i + 1):
            square = at_risk(weighted[i] * data.design[j]) / whole - mean[i] * mean[j]
            information[:, i, j] = information[:, j, i] = sums(square)
    return value, score, information
