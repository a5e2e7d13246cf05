"""Embedded natural history: parameter sets that reproduce the published summaries.

A Markov chain explores the parameters; each step simulates the same virtual people (fixed random
numbers), measures every target of targets.py and weighs the misfit by its tolerance. Evenly spaced
states of the chain are kept: many accepted sets, not one, so that parameter doubt stays in every
answer. Deterministic for a seed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.progression.calibrating.targets import TARGETS, Target, measure
from slopewise.progression.calibrating.virtual_people import CohortNoise, virtual_cohort
from slopewise.progression.parameters import ParameterSets

__all__ = [
    "AchievedTarget",
    "Calibration",
    "achieved_target",
    "calibrate",
    "chain_without",
    "states_achieved",
    "working_prior",
    "working_sets",
]


@dataclass(frozen=True, slots=True)
class AchievedTarget:
    """A target and what the accepted sets make of it: median and 90 % range over the sets."""

    target: Target
    median: float
    low90: float
    high90: float

    @property
    def misfit(self) -> float:
        """How far the median lies from the published value, in tolerances."""
        return (self.median - self.target.value) / self.target.tolerance


@dataclass(frozen=True)
class Calibration:
    """Accepted parameter sets and how well they meet each target.

    `kept` holds the working states of the chain's second half, `noise` the virtual people's draws.
    """

    parameters: ParameterSets
    achieved: tuple[AchievedTarget, ...]
    steps: int
    seed: int
    acceptance: float
    status: str  # "converged", or "step_limit" when the chain's halves still differ
    kept: Float[Array, "states parameters"]
    noise: CohortNoise


@dataclass(frozen=True)
class _Prior:
    """Where each working parameter is expected, and how firmly (normal on the working scale)."""

    centre: Float[Array, " parameters"]
    sd: Float[Array, " parameters"]


def calibrate(
    *,
    sets: int,
    steps: int,
    seed: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Calibration:
    """Run the chain and keep `sets` evenly spaced states of its second half."""
    generator = np.random.default_rng(seed)
    noise = CohortNoise.draw(generator)
    prior = _prior()
    log_weight = _log_weight(noise, prior, TARGETS)
    chain, accepted = _adaptive_metropolis(
        log_weight, prior, steps=steps, generator=generator, progress=progress
    )
    kept = chain[steps // 2 :]
    chosen = kept[np.linspace(0, len(kept) - 1, sets).round().astype(int)]
    parameters = working_sets(chosen)
    return Calibration(
        parameters=parameters,
        achieved=_achieved(parameters, noise),
        steps=steps,
        seed=seed,
        acceptance=accepted / steps,
        status="converged" if _halves_agree(kept) else "step_limit",
        kept=kept,
        noise=noise,
    )


def _log_weight(
    noise: CohortNoise, prior: _Prior, targets: Sequence[Target]
) -> Callable[[Array], float]:
    """−½ of the squared misfit of the targets and the prior, for one working state."""

    def height(state: Array) -> float:
        achieved = measure(virtual_cohort(working_sets(state[None]), noise))
        misfit = sum(((achieved[t.name] - t.value) / t.tolerance) ** 2 for t in targets)
        return -0.5 * (misfit + float((((state - prior.centre) / prior.sd) ** 2).sum()))

    return height


def chain_without(
    calibration: Calibration, target: Target, *, steps: int, seed: int
) -> Float[Array, "states targets"]:
    """What a short chain without one target says to every target, from each 25th of its steps.

    It starts where the long chain ended, keeps its proposal (the covariance of its kept
    half, scaled by 1.9²/parameters) and throws the first fifth of its steps away.
    """
    generator = np.random.default_rng(seed)
    prior = _prior()
    height = _log_weight(calibration.noise, prior, [t for t in TARGETS if t.name != target.name])
    size = len(prior.centre)
    spread = np.cov(calibration.kept.T) + 1e-8 * np.eye(size)
    factor = np.linalg.cholesky(spread) * 1.9 / np.sqrt(size)
    now = calibration.kept[-1]
    weight = height(now)
    states = []
    for _ in range(steps):
        proposed = now + factor @ generator.standard_normal(size)
        new = height(proposed)
        if np.log(generator.random()) < new - weight:
            now, weight = proposed, new
        states.append(now)
    kept = np.array(states[steps // 5 :])
    return states_achieved(replace(calibration, kept=kept), every=25)


def states_achieved(calibration: Calibration, *, every: int) -> Float[Array, "states targets"]:
    """What each `every`-th kept state says to every target."""
    rows = []
    for state in calibration.kept[::every]:
        found = measure(virtual_cohort(working_sets(state[None]), calibration.noise))
        rows.append([found[t.name] for t in TARGETS])
    return np.array(rows)


def _prior() -> _Prior:
    """Centred on the published strata (SIM_UTR); widths are `assumption:` (weak)."""
    blocks = [
        (np.log([0.35 / 0.40, 0.25 / 0.40]), 0.5),  # weights that mix the strata to "all"
        (np.array([42.0, 37.0, 33.0]), 1.5),
        (np.array([-0.74, -1.1, -1.5]), 0.2),
        (0.5 * np.log([14.0, 19.0, 32.0]), 0.2),
        (0.5 * np.log([0.4, 0.52, 0.92]) - 0.15, 0.3),  # part of the spread becomes wander
        (np.arctanh([-0.004, -0.041, -0.203]), 0.15),
        (0.5 * np.log([3.1, 4.2, 6.2]) - 0.15, 0.2),
        (np.log([0.3, 0.4, 0.5]), 0.6),  # assumption: wander SD about half the SD of slopes
        (np.log([6.0]), 0.6),  # assumption: spells last about half a year
    ]
    return _Prior(
        np.concatenate([centre for centre, _ in blocks]),
        np.concatenate([np.full(len(centre), sd) for centre, sd in blocks]),
    )


def working_prior() -> tuple[Float[Array, " parameters"], Float[Array, " parameters"]]:
    """Centre and SD of the prior on the working scale."""
    prior = _prior()
    return prior.centre, prior.sd


def working_sets(states: Float[Array, "sets parameters"]) -> ParameterSets:
    """Parameter sets from states of the chain (weights as log odds, SDs as logs)."""
    logits, rest = states[:, :2], states[:, 2:]
    odds = np.exp(np.concatenate([np.zeros((len(states), 1)), logits], axis=1))
    blocks = [rest[:, 3 * i : 3 * i + 3] for i in range(7)]
    return ParameterSets(
        weight=odds / odds.sum(axis=1, keepdims=True),
        mean_level=blocks[0],
        mean_slope=blocks[1],
        sd_level=np.exp(blocks[2]),
        sd_slope=np.exp(blocks[3]),
        correlation=np.tanh(blocks[4]),
        residual_sd=np.exp(blocks[5]),
        wander_sd=np.exp(blocks[6]),
        wander_months=np.exp(rest[:, 21:22]),
    )


def _adaptive_metropolis(
    log_weight: Callable[[Array], float],
    prior: _Prior,
    *,
    steps: int,
    generator: np.random.Generator,
    progress: Callable[[int, int], None],
) -> tuple[Float[Array, "steps parameters"], int]:
    """Random-walk Metropolis whose proposal follows the chain's own covariance (Haario 2001)."""
    size = len(prior.centre)
    chain = np.empty((steps, size))
    now: Array = prior.centre
    weight, accepted = log_weight(now), 0
    factor: Array = np.diag(prior.sd) * 0.1
    scale = 1.0
    for step in range(steps):
        proposed = now + scale * factor @ generator.standard_normal(size)
        new = log_weight(proposed)
        took = np.log(generator.random()) < new - weight
        if took:
            now, weight, accepted = proposed, new, accepted + 1
        chain[step] = now
        if step < steps // 2:  # the kept half runs with a fixed proposal
            scale *= np.exp((float(took) - 0.25) / np.sqrt(step + 1.0))
            if step >= 500 and step % 250 == 0:
                spread = np.cov(chain[step // 2 : step].T) + 1e-8 * np.eye(size)
                factor = np.asarray(np.linalg.cholesky(spread))
                scale = min(max(scale, 0.05), 2.0)
        progress(step + 1, steps)
    return chain, accepted


def _halves_agree(kept: Float[Array, "steps parameters"]) -> bool:
    """Whether the means of the kept chain's halves lie within half a standard deviation."""
    half = len(kept) // 2
    gap = np.abs(kept[:half].mean(axis=0) - kept[half:].mean(axis=0))
    return bool(np.all(gap < 0.5 * kept.std(axis=0)))


def _achieved(parameters: ParameterSets, noise: CohortNoise) -> tuple[AchievedTarget, ...]:
    measured = [
        measure(virtual_cohort(parameters.take(np.array([i])), noise))
        for i in range(len(parameters))
    ]
    return tuple(achieved_target(t, [m[t.name] for m in measured]) for t in TARGETS)


def achieved_target(target: Target, values: list[float]) -> AchievedTarget:
    """Median and 90 % range of a target's values over the sets."""
    low, median, high = np.quantile(values, [0.05, 0.5, 0.95])
    return AchievedTarget(target, float(median), float(low), float(high))
