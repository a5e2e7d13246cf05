"""Newton's method to the maximum of the likelihood, for one trial or a block of them at once.

Far from the maximum a step uses expected curvature (with complete visits it lands at the maximum at
once), near it the exact Hessian, for digits that double at every step; it is halved until Σ stays
positive definite and the likelihood rises. Every trial ends with a status.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from slopewise.endpoint.mmrm.mmrm_covariance import Shape, pairs_of
from slopewise.endpoint.mmrm.mmrm_likelihood import Point, evaluate, is_positive
from slopewise.endpoint.mmrm.mmrm_sums import Sums

__all__ = ["MmrmStatus", "Summits", "climb", "starting_place"]

_STEPS = 80
_FAR = 10.0  # Newton decrement above which expected curvature leads sooner
_CLOSE = 1e-9  # Newton decrement below which the height no longer tells up from down
_SETTLED = 1e-18
_ROUNDING = 1e-12
_PIVOT = 1e-11  # as in is_positive
_FLAT = 1e-9  # smallest eigenvalue of the scaled Hessian that tells the parameters apart


class MmrmStatus(StrEnum):
    """Whether the numbers may be read."""

    CONVERGED = "converged"
    BOUNDARY = "boundary"  # the likelihood still rises where Σ stops being a covariance matrix
    FLAT = "flat"  # the data cannot tell the parameters of Σ apart
    STEP_LIMIT = "step_limit"
    TOO_FEW = "too_few"  # too few rows for the effects and the covariance


@dataclass(frozen=True, eq=False, slots=True)
class Summits:
    """Where each trial's search ended."""

    point: Point
    status: tuple[MmrmStatus, ...]
    iterations: Int[Array, " trials"]

    @property
    def converged(self) -> Bool[Array, " trials"]:
        """Which ones may be read."""
        return np.array([s is MmrmStatus.CONVERGED for s in self.status])


def starting_place(sums: Sums, shape: Shape) -> Float[Array, "trials parameters"]:
    """Covariances of what least squares left, each over the patients seen at both visits."""
    first, second, _ = pairs_of(shape.visits)
    trials = len(sums.many)
    nothing = np.zeros((trials, sums.effects))
    both = (sums.seen[:, first] & sums.seen[:, second]).astype(float)
    counts = sums.many @ both
    total = sums.scatter(nothing).sum(axis=1)[:, first, second]
    found = total / np.maximum(counts, 1.0)
    diagonal = first == second
    variances = np.maximum(found[:, diagonal], 1e-8 * found[:, diagonal].max(axis=1)[:, None])
    limit = 0.95 * np.sqrt(variances[:, first] * variances[:, second])
    found = np.where(diagonal, variances[:, first], np.clip(found, -limit, limit))
    theta = shape.start(found)
    for _ in range(40):
        bad = ~_allowed(shape, theta)
        if not bad.any():
            break
        found[bad] *= np.where(diagonal, 1.0, 0.8)
        theta[bad] = shape.start(found[bad])
    return theta


def climb(sums: Sums, shape: Shape, theta: Array, *, reml: bool) -> Summits:
    """From a starting place to the maximum of every trial."""
    trials = len(theta)
    best = evaluate(sums, shape, theta.copy(), reml=reml)
    step, decrement = _newton(best)
    shrink = np.ones(trials)
    iterations = np.zeros(trials, dtype=np.int64)
    settled = decrement < _SETTLED
    for _ in range(_STEPS):
        active = np.flatnonzero(~settled & (shrink > 1e-10))
        if not len(active):
            break
        iterations[active] += 1
        proposed = best.theta[active] + shrink[active, None] * step[active]
        allowed = _allowed(shape, proposed)
        shrink[active[~allowed]] *= 0.5
        active, proposed = active[allowed], proposed[allowed]
        if not len(active):
            continue
        part = sums if len(active) == trials else sums.take(active)
        point = evaluate(part, shape, proposed, reml=reml)
        close = (decrement[active] < _CLOSE) & (shrink[active] == 1.0)
        slack = _ROUNDING * (1.0 + np.abs(best.height[active]))
        up = np.isfinite(point.height) & (close | (point.height <= best.height[active] + slack))
        shrink[active[~up]] *= 0.5
        active = active[up]
        if not len(active):
            continue
        point = point if up.all() else point.take(np.flatnonzero(up))
        new_step, new_decrement = _newton(point)
        # at rounding level a step no longer helps
        settled[active] = (new_decrement < _SETTLED) | (
            (decrement[active] < _CLOSE) & (new_decrement > 0.01 * decrement[active])
        )
        if len(active) == trials:
            best = point
        else:
            best.put(active, point)
        step[active], decrement[active], shrink[active] = new_step, new_decrement, 1.0
    settled |= decrement < _CLOSE
    return Summits(best, _statuses(sums, shape, best, settled), iterations)


def _allowed(shape: Shape, theta: Array) -> Bool[Array, " trials"]:
    good = np.isfinite(theta).all(axis=1)
    if shape.linear is None:
        good &= (theta[:, : shape.power.shape[1]] > 0.0).all(axis=1)
    safe = np.where(good[:, None], theta, 1.0)
    return np.asarray(good & is_positive(shape.entries(safe), shape.visits))


def _newton(point: Point) -> tuple[Array, Float[Array, " trials"]]:
    """Step, and twice what a parabola says is left to gain."""
    step, decrement = _solve(point.curvature, point.gradient)
    other = ~((decrement >= 0.0) & (decrement < _FAR))
    if other.any():
        step[other], decrement[other] = _solve(point.scoring[other], point.gradient[other])
    return step, np.abs(decrement)


def _solve(matrix: Array, gradient: Array) -> tuple[Array, Array]:
    """−M⁻¹g and g'M⁻¹g; the latter −1 where M is not positive definite."""
    size = np.sqrt(np.maximum(np.einsum("nii->ni", matrix), 1e-300))
    scaled = matrix / (size[:, :, None] * size[:, None, :])
    unit = np.eye(scaled.shape[1])
    try:
        pivots = np.einsum("nii->ni", np.linalg.cholesky(scaled)) ** 2
        good = (pivots > _PIVOT).all(axis=1)
    except np.linalg.LinAlgError:  # somebody's: the same question to each
        finite = np.isfinite(scaled).all(axis=(1, 2))
        scaled = np.where(finite[:, None, None], scaled, unit)
        first, second, _ = pairs_of(scaled.shape[1])
        good = finite & is_positive(scaled[:, first, second], scaled.shape[1])
    scaled = np.where(good[:, None, None], scaled, unit)
    step = -np.linalg.solve(scaled, (gradient / size)[:, :, None])[:, :, 0] / size
    return step, np.where(good, -(step * gradient).sum(axis=1), -1.0)


def _statuses(
    sums: Sums, shape: Shape, point: Point, settled: Bool[Array, " trials"]
) -> tuple[MmrmStatus, ...]:
    size = np.sqrt(np.maximum(np.einsum("nii->ni", point.curvature), 1e-300))
    scaled = point.curvature / (size[:, :, None] * size[:, None, :])
    finite = np.isfinite(scaled).all(axis=(1, 2))
    least = np.linalg.eigvalsh(np.where(finite[:, None, None], scaled, 0.0))[:, 0]
    least = np.where(_all_seen(sums, shape, point.theta), least, 0.0)
    edge = _nearly_singular(shape, point.theta)
    found = []
    for n in range(len(settled)):
        if edge[n]:
            found.append(MmrmStatus.BOUNDARY)
        elif not settled[n]:
            found.append(MmrmStatus.FLAT if least[n] < _FLAT else MmrmStatus.STEP_LIMIT)
        else:
            found.append(MmrmStatus.CONVERGED if least[n] > _FLAT else MmrmStatus.FLAT)
    return tuple(found)


def _all_seen(sums: Sums, shape: Shape, theta: Array) -> Bool[Array, " trials"]:
    """Whether every parameter has a pair of visits at which somebody was seen twice."""
    first, second, _ = pairs_of(shape.visits)
    counts = sums.many @ (sums.seen[:, first] & sums.seen[:, second]).astype(float)
    touched = (counts[:, :, None] > 0.0) & (shape.jacobian(theta) != 0.0)
    return np.asarray(touched.any(axis=1).all(axis=1))


def _nearly_singular(shape: Shape, theta: Array) -> Bool[Array, " trials"]:
    first, second, number = pairs_of(shape.visits)
    sigma = shape.entries(theta)
    spread = np.sqrt(sigma[:, first == second])
    correlation = (sigma / (spread[:, first] * spread[:, second]))[:, number]
    return np.asarray(np.linalg.eigvalsh(correlation)[:, 0] < 1e-6)
