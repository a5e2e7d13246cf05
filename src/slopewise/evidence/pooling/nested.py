"""Several effects of one study pooled without counting the study several times: three levels.

    y_ij = x_ij' β + u_i + w_ij + e_ij,   u_i ~ N(0, σ_b²), w_ij ~ N(0, σ_w²), e_ij ~ N(0, v_ij)

i is the study, j the effect within it. Each study's covariance is a diagonal plus a constant, so
nothing larger than the number of coefficients is ever inverted. Both variances are found by the
likelihood, REML or ML, on the scale of the standard deviations, where it is smooth through zero;
every corner in which one or both are zero is tried as well. Konstantopoulos 2011,
doi:10.1002/jrsm.35; intervals of the variances by profile likelihood.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from slopewise.errors import InputError
from slopewise.evidence.pooling.pooled_effect import Method, PoolStatus
from slopewise.numerics.normal import NORMAL_975

__all__ = ["NestedCoefficient", "NestedEffect", "VarianceComponent", "pool_nested"]

_STEP = 1e-3  # of the differences, in units of a typical standard error; error of fourth order
_CLOSE = 1e-15  # half a squared standard error left to gain
_HALF_CHI2 = 1.9207294103470607

Height = Callable[[Float[Array, " sd"]], float]


@dataclass(frozen=True, slots=True)
class VarianceComponent:
    """A variance with its 95 % profile interval and its share of all variation, in percent."""

    variance: float
    low: float | None
    high: float | None
    i2: float


@dataclass(frozen=True, slots=True)
class NestedCoefficient:
    """One coefficient; `low` and `high` by the normal, `low_t` and `high_t` by Student's t."""

    name: str
    estimate: float
    standard_error: float
    low: float
    high: float
    low_t: float | None
    high_t: float | None


@dataclass(frozen=True, slots=True)
class NestedEffect:
    """The answer of the three-level model; `coefficients` begin with the pooled effect.

    With moderators the first coefficient is the effect where all of them are zero. `boundary`
    stands when a variance is estimated as zero. The t intervals have k − p degrees of freedom.
    """

    status: PoolStatus
    method: Method
    k: int
    studies: int
    coefficients: tuple[NestedCoefficient, ...] = ()
    between: VarianceComponent | None = None
    within: VarianceComponent | None = None
    log_likelihood: float | None = None
    q: float | None = None
    q_p: float | None = None
    prediction_low: float | None = None
    prediction_high: float | None = None

    @property
    def estimate(self) -> float | None:
        return self.coefficients[0].estimate if self.coefficients else None

    @property
    def standard_error(self) -> float | None:
        return self.coefficients[0].standard_error if self.coefficients else None


@dataclass(frozen=True, slots=True)
class _Effects:
    y: Float[Array, " effect"]
    v: Float[Array, " effect"]
    design: Float[Array, "effect coefficient"]
    study: Int[Array, " effect"]
    studies: int
    reml: bool


@dataclass(frozen=True, slots=True)
class _Top:
    sd: Float[Array, " 2"]  # between, within
    height: float


def pool_nested(
    estimates: Sequence[float],
    standard_errors: Sequence[float],
    studies: Sequence[str],
    *,
    moderators: dict[str, Sequence[float]] | None = None,
    method: Method = Method.REML,
) -> NestedEffect:
    """The pooled effect of studies that give several effects each, by REML or ML."""
    effects = _checked(estimates, standard_errors, studies, moderators=moderators, method=method)
    k, p = effects.design.shape
    if effects.studies < p + 1 or k < effects.studies + 1:
        # without a study that gives two effects the two variances cannot be told apart
        return NestedEffect(PoolStatus.TOO_FEW, method, k, effects.studies)
    top = _highest(effects)
    if top is None:
        return NestedEffect(PoolStatus.STEP_LIMIT, method, k, effects.studies)
    beta, covariance = _coefficients(effects, top.sd)
    names = ("effect", *(moderators or {}))
    typical = _typical_variance(effects)
    total = float(top.sd @ top.sd) + typical
    q, q_p = _heterogeneity(effects)
    around = NORMAL_975 * math.sqrt(covariance[0, 0] + float(top.sd @ top.sd))
    alone = moderators is None
    return NestedEffect(
        status=PoolStatus.BOUNDARY if np.any(top.sd == 0.0) else PoolStatus.CONVERGED,
        method=method,
        k=k,
        studies=effects.studies,
        coefficients=tuple(
            _described(name, float(b), float(c) ** 0.5, freedom=k - p)
            for name, b, c in zip(names, beta, np.diag(covariance), strict=True)
        ),
        between=_component(effects, top, axis=0, total=total),
        within=_component(effects, top, axis=1, total=total),
        log_likelihood=top.height,
        q=q,
        q_p=q_p,
        prediction_low=float(beta[0]) - around if alone else None,
        prediction_high=float(beta[0]) + around if alone else None,
    )


def _checked(
    estimates: Sequence[float],
    errors: Sequence[float],
    studies: Sequence[str],
    *,
    moderators: dict[str, Sequence[float]] | None,
    method: Method,
) -> _Effects:
    if method not in {Method.REML, Method.ML}:
        raise InputError(f'the three-level model has no method "{method}"; use reml or ml')
    columns = [np.asarray(column, dtype=float) for column in (moderators or {}).values()]
    lengths = {len(estimates), len(errors), len(studies), *(len(column) for column in columns)}
    if len(lengths) != 1 or not estimates:
        raise InputError(
            f"{len(estimates)} estimates, {len(errors)} standard errors and {len(studies)} study "
            "names; give one of each, and one of each moderator, for every effect"
        )
    y, s = np.asarray(estimates, dtype=float), np.asarray(errors, dtype=float)
    design = np.column_stack([np.ones(len(y)), *columns])
    if not (np.all(np.isfinite(y)) and np.all(np.isfinite(s)) and np.all(np.isfinite(design))):
        raise InputError("an estimate, error or moderator is not a number; leave that effect out")
    if np.any(s <= 0.0):
        raise InputError("a standard error must be above 0; correct it, or leave the effect out")
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise InputError("a moderator is constant or follows from the others; leave it out")
    names = list(dict.fromkeys(studies))
    place = np.array([names.index(name) for name in studies])
    return _Effects(y, s**2, design, place, len(names), method is Method.REML)


def _solved(effects: _Effects, sd: Array) -> tuple[Array, Array, float]:
    """X'V⁻¹X, X'V⁻¹y with y'V⁻¹y behind it, and log|V|, by the sums of each study."""
    between, weight = float(sd[0]) ** 2, 1.0 / (effects.v + float(sd[1]) ** 2)
    columns = np.column_stack([effects.design, effects.y])
    sums = np.zeros((effects.studies, columns.shape[1]))
    np.add.at(sums, effects.study, weight[:, None] * columns)
    of_study = np.bincount(effects.study, weight, minlength=effects.studies)
    shrink = between / (1.0 + between * of_study)
    gram = columns.T @ (weight[:, None] * columns) - sums.T @ (shrink[:, None] * sums)
    log_volume = -float(np.log(weight).sum()) + float(np.log1p(between * of_study).sum())
    return gram[:-1, :-1], gram[:, -1], log_volume


def _coefficients(effects: _Effects, sd: Array) -> tuple[Array, Array]:
    gram, right, _ = _solved(effects, sd)
    covariance = np.linalg.inv(gram)
    return covariance @ right[:-1], covariance


def _height(effects: _Effects, sd: Array) -> float:
    """The log-likelihood, restricted or full, the coefficients at their best."""
    gram, right, log_volume = _solved(effects, sd)
    beta = np.linalg.solve(gram, right[:-1])
    rest = float(right[-1] - right[:-1] @ beta)
    k, p = effects.design.shape
    height = -0.5 * (log_volume + rest)
    if effects.reml:
        _, own = np.linalg.slogdet(effects.design.T @ effects.design)
        _, volume = np.linalg.slogdet(gram)
        return float(height - 0.5 * (k - p) * math.log(2.0 * math.pi) - 0.5 * (volume - own))
    return float(height - 0.5 * k * math.log(2.0 * math.pi))


def _highest(effects: _Effects) -> _Top | None:
    """The highest of the tops with both variances free, one of them zero, and both zero."""
    height = partial(_height, effects)
    none = np.zeros(2)
    tops = [_Top(none, height(none))]
    unit = _scale(effects)
    for free in ([0], [1], [0, 1]):
        start = _best_start(height, free, unit)
        sd = _newton(height, start, free, unit=unit)
        if sd is None:
            return None
        if np.all(sd[free] > 1e-6 * unit):
            tops.append(_Top(sd, height(sd)))
    # a corner within rounding of the top is the top: the simpler one is reported
    best = max(top.height for top in tops)
    return next(top for top in tops if top.height > best - 1e-10)


def _scale(effects: _Effects) -> float:
    """A standard deviation of the size that the estimates show."""
    return max(float(np.std(effects.y)), float(np.sqrt(effects.v.mean())))


def _best_start(height: Height, free: Sequence[int], unit: float) -> Array:
    places = [np.zeros(2)]
    for axis in free:
        sizes = unit * np.array([0.05, 0.15, 0.35, 0.7, 1.2])
        places = [np.where(np.arange(2) == axis, size, at) for at in places for size in sizes]
    return max(places, key=height)


def _newton(height: Height, start: Array, free: Sequence[int], *, unit: float) -> Array | None:
    """Newton steps in the free standard deviations; None where they do not end."""
    place, here = start, height(start)
    for _ in range(200):
        gradient, information = _differences(height, place, free, step=_STEP * unit)
        values, vectors = np.linalg.eigh(information)
        bend = np.maximum(np.abs(values), 1e-8 * np.abs(values).max() + 1e-300)
        step = vectors @ ((vectors.T @ gradient) / bend)
        if 0.5 * abs(float(gradient @ step)) < _CLOSE:
            return np.asarray(np.abs(place))
        full = np.zeros(2)
        full[list(free)] = step
        for _ in range(50):
            there = height(place + full)
            if there > here:
                break
            full = full / 2.0
        else:
            return np.asarray(np.abs(place))
        place, here = place + full, there
    return None


def _differences(
    height: Height, place: Array, free: Sequence[int], *, step: float
) -> tuple[Array, Array]:
    """Gradient and information in the free directions, of fourth order in the step."""
    axes = [np.eye(2)[axis] * step for axis in free]
    gradient, information = np.zeros(len(free)), np.zeros((len(free), len(free)))
    middle = height(place)
    for i, axis in enumerate(axes):
        near = height(place + axis), height(place - axis)
        far = height(place + 2 * axis), height(place - 2 * axis)
        gradient[i] = (8 * (near[0] - near[1]) - (far[0] - far[1])) / (12 * step)
        information[i, i] = -(16 * sum(near) - sum(far) - 30 * middle) / (12 * step**2)
    if len(free) == 2:
        a, b = axes
        corners = height(place + a + b) - height(place + a - b)
        corners -= height(place - a + b) - height(place - a - b)
        information[0, 1] = information[1, 0] = -corners / (4 * step**2)
    return gradient, information


def _described(name: str, estimate: float, error: float, *, freedom: int) -> NestedCoefficient:
    from scipy.special import stdtrit

    t = float(stdtrit(freedom, 0.975)) * error
    z = NORMAL_975 * error
    return NestedCoefficient(
        name, estimate, error, estimate - z, estimate + z, estimate - t, estimate + t
    )


def _component(effects: _Effects, top: _Top, *, axis: int, total: float) -> VarianceComponent:
    low, high = _profile_interval(effects, top, axis=axis)
    variance = float(top.sd[axis]) ** 2
    return VarianceComponent(variance, low, high, 100.0 * variance / total)


def _profile_interval(
    effects: _Effects, top: _Top, *, axis: int
) -> tuple[float | None, float | None]:
    """Where the profile over the other variance falls half a chi-squared; None without an end."""
    from scipy.optimize import brentq, minimize_scalar

    unit = _scale(effects)

    def lacks(sd: float) -> float:
        def lower(other: float) -> float:
            place = np.full(2, sd)
            place[1 - axis] = other
            return -_height(effects, place)

        found = minimize_scalar(
            lower, bounds=(0.0, 20.0 * unit), method="bounded", options={"xatol": 1e-10}
        )
        return float(-min(float(found.fun), lower(0.0)) - top.height + _HALF_CHI2)

    middle = float(top.sd[axis])
    low = 0.0 if lacks(0.0) >= 0 else float(brentq(lacks, 0.0, middle, xtol=1e-12)) ** 2
    reach = middle + unit
    while lacks(reach) > 0:
        reach *= 2.0
        if reach > 1e3 * unit:
            return low, None
    return low, float(brentq(lacks, middle, reach, xtol=1e-12)) ** 2


def _typical_variance(effects: _Effects) -> float:
    """What sampling adds to a typical effect (Higgins and Thompson 2002, doi:10.1002/sim.1186)."""
    weight = 1.0 / effects.v
    gram = effects.design.T @ (weight[:, None] * effects.design)
    hat = np.linalg.solve(gram, (weight[:, None] * effects.design).T)
    k, p = effects.design.shape
    trace = weight.sum() - float(np.sum(hat.T * (weight[:, None] * effects.design)))
    return float((k - p) / trace)


def _heterogeneity(effects: _Effects) -> tuple[float, float]:
    """Cochran's Q of all effects about the fixed part, and its P."""
    from scipy.special import chdtrc

    _, right, _ = _solved(effects, np.zeros(2))
    beta, _ = _coefficients(effects, np.zeros(2))
    q = float(right[-1] - right[:-1] @ beta)
    k, p = effects.design.shape
    return q, float(chdtrc(k - p, q))
