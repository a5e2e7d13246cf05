"""The repeated-measures model in many simulated trials at once.

One visit plan for all; effects of arm and covariates at every visit of their own, so that a trial
shrinks to a few sums for each pattern of missing visits and a block of trials is fitted as one
array. The same likelihood, derivatives and degrees of freedom as for a single trial. Where nobody
returns after a missed visit, the unstructured model has a closed form (`mmrm_monotone`).
"""

from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from slopewise.endpoint.mmrm.mmrm_covariance import Covariance, Shape, pairs_of, shape_of
from slopewise.endpoint.mmrm.mmrm_inference import adjusted_covariance, satterthwaite
from slopewise.endpoint.mmrm.mmrm_likelihood import Point, inverse, is_positive
from slopewise.endpoint.mmrm.mmrm_monotone import is_monotone, monotone_contrast
from slopewise.endpoint.mmrm.mmrm_search import climb, starting_place
from slopewise.endpoint.mmrm.mmrm_sums import VisitSums, visit_sums
from slopewise.errors import InputError

__all__ = ["MmrmTrials", "mmrm_trials"]

_BLOCK = 64  # trials fitted as one array; more would leave the processor's cache


@dataclass(frozen=True, eq=False, slots=True)
class MmrmTrials:
    """Treated less controls, one a trial; where not `converged` the numbers are 0 and p is 1."""

    converged: Bool[Array, " trials"]
    estimate: Float[Array, " trials"]
    standard_error: Float[Array, " trials"]
    degrees_of_freedom: Float[Array, " trials"]  # Satterthwaite
    p_value: Float[Array, " trials"]  # two-sided
    iterations: Int[Array, " trials"]


def mmrm_trials(
    outcome: Float[Array, "trials patients visits"],
    observed: Bool[Array, "trials patients visits"],
    treated: Bool[Array, "*trials patients"],
    *,
    baseline: Float[Array, "trials patients"] | None = None,
    covariance: Covariance | str = Covariance.UNSTRUCTURED,
    method: Literal["reml", "ml"] = "reml",
    visit_weights: Float[Array, " visits"] | None = None,
    kenward_roger: bool = False,
) -> MmrmTrials:
    """Fit every trial; `treated` may be one row for all, `visit_weights` picks the last visit.

    `kenward_roger` enlarges the standard errors (under REML). The design is visit, arm × visit and
    baseline × visit, as `analyse_mmrm` makes it.
    """
    outcome, observed = np.asarray(outcome, dtype=float), np.asarray(observed, dtype=bool)
    if outcome.ndim != 3 or observed.shape != outcome.shape:
        raise InputError(
            f"outcome {outcome.shape} and observed {observed.shape} must both be trials × patients"
            " × visits"
        )
    if covariance not in tuple(Covariance) or method not in ("reml", "ml"):
        raise InputError(
            f"covariance {str(covariance)!r} with method {method!r} is not known; choose one of"
            f" {', '.join(Covariance)}, and 'reml' or 'ml'"
        )
    trials, patients, visits = outcome.shape
    arm = np.broadcast_to(np.asarray(treated, dtype=float), (trials, patients))
    shape = shape_of(Covariance(covariance), visits)
    weights = np.eye(visits)[-1] if visit_weights is None else np.asarray(visit_weights, float)
    if kenward_roger and method != "reml":
        raise InputError("Kenward–Roger standard errors need REML; ask for method 'reml'")
    plan = _Plan(shape, weights, reml=method == "reml", adjusted=kenward_roger)
    columns = [np.ones((trials, patients)), arm]
    if baseline is not None:
        before = np.asarray(baseline, dtype=float)
        spread = np.maximum(before.std(axis=1, keepdims=True), 1e-12)
        columns.append((before - before.mean(axis=1, keepdims=True)) / spread)
    covariates = np.stack(columns, axis=2)
    is_closed = covariance == Covariance.UNSTRUCTURED and weights.any() and is_monotone(observed)
    fitted = _closed_block if is_closed else _block
    parts = [
        fitted(
            outcome[k : k + _BLOCK], observed[k : k + _BLOCK], covariates[k : k + _BLOCK],
            plan=plan,
        )
        for k in range(0, trials, _BLOCK)
    ]  # fmt: skip
    return _joined(parts)


@dataclass(frozen=True, eq=False, slots=True)
class _Plan:
    """What is asked of every trial."""

    shape: Shape
    weights: Float[Array, " visits"]
    reml: bool
    adjusted: bool


def _closed_block(
    outcome: Array, observed: Array, covariates: Array, *, plan: "_Plan"
) -> MmrmTrials:
    """One block of trials without a search."""
    from scipy.special import stdtr

    seen = observed & np.isfinite(outcome)
    counts = np.maximum(seen.sum(axis=1, keepdims=True), 1)
    middle = np.where(seen, outcome, 0.0).sum(axis=1, keepdims=True) / counts
    left = np.where(seen, outcome - middle, 0.0)
    unit = np.sqrt((left**2).sum(axis=(1, 2)) / np.maximum(seen.sum(axis=(1, 2)), 1))
    unit = np.where(unit > 0.0, unit, 1.0)
    found = monotone_contrast(
        left / unit[:, None, None], seen, covariates,
        weights=plan.weights, reml=plan.reml, adjusted=plan.adjusted,
    )  # fmt: skip
    error = np.sqrt(np.maximum(found.variance, 0.0))
    ratio = found.estimate / np.where(found.stands, error, 1.0)
    free = np.where(found.stands, found.degrees_of_freedom, 1.0)
    return MmrmTrials(
        converged=found.stands,
        estimate=found.estimate * unit,
        standard_error=error * unit,
        degrees_of_freedom=found.degrees_of_freedom,
        p_value=np.where(found.stands, 2.0 * stdtr(free, -np.abs(ratio)), 1.0),
        iterations=np.zeros(len(outcome), dtype=np.int64),
    )


def _block(
    outcome: Array,
    observed: Array,
    covariates: Array,
    *,
    plan: "_Plan",
) -> MmrmTrials:
    """One block of trials."""
    trials, shape = len(outcome), plan.shape
    seen = observed & np.isfinite(outcome)
    sums, change, unit, good = _prepared(outcome, seen, covariates, shape=shape)
    found = [np.zeros(trials) for _ in range(5)]
    iterations = np.zeros(trials, dtype=np.int64)
    chosen = np.flatnonzero(good)
    if len(chosen):
        sums, change = sums.take(chosen), change[chosen]
        with np.errstate(all="ignore"):  # places without a likelihood are stepped back from
            summits = climb(sums, shape, starting_place(sums, shape), reml=plan.reml)
        iterations[chosen] = summits.iterations
        done = np.flatnonzero(summits.converged)
        if len(done):
            point = summits.point.take(done)
            numbers = _read(sums.take(done), point, plan, change=change[done])
            scale = unit[chosen][done]
            for place, values in zip(found, numbers, strict=True):
                place[chosen[done]] = values
            found[0][chosen[done]] *= scale
            found[1][chosen[done]] *= scale
    estimate, error, free, p_value, converged = found
    return MmrmTrials(
        converged=converged > 0.0,
        estimate=estimate,
        standard_error=error,
        degrees_of_freedom=free,
        p_value=np.where(converged > 0.0, p_value, 1.0),
        iterations=iterations,
    )


def _prepared(
    outcome: Array, seen: Array, covariates: Array, *, shape: Shape
) -> tuple[VisitSums, Array, Array, Bool[Array, " trials"]]:
    """Sums of what least squares left, in units of its SD, and which trials can be fitted."""
    visits, width = outcome.shape[2], covariates.shape[2]
    counts = np.maximum(seen.sum(axis=1, keepdims=True), 1)
    middle = np.where(seen, outcome, 0.0).sum(axis=1, keepdims=True) / counts
    raw = visit_sums(seen, covariates, np.where(seen, outcome - middle, 0.0))
    mask = raw.seen.astype(float)
    gram = np.einsum("npab,pj->njab", raw.zz, mask)
    first, second, _ = pairs_of(width)
    flat = gram[..., first, second].reshape(-1, len(first))
    good = np.asarray(is_positive(flat, width).reshape(-1, visits).all(axis=1))
    safe = np.where(good[:, None, None, None], gram, np.eye(width))
    right = np.swapaxes(raw.ze.sum(axis=1), 1, 2)
    lines = np.linalg.solve(safe, right[..., None])[..., 0]
    left = raw.ze - raw.zz @ np.swapaxes(lines, 1, 2)[:, None]
    scatter = raw.scatter(lines.reshape(len(lines), -1))
    rows = seen.sum(axis=(1, 2))
    total = np.einsum("npjj->n", scatter)
    good &= rows > visits * width + shape.parameters
    good &= total > 1e-20 * np.maximum(np.einsum("npjj->n", raw.ee), 1e-300)
    unit = np.sqrt(np.where(good, total, 1.0) / np.maximum(rows, 1))
    scale = unit[:, None, None, None]
    seen_here = raw.seen[:, None, :]
    sums = VisitSums(raw.seen, raw.many, raw.zz, left * seen_here / scale, scatter / scale**2)
    change = lines / unit[:, None, None]  # covariate 1 is the arm: free of the visits' means
    return sums, change, unit, good


def _read(sums: VisitSums, point: Point, plan: _Plan, *, change: Array) -> tuple[Array, ...]:
    """Estimate, error, degrees of freedom, p and whether they stand, in the unit of the sums."""
    from scipy.special import stdtr

    trials, visits, width = change.shape
    line = np.zeros((visits, width))
    line[:, 1] = plan.weights
    contrast = np.broadcast_to(line.reshape(-1), (trials, visits * width))
    estimate = (change.reshape(trials, -1) + point.change) @ line.reshape(-1)
    uncertainty = inverse(0.5 * point.curvature)
    variance, free = satterthwaite(plan.shape, point, contrast, uncertainty=uncertainty)
    if plan.adjusted:
        phi = adjusted_covariance(sums, plan.shape, point, uncertainty=uncertainty, linear=False)
        variance = (contrast[:, None] @ phi @ contrast[:, :, None])[:, 0, 0]
    stands = (variance > 0.0) & (free > 0.0) & np.isfinite(free)
    error = np.sqrt(np.where(stands, variance, 1.0))
    free = np.where(stands, free, 1.0)
    p_value = 2.0 * stdtr(free, -np.abs(estimate / error))
    zero = np.where(stands, 1.0, 0.0)
    return estimate * zero, error * zero, free * zero, p_value, zero


def _joined(parts: list[MmrmTrials]) -> MmrmTrials:
    names = [column.name for column in fields(MmrmTrials)]
    made = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return MmrmTrials(**made)
