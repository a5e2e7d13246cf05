"""A predictive distribution of scores as a mixture of normals, and its CRPS in closed form.

    F(y) = Σ_k w_k Φ((y − μ_k) / σ_k)
    CRPS = ∫ (F(x) − 1{y ≤ x})² dx
         = Σ_k w_k A(y − μ_k, σ_k²) − ½ Σ_kl w_k w_l A(μ_k − μ_l, σ_k² + σ_l²)
    A(m, v) = 2 √v φ(m / √v) + m (2 Φ(m / √v) − 1)

CRPS is in points: the mean absolute error of a forecast that also says how sure it is; for a
forecast without doubt it is the absolute error. Lower is better. Status: double.

Gneiting & Raftery 2007, doi:10.1198/016214506000001437 (normal); Grimit et al. 2006,
doi:10.1256/qj.05.235 (mixture).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.errors import InputError

__all__ = ["NormalMixture", "crps", "distribution_at", "mixture_mean", "mixture_quantile"]

_BLOCK = 2_000_000  # pairs of components held at once
_HALVINGS = 200


@dataclass(frozen=True)
class NormalMixture:
    """One mixture for each score; a plain normal has one component of weight 1."""

    weight: Float[Array, "scores components"]
    mean: Float[Array, "scores components"]  # points
    sd: Float[Array, "scores components"]  # points, > 0

    def __post_init__(self) -> None:
        if self.mean.ndim != 2 or not self.mean.shape == self.weight.shape == self.sd.shape:
            raise InputError("weights, means and SDs need one shape: scores by components")
        if not (np.all(np.isfinite(self.mean)) and np.all(np.isfinite(self.sd))):
            raise InputError("a mean or SD of a prediction is not a finite number")
        if not np.all(self.sd > 0.0):
            raise InputError("an SD of a prediction is not above 0; a sure forecast has no density")
        if not (np.all(self.weight >= 0.0) and np.allclose(self.weight.sum(axis=1), 1.0)):
            raise InputError("weights of a mixture must be at least 0 and sum to 1 for each score")


def crps(forecast: NormalMixture, observed: Float[Array, " scores"]) -> Float[Array, " scores"]:
    """Continuous ranked probability score of each forecast, points."""
    components = forecast.mean.shape[1]
    rows = max(1, _BLOCK // components**2)
    parts = [
        _block(NormalMixture(forecast.weight[s], forecast.mean[s], forecast.sd[s]), observed[s])
        for s in (slice(i, i + rows) for i in range(0, len(observed), rows))
    ]
    return np.concatenate(parts) if parts else np.zeros(0)


def distribution_at(
    forecast: NormalMixture, value: Float[Array, " scores"]
) -> Float[Array, " scores"]:
    """F(value) for each forecast."""
    from scipy.special import ndtr

    standard = (value[:, None] - forecast.mean) / forecast.sd
    chance: Float[Array, " scores"] = np.sum(forecast.weight * ndtr(standard), axis=1)
    return chance


def mixture_mean(forecast: NormalMixture) -> Float[Array, " scores"]:
    """Mean of each forecast, points."""
    mean: Float[Array, " scores"] = np.sum(forecast.weight * forecast.mean, axis=1)
    return mean


def mixture_quantile(forecast: NormalMixture, probability: float) -> Float[Array, " scores"]:
    """Value below which each forecast puts that probability, by bisection to rounding."""
    from scipy.special import ndtri

    if not 0.0 < probability < 1.0:
        raise InputError(f"probability {probability:g} must lie between 0 and 1")
    own = forecast.mean + forecast.sd * ndtri(probability)
    own = np.where(forecast.weight > 0.0, own, own[:, :1])
    lower, upper = own.min(axis=1), own.max(axis=1)  # the answer lies among the components' own
    for _ in range(_HALVINGS):
        middle = 0.5 * (lower + upper)
        if np.all((middle == lower) | (middle == upper)):
            break
        below = distribution_at(forecast, middle) < probability
        lower, upper = np.where(below, middle, lower), np.where(below, upper, middle)
    found: Float[Array, " scores"] = upper
    return found


def _block(forecast: NormalMixture, observed: Array) -> Float[Array, " scores"]:
    weight, mean, variance = forecast.weight, forecast.mean, forecast.sd**2
    near = np.sum(weight * _absolute(observed[:, None] - mean, variance), axis=1)
    between = _absolute(
        mean[:, :, None] - mean[:, None, :], variance[:, :, None] + variance[:, None, :]
    )
    spread = np.einsum("sk,skl,sl->s", weight, between, weight)
    score: Float[Array, " scores"] = near - 0.5 * spread
    return score


def _absolute(mean: Array, variance: Array) -> Array:
    """E|X| for X ~ N(mean, variance)."""
    from scipy.special import erf

    root = np.sqrt(variance)
    standard = mean / root
    density = np.exp(-0.5 * standard**2) * np.sqrt(2.0 / np.pi)
    expected: Array = root * density + mean * erf(standard / np.sqrt(2.0))
    return expected
