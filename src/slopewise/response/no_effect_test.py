"""How often a patient without effect would look at least this good, given the run-in.

The evidence for slowing in the scores after the first dose is a Bayes factor,

    B = ∫ p(y | θ, run-in) u(θ) dθ / p(y | θ = 0, run-in),     u half-normal on θ > 0 (faster: < 0),

and its no-effect tail is the chance of at least as large a B without any effect, by drawing the
later scores from natural history given the run-in, rounded and clipped as recorded. Because
everything is conditional on the run-in, a fast run-in does not count as evidence. Any weighing u
gives a valid tail; this one has two to three times the power of a straight comparison of means,
because slowed decline is also steadier (docs/decisions).

Natural history itself is in doubt. `doubted` turns the model's tail into the largest frequency seen
on rival natural histories calibrated to the same summaries (docs/evidence/characteristics).

Status: developer, checked by simulation in tests/characteristics.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.progression.forecast import ScoreMoments, score_moments
from slopewise.progression.parameters import ROUNDING_VARIANCE
from slopewise.progression.timeline import Exposure, timeline
from slopewise.response.run_in import RunIn, thinned
from slopewise.response.verdict import plain_change

__all__ = [
    "BayesFactors",
    "NoEffectTest",
    "Tails",
    "doubted",
    "least_squares_slopes",
    "no_effect_test",
    "undoubted",
]

# θ at which evidence is weighed; the spread 0.6 is an `assumption:` that favours θ of 0.3 to 1
_THETA = np.array([-1.0, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0])
_WIDTH = np.array([0.5, 0.375, 0.25, 0.0, 0.25, 0.25, 0.25, 0.25, 0.25, 0.375, 0.5])
_SPREAD = 0.6
_POWER_THETA = np.array([0.25, 0.5, 0.75, 1.0, 1.5, 2.0])
_DRAWING_SETS = 64  # of the parameter sets take part in the draws
_PLANNING_SETS, _PLANNING_DRAWS = 16, 500  # power needs less precision than a tail
_BLOCK = 4_000_000  # numbers held at once when scores are squared
_SEED = 20240229  # the draws are the same for every patient, so verdicts are reproducible

# Lehmann exponent of the recalibration: measured on the rival histories, see `doubted`
_DOUBT = 1.6


@dataclass(frozen=True, slots=True)
class Tails:
    """Chance, without any effect, of at least this much evidence for slower and for faster."""

    slower: float
    faster: float


@dataclass(frozen=True, slots=True)
class BayesFactors:
    """log Bayes factors against no effect, one per set of scores."""

    slower: Float[Array, " draws"]
    faster: Float[Array, " draws"]


@dataclass(frozen=True)
class _Weigher:
    """log p(y | θ, class) as a quadratic in y: −½ y'Py + b'y + c, weighted by the run-in."""

    precision: Float[Array, "columns squares"]  # upper triangle, off-diagonal doubled, halved
    linear: Float[Array, "columns visits"]
    constant: Float[Array, " columns"]
    theta_count: int

    def evidence(self, scores: Float[Array, "draws visits"]) -> BayesFactors:
        upper = np.triu_indices(scores.shape[1])
        block = max(1, _BLOCK // len(upper[0]))  # memory, not speed
        density = scores @ self.linear.T + self.constant
        for first in range(0, len(scores), block):
            rows = scores[first : first + block]
            density[first : first + block] -= (
                rows[:, upper[0]] * rows[:, upper[1]]
            ) @ self.precision.T
        parts = density.reshape(len(scores), self.theta_count, -1)
        top = parts.max(axis=(1, 2), keepdims=True)
        by_theta = np.exp(parts - top).sum(axis=2)
        none = np.log(np.maximum(by_theta[:, _THETA == 0.0][:, 0], 1e-300))

        def against_none(side: Array) -> Array:
            weight = _WIDTH * np.exp(-0.5 * (_THETA / _SPREAD) ** 2) * side
            mixed = by_theta @ (weight / weight.sum())
            return np.asarray(np.log(np.maximum(mixed, 1e-300)) - none)

        return BayesFactors(against_none(_THETA > 0), against_none(_THETA < 0))


@dataclass(frozen=True)
class NoEffectTest:
    """The test for one patient's run-in and one plan of later visits."""

    planning: RunIn  # the run-in on fewer parameter sets, for power
    months: tuple[float, ...]
    given: Exposure
    weigher: _Weigher
    without_effect: BayesFactors  # of draws without effect

    def tails(self, scores: Float[Array, "1 visits"]) -> Tails:
        """Tails of the scores seen after the first dose, with the doubt about natural history."""
        seen = self.weigher.evidence(scores)
        return Tails(
            slower=doubted(_tail(self.without_effect.slower, seen.slower[0])),
            faster=doubted(_tail(self.without_effect.faster, seen.faster[0])),
        )

    def power(self, theta: Float[Array, " theta"], *, tail: float) -> Float[Array, " theta"]:
        """Chance that a patient slowed by θ passes the doubted tail."""
        allowed = undoubted(tail)
        critical = np.quantile(self.without_effect.slower, 1.0 - allowed)
        moments = _moments(self.planning, self.months, self.given, theta)
        found = []
        for i in range(len(theta)):
            at = ScoreMoments(moments.mean[:, i : i + 1], moments.covariance[:, i : i + 1])
            scores = _draw(self.planning, at, _PLANNING_DRAWS)
            passed = self.weigher.evidence(scores).slower > critical
            found.append(float((passed & self._plainly_shallower(scores)).mean()))
        return np.array(found)

    def _plainly_shallower(self, scores: Float[Array, "draws visits"]) -> Array:
        """Which drawn courses are shallower to the eye as well, as the verdict demands."""
        known = self.planning
        before = least_squares_slopes(np.array(known.months), known.scores)[0]
        months = np.array([known.months[-1], *self.months])
        opened = np.column_stack([np.full(len(scores), known.scores[0, -1]), scores])
        after = least_squares_slopes(months, opened)
        return np.array([plain_change(before, slope) > 0 for slope in after])

    def smallest_shown(self, *, tail: float, power: float) -> float | None:
        """Smallest θ up to 2 that would be shown with chance `power`; None if there is none."""
        reached = self.power(_POWER_THETA, tail=tail)
        enough = np.flatnonzero(reached >= power)
        if not len(enough):
            return None
        first = int(enough[0])
        theta = np.concatenate([[0.0], _POWER_THETA])
        height = np.concatenate([[tail], reached])
        share = (power - height[first]) / (height[first + 1] - height[first])
        return float(theta[first] + share * (theta[first + 1] - theta[first]))


def no_effect_test(
    known: RunIn,
    months: Sequence[float],
    given: Exposure,
    *,
    draws: int = 4000,
    weighing_sets: int = 32,
) -> NoEffectTest:
    """Build the test for one patient; `months` are the later visits that count."""
    weigher = _weigher(thinned(known, weighing_sets), months, given)
    known = thinned(known, _DRAWING_SETS)
    moments = _moments(known, months, given, np.zeros(1))
    return NoEffectTest(
        planning=thinned(known, _PLANNING_SETS),
        months=tuple(months),
        given=given,
        weigher=weigher,
        without_effect=weigher.evidence(_draw(known, moments, draws)),
    )


def least_squares_slopes(
    months: Float[Array, " visits"], scores: Float[Array, "rows visits"]
) -> Float[Array, " rows"]:
    """Least-squares slope of each row, points/month."""
    centred = months - months.mean()
    return np.asarray(scores @ centred / (centred @ centred))


def doubted(tail: float) -> float:
    """The model's tail made as large as the worst rival natural history found it (1 − (1 − p)ᶜ)."""
    return float(1.0 - (1.0 - tail) ** _DOUBT)


def undoubted(tail: float) -> float:
    """The model's tail that `doubted` turns into `tail`."""
    return float(1.0 - (1.0 - tail) ** (1.0 / _DOUBT))


def _tail(without_effect: Float[Array, " draws"], seen: float) -> float:
    return float((1 + (without_effect >= seen).sum()) / (len(without_effect) + 1))


def _moments(
    known: RunIn, months: Sequence[float], given: Exposure, theta: Float[Array, " theta"]
) -> ScoreMoments:
    steps = timeline([months], [given], [known.month])
    return score_moments(known.belief, steps, known.parameters, theta=theta)


def _weigher(known: RunIn, months: Sequence[float], given: Exposure) -> _Weigher:
    """Normal densities per θ and class, each matched in moments over the parameter sets."""
    moments = _moments(known, months, given, _THETA)
    visits, (sets, classes) = len(months), known.parameters.weight.shape
    weight = known.weight.reshape(sets, classes)
    of_class = np.maximum(weight.sum(axis=0), 1e-300)
    share = np.where(weight.sum(axis=0) > 0.0, weight / of_class, 1.0 / sets)
    mean = np.einsum("sc,tscv->tcv", share, moments.mean[0])
    away = (moments.mean[0] - mean[:, None]) * np.sqrt(share)[None, :, :, None]
    covariance = np.einsum("sc,tscvw->tcvw", share, moments.covariance[0], optimize=True)
    covariance = covariance + np.einsum("tscv,tscw->tcvw", away, away, optimize=True)
    mean, covariance = mean.reshape(-1, visits), covariance.reshape(-1, visits, visits)
    factor = np.linalg.cholesky(covariance)
    precision = np.linalg.inv(covariance)
    log_scale = -np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
    linear = (precision @ mean[..., None])[..., 0]
    upper = np.triu_indices(visits)
    return _Weigher(
        precision=precision[:, upper[0], upper[1]] * np.where(upper[0] == upper[1], 0.5, 1.0),
        linear=linear,
        constant=log_scale
        - 0.5 * (linear * mean).sum(axis=1)
        + np.tile(np.log(of_class), len(_THETA)),
        theta_count=len(_THETA),
    )


def _draw(known: RunIn, moments: ScoreMoments, draws: int) -> Float[Array, "draws visits"]:
    """Later scores given the run-in, as recorded; evenly spread over the weight of the parts."""
    cumulative = np.cumsum(known.weight[0])
    even = (np.arange(draws) + 0.5) / draws * cumulative[-1]
    part = np.searchsorted(cumulative, even)
    visits = moments.mean.shape[-1]
    mean = moments.mean.reshape(-1, visits)
    covariance = np.broadcast_to(
        moments.covariance, (*moments.mean.shape[:-1], visits, visits)
    ).reshape(-1, visits, visits)
    used, starts = np.unique(part, return_index=True)
    smooth = covariance[used] - ROUNDING_VARIANCE * np.eye(visits)  # rounding is done below
    factor = np.linalg.cholesky(smooth)
    noise = _even_noise(draws, visits)
    pieces = [
        mean[kind] + noise[first:last] @ factor[i].T
        for i, (kind, first, last) in enumerate(
            zip(used, starts, [*starts[1:], draws], strict=True)
        )
    ]
    scores = np.concatenate(pieces)
    return np.asarray(np.clip(np.rint(scores), 0.0, 48.0))


@lru_cache(maxsize=16)
def _even_noise(draws: int, visits: int) -> Float[Array, "draws visits"]:
    """Standard normal draws, evenly spread in each column (Latin hypercube), always the same."""
    from scipy.special import ndtri

    generator = np.random.default_rng(_SEED)
    even = ndtri((np.arange(draws) + 0.5) / draws)
    return np.stack([generator.permutation(even) for _ in range(visits)], axis=1)
