"""Pareto-smoothed importance weights: the largest ratios replaced by a fitted tail, and its shape.

Vehtari et al. 2024, Pareto smoothed importance sampling, J Mach Learn Res 25:72. The largest
M = min(S/5, 3 √S) ratios are replaced by expected order statistics of a generalised Pareto
distribution fitted to them (Zhang and Stephens 2009, doi:10.1198/tech.2009.08017), k̂ drawn towards
0.5 with the weight of ten draws. k̂ above 0.7: too few draws carry the answer to trust it.
Status: developer (recovers known shapes and a normal target by closed form).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

__all__ = ["LARGEST_SAFE_SHAPE", "SmoothedWeights", "smoothed_weights", "tail_shape"]

LARGEST_SAFE_SHAPE = 0.7
_LEAST_TAIL = 5
_PRIOR_DRAWS = 10.0


@dataclass(frozen=True)
class SmoothedWeights:
    """Weights adding to 1, the tail's shape k̂ and the effective number of draws, 1/Σw².

    k̂ is infinite where there are too few draws to fit a tail, and −inf where all ratios are equal.
    """

    weight: Float[Array, " draws"]
    shape: float
    effective_draws: float

    @property
    def is_stable(self) -> bool:
        """Whether k̂ allows the weighted answer to be trusted."""
        return self.shape <= LARGEST_SAFE_SHAPE


def smoothed_weights(log_ratio: Float[Array, " draws"]) -> SmoothedWeights:
    """Smooth the ratios' tail and norm them; log ratios may carry any constant."""
    shifted = log_ratio - log_ratio.max()
    draws = len(shifted)
    tail = int(np.ceil(min(0.2 * draws, 3.0 * np.sqrt(draws))))
    shape = np.inf
    if tail >= _LEAST_TAIL:
        order = np.argsort(shifted)
        largest = order[-tail:]
        cutoff = float(np.exp(shifted[order[-tail - 1]]))
        excess = np.exp(shifted[largest]) - cutoff
        if excess[-1] <= 1e-12:
            shape = -np.inf
        else:
            shape, scale = tail_shape(np.maximum(excess, 1e-300))
            smoothed = np.log(cutoff + _quantiles(tail, shape, scale))
            shifted = shifted.copy()
            shifted[largest] = np.minimum(smoothed, 0.0)
    weight = np.exp(shifted - np.logaddexp.reduce(shifted))
    return SmoothedWeights(weight, float(shape), float(1.0 / (weight**2).sum()))


def tail_shape(excess: Float[Array, " tail"]) -> tuple[float, float]:
    """Shape k̂ and scale of a generalised Pareto distribution for sorted excesses (rising)."""
    count = len(excess)
    points = 30 + int(np.sqrt(count))
    place = np.arange(1, points + 1)
    quarter = excess[int(count / 4 + 0.5) - 1]
    theta = 1.0 / excess[-1] + (1.0 - np.sqrt(points / (place - 0.5))) / 3.0 / quarter
    k = np.log1p(-theta[:, None] * excess).mean(axis=1)
    height = count * (np.log(-theta / k) - k - 1.0)
    weight = np.exp(height - np.logaddexp.reduce(height))
    chosen = float(theta @ weight)
    shape = float(np.log1p(-chosen * excess).mean())
    scale = -shape / chosen
    return (shape * count + 0.5 * _PRIOR_DRAWS) / (count + _PRIOR_DRAWS), scale


def _quantiles(tail: int, shape: float, scale: float) -> Array:
    """Expected order statistics: the distribution's quantiles at (j − ½)/M."""
    share = (np.arange(tail) + 0.5) / tail
    if abs(shape) < 1e-12:
        return np.asarray(-scale * np.log1p(-share))
    return np.asarray(scale * np.expm1(-shape * np.log1p(-share)) / shape)
