"""The summit of the random-slope model's likelihood, boundary or not.

The search is Newton's method on L with δ = LL', in the eigenvectors of the current δ: a vanishing
variance and a correlation of ±1 are then ordinary points (L loses a column), not infinities. Each
move is halved until the likelihood does not fall.
Reference: Bates et al. 2015, doi:10.18637/jss.v067.i01 (their θ are the entries of L); Wilson &
Hilferty 1931, doi:10.1073/pnas.17.12.684.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.numerics.random_slope_likelihood import Place, Point, evaluate, nowhere
from slopewise.numerics.random_slope_sums import PatientSums

__all__ = ["Summit", "climb", "relative_errors", "starting_place"]

_STEPS = 100
_HALVINGS = 40
_SURE = 1e-12  # Newton decrement, squared standard errors: 1e-6 of one is left
_ALMOST = 1e-8  # the same where rounding is in the way: 1e-4 of a standard error
_USUAL = 25  # steps that are enough unless rounding is in the way
_VANISHED = 1e-4  # SD relative to the residual SD at one spread of time, as lme4's isSingular
_FLAT = 1e-7  # curvature relative to the expected one that counts as none
_TIMID = 1e-2  # least curvature, in the same unit, that a step trusts
_ROUNDING = 1e-11  # of −2 log L, where random effects dwarf the residuals
_RESOLVED = 1e-11  # least part of the squares about the fixed effects that may be residual
_SHRINKING = 0.1  # share of a variance that the score wants gone, so that it may vanish
_BENT = 16.0 / 3.0  # second derivative of h(x)² at 0
_LEAST = 0.05  # relative variance from which a search may start


@dataclass(frozen=True)
class Summit:
    """Where the search ended. `status`: converged, boundary, step_limit, non_finite."""

    place: Place
    point: Point
    status: str
    iterations: int


def climb(sums: PatientSums, start: Place, *, reml: bool, slope: bool = True) -> Summit:
    """From `start` to the summit; without `slope` only the first variance is free."""
    place, steps, status = start, 0, "step_limit"
    point = evaluate(sums, place, reml=reml)
    while math.isfinite(point.height):
        while (snapped := _snapped(place, point, slope=slope)) is not place:
            place, point = snapped, evaluate(sums, snapped, reml=reml)
        trial = _released(place, point, slope=slope)
        if trial is None:
            trial, decrement, certain = _newton(place, point, slope=slope)
            if decrement < (_SURE if steps < _USUAL else _tolerable(sums, point)):
                limit = place.second if slope else place.first
                found = "boundary" if limit == 0.0 else "converged"
                status = found if certain else status
                break
        moved = _downhill(sums, point, trial, reml=reml) if steps < _STEPS else None
        if moved is None:
            break
        place, point = moved
        steps += 1
    if not point.residual_variance * sums.rows > _RESOLVED * sums.total[-1, -1]:
        point, status = nowhere(sums.effects), "non_finite"
    return Summit(place, point, status, steps)


def _tolerable(sums: PatientSums, point: Point) -> float:
    """The decrement that rounding leaves."""
    return max(_ALMOST, sums.rows * _lost(sums, point) ** 2)


def _lost(sums: PatientSums, point: Point) -> float:
    """Relative rounding error of the residual squares: they are what is left of the whole."""
    left = max(point.residual_variance * sums.rows, 1e-300)
    return 4.0 * float(np.finfo(float).eps) * float(sums.total[-1, -1]) / left


def _downhill(
    sums: PatientSums, point: Point, trial: Callable[[float], Place], *, reml: bool
) -> tuple[Place, Point] | None:
    """The longest of the move's halvings that does not raise −2 log L."""
    slack = _ROUNDING * abs(point.height) + sums.rows * max(_ROUNDING, _lost(sums, point))
    for halving in range(_HALVINGS):
        place = trial(0.5**halving)
        there = evaluate(sums, place, reml=reml)
        if there.height <= point.height + slack:  # false for nan
            return place, there
    return None


def _snapped(place: Place, point: Point, *, slope: bool) -> Place:
    """A variance that has all but vanished, and that the likelihood wants smaller, is zero."""
    if slope and 0.0 < place.second < _VANISHED and point.gradient[2] > 0.0:
        return replace(place, second=0.0)
    if place.second == 0.0 and 0.0 < place.first < _VANISHED and point.gradient[0] > 0.0:
        return replace(place, first=0.0)
    return place


def _released(place: Place, point: Point, *, slope: bool) -> Callable[[float], Place] | None:
    """Away from a vanished variance that the likelihood wants: a scoring move in that variance."""
    if place.first == 0.0:
        turn = _steepest(point) if slope else 0.0
        axis = np.array([math.cos(turn) ** 2, math.cos(turn) * math.sin(turn), math.sin(turn) ** 2])
        wanted = _wanted(point, axis, now=0.0)
        if wanted == 0.0:
            return None
        return lambda part: Place(place.angle + turn, math.sqrt(part * wanted), 0.0)
    if not slope:
        return None
    now = place.second**2
    wanted = _wanted(point, np.array([0.0, 0.0, 1.0]), now=now)
    if wanted == 0.0:
        return None
    return lambda part: _ordered(place.angle, place.first, math.sqrt(now + part * wanted))


def _wanted(point: Point, axis: Float[Array, " 3"], *, now: float) -> float:
    """How much more variance along the axis the score asks for; 0 unless far more than `now`."""
    along, power = float(point.gradient @ axis), float(axis @ point.expected @ axis)
    if along >= 0.0 or power <= 0.0 or -along / power <= max(4.0 * now, _VANISHED**2):
        return 0.0
    return -along / power


def _steepest(point: Point) -> float:
    """At δ = 0: the turn to the axis along which a variance would raise the likelihood most."""
    g11, g12, g22 = point.gradient[0], 0.5 * point.gradient[1], point.gradient[2]
    return 0.5 * math.atan2(-2.0 * g12, g22 - g11)


def _newton(
    place: Place, point: Point, *, slope: bool
) -> tuple[Callable[[float], Place], float, bool]:
    """Newton's move on L, the squared distance to go in standard errors, whether H was definite.

    In the axes of δ, L = [[p h(a), 0], [b p h(a), q h(c)]] with h(x) = (1 − 2x/3)^(−3/2): the
    likelihood of a variance is nearly quadratic in its power −1/3 (Wilson and Hilferty 1931), so
    few moves are needed. A column that the score wants to shrink, to zero perhaps, is instead
    [p + a, b] or q + c. Lengths are measured by the expected Hessian; where the exact one is not
    positive definite, its eigenvalues are made so.
    """
    p, q = place.first, place.second
    free = (p > 0.0, slope and p > 0.0, slope and q > 0.0)
    if not any(free):
        return lambda _: place, 0.0, True
    g1, g12, g2 = point.gradient.tolist()
    lasting = (
        g1 < _SHRINKING * p * p * point.expected[0, 0],
        g2 < _SHRINKING * q * q * point.expected[2, 2],
    )
    one, bend_one = (p, _BENT * p * p) if lasting[0] else (1.0, 2.0)
    two, bend_two = (q, _BENT * q * q) if lasting[1] else (1.0, 2.0)
    scale = np.where(free, (2.0 * p * one, p * one, 2.0 * q * two), 0.0)
    bend = np.where(free, (bend_one * g1, 2.0 * one * one * g2, bend_two * g2), 1.0)
    outer = scale[:, None] * scale
    exact = point.curvature * outer
    exact.flat[::4] += bend
    if free[1]:
        turning = g12 * (2.0 * p * p if lasting[0] else 1.0)
        exact[0, 1] += turning
        exact[1, 0] += turning
    unit = 1.0 / np.sqrt((point.expected * outer).flat[::4] + np.maximum(bend, 0.0))
    values, vectors = np.linalg.eigh(exact * (unit[:, None] * unit))
    certain = bool(values[0] > _FLAT)
    if not certain:
        values = np.maximum(np.abs(values), _TIMID)
    part = (point.gradient * scale * unit) @ vectors
    step = -unit * (vectors @ (part / values))
    decrement = 0.5 * float(part @ (part / values))
    return lambda factor: _stepped(place, factor * step, lasting), decrement, certain


def _stepped(place: Place, step: Float[Array, " 3"], lasting: tuple[bool, bool]) -> Place:
    """The place of LL' after a step in L, its small eigenvalue without cancellation."""
    a, b, c = step.tolist()
    p = place.first * _grown(a) if lasting[0] else place.first + a
    q = place.second * _grown(c) if lasting[1] else place.second + c
    b = b * p if lasting[0] else b
    d11, d12, d22 = p * p, p * b, b * b + q * q
    first = math.sqrt(0.5 * (d11 + d22 + math.hypot(d11 - d22, 2.0 * d12)))
    turn = 0.5 * math.atan2(2.0 * d12, d11 - d22)
    return Place(place.angle + turn, first, abs(p * q) / first if first > 0.0 else 0.0)


def _grown(step: float) -> float:
    """h of a step that is not larger than it can be trusted."""
    return math.pow(1.0 - max(-3.0, min(0.75, step)) * 2.0 / 3.0, -1.5)


def _ordered(angle: float, first: float, second: float) -> Place:
    if second <= first:
        return Place(angle, first, second)
    return Place(angle + 0.5 * math.pi, second, first)


def starting_place(sums: PatientSums, *, slope: bool = True) -> Place:
    """Covariance of the best-measured patients' own lines, less what measurement adds to it."""
    if not slope:
        return Place(0.0, 1.0, 0.0)
    determinant = sums.moments[4]
    chosen = (determinant >= determinant.mean()) & (sums.moments[1] > 2.0) & (determinant > 0.0)
    if np.count_nonzero(chosen) < 3:
        return Place(0.0, 1.0, 0.5)
    _, visits, s12, s22, determinant = sums.moments[:, chosen]
    u1, u2 = sums.cross[:, -1, chosen]
    level, pace = (s22 * u1 - s12 * u2) / determinant, (visits * u2 - s12 * u1) / determinant
    patients, left = len(visits), sums.squares[chosen].sum() - u1 @ level - u2 @ pace
    variance = max(float(left) / float(visits.sum() - 2.0 * patients), 1e-300)
    d11 = float(level @ level / variance - np.sum(s22 / determinant)) / patients
    d12 = float(level @ pace / variance + np.sum(s12 / determinant)) / patients
    d22 = float(pace @ pace / variance - np.sum(visits / determinant)) / patients
    middle, reach = 0.5 * (d11 + d22), math.hypot(0.5 * (d11 - d22), d12)
    first = math.sqrt(max(middle + reach, _LEAST))
    second = math.sqrt(max(middle - reach, _LEAST))
    return Place(0.5 * math.atan2(2.0 * d12, d11 - d22), first, second)


def relative_errors(summit: Summit, *, freedom: int, slope: bool = True) -> Float[Array, "4 4"]:
    """Covariance of (δ11, δ12, δ22, log σ²) from the observed information at the summit.

    Directions that vanished, and those that were never free, have none.
    """
    place, point = summit.place, summit.point
    p, q, variance = place.first, place.second, point.residual_variance
    free = np.array([p > 0.0, slope and p > 0.0, slope and q > 0.0])
    pull = point.pull / variance
    whole = point.curvature + np.outer(pull, pull) / freedom
    # moving along an edge of the cone, δ bends away from it
    edge = slope and q == 0.0
    ways = np.diag((2.0 * p, p, 0.0) if edge else (1.0, 1.0, 1.0))[:, free]
    information = np.zeros((ways.shape[1] + 1,) * 2)
    information[:-1, :-1] = ways.T @ whole @ ways
    if edge and p > 0.0:
        information[1, 1] += 2.0 * point.gradient[2]
    information[:-1, -1] = information[-1, :-1] = ways.T @ pull
    information[-1, -1] = freedom
    carry = np.zeros((4, len(information)))
    carry[:3, :-1], carry[3, -1] = place.axes @ ways, 1.0
    found: Array = carry @ np.linalg.inv(0.5 * information) @ carry.T
    return found
