"""Everything known of a patient at the first dose, from the scores before it.

Batched: patients who share a visit plan share the covariances; a single patient is a batch of one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from slopewise.progression.forecast import course_moments
from slopewise.progression.likelihood import Belief, log_density
from slopewise.progression.parameters import ParameterSets
from slopewise.progression.timeline import no_exposure, scores_on, timeline

__all__ = ["RunIn", "run_in", "thinned", "usable_visits"]

MIN_VISITS_UNANCHORED = 3
ANCHOR_LEVEL, ANCHOR_SD = 48.0, 1.5  # points at onset: MODEL section 2
FLOOR_CHANCE = 0.05  # assumption: 0 points must be this unlikely for a later visit to count


@dataclass(frozen=True)
class RunIn:
    """Belief about level, slope and wander at `month`, and the weight of each (set, class).

    `months` and `scores` are the visits it rests on.
    """

    belief: Belief
    log_density: Float[Array, "patients 1 sets classes"]
    weight: Float[Array, "patients part"]
    parameters: ParameterSets
    months: tuple[float, ...]
    scores: Float[Array, "patients visits"]
    month: float
    anchored: bool


def run_in(
    months: Sequence[float],
    scores: Float[Array, "patients visits"],
    parameters: ParameterSets,
    *,
    onset_month: float | None = None,
) -> RunIn:
    """Filter the scores before the first dose (months <= 0).

    With fewer than three of them and a known onset, natural history starts at onset with 48 points
    give or take 1.5. Without any visit the belief is that of the whole population.
    """
    origin = months[0] if len(months) else 0.0
    anchored = (
        onset_month is not None and onset_month < origin and len(months) < MIN_VISITS_UNANCHORED
    )
    if anchored and onset_month is not None:
        origin, parameters = onset_month, _from_onset(parameters)
    steps = timeline([months], [no_exposure()], [origin])
    found, belief = log_density(scores_on(steps, scores), steps, parameters, theta=np.zeros(1))
    return RunIn(
        belief=belief,
        log_density=found,
        weight=_weights(found, parameters),
        parameters=parameters,
        months=tuple(months),
        scores=scores,
        month=months[-1] if len(months) else origin,
        anchored=anchored,
    )


def usable_visits(
    known: RunIn, months: Sequence[float], *, floor_chance: float = FLOOR_CHANCE
) -> Int[Array, " patients"]:
    """How many later visits count: those before 0 points would be no surprise without any effect.

    Beyond, the score may be held up by the end of the scale instead of by a therapy. The rule looks
    only at the run-in, so it cannot favour a result.
    """
    from scipy.special import ndtr

    if not len(months):
        return np.zeros(len(known.weight), dtype=int)
    steps = timeline([months], [no_exposure()], [known.month])
    mean, variance = course_moments(known.belief, steps, known.parameters)
    at_zero = ndtr((0.5 - mean) / np.sqrt(variance)).reshape(len(known.weight), -1, len(months))
    reached = np.einsum("pk,pkv->pv", known.weight, at_zero) > floor_chance
    return np.asarray(np.where(reached.any(axis=1), reached.argmax(axis=1), len(months)))


def thinned(known: RunIn, sets: int) -> RunIn:
    """The same run-in on evenly chosen parameter sets, for questions that need less precision."""
    every = len(known.parameters)
    chosen = np.unique(np.linspace(0, every - 1, min(sets, every)).round().astype(int))
    beliefs = {
        name: value if value.shape[2] == 1 else value[:, :, chosen]
        for name, value in vars(known.belief).items()
    }
    parameters, found = known.parameters.take(chosen), known.log_density[:, :, chosen]
    return replace(
        known,
        belief=Belief(**beliefs),
        log_density=found,
        weight=_weights(found, parameters),
        parameters=parameters,
    )


def _weights(
    log_density: Float[Array, "patients 1 sets classes"], parameters: ParameterSets
) -> Float[Array, "patients part"]:
    """Posterior weight of each (set, class) given the scores before the dose."""
    with np.errstate(divide="ignore"):
        part = (log_density + np.log(parameters.weight)).reshape(len(log_density), -1)
    part = np.exp(part - part.max(axis=1, keepdims=True))
    return np.asarray(part / part.sum(axis=1, keepdims=True))


def _from_onset(parameters: ParameterSets) -> ParameterSets:
    """The same natural history begun at onset with a nearly full score."""
    return replace(
        parameters,
        mean_level=np.full_like(parameters.mean_level, ANCHOR_LEVEL),
        sd_level=np.full_like(parameters.sd_level, ANCHOR_SD),
        correlation=np.zeros_like(parameters.correlation),
    )
