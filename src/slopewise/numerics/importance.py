"""Pareto-smoothed importance weights (Vehtari and others 2024, JMLR 25(72)).

The largest weights are replaced by quantiles of a generalised Pareto distribution fitted to them
(Zhang and Stephens 2009). Its shape k̂ says whether the sample can be trusted: below 0.7 yes.
"""

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

__all__ = ["TRUSTED_KHAT", "effective_draws", "pareto_smooth"]

TRUSTED_KHAT = 0.7
_LEAST_TAIL = 5


def pareto_smooth(
    log_ratios: Float[Array, " draws"],
) -> tuple[Float[Array, " draws"], float]:
    """Smoothed log weights (they sum to 1) and the tail's shape k̂ (∞ with too few draws)."""
    draws = len(log_ratios)
    log_weights = log_ratios - log_ratios.max()
    tail = int(np.ceil(min(0.2 * draws, 3.0 * np.sqrt(draws))))
    khat = np.inf
    if tail >= _LEAST_TAIL:
        order = np.argsort(log_weights)
        largest = order[-tail:]
        cutoff = log_weights[order[-tail - 1]]
        excess = np.exp(log_weights[largest]) - np.exp(cutoff)
        if excess[-1] > 0.0:
            khat, scale = _generalised_pareto(np.maximum(excess, 1e-300))
            shares = (np.arange(tail) + 0.5) / tail
            fitted = _quantiles(shares, khat, scale) + np.exp(cutoff)
            log_weights = log_weights.copy()
            log_weights[largest] = np.minimum(np.log(fitted), 0.0)
        else:
            khat = -np.inf
    return log_weights - np.logaddexp.reduce(log_weights), float(khat)


def effective_draws(log_weights: Float[Array, " draws"]) -> float:
    """1 / Σ w² of normalised weights."""
    return float(np.exp(-np.logaddexp.reduce(2.0 * log_weights)))


def _quantiles(shares: Array, shape: float, scale: float) -> Array:
    if abs(shape) < 1e-8:
        return np.asarray(-scale * np.log1p(-shares))
    return np.asarray(scale * np.expm1(-shape * np.log1p(-shares)) / shape)


def _generalised_pareto(excess: Float[Array, " tail"]) -> tuple[float, float]:
    """Shape and scale by Zhang and Stephens' (2009) quasi-Bayesian estimate, shape shrunk to 0.5.

    doi:10.1198/tech.2009.08017; the shrinkage (ten prior observations) is that of Vehtari 2024.
    """
    count = len(excess)
    points = 30 + int(np.sqrt(count))
    quarter = excess[int(count / 4 + 0.5) - 1]
    grid = 1.0 - np.sqrt(points / (np.arange(1, points + 1) - 0.5))
    grid = grid / (3.0 * quarter) + 1.0 / excess[-1]
    shapes = np.log1p(-grid[:, None] * excess).mean(axis=1)
    heights = count * (np.log(-grid / shapes) - shapes - 1.0)
    weights = 1.0 / np.exp(heights - heights[:, None]).sum(axis=1)
    middle = float(weights @ grid)
    shape = float(np.log1p(-middle * excess).mean())
    scale = -shape / middle
    return (shape * count + 0.5 * 10.0) / (count + 10.0), scale
