"""The slowing profile: log p(all visits | θ) of one patient, and the posterior it gives.

Integrated over classes, random effects, wander and parameter sets. A coarse grid of θ suffices
because the profile is smooth; a monotone cubic, which cannot overshoot, carries it to the fine
grid.
"""

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.errors import InputError
from slopewise.response.assessment import (
    Belief,
    EvidencePrior,
    Prior,
    Slowing,
    SlowingDensity,
)

__all__ = [
    "FINE_THETA",
    "QUARTER_SLOWER",
    "SCEPTICAL_SD",
    "THETA",
    "density",
    "probability_above",
    "summarise",
]

THETA = np.linspace(-1.0, 2.0, 31)
FINE_THETA = np.linspace(-1.0, 2.0, 601)

# assumption: centred on no effect, with 5 chances in 100 that decline is slowed by half or more;
# the construction of a sceptical prior is Spiegelhalter 1994, doi:10.2307/2983527
SCEPTICAL_SD = 0.5 / 1.6449

# a conventional threshold: 20 % counts as meaningful for 90 % of experts, 25 % for all of them
# (Castrillo-Viguera 2010, doi:10.3109/17482960903093710)
QUARTER_SLOWER = 0.25


def density(profile: Float[Array, " theta"], prior: Belief) -> SlowingDensity:
    """Posterior of θ on the fine grid from a profile on THETA."""
    from scipy.interpolate import PchipInterpolator

    fine = PchipInterpolator(THETA, profile)(FINE_THETA)
    fine = fine - fine.max()
    before = _believed(prior)
    before = before / np.trapezoid(before, FINE_THETA)
    after = np.exp(fine) * before
    after = after / np.trapezoid(after, FINE_THETA)
    return SlowingDensity(
        theta=tuple(FINE_THETA.tolist()),
        posterior=tuple(after.tolist()),
        prior=tuple(before.tolist()),
        log_profile=tuple(fine.tolist()),
    )


def _believed(prior: Belief) -> Float[Array, " fine"]:
    """The prior's shape on the fine grid; raises InputError where evidence brings no density."""
    if isinstance(prior, EvidencePrior):
        if len(prior.log_density) != len(FINE_THETA):
            raise InputError(
                f"the evidence prior has {len(prior.log_density)} places for "
                f"{len(FINE_THETA)} of the grid; give its density on FINE_THETA"
            )
        log_density = np.asarray(prior.log_density)
        return np.asarray(np.exp(log_density - log_density.max()))
    if prior is Prior.EVIDENCE:
        raise InputError("the evidence prior needs the density of the published trials; give it")
    if prior is Prior.SCEPTICAL:
        return np.asarray(np.exp(-0.5 * (FINE_THETA / SCEPTICAL_SD) ** 2))
    return np.ones_like(FINE_THETA)


def summarise(density: SlowingDensity) -> Slowing:
    """Median and 90 % interval."""
    cumulative = _cumulative(density)
    low, median, high = np.interp([0.05, 0.5, 0.95], cumulative, density.theta)
    return Slowing(median=float(median), low90=float(low), high90=float(high))


def probability_above(density: SlowingDensity, theta: float) -> float:
    """Posterior Pr(slowing > theta)."""
    return float(1.0 - np.interp(theta, density.theta, _cumulative(density)))


def _cumulative(density: SlowingDensity) -> Array:
    y, x = np.asarray(density.posterior), np.asarray(density.theta)
    total = np.concatenate([[0.0], np.cumsum(0.5 * (y[1:] + y[:-1]) * np.diff(x))])
    return np.asarray(total / total[-1])
