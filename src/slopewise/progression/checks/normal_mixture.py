"""A predictive distribution of scores as a mixture of normals, and its CRPS in closed form.

    F(y) = Σ_k w_k Φ((y − μ_k) / σ_k)
    CRPS = ∫ (F(x) − 1{y ≤ x})² dx
         = Σ_k w_k A(y − μ_k, σ_k²) − ½ Σ_kl w_k w_l A(μ_k − μ_l, σ_k² + σ_l²)
    A(m, v) = 2 √v φ(m / √v) + m (2 Φ(m / √v) − 1)

The double sum is also ∫ F (1 − F) dx, an entire function with the tails of a normal: the trapezium
rule in steps of half the smallest SD is exact to rounding (error about exp(−4π²)) and cheaper when
there are many components. CRPS is in points: the mean absolute error of a prediction that also says
how sure it is; for a prediction without doubt it is the absolute error. Lower is better. Status:
double.

Gneiting & Raftery 2007, doi:10.1198/016214506000001437 (normal); Grimit et al. 2006,
doi:10.1256/qj.05.235 (mixture).
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.errors import InputError

__all__ = ["NormalMixture", "crps", "distribution_at", "mixture_mean", "mixture_quantile"]

_BLOCK = 1_000_000  # numbers held at once
_HALVINGS = 200
_REACH = 8.5  # standard deviations: a normal's tail beyond is below 1e-16


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
            raise InputError(
                "an SD of a prediction is not above 0; a sure prediction has no density"
            )
        if not (np.all(self.weight >= 0.0) and np.allclose(self.weight.sum(axis=1), 1.0)):
            raise InputError("weights of a mixture must be at least 0 and sum to 1 for each score")


def crps(mixture: NormalMixture, observed: Float[Array, " scores"]) -> Float[Array, " scores"]:
    """Continuous ranked probability score of each mixture, points."""
    near = np.sum(
        mixture.weight * _absolute(observed[:, None] - mixture.mean, mixture.sd**2), axis=1
    )
    components, points = mixture.mean.shape[1], _grid_points(mixture)
    by_grid = points < components / 2.0
    rows = max(1, _BLOCK // (components * (points if by_grid else components)))
    spread = [np.zeros(0)]
    for start in range(0, observed.size, rows):
        part = slice(start, start + rows)
        few = NormalMixture(mixture.weight[part], mixture.mean[part], mixture.sd[part])
        spread.append(_spread_by_grid(few, points) if by_grid else _spread_by_pairs(few))
    score: Float[Array, " scores"] = near - np.concatenate(spread)
    return score


def distribution_at(
    mixture: NormalMixture, value: Float[Array, " scores"]
) -> Float[Array, " scores"]:
    """F(value) for each mixture."""
    from scipy.special import ndtr

    standard = (value[:, None] - mixture.mean) / mixture.sd
    chance: Float[Array, " scores"] = np.sum(mixture.weight * ndtr(standard), axis=1)
    return chance


def mixture_mean(mixture: NormalMixture) -> Float[Array, " scores"]:
    """Mean of each mixture, points."""
    mean: Float[Array, " scores"] = np.sum(mixture.weight * mixture.mean, axis=1)
    return mean


def mixture_quantile(mixture: NormalMixture, probability: float) -> Float[Array, " scores"]:
    """Value below which each prediction puts that probability, by bisection to rounding."""
    if not 0.0 < probability < 1.0:
        raise InputError(f"probability {probability:g} must lie between 0 and 1")
    own = mixture.mean + mixture.sd * NormalDist().inv_cdf(probability)
    own = np.where(mixture.weight > 0.0, own, own[:, :1])
    lower, upper = own.min(axis=1), own.max(axis=1)  # the answer lies among the components' own
    for _ in range(_HALVINGS):
        middle = 0.5 * (lower + upper)
        if np.all((middle == lower) | (middle == upper)):
            break
        below = distribution_at(mixture, middle) < probability
        lower, upper = np.where(below, middle, lower), np.where(below, upper, middle)
    found: Float[Array, " scores"] = upper
    return found


def _spread_by_pairs(mixture: NormalMixture) -> Float[Array, " scores"]:
    """½ E|X − X'| of each mixture, by its components' pairs."""
    weight, mean, variance = mixture.weight, mixture.mean, mixture.sd**2
    between = _absolute(
        mean[:, :, None] - mean[:, None, :], variance[:, :, None] + variance[:, None, :]
    )
    half: Float[Array, " scores"] = 0.5 * np.einsum("sk,skl,sl->s", weight, between, weight)
    return half


def _spread_by_grid(mixture: NormalMixture, points: int) -> Float[Array, " scores"]:
    """The same as ∫ F (1 − F) dx, by trapezia between the ends of the mixture."""
    from scipy.special import ndtr

    lower, upper = _ends(mixture)
    at = lower[:, None] + (upper - lower)[:, None] * np.linspace(0.0, 1.0, points)
    standard = (at[:, :, None] - mixture.mean[:, None, :]) / mixture.sd[:, None, :]
    below = np.einsum("sk,spk->sp", mixture.weight, ndtr(standard))
    step = (upper - lower) / (points - 1)
    total: Float[Array, " scores"] = step * np.sum(below * (1.0 - below), axis=1)
    return total


def _ends(mixture: NormalMixture) -> tuple[Array, Array]:
    """Where F and 1 − F of every component are below rounding."""
    return (
        np.min(mixture.mean - _REACH * mixture.sd, axis=1),
        np.max(mixture.mean + _REACH * mixture.sd, axis=1),
    )


def _grid_points(mixture: NormalMixture) -> int:
    """Points enough for steps of half the smallest SD of any mixture."""
    if not mixture.mean.size:
        return 2
    lower, upper = _ends(mixture)
    steps = np.max((upper - lower) / (0.5 * np.min(mixture.sd, axis=1)))
    return int(min(np.ceil(steps), 1e9)) + 2


def _absolute(mean: Array, variance: Array) -> Array:
    """E|X| for X ~ N(mean, variance)."""
    from scipy.special import erf

    root = np.sqrt(variance)
    standard = mean / root
    density = np.exp(-0.5 * standard**2) * np.sqrt(2.0 / np.pi)
    expected: Array = root * density + mean * erf(standard / np.sqrt(2.0))
    return expected
