"""When people leave while alive: a hazard by arm and by state, constant between visits.

    h_ij = rate_arm(i) · ratio(y_ij),     H(t) = ∫₀ᵗ h,     leaves at H⁻¹(E), E ~ exponential(1)

rate: per month; y_ij: the score at the beginning of interval j; ratio: the hazard ratio of the
lowest threshold above y_ij, 1 above all. In words: with a rate of 0.00878 a month and no states, 10
of 100 have left after 12 months; people whose function is low may leave more often, which makes
those who stay look better than they are.
Status: double (small steps in time), closed form.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from slopewise.errors import InputError

__all__ = ["dropout_hazard", "dropout_months", "share_left"]


def dropout_hazard(
    arm: Int[Array, "... people"],
    per_month: Sequence[float],
    *,
    scores: Float[Array, "... people intervals"],
    states: Sequence[tuple[float, float]] = (),
) -> Float[Array, "... people intervals"]:
    """Hazard of each person in each interval; `states` are (score below, hazard ratio)."""
    rates = np.asarray(per_month, dtype=float)
    if np.any(rates < 0) or any(ratio <= 0 for _, ratio in states):
        raise InputError("rates of leaving are 0 or more and hazard ratios above 0; correct them")
    below = np.array(sorted(threshold for threshold, _ in states))
    ratios = np.array([dict(states)[threshold] for threshold in below] + [1.0])
    return np.asarray(rates[arm][..., None] * ratios[np.searchsorted(below, scores, side="right")])


def dropout_months(
    hazard: Float[Array, "... people intervals"],
    edges: Float[Array, " intervals_and_end"],
    *,
    generator: np.random.Generator,
) -> Float[Array, "... people"]:
    """Month of leaving; infinite for those who stay until the last edge."""
    lengths = np.diff(edges)
    if hazard.shape[-1] != len(lengths) or np.any(lengths <= 0):
        raise InputError("hazards need one interval between each two edges, and edges that rise")
    until = np.cumsum(hazard * lengths, axis=-1)
    drawn = generator.exponential(size=hazard.shape[:-1])
    interval = (until <= drawn[..., None]).sum(axis=-1)
    stays = interval == len(lengths)
    inside = np.minimum(interval, len(lengths) - 1)[..., None]
    own = np.take_along_axis(hazard, inside, axis=-1)[..., 0]
    left = np.take_along_axis(until, inside, axis=-1)[..., 0] - drawn
    back = np.divide(left, own, out=np.zeros_like(left), where=~stays)
    return np.where(stays, np.inf, np.asarray(edges)[1:][inside[..., 0]] - back)


def share_left(per_month: float, months: float) -> float:
    """Share who have left by a month at a constant hazard: 1 − exp(−rate · months)."""
    return float(-np.expm1(-per_month * months))
