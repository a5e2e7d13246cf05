"""Maxima of smooth functions of few variables, polished until the gradient vanishes."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

__all__ = ["Maximum", "maximise"]

_NEWTON_STEPS = 12


@dataclass(frozen=True)
class Maximum:
    """Where the maximum lies, its height, the observed information, and how the search ended.

    `status`: "converged", "step_limit" (gradient still large), "non_finite".
    """

    place: Float[Array, " variables"]
    height: float
    information: Float[Array, "variables variables"]
    status: str


def maximise(
    function: Callable[[Float[Array, " variables"]], float],
    start: Float[Array, " variables"],
    *,
    tolerance: float = 1e-8,
) -> Maximum:
    """BFGS from `start`, then Newton steps on central differences.

    Stops when the Newton decrement g'H⁻¹g / 2 is below `tolerance` (in units of the function).
    """
    from scipy.optimize import minimize

    rough = minimize(lambda x: -function(x), start, method="BFGS", options={"gtol": 1e-4})
    place, status = np.asarray(rough.x), "step_limit"
    information = np.eye(len(place))
    for _ in range(_NEWTON_STEPS):
        gradient, information = _differences(function, place)
        if not (np.all(np.isfinite(gradient)) and np.all(np.isfinite(information))):
            status = "non_finite"
            break
        try:
            step = np.linalg.solve(information, gradient)
        except np.linalg.LinAlgError:  # flat in some direction: no maximum to stand on
            break
        if 0.0 <= 0.5 * gradient @ step < tolerance:
            status = "converged"
            place = place + step
            break
        place = _uphill(function, place, step)
    return Maximum(place, float(function(place)), information, status)


def _uphill(function: Callable[[Array], float], place: Array, step: Array) -> Array:
    """The longest of the step's halvings that does not go down."""
    here = function(place)
    for halving in range(30):
        there = place + step * 0.5**halving
        if function(there) >= here:
            return np.asarray(there)
    return place


def _differences(function: Callable[[Array], float], place: Array) -> tuple[Array, Array]:
    """Gradient and observed information (minus the Hessian) by central differences."""
    size = len(place)
    width = 1e-4 * np.maximum(1.0, np.abs(place))
    shift = np.diag(width)
    centre = function(place)
    up = np.array([function(place + shift[i]) for i in range(size)])
    down = np.array([function(place - shift[i]) for i in range(size)])
    hessian = np.diag((up - 2.0 * centre + down) / width**2)
    for i in range(size):
        for j in range(i):
            both = shift[i] + shift[j]
            apart = shift[i] - shift[j]
            corners = function(place + both) - function(place + apart)
            corners += function(place - both) - function(place - apart)
            hessian[i, j] = hessian[j, i] = corners / (4.0 * width[i] * width[j])
    return (up - down) / (2.0 * width), -hessian
