"""The chance of crossing a bound at each look: one exact integral a look, no simulation.

    S_k = Z_k √t_k,   S_k | S_{k−1} ~ N(S_{k−1} + δ (t_k − t_{k−1}),  t_k − t_{k−1}),   S_0 = 0
    g_k(s) = ∫ g_{k−1}(r) φ((s − r − δΔ)/√Δ)/√Δ dr   over the r at which the trial went on

Z_k: the test statistic at look k; t_k: share of the planned information; δ: drift, the expectation
of Z at full information (0 without an effect). The integral is a Gauss–Legendre sum whose number
of nodes follows the narrowest step, so that looks close together cost nodes and not accuracy.
Reference: Armitage, McPherson & Rowe 1969, doi:10.2307/2343787; Jennison & Turnbull 1999, ch. 19,
doi:10.1201/9780367805326.
Status: double (multivariate normal integrals), reference (rpact).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

__all__ = [
    "START",
    "Course",
    "Crossing",
    "Standing",
    "advance",
    "course",
    "crossing",
    "quantile_above",
    "standing_at",
    "step_widths",
]

_REACH = 7.0  # standard deviations: 1e-12 of the mass lies beyond on one side
_NODES_A_WIDTH = 2.0  # nodes per (interval / narrowest step): bounds move by 2e-11 with more
_FEWEST, _MOST = 24, 3000
_FARTHEST = 37.0  # z beyond which a tail is not a double any more
_STEPS = 60


@dataclass(frozen=True, eq=False, slots=True)
class Standing:
    """Where a trial that went on may stand: nodes of S with their share of the mass."""

    information: float
    place: Float[Array, " nodes"]
    mass: Float[Array, " nodes"]
    begun: float = 0.0  # information and place from which all of them set out
    origin: float = 0.0

    def above(self, z: float, *, information: float, drift: float) -> float:
        """Chance of having gone on so far and of Z above `z` at the later `information`."""
        from scipy.special import ndtr

        step = information - self.information
        ahead = self.place + drift * step - z * math.sqrt(information)
        return float(self.mass @ ndtr(ahead / math.sqrt(step)))

    def below(self, z: float, *, information: float, drift: float) -> float:
        """Chance of having gone on so far and of Z below `z` at the later `information`."""
        from scipy.special import ndtr

        step = information - self.information
        ahead = z * math.sqrt(information) - self.place - drift * step
        return float(self.mass @ ndtr(ahead / math.sqrt(step)))

    def density(self, z: float, *, information: float, drift: float) -> float:
        """Derivative of `below` by z."""
        step = information - self.information
        ahead = (z * math.sqrt(information) - self.place - drift * step) / math.sqrt(step)
        scale = math.sqrt(information / (2.0 * math.pi * step))
        return float(self.mass @ np.exp(-0.5 * ahead * ahead)) * scale


START = Standing(0.0, np.zeros(1), np.ones(1))


def standing_at(z: float, *, information: float) -> Standing:
    """A trial known to stand at `z`."""
    place = z * math.sqrt(information)
    return Standing(information, np.array([place]), np.ones(1), begun=information, origin=place)


@dataclass(frozen=True, slots=True)
class Crossing:
    """Chance of stopping at each look above the upper and below the lower bound."""

    above: tuple[float, ...]
    below: tuple[float, ...]


def crossing(
    information: Sequence[float],
    lower: Sequence[float],
    upper: Sequence[float],
    *,
    drift: float,
    start: Standing = START,
) -> Crossing:
    """Chances of crossing at each look; a bound of ±inf is never crossed."""
    widths = step_widths(information, first=start.information)
    above, below, standing = [], [], start
    last = len(information) - 1
    for look, t in enumerate(information):
        above.append(
            standing.above(upper[look], information=t, drift=drift)
            if upper[look] < math.inf
            else 0.0
        )
        below.append(
            standing.below(lower[look], information=t, drift=drift)
            if lower[look] > -math.inf
            else 0.0
        )
        if look < last:
            standing = advance(
                standing, (lower[look], upper[look]), information=t, drift=drift, width=widths[look]
            )
    return Crossing(tuple(above), tuple(below))


@dataclass(frozen=True, eq=False, slots=True)
class Course:
    """A trial without an effect, look by look; any drift up to `most_drift` is a weight on it.

    g_δ(s) = g_0(s) exp(δ s − δ² t / 2)
    """

    information: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    most_drift: float
    standings: tuple[Standing, ...]

    def crossing(self, drift: float) -> Crossing:
        """As the function `crossing`, in a fraction of its time."""
        above, below = [], []
        for standing, t, low, high in zip(
            self.standings, self.information, self.lower, self.upper, strict=True
        ):
            tilt = np.exp(drift * standing.place - 0.5 * drift * drift * standing.information)
            tilted = replace(standing, mass=standing.mass * tilt)
            above.append(tilted.above(high, information=t, drift=drift) if high < math.inf else 0.0)
            below.append(tilted.below(low, information=t, drift=drift) if low > -math.inf else 0.0)
        return Crossing(tuple(above), tuple(below))


def course(
    information: Sequence[float],
    lower: Sequence[float],
    upper: Sequence[float],
    *,
    most_drift: float,
) -> Course:
    """Follow a trial without an effect so that drifts from 0 to `most_drift` can be asked."""
    widths = step_widths(information)
    standings = [START]
    for look, t in enumerate(information[:-1]):
        bounds = (lower[look], upper[look])
        standings.append(
            advance(
                standings[-1], bounds, information=t, drift=0.0, width=widths[look],
                slack=most_drift,
            )
        )  # fmt: skip
    return Course(tuple(information), tuple(lower), tuple(upper), most_drift, tuple(standings))


def step_widths(information: Sequence[float], *, first: float = 0.0) -> tuple[float, ...]:
    """Standard deviation of the narrower of the steps before and after each look."""
    steps = [b - a for a, b in pairwise([first, *information])]
    return tuple(math.sqrt(min(pair)) for pair in pairwise([*steps, steps[-1]]))


def advance(
    standing: Standing,
    bounds: tuple[float, float],
    *,
    information: float,
    drift: float,
    width: float,
    slack: float = 0.0,
) -> Standing:
    """The standing at `information` of the trials that stay between the bounds (z).

    `slack` is a further drift for which the places must reach far enough.
    """
    root, step = math.sqrt(information), information - standing.information
    since = information - standing.begun
    centre, reach = standing.origin + drift * since, _REACH * math.sqrt(since)
    low = max(bounds[0] * root, centre - reach)
    high = min(bounds[1] * root, centre + reach + slack * since)
    if low >= high:
        return replace(standing, information=information, place=np.zeros(1), mass=np.zeros(1))
    wanted = _NODES_A_WIDTH * (high - low) / width
    unit, weight = _rule(min(_MOST, max(_FEWEST, 8 * math.ceil(wanted / 8))))
    place = low + (high - low) * unit
    apart = (place[:, None] - (standing.place + drift * step)) / math.sqrt(step)
    kernel = np.exp(-0.5 * apart * apart)
    scale = (high - low) / math.sqrt(2.0 * math.pi * step)
    mass = weight * (kernel @ standing.mass) * scale
    return replace(standing, information=information, place=place, mass=mass)


def quantile_above(standing: Standing, chance: float, *, information: float, drift: float) -> float:
    """The z that is exceeded with exactly `chance`: Newton's method on the log of the tail."""
    from scipy.special import ndtri

    whole = float(standing.mass.sum())
    if chance <= 0.0:
        return _FARTHEST
    if chance >= whole:
        return -math.inf
    z = min(-float(ndtri(chance / whole)) + drift * math.sqrt(information), _FARTHEST)
    low, high = -2 * _FARTHEST, 2 * _FARTHEST
    for _ in range(_STEPS):
        tail = standing.above(z, information=information, drift=drift)
        low, high = (z, high) if tail > chance else (low, z)
        density = standing.density(z, information=information, drift=drift)
        if tail > 0.0 and density > 0.0:
            move = math.log(tail / chance) * tail / density
            new = z + move
        else:
            new = math.nan
        if not low < new < high:
            new = 0.5 * (low + high)
        if abs(new - z) < 1e-12 * max(1.0, abs(z)):
            return min(new, _FARTHEST)
        z = new
    return min(z, _FARTHEST)


@lru_cache(maxsize=256)
def _rule(nodes: int) -> tuple[Float[Array, " nodes"], Float[Array, " nodes"]]:
    """Gauss–Legendre nodes and weights on (0, 1)."""
    node, weight = np.polynomial.legendre.leggauss(nodes)
    return 0.5 * (node + 1.0), 0.5 * weight
