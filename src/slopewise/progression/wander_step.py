"""One exact step of the wander and of its integral, in units of its standard deviation τ.

    w(t + Δ) = (1 − E) w + τ s z₁,                     E = 1 − exp(−Δ/M),  s = √(E (2 − E))
    ∫ w       = M E w + τ (c z₁ + d z₂),               c = M E² / s,       d² = M² v(Δ/M) − c²

w: wander (points/month); M: correlation time (months); Δ: length of the step (months); z₁, z₂:
independent standard normals; v: `likelihood.integrated_wander`. In words: where the slope's wander
goes next, and how much function it adds or takes on the way, for a step of any length.
Status: reference (the same density as the Kalman filter's transition).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.progression.likelihood import integrated_wander

__all__ = ["WanderStep", "wander_step"]


@dataclass(frozen=True, slots=True)
class WanderStep:
    """The coefficients of one step; arrays of the shape of the correlation time."""

    kept: Float[Array, "..."]  # 1 − E
    carried: Float[Array, "..."]  # M E, months
    fresh: Float[Array, "..."]  # s
    shared: Float[Array, "..."]  # c, months
    own: Float[Array, "..."]  # d, months


def wander_step(memory_months: Float[Array, "..."], duration_months: float) -> WanderStep:
    """Coefficients for a step of this length (0 or more)."""
    x = duration_months / np.asarray(memory_months, dtype=float)
    lost = -np.expm1(-x)
    fresh = np.sqrt(lost * (2.0 - lost))
    shared = memory_months * np.divide(
        lost**2, fresh, out=np.zeros_like(lost), where=np.asarray(fresh > 0)
    )
    path = memory_months**2 * integrated_wander(x)
    own = np.sqrt(np.maximum(path - shared**2, 0.0))
    return WanderStep(1.0 - lost, memory_months * lost, fresh, shared, own)
