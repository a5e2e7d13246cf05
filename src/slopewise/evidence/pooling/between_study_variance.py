"""The variance between studies, τ², by eight estimators, for one or many meta-analyses at once.

    y_i = x_i'β + u_i + e_i,   u_i ~ N(0, τ²),   e_i ~ N(0, v_i),   v_i known
    P = W − WX(X'WX)⁻¹X'W,   W = diag(1 / (v_i + τ²))

REML and ML are exact optima: the score is bracketed on a grid that ends where it must be negative,
every sign change is refined, and the highest of the maxima is taken. Nothing iterates without end.
Sources: Viechtbauer 2005, doi:10.3102/10769986030003261; DerSimonian & Laird 1986,
doi:10.1016/0197-2456(86)90046-2; Paule & Mandel 1982, doi:10.6028/jres.087.022; Morris 1983,
doi:10.1080/01621459.1983.10477920; Sidik & Jonkman 2005, doi:10.1111/j.1467-9876.2005.00489.x;
Hedges & Olkin 1985.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from slopewise.errors import InputError
from slopewise.evidence.pooling.pooled_effect import Method

__all__ = [
    "Sample",
    "VarianceEstimates",
    "Weighted",
    "estimate_between_study_variance",
    "generalised_q_root",
    "make_sample",
    "typical_variance",
    "weigh",
]

Array = npt.NDArray[np.float64]
Curve = Callable[[Array], tuple[Array, Array]]

STEP_LIMIT = 100
TOLERANCE = 1e-14  # of τ² + the smallest variance; Newton's last step squares it
GRID_RATIO = 1.25  # of neighbouring grid points; each weight turns over a factor of about e² in τ²
GRID_POINTS = 256
CELLS = 100_000  # numbers held at once while a grid is looked through: they stay in the cache


_CANCELLED = 1e-6  # of the sum of weights: below it a difference of the two has lost its digits


@dataclass(frozen=True, slots=True)
class Sample:
    """Meta-analyses of k studies, one a row, in units of each row's smallest standard error.

    `basis` spans the moderators, orthonormal; `residuals` is what an unweighted regression leaves:
    it has the same likelihood, and no digits are lost to a far-away origin.
    """

    estimates: Array  # rows x studies
    residuals: Array  # rows x studies
    variances: Array  # rows x studies
    basis: Array  # studies x coefficients
    scale: Array  # one a row: the unit

    @property
    def freedom(self) -> int:
        """Studies less coefficients."""
        return int(self.basis.shape[0] - self.basis.shape[1])

    def rows(self, chosen: slice | npt.NDArray[np.intp]) -> "Sample":
        """The same studies, some of the meta-analyses."""
        return Sample(
            self.estimates[chosen],
            self.residuals[chosen],
            self.variances[chosen],
            self.basis,
            self.scale[chosen],
        )


@dataclass(frozen=True, slots=True)
class Weighted:
    """What weighting by 1 / (v + τ²) leaves; every last axis but one follows τ²."""

    weights: Array
    inverse: Array  # of X'WX, coefficients x coefficients
    coefficients: Array  # of the residuals on the basis
    projected: Array  # P y
    q: Array  # y'Py


@dataclass(frozen=True, slots=True)
class VarianceEstimates:
    """τ² of each row on the scale of the data; `is_reached` is False where steps ran out."""

    values: Array
    is_reached: npt.NDArray[np.bool_]


def make_sample(estimates: Array, variances: Array, design: Array) -> Sample:
    """Rows of estimates (or one) with their sampling variances, made ready for weighting.

    Raises InputError when the columns of the design are not independent.
    """
    y, v = np.atleast_2d(estimates), np.atleast_2d(variances)
    scale = np.sqrt(v.min(axis=1))
    y = y / scale[:, None]
    v = v / scale[:, None] ** 2
    v = np.broadcast_to(v, y.shape)
    sizes = np.sqrt((design**2).sum(axis=0))
    basis, triangle = np.linalg.qr(design / np.where(sizes > 0.0, sizes, 1.0))
    if np.abs(np.diag(triangle)).min() < 1e-10:
        raise InputError(
            "the moderators are not independent of one another (one follows from the others, or "
            "has the same value in every study); leave one out"
        )
    residuals = y - y @ basis @ basis.T
    return Sample(y, residuals, v, basis, np.broadcast_to(scale, y.shape[:1]))


def estimate_between_study_variance(sample: Sample, method: Method) -> VarianceEstimates:
    """τ² of each row by the method, never below zero."""
    count, studies = sample.residuals.shape
    with np.errstate(all="ignore"):
        if method is Method.EE:
            found, is_reached = np.zeros(count), np.ones(count, bool)
        elif method in _LIKELIHOOD:
            found, is_reached = np.empty(count), np.empty(count, bool)
            step = max(1, CELLS // (studies * (GRID_POINTS // 8)))
            for start in range(0, count, step):
                part = slice(start, start + step)
                found[part], is_reached[part] = _highest(sample.rows(part), _LIKELIHOOD[method])
        elif method in {Method.PM, Method.EB}:
            # Morris' empirical Bayes equation has the same root as Paule and Mandel's
            found, is_reached = generalised_q_root(sample, float(sample.freedom))
        else:
            found, is_reached = _CLOSED[method](sample), np.ones(count, bool)
        values = np.maximum(found, 0.0) * sample.scale**2
    return VarianceEstimates(values, is_reached)


def weigh(sample: Sample, variance: Array) -> Weighted:
    """The weighted regression at τ² (in the sample's unit), one a row or a grid of them a row."""
    grid = variance.ndim - 1
    left = sample.residuals if grid == 0 else sample.residuals[:, None, :]
    v = sample.variances if grid == 0 else sample.variances[:, None, :]
    weights = 1.0 / (v + variance[..., None])
    inverse = _inverse(_moments(sample.basis, weights))
    sums = (weights * left) @ sample.basis
    coefficients = (inverse @ sums[..., None])[..., 0]
    apart = left - coefficients @ sample.basis.T
    projected = weights * apart
    return Weighted(weights, inverse, coefficients, projected, _sum(apart * projected))


def generalised_q_root(sample: Sample, target: float) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Where Q(τ²) = y'P(τ²)y falls to the target, in the sample's unit; zero where it starts below.

    Q only falls, and lies below the target from τ² = (unweighted residual sum of squares) / target.
    """
    q0 = weigh(sample, np.zeros(len(sample.residuals))).q
    top = _sum(sample.residuals**2) / target

    def curve(variance: Array) -> tuple[Array, Array]:
        at = weigh(sample, variance)
        return at.q - target, -_sum(at.projected**2)

    found, is_reached = _root(curve, np.zeros_like(top), top)
    is_zero = q0 <= target
    return np.where(is_zero, 0.0, found), is_zero | is_reached


def typical_variance(sample: Sample) -> float:
    """The sampling variance of a typical study of the first row, (k − p) / tr P(0)."""
    at = weigh(sample, np.zeros(len(sample.residuals)))
    trace = float(_trace_of_projection(sample, at)[0])
    weights = 1.0 / sample.variances[0]
    if trace < _CANCELLED * float(np.sum(weights)):
        trace = _trace_beside_a_giant(sample.basis, weights)
    return sample.freedom / trace * float(sample.scale[0]) ** 2


def _trace_beside_a_giant(basis: Array, weights: Array) -> float:
    """tr P = Σ w (1 − h) where one study outweighs the rest, so that subtracting leaves no digits.

    1 − h = 1 / (1 + w x' A⁻¹ x), with A = X'WX of the others (Sherman and Morrison).
    """
    total = 0.0
    for at, (row, weight) in enumerate(zip(basis, weights, strict=True)):
        others = np.arange(len(weights)) != at
        left = basis[others]
        inverse = np.linalg.pinv(left.T @ (weights[others, None] * left), hermitian=True)
        total += float(weight / (1.0 + weight * (row @ inverse @ row)))
    return total


def _moments(basis: Array, weights: Array) -> Array:
    """X'WX for each set of weights, by one matrix product."""
    width = basis.shape[1]
    products = (basis[:, :, None] * basis[:, None, :]).reshape(-1, width * width)
    moments: Array = (weights @ products).reshape(*weights.shape[:-1], width, width)
    return moments


def _inverse(matrix: Array) -> Array:
    if matrix.shape[-1] == 1:
        return 1.0 / matrix
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def _sum(values: Array) -> Array:
    found: Array = values.sum(axis=-1)
    return found


def _trace(matrix: Array) -> Array:
    found: Array = np.trace(matrix, axis1=-2, axis2=-1)
    return found


def _again(sample: Sample, at: Weighted) -> Array:
    """y'PPPy: how fast y'PPy falls."""
    coefficients = (at.inverse @ ((at.weights * at.projected) @ sample.basis)[..., None])[..., 0]
    twice = at.weights * (at.projected - coefficients @ sample.basis.T)
    return _sum(at.projected * twice)


def _reml_score(sample: Sample, at: Weighted) -> Array:
    """Twice the score: y'PPy − tr P."""
    return _sum(at.projected**2) - _trace_of_projection(sample, at)


def _reml_slope(sample: Sample, at: Weighted) -> Array:
    """Twice the score's derivative: tr PP − 2 y'PPPy."""
    spread = at.inverse @ _moments(sample.basis, at.weights**2)
    third = at.inverse @ _moments(sample.basis, at.weights**3)
    trace = _sum(at.weights**2) - 2.0 * _trace(third) + _trace(spread @ spread)
    return trace - 2.0 * _again(sample, at)


def _reml_height(sample: Sample, at: Weighted) -> Array:
    size = _sum(np.log(at.weights))
    determinant: Array = np.linalg.slogdet(at.inverse)[1]
    height: Array = 0.5 * (size + determinant - at.q)
    return height


def _ml_score(sample: Sample, at: Weighted) -> Array:
    """Twice the score of the profile likelihood: y'PPy − Σ w."""
    return _sum(at.projected**2) - _sum(at.weights)


def _ml_slope(sample: Sample, at: Weighted) -> Array:
    return _sum(at.weights**2) - 2.0 * _again(sample, at)


def _ml_height(sample: Sample, at: Weighted) -> Array:
    return 0.5 * (_sum(np.log(at.weights)) - at.q)


@dataclass(frozen=True, slots=True)
class _Likelihood:
    """A likelihood's height, score and slope; `is_restricted` decides what its score is against."""

    score: Callable[[Sample, Weighted], Array]
    slope: Callable[[Sample, Weighted], Array]
    height: Callable[[Sample, Weighted], Array]
    is_restricted: bool


_LIKELIHOOD = {
    Method.REML: _Likelihood(_reml_score, _reml_slope, _reml_height, is_restricted=True),
    Method.ML: _Likelihood(_ml_score, _ml_slope, _ml_height, is_restricted=False),
}


def _highest(sample: Sample, likelihood: _Likelihood) -> tuple[Array, npt.NDArray[np.bool_]]:
    """The highest maximum of the likelihood of each row."""
    top = _last_possible(sample, likelihood)
    points = math.log1p(float(np.nanmax(top, initial=0.0))) / math.log(GRID_RATIO)
    count = int(min(max(points, 2.0), GRID_POINTS)) + 2
    grid = np.expm1(np.log1p(top)[:, None] * np.linspace(0.0, 1.0, count))
    score = likelihood.score(sample, weigh(sample, grid))
    row, start = np.nonzero((score[:, :-1] > 0.0) & (score[:, 1:] <= 0.0))
    inner = sample.rows(row)

    def curve(variance: Array) -> tuple[Array, Array]:
        at = weigh(inner, variance)
        return likelihood.score(inner, at), likelihood.slope(inner, at)

    peaks, is_reached = _root(curve, grid[row, start], grid[row, start + 1])
    heights = likelihood.height(inner, weigh(inner, peaks))
    best = np.zeros(len(top))
    zero = likelihood.height(sample, weigh(sample, best))
    height = np.where(score[:, 0] <= 0.0, zero, -np.inf)
    reached: npt.NDArray[np.bool_] = np.logical_and.reduce(np.isfinite(score), axis=1)
    for i, place in enumerate(row):  # rows with several peaks are rare, and one has few
        if heights[i] > height[place]:
            best[place], height[place] = peaks[i], heights[i]
            reached[place] = is_reached[i]
    return best, reached


def _last_possible(sample: Sample, likelihood: _Likelihood) -> Array:
    """A τ² above which the score is negative for certain.

    y'PPy ≤ R / (v_min + τ²)² with R the unweighted residual sum of squares, and what stands against
    it is at least d / (v_max + τ²), d = k − p for REML and k for ML: a quadratic in τ².
    """
    against = sample.freedom if likelihood.is_restricted else sample.basis.shape[0]
    c = _sum(sample.residuals**2) / against
    largest = sample.variances.max(axis=-1)
    half = 0.5 * c - 1.0  # the smallest variance is 1 in the sample's unit
    inside = half**2 - 1.0 + c * largest
    top: Array = np.maximum(half + np.sqrt(np.maximum(inside, 0.0)), 0.0) * (1.0 + 1e-9) + 1e-9
    return top


def _root(curve: Curve, low: Array, high: Array) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Where a falling crossing lies between low and high: Newton's steps, halving when they fail.

    A row stops when its step is below the tolerance; no row takes more than the limit.
    """
    at = 0.5 * (low + high)
    done = np.zeros(at.shape, bool)
    step = high - low
    for _ in range(STEP_LIMIT):
        value, slope = curve(at)
        low, high = np.where(value > 0.0, at, low), np.where(value > 0.0, high, at)
        newton = at - value / slope
        is_good = (newton >= low) & (newton <= high) & (2.0 * np.abs(newton - at) <= step)
        following = np.where(is_good, newton, 0.5 * (low + high))
        step = np.abs(following - at)
        at = np.where(done, at, following)
        done |= step <= TOLERANCE * (1.0 + at)
        if done.all():
            break
    return at, done


def _trace_of_projection(sample: Sample, at: Weighted) -> Array:
    spread = at.inverse @ _moments(sample.basis, at.weights**2)
    trace: Array = _sum(at.weights) - _trace(spread)
    return trace


def _dersimonian_laird(sample: Sample) -> Array:
    at = weigh(sample, np.zeros(len(sample.residuals)))
    return (at.q - sample.freedom) / _trace_of_projection(sample, at)


def _hedges(sample: Sample) -> Array:
    leverage = (sample.basis**2).sum(axis=1)
    noise = _sum(sample.variances * (1.0 - leverage))
    found: Array = (_sum(sample.residuals**2) - noise) / sample.freedom
    return found


def _sidik_jonkman(sample: Sample) -> Array:
    crude: Array = sample.estimates.var(axis=-1)
    return crude * weigh(sample, crude).q / sample.freedom


_CLOSED = {
    Method.DL: _dersimonian_laird,
    Method.HE: _hedges,
    Method.SJ: _sidik_jonkman,
}
