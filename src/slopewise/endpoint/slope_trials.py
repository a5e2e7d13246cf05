"""The difference in slope in many simulated trials at once.

One visit plan for all. The model, the optimum, the degrees of freedom and Fieller's interval are
those of `slopewise.endpoint.slope`, which says what they mean; here people who were seen at the
same visits are added up first, and a block of trials is fitted as one array.
Status: double (`analyse_slope` on each of many trials).
"""

from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from slopewise.endpoint.slope import Freedom, Intercept
from slopewise.endpoint.slope_kenward_roger import kenward_roger
from slopewise.errors import InputError
from slopewise.numerics.random_slope import VarianceComponents
from slopewise.numerics.slope_trials.trial_likelihood import evaluate
from slopewise.numerics.slope_trials.trial_search import (
    TrialSummits,
    climb,
    relative_root,
    starting_place,
)
from slopewise.numerics.slope_trials.trial_sums import (
    LineDesign,
    PlanScale,
    TrialSums,
    line_design,
    plan_scale,
    trial_sums,
)

__all__ = ["SlopeTrials", "slope_trials"]

_BLOCK = 1024  # trials added up together
_PLACES = 8192  # groups × trials searched as one array: more would leave the processor's cache
_PACE, _ARM_BY_MONTH = 1, 2  # places of the controls' slope and of the difference
_CONSTANT = 1e-27  # part of the squares that rounding leaves of scores without any spread
_DEPENDENT = 1e-12  # squared: a column this close to the span of the others is one of them
_RESOLVED = 1e-11  # as in random_slope_search
_LINE = 1e-12  # as in random_slope: whether a person's visits lie at different months


@dataclass(frozen=True, eq=False, slots=True)
class SlopeTrials:
    """Treated less controls, one a trial; where not `converged` the numbers are 0 and p is 1."""

    converged: Bool[Array, " trials"]  # a maximum was found, boundary included
    boundary: Bool[Array, " trials"]  # a variance is 0 or the correlation ±1
    estimate: Float[Array, " trials"]  # difference in slope, points per month
    standard_error: Float[Array, " trials"]
    degrees_of_freedom: Float[Array, " trials"]  # inf: normal
    p_value: Float[Array, " trials"]  # two-sided
    control_slope: Float[Array, " trials"]  # points per month
    slowing: Float[Array, " trials"]  # −difference/controls' slope; 0 where they do not decline
    slowing_low: Float[Array, " trials"]  # Fieller, 95 %; 0 where not bounded
    slowing_high: Float[Array, " trials"]
    slowing_bounded: Bool[Array, " trials"]  # whether the controls' slope is told from 0
    iterations: Int[Array, " trials"]


@dataclass(frozen=True, eq=False, slots=True)
class _Plan:
    """What is asked of every trial."""

    month: Float[Array, " visits"]
    scale: PlanScale
    design: LineDesign
    reml: bool
    freedom: Freedom


@dataclass(frozen=True, eq=False, slots=True)
class _Block:
    """Scores of some trials, who was seen, and the people's own numbers (arm, covariates)."""

    outcome: Float[Array, "trials people visits"]
    seen: Bool[Array, "trials people visits"]
    features: Float[Array, "features trials people"]


def slope_trials(
    outcome: Float[Array, "trials people visits"],
    observed: Bool[Array, "trials people visits"],
    treated: Bool[Array, "*trials people"],
    *,
    month: Float[Array, " visits"],
    intercept: Intercept = Intercept.COMMON,
    method: Literal["reml", "ml"] = "reml",
    freedom: Freedom = Freedom.SATTERTHWAITE,
    covariates: Float[Array, "trials people covariates"] | None = None,
) -> SlopeTrials:
    """Fit every trial; `treated` may be one row for all. People without a visit take no part.

    `month`: of the planned visits. Scores that are not finite count as not observed. A trial that
    cannot be fitted is not `converged`; Kenward and Roger's method looks at the trials one by one.
    """
    outcome, observed = np.asarray(outcome, dtype=float), np.asarray(observed, dtype=bool)
    month = np.asarray(month, dtype=float)
    if outcome.ndim != 3 or observed.shape != outcome.shape or month.shape != outcome.shape[2:]:
        raise InputError(
            f"outcome {outcome.shape} and observed {observed.shape} must both be trials × people"
            f" × visits, and month {month.shape} one number a visit"
        )
    if not np.isfinite(month).all():
        raise InputError(f"the months of the visits are {month.tolist()}; give finite numbers")
    if method not in ("reml", "ml"):
        raise InputError(f"method {method!r} is not known; choose 'reml' or 'ml'")
    freedom = Freedom(freedom)
    if freedom is Freedom.KENWARD_ROGER and method == "ml":
        raise InputError("kenward-roger corrects REML and is not defined for ML; ask for 'reml'")
    features = _features(np.asarray(treated), observed, covariates)
    scale = plan_scale(month)
    by_arm = Intercept(intercept) is Intercept.BY_ARM
    design = line_design(scale, by_arm=by_arm, covariates=len(features) - 1)
    plan = _Plan(month, scale, design, reml=method == "reml", freedom=freedom)
    parts = [] if len(outcome) else [SlopeTrials(**_blank(0))]
    for low in range(0, len(outcome), _BLOCK):
        part = slice(low, low + _BLOCK)
        seen = observed[part] & np.isfinite(outcome[part])
        parts.append(_fitted(_Block(outcome[part], seen, features[:, part]), plan))
    names = [column.name for column in fields(SlopeTrials)]
    return SlopeTrials(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    )


def _features(
    treated: Array, observed: Array, covariates: Array | None
) -> Float[Array, "features trials people"]:
    """Arm and covariates, these from their mean and in SDs: only the intercept notices."""
    trials, people = observed.shape[:2]
    if treated.shape not in ((people,), (trials, people)):
        raise InputError(
            f"treated {treated.shape} must be one row for all trials or trials × people"
            f" ({trials} × {people})"
        )
    arm = np.broadcast_to(treated.astype(bool).astype(float), (trials, people))
    if covariates is None:
        return arm[None]
    given = np.asarray(covariates, dtype=float)
    if given.ndim != 3 or given.shape[:2] != (trials, people):
        raise InputError(f"covariates {given.shape} must be trials × people × covariates")
    here = observed.any(axis=2)
    known = np.isfinite(given).all(axis=2)
    if not known[here].all():
        trial, person = np.argwhere(here & ~known)[0].tolist()
        raise InputError(
            f"covariates of person {person} in trial {trial} are {given[trial, person].tolist()};"
            " give finite numbers to everybody with a visit"
        )
    values = np.where(here, np.moveaxis(given, 2, 0), 0.0)
    many = np.maximum(here.sum(axis=1), 1)[:, None]
    values = np.where(here, values - values.sum(axis=2, keepdims=True) / many, 0.0)
    spread = np.sqrt((values**2).sum(axis=2, keepdims=True) / many)
    values /= np.where(spread > 0.0, spread, 1.0)
    return np.concatenate([arm[None], values])


def _fitted(block: _Block, plan: _Plan) -> SlopeTrials:
    """One block of trials."""
    blank = _blank(len(block.outcome))
    with np.errstate(all="ignore"):  # places without a likelihood are stepped back from
        sums, centre, before = trial_sums(
            block.outcome, block.seen, block.features, scale=plan.scale
        )
        ready = _prepared(sums, before, plan)
        size = max(16, _PLACES // max(len(sums.own), 1))
        good = np.flatnonzero(ready.good)
        for low in range(0, len(good), size):
            chosen = good[low : low + size]
            mine = sums.take(chosen).per_unit(ready.unit[chosen])
            start = starting_place(mine, plan.design, ready.change[:, chosen] / ready.unit[chosen])
            summits = climb(mine, plan.design, start, reml=plan.reml)
            blank["iterations"][chosen] = summits.iterations
            # squares are in units of their mean about the fixed effects
            resolved = summits.point.residual_variance > _RESOLVED
            done = np.flatnonzero(summits.found & resolved)
            ids = chosen[done]
            read = _read(summits, done, mine.rows, (block, ids), plan, unit=ready.unit[ids],
                         centre=centre[1, ids])  # fmt: skip
            for name, values in read.items():
                blank[name][ids] = values
    return SlopeTrials(**blank)


def _blank(trials: int) -> dict[str, Array]:
    """What is told of trials that could not be fitted."""
    kinds = {"converged": bool, "boundary": bool, "slowing_bounded": bool, "iterations": np.int64}
    found = {
        column.name: np.zeros(trials, dtype=kinds.get(column.name, float))
        for column in fields(SlopeTrials)
    }
    found["p_value"] += 1.0
    return found


@dataclass(frozen=True, eq=False, slots=True)
class _Ready:
    """Which trials can be fitted, RMS of what least squares leaves, and its coefficients."""

    good: Bool[Array, " trials"]
    unit: Float[Array, " trials"]
    change: Float[Array, "effects trials"]


def _prepared(sums: TrialSums, before: Float[Array, " trials"], plan: _Plan) -> _Ready:
    """Least squares, and whether the rows can tell effects, lines and residuals apart."""
    effects, rows, trials = plan.design.effects, sums.rows, len(before)
    least = evaluate(sums, plan.design, np.zeros((3, trials)), reml=False)
    total = least.residual_variance * rows
    _, visits, _, squares, determinant = sums.moments
    kept = 1.0 + (determinant > _LINE * visits * squares)  # what a person's own line takes
    people = sums.people
    treated = sums.pairs[1].sum(axis=0)
    good = (treated > 0.5) & (people.sum(axis=0) - treated > 0.5)
    good &= (rows > effects) & (rows > (people * kept).sum(axis=0) + 0.5) & (plan.scale.spread > 0)
    good &= np.isfinite(total) & (total > _CONSTANT * before)
    diagonal = np.einsum("kkn->kn", least.root_inverse)  # 1/pivots
    lengths = np.sqrt(np.maximum(_lengths(sums, plan.design), 1e-300))
    good &= ((1.0 / diagonal) ** 2 > _DEPENDENT * lengths**2).all(axis=0)
    return _Ready(good, np.sqrt(np.where(good, total, 1.0) / np.maximum(rows, 1.0)), least.change)


def _lengths(sums: TrialSums, design: LineDesign) -> Float[Array, "effects trials"]:
    """Squared lengths of the columns."""
    level, pace = design.direction.T
    own = sums.pairs[design.pair[design.owner, design.owner]]
    s11, s12, s22 = np.einsum("kpn,xpn->xkn", own, np.stack([sums.everyones(k) for k in (1, 2, 3)]))
    return np.asarray(
        level[:, None] ** 2 * s11 + 2.0 * (level * pace)[:, None] * s12 + pace[:, None] ** 2 * s22
    )


def _read(
    summits: TrialSummits,
    done: Int[Array, " some"],
    rows: Float[Array, " trials"],
    source: tuple[_Block, Int[Array, " some"]],
    plan: _Plan,
    *,
    unit: Float[Array, " some"],
    centre: Float[Array, " some"],
) -> dict[str, Array]:
    """What is told of the trials that arrived."""
    point, place = summits.point.take(done), summits.place[:, done]
    root, variance = point.root_inverse, point.residual_variance
    free = rows[done] - (plan.design.effects if plan.reml else 0)
    pace, arm = root[:, _PACE] / plan.scale.spread, root[:, _ARM_BY_MONTH]
    size = variance * unit * unit
    v = np.stack([(pace * pace).sum(axis=0), (pace * arm).sum(axis=0), (arm * arm).sum(axis=0)])
    covariance = v * size
    df = np.full(len(done), np.inf)
    if plan.freedom is Freedom.SATTERTHWAITE:
        weight = np.einsum("kin,kn->in", root, arm)
        along = np.einsum("in,xijn,jn->xn", weight, point.lost, weight, optimize=True)
        scale, half = relative_root(place, point, freedom=free)
        slope = np.concatenate([along * scale, v[2:]])
        below = (np.einsum("ijn,jn->in", half, slope) ** 2).sum(axis=0)
        df = np.where(below > 0.0, 2.0 * v[2] ** 2 / np.where(below > 0.0, below, 1.0), np.inf)
    elif plan.freedom is Freedom.KENWARD_ROGER:
        covariance, df = _kenward_roger(place, size, covariance, source, plan)
    estimate = point.change[_ARM_BY_MONTH] * unit
    control = (point.change[_PACE] * unit + centre) / plan.scale.spread
    error = np.sqrt(covariance[2])
    p_value, quantile = _t(estimate / error, df)
    slowing, low, high, bounded = _slowing(control, estimate, covariance, quantile=quantile)
    return {
        "converged": np.ones(len(done), dtype=bool),
        "boundary": summits.boundary[done],
        "estimate": estimate,
        "standard_error": error,
        "degrees_of_freedom": df,
        "p_value": p_value,
        "control_slope": control,
        "slowing": slowing,
        "slowing_low": low,
        "slowing_high": high,
        "slowing_bounded": bounded,
    }


def _kenward_roger(
    place: Float[Array, "3 some"],
    size: Float[Array, " some"],
    plain: Float[Array, "3 some"],
    source: tuple[_Block, Int[Array, " some"]],
    plan: _Plan,
) -> tuple[Float[Array, "3 some"], Float[Array, " some"]]:
    """Kenward and Roger's covariance of the two slopes and df, or the plain one and inf."""
    block, ids = source
    covariance, df = plain.copy(), np.full(len(ids), np.inf)
    design, shift = plan.design, -plan.scale.middle / plan.scale.spread
    angle, p, q = place[0], place[1] ** 2, place[2] ** 2
    c, s = np.cos(angle), np.sin(angle)
    d11, d12, d22 = p * c * c + q * s * s, (p - q) * c * s, p * s * s + q * c * c
    # intercept at month 0 = level + shift · slope in z
    sd0 = np.sqrt(np.maximum(d11 + 2.0 * shift * d12 + shift**2 * d22, 0.0) * size)
    sd1 = np.sqrt(d22 * size) / plan.scale.spread
    both = (d12 + shift * d22) * size / plan.scale.spread
    for number, trial in enumerate(ids.tolist()):
        person, visit = np.nonzero(block.seen[trial])
        t = plan.month[visit]
        f = np.concatenate([np.ones((1, len(person))), block.features[:, trial, person]])
        columns = f[design.owner] * design.direction[:, :1]
        columns[_PACE], columns[_ARM_BY_MONTH] = t, f[1] * t
        cross = sd0[number] * sd1[number]
        rho = float(both[number] / cross) if cross > 0.0 else 0.0
        found = kenward_roger(
            VarianceComponents(
                float(sd0[number]), float(sd1[number]), rho, float(np.sqrt(size[number]))
            ),
            person, t, design=columns.T, effect=_ARM_BY_MONTH,
        )  # fmt: skip
        if found is not None and found.degrees_of_freedom is not None:
            of = found.covariance[_PACE : _ARM_BY_MONTH + 1, _PACE : _ARM_BY_MONTH + 1]
            covariance[:, number] = of[0, 0], of[0, 1], of[1, 1]
            df[number] = found.degrees_of_freedom
    return covariance, df


def _t(
    ratio: Float[Array, " some"], df: Float[Array, " some"]
) -> tuple[Float[Array, " some"], Float[Array, " some"]]:
    """Two-sided p and the 97.5 % point, normal where df is infinite."""
    from scipy.special import ndtr, ndtri, stdtr, stdtrit

    normal = np.isinf(df)
    finite = np.where(normal, 1.0, df)
    p_value = np.where(normal, ndtr(-np.abs(ratio)), stdtr(finite, -np.abs(ratio)))
    return 2.0 * p_value, -np.where(normal, ndtri(0.025), stdtrit(finite, 0.025))


def _slowing(
    b: Float[Array, " some"],
    d: Float[Array, " some"],
    covariance: Float[Array, "3 some"],
    *,
    quantile: Float[Array, " some"],
) -> tuple[Array, Array, Array, Array]:
    """Fieller's interval as in `slope`: estimate, low, high and whether it exists."""
    square = quantile**2
    two, one, none = (
        b * b - square * covariance[0], b * d - square * covariance[1],
        d * d - square * covariance[2],
    )  # fmt: skip
    inside = one * one - two * none
    declines = b < 0.0
    bounded = declines & (two > 0.0) & (inside >= 0.0)
    safe, half = np.where(bounded, two, 1.0), np.sqrt(np.where(bounded, inside, 0.0))
    low, high = (
        np.where(bounded, (-one - half) / safe, 0.0),
        np.where(bounded, (-one + half) / safe, 0.0),
    )
    return np.where(declines, -d / np.where(declines, b, -1.0), 0.0), low, high, bounded
