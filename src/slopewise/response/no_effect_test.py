"""How often a patient without effect would look at least this good, given the run-in.

Given the scores before the first dose, the later scores without effect are a mixture of normals
over parameter sets and classes. The statistic is linear in the later scores,

    T = c'y,   c = V⁻¹ G,

with V the predictive covariance without effect and G the months of full effect behind each visit:
the matched filter for "every month of exposure gained the same number of points". Its tail and its
power are therefore exact sums of normal tails, with no simulation. Because everything is
conditional on the run-in, a fast run-in does not count as evidence.

Status: developer, with simulation checks in tests/characteristics.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.progression.forecast import ScoreMoments

__all__ = ["POWER_THETA", "NoEffectTest", "no_effect_test"]

POWER_THETA = np.array([0.0, 0.5, 1.0])  # mean is linear and variance quadratic in θ: three suffice
_BISECTIONS = 50


@dataclass(frozen=True)
class NoEffectTest:
    """A mixture of normals for T as a function of θ; `part` runs over sets and classes.

    mean(θ) = mean0 + θ shift;  variance(θ) = v0 + v1 θ + v2 θ².
    """

    weight: Float[Array, "patients part"]
    mean0: Float[Array, "patients part"]
    shift: Float[Array, "patients part"]
    variance: Float[Array, "patients part 3"]
    direction: Float[Array, "patients visits"]

    def upper_tail(
        self, statistic: Float[Array, " patients"], theta: float | Array = 0.0
    ) -> Float[Array, " patients"]:
        """Pr(T >= statistic | run-in, θ)."""
        from scipy.special import ndtr

        at = np.broadcast_to(np.asarray(theta, dtype=float), statistic.shape)[:, None]
        spread = self.variance[..., 0] + at * (self.variance[..., 1] + at * self.variance[..., 2])
        gap = self.mean0 + at * self.shift - statistic[:, None]
        tail = ndtr(gap / np.sqrt(np.maximum(spread, 1e-12)))
        return np.asarray((self.weight * tail).sum(axis=1))

    def critical_value(self, tail: float) -> Float[Array, " patients"]:
        """The statistic that a patient without effect reaches with chance `tail`."""
        spread = np.sqrt(self.variance[..., 0])
        low = (self.mean0 - 10 * spread).min(axis=1)
        high = (self.mean0 + 10 * spread).max(axis=1)
        for _ in range(_BISECTIONS):
            middle = 0.5 * (low + high)
            above = self.upper_tail(middle) > tail
            low, high = np.where(above, middle, low), np.where(above, high, middle)
        return 0.5 * (low + high)

    def smallest_shown(
        self, *, tail: float, power: float, limit: float
    ) -> Float[Array, " patients"]:
        """Smallest θ whose chance of passing the critical value is `power`; inf beyond `limit`."""
        critical = self.critical_value(tail)
        low, high = np.zeros_like(critical), np.full_like(critical, limit)
        reached = self.upper_tail(critical, high) >= power
        for _ in range(_BISECTIONS):
            middle = 0.5 * (low + high)
            enough = self.upper_tail(critical, middle) >= power
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        return np.where(reached, high, np.inf)


def no_effect_test(
    weight: Float[Array, "patients part"],
    moments: ScoreMoments,
    exposed_months: Float[Array, " visits"],
) -> NoEffectTest:
    """Build the test from moments at POWER_THETA for patients on one visit plan.

    `weight`: posterior weights of (set, class) given the scores before the first dose.
    """
    patients, part = weight.shape
    visits = len(exposed_months)
    mean = moments.mean.reshape(patients, 3, part, visits)
    covariance = moments.covariance[0].reshape(3, part, visits, visits)
    centre = np.einsum("pk,pkv->pv", weight, mean[:, 0])
    away = mean[:, 0] - centre[:, None]
    mixed = np.einsum("pk,kvw->pvw", weight, covariance[0]) + np.einsum(
        "pk,pkv,pkw->pvw", weight, away, away, optimize=True
    )
    direction = np.linalg.solve(mixed, np.broadcast_to(exposed_months, centre.shape)[..., None])
    direction = direction[..., 0]
    spread = np.einsum("pv,tkvw,pw->pkt", direction, covariance, direction, optimize=True)
    v0, half, full = spread[..., 0], spread[..., 1], spread[..., 2]
    v2 = 2.0 * (full - 2.0 * half + v0)
    return NoEffectTest(
        weight=weight,
        mean0=np.einsum("pv,pkv->pk", direction, mean[:, 0]),
        shift=np.einsum("pv,pkv->pk", direction, mean[:, 2] - mean[:, 0]),
        variance=np.stack([v0, full - v0 - v2, v2], axis=-1),
        direction=direction,
    )
