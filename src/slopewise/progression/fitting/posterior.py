"""The posterior by importance sampling from the maximum, on the very density that was fitted.

Draws come from a t distribution with 8 degrees of freedom at the mode, with the inverse observed
information as its scale; each is weighted by posterior over proposal, the largest weights smoothed
(numerics/pareto.py). k̂ above 0.7 moves the proposal to the weighted draws and tries again.

A draw's density is that of one pass of moment matching, plus the refinement (joint/sites.py) to
first order about the maximum: refining every draw would cost several times as much.
"""

import time
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.errors import InputError
from slopewise.numerics.pareto import smoothed_weights
from slopewise.progression.fitting.fit import Prior, ProgressionFit, penalty
from slopewise.progression.joint.density import Problem, log_density
from slopewise.progression.joint.estimates import natural_values
from slopewise.progression.joint.scores import log_density_scores
from slopewise.progression.joint.sites import refined_scores

__all__ = ["Posterior", "PosteriorSummary", "posterior"]

_FREEDOM = 8.0
_CHUNK = 12000  # draws × classes × patients at a time: what stays in the processor's cache
_ROUNDS = 3
_TEMPERING = (1.0, 0.7, 0.5, 0.35, 0.25, 0.17, 0.1, 0.05)


@dataclass(frozen=True, slots=True)
class PosteriorSummary:
    """Mean, SD and 90 % interval of one parameter on its natural scale."""

    mean: float
    sd: float
    low90: float
    high90: float
    unit: str


@dataclass(frozen=True)
class Posterior:
    """Weighted draws on the working scale and how far they can be trusted.

    `status`: "converged" (k̂ ≤ 0.7), "unreliable" (k̂ above), "non_finite".
    """

    status: str
    draws: Float[Array, "draws size"]
    weight: Float[Array, " draws"]  # sum to 1
    khat: float
    effective_draws: float
    summaries: dict[str, PosteriorSummary]
    rounds: int
    seconds: float

    def resample(self, count: int, generator: np.random.Generator) -> Float[Array, "count size"]:
        """`count` equally weighted draws (systematic resampling)."""
        shares = np.cumsum(self.weight)
        places = (np.arange(count) + generator.random()) / count
        chosen = np.minimum(np.searchsorted(shares, places), len(self.draws) - 1)
        return np.asarray(self.draws[chosen])


def posterior(
    problem: Problem,
    fit: ProgressionFit,
    *,
    draws: int = 2000,
    generator: np.random.Generator,
    prior: Prior | None = None,
) -> Posterior:
    """Sample the posterior under `prior` (flat on the working scale if None; mixtures keep their
    penalty). Raises InputError when the fit has no curvature to start from.
    """
    began = time.perf_counter()
    covariance = fit.covariance
    if covariance is None or fit.status not in ("converged", "boundary"):
        raise InputError("the fit did not converge; a posterior needs a maximum to start from")
    centre, precision = penalty(problem, prior)
    place, scale = fit.working, _root(covariance)
    refinement = (
        refined_scores(problem, fit.working)[1] - log_density_scores(problem, fit.working)[1]
    ).sum(axis=0)
    for rounds in range(1, _ROUNDS + 1):
        sample, log_proposal = _propose(place, scale, draws, generator)
        log_target = _log_target(problem, sample, centre, precision)
        log_target = log_target + (sample - fit.working) @ refinement
        weights = smoothed_weights(log_target - log_proposal)
        if weights.is_stable or rounds == _ROUNDS:
            break
        place, scale = _moved(sample, weights.weight)
    return Posterior(
        status="converged" if weights.is_stable else "unreliable",
        draws=sample,
        weight=weights.weight,
        khat=weights.shape,
        effective_draws=weights.effective_draws,
        summaries=_summaries(problem, sample, weights.weight),
        rounds=rounds,
        seconds=time.perf_counter() - began,
    )


def _root(covariance: Array) -> Array:
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 1e-12 * values.max())))


def _propose(
    place: Array, scale: Array, draws: int, generator: np.random.Generator
) -> tuple[Array, Array]:
    """t draws and their log density (up to a constant)."""
    size = len(place)
    normal = generator.standard_normal((draws, size))
    stretch = np.sqrt(_FREEDOM / generator.chisquare(_FREEDOM, draws))
    standard = normal * stretch[:, None]
    log_density_of = -0.5 * (_FREEDOM + size) * np.log1p((standard**2).sum(1) / _FREEDOM)
    return place + standard @ scale.T, log_density_of


def _log_target(problem: Problem, sample: Array, centre: Array, precision: Array) -> Array:
    each = problem.layout.model.classes * problem.cohort.patients
    chunk = max(1, _CHUNK // each)
    with np.errstate(all="ignore"):
        found = np.concatenate(
            [
                log_density(problem, sample[start : start + chunk]).sum(axis=1)
                for start in range(0, len(sample), chunk)
            ]
        )
    apart = sample - centre
    found = found - 0.5 * np.einsum("ij,jk,ik->i", apart, precision, apart)
    return np.where(np.isfinite(found), found, -np.inf)


def _moved(sample: Array, weight: Array) -> tuple[Array, Array]:
    """Mean and widened root covariance of weights tempered until a fifth of the draws count."""
    tempered = weight
    for power in _TEMPERING:
        tempered = weight**power / (weight**power).sum()
        if 1.0 / (tempered**2).sum() > 0.2 * len(sample):
            break
    place = tempered @ sample
    apart = sample - place
    return place, _root(1.2 * (apart * tempered[:, None]).T @ apart)


def _summaries(problem: Problem, sample: Array, weight: Array) -> dict[str, PosteriorSummary]:
    named = [natural_values(problem.layout, draw) for draw in sample]
    found = {}
    for name, (_, unit) in named[0].items():
        values = np.array([each[name][0] for each in named])
        mean = float(weight @ values)
        order = np.argsort(values)
        shares = np.cumsum(weight[order]) - 0.5 * weight[order]
        low, high = np.interp([0.05, 0.95], shares, values[order])
        sd = float(np.sqrt(weight @ (values - mean) ** 2))
        found[name] = PosteriorSummary(mean, sd, float(low), float(high), unit)
    return found
