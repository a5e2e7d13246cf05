"""Maxima of log-likelihoods with exact gradients per observation: a few dozen evaluations.

Curvature comes first from the scores themselves (their outer product; Berndt, Hall, Hall and
Hausman 1974), then from BFGS updates, and at the top from differences of the exact gradient (the
observed information), with which the last steps are Newton's.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

__all__ = ["Ascent", "Scored", "ascend", "observed_information"]

Scored = Callable[[Array], tuple[float, Array, Array]]  # height, gradient, outer product of scores
Gradients = Callable[[Array], Array]  # gradients at several places, one a row

_ACCEPTED = 1e-5  # decrement at which a place that cannot be bettered counts as the top
_CLOSE = 1e-6  # Newton decrement from which Newton's steps take over
_LONGEST = 3.0  # of a step, in units of its entries' reach
_RESTART = 10  # steps after which curvature is taken from the scores again


@dataclass(frozen=True)
class Ascent:
    """Where the climb ended and how; `information` is minus the Hessian (None if not computed)."""

    place: Float[Array, " variables"]
    height: float
    information: Float[Array, "variables variables"] | None
    decrement: float  # g'H⁻¹g / 2 at the end, in units of the log-likelihood
    status: str  # converged, step_limit, non_finite
    evaluations: int


def ascend(
    scored: Scored,
    start: Float[Array, " variables"],
    *,
    tolerance: float = 1e-6,
    steps: int = 150,
    finish: bool = True,
    watch: Callable[[Array, float], None] | None = None,
    gradients: Gradients | None = None,
) -> Ascent:
    """Climb from `start`; with `finish`, polish by Newton steps and return the information.

    `gradients`, where given, takes the gradients for the information all at once.

    `watch` is called with place and height after every step (checkpoints, progress).
    """
    count = 0

    def evaluate(place: Array) -> tuple[float, Array, Array]:
        nonlocal count
        count += 1
        with np.errstate(all="ignore"):
            height, gradient, outer = scored(place)
        sound = np.isfinite(height) and np.all(np.isfinite(gradient))
        return (height if sound else -np.inf), gradient, outer

    place = np.array(start, dtype=float)
    height, gradient, outer = evaluate(place)
    if not np.isfinite(height):
        return Ascent(place, height, None, np.inf, "non_finite", count)
    goal = _CLOSE if finish else tolerance
    place, here, decrement = _climb(
        evaluate, place, (height, gradient, outer), goal=goal, steps=steps, watch=watch
    )
    if not finish:
        status = "converged" if decrement < goal else "step_limit"
        return Ascent(place, here[0], None, decrement, status, count)
    information_at = partial(
        observed_information, gradients or (lambda places: np.stack([scored(p)[1] for p in places]))
    )
    found = _polish(evaluate, place, here[:2], tolerance=tolerance, information_at=information_at)
    return replace(found, evaluations=count)


def _climb(
    evaluate: Scored,
    place: Array,
    here: tuple[float, Array, Array],
    *,
    goal: float,
    steps: int,
    watch: Callable[[Array, float], None] | None,
) -> tuple[Array, tuple[float, Array, Array], float]:
    """Quasi-Newton steps until the decrement is below `goal` or nothing higher is found."""
    height, gradient, outer = here
    inverse, reach, decrement = _inverse(outer), _reach(outer), np.inf
    for iteration in range(steps):
        if iteration % _RESTART == 0:
            inverse = _inverse(outer)
        direction = inverse @ gradient
        decrement = 0.5 * float(gradient @ direction)
        if decrement < goal:
            break
        found = _line(
            evaluate, place, height, direction=direction, slope=2.0 * decrement, reach=reach
        )
        if found is None:  # once more, with curvature from the scores
            inverse = _inverse(outer)
            direction = inverse @ gradient
            slope = float(gradient @ direction)
            found = _line(evaluate, place, height, direction=direction, slope=slope, reach=reach)
            if found is None:
                break
        step, (height, moved, outer) = found
        inverse = _updated(inverse, step, gradient - moved)
        place, gradient = place + step, moved
        if watch is not None:
            watch(place, height)
    return place, (height, gradient, outer), decrement


def _inverse(outer: Array) -> Array:
    """Inverse of the outer product, kept positive definite where data say nothing."""
    scale = np.sqrt(np.maximum(np.diag(outer), 1e-8))
    values, vectors = np.linalg.eigh(outer / np.outer(scale, scale))
    values = np.maximum(values, 1e-5 * values.max())
    return np.asarray((vectors / values) @ vectors.T / np.outer(scale, scale))


def _reach(outer: Array) -> Array:
    """How far one step may go, by entry: 10 standard errors (of the scores), or 1 if more."""
    return np.asarray(np.maximum(1.0, 10.0 / np.sqrt(np.maximum(np.diag(outer), 1e-300))))


def _line(
    evaluate: Scored, place: Array, height: float, *, direction: Array, slope: float, reach: Array
) -> tuple[Array, tuple[float, Array, Array]] | None:
    """The longest of the direction's halvings that climbs enough; None when none does."""
    longest = np.max(np.abs(direction) / reach)
    stretch = min(1.0, _LONGEST / longest) if longest > 0 else 1.0
    for _ in range(25):
        step = stretch * direction
        found = evaluate(place + step)
        if found[0] >= height + 1e-4 * stretch * slope:
            return step, found
        stretch *= 0.4
    return None


def _updated(inverse: Array, step: Array, drop: Array) -> Array:
    """BFGS update of the inverse information; `drop` is how much the gradient fell."""
    curvature = float(step @ drop)
    if curvature <= 1e-10 * np.linalg.norm(step) * np.linalg.norm(drop):
        return inverse
    left = np.eye(len(step)) - np.outer(step, drop) / curvature
    return np.asarray(left @ inverse @ left.T + np.outer(step, step) / curvature)


def _polish(
    evaluate: Scored,
    place: Array,
    here: tuple[float, Array],
    *,
    tolerance: float,
    information_at: Callable[[Array], Array],
) -> Ascent:
    """Newton steps with the observed information until the decrement is below tolerance."""
    height, gradient = here
    status, decrement, information = "step_limit", np.inf, np.zeros((0, 0))
    for _ in range(8):
        information = information_at(place)
        if not np.all(np.isfinite(information)):
            return Ascent(place, height, None, np.inf, "non_finite", 0)
        direction = _inverse(information) @ gradient
        reach = _reach(np.maximum(information, 0.0))
        decrement = 0.5 * float(gradient @ direction)
        if decrement < tolerance:  # the last step costs one look and doubles the digits
            status = "converged"
            last = evaluate(place + direction)
            if last[0] >= height:
                place, height = place + direction, last[0]
            break
        found = _line(
            evaluate, place, height, direction=direction, slope=2.0 * decrement, reach=reach
        )
        if found is None:  # no higher place within rounding
            break
        step, (height, gradient, _) = found
        place = place + step
        left = 0.5 * float(gradient @ _inverse(information) @ gradient)
        if decrement < _CLOSE and left < tolerance:  # so near that the information stays as it is
            status, decrement = "converged", left
            break
    if decrement < _ACCEPTED:
        status = "converged"
    return Ascent(place, height, information, decrement, status, 0)


def observed_information(gradients: Gradients, place: Array) -> Float[Array, "variables variables"]:
    """Minus the Hessian by central differences of the exact gradient."""
    steps = 1e-4 * np.maximum(1.0, np.abs(place))
    shifts = np.diag(steps)
    with np.errstate(all="ignore"):
        up, down = np.split(gradients(np.concatenate([place + shifts, place - shifts])), 2)
    found = (down - up) / (2.0 * steps[:, None])
    return np.asarray(0.5 * (found + found.T))
