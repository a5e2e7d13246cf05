"""Future scores given what is believed now: exact normal moments for each θ, set and class."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.progression.likelihood import Belief, advance
from slopewise.progression.parameters import ParameterSets
from slopewise.progression.timeline import Timeline

__all__ = ["ScoreMoments", "course_moments", "score_moments"]


@dataclass(frozen=True)
class ScoreMoments:
    """Mean and covariance of the scores at the observed steps of a timeline."""

    mean: Float[Array, "patients theta sets classes visits"]
    covariance: Float[Array, "patients theta sets classes visits visits"]


def score_moments(
    belief: Belief,
    timeline: Timeline,
    parameters: ParameterSets,
    *,
    theta: Float[Array, " theta"],
) -> ScoreMoments:
    """Joint moments of future scores (rater's error included), for one shared visit plan.

    Cov(y_i, y_j) for i < j follows from carrying Cov(m_i, state) forward with the state.
    """
    now = belief
    means: list[Array] = []
    columns: list[Array] = []  # columns[j] = Cov(y_i, y_j) for i <= j
    carried = None  # Cov(m_i, (m, r, w)) for the visits so far: (..., visits, 3)
    for step in range(timeline.steps):
        duration = timeline.duration[:, step][:, None, None, None]
        exposure = timeline.exposure[:, step][:, None, None, None]
        slowed = 1.0 - theta[None, :, None, None] * exposure
        now = advance(now, parameters, duration=duration, slowed=slowed)
        if carried is not None:
            carried = _carry(carried, duration, slowed, parameters)
        if not timeline.observed[0, step]:
            continue
        own = np.stack(np.broadcast_arrays(now.mm, now.mr, now.mw), axis=-1)[..., None, :]
        carried = own if carried is None else np.concatenate([carried, own], axis=-2)
        columns.append(carried[..., 0])
        means.append(now.m)
    return ScoreMoments(
        np.stack(np.broadcast_arrays(*means), axis=-1), _symmetric(columns, parameters)
    )


def course_moments(
    belief: Belief, timeline: Timeline, parameters: ParameterSets
) -> tuple[Float[Array, "patients 1 sets classes visits"], Array]:
    """Mean and variance of each score without treatment effect (no covariances: cheap)."""
    now, means, variances = belief, [], []
    for step in range(timeline.steps):
        duration = timeline.duration[:, step][:, None, None, None]
        now = advance(now, parameters, duration=duration, slowed=np.ones((1, 1, 1, 1)))
        means.append(now.m)
        variances.append(now.mm + parameters.residual_sd**2)
    return np.stack(means, axis=-1), np.stack(variances, axis=-1)


def _carry(carried: Array, duration: Array, slowed: Array, parameters: ParameterSets) -> Array:
    kept = np.exp(-duration / parameters.wander_months)
    reach = parameters.wander_months * -np.expm1(-duration / parameters.wander_months)
    m, r, w = carried[..., 0], carried[..., 1], carried[..., 2]
    shape = np.broadcast_shapes(slowed.shape, kept.shape)
    a = np.broadcast_to(slowed * duration, shape)[..., None]
    c = np.broadcast_to(slowed * reach, shape)[..., None]
    forward = (m + a * r + c * w, r, np.broadcast_to(kept, shape)[..., None] * w)
    return np.stack(np.broadcast_arrays(*forward), axis=-1)


def _symmetric(columns: list[Array], parameters: ParameterSets) -> Array:
    visits = len(columns)
    shape = np.broadcast_shapes(*(c.shape[:-1] for c in columns))
    covariance = np.zeros((*shape, visits, visits))
    for j, column in enumerate(columns):
        covariance[..., : j + 1, j] = column
        covariance[..., j, : j + 1] = column
    index = np.arange(visits)
    covariance[..., index, index] += (parameters.residual_sd**2)[None, None, :, :, None]
    return covariance
