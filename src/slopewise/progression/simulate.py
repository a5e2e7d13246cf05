"""Simulated patients from natural history: exact transitions, any visit plan, any slowing.

Whatever this makes is simulated data and must be labelled so wherever it is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from slopewise.progression.parameters import ROUNDING_VARIANCE, ParameterSets
from slopewise.progression.timeline import Exposure, no_exposure, timeline
from slopewise.progression.wander_step import wander_step

__all__ = ["SimulatedScores", "record_scores", "simulate"]


@dataclass(frozen=True)
class SimulatedScores:
    """Scores as recorded (whole points, 0..48) and the truth behind them, patients by visits."""

    scores: Float[Array, "patients visits"]
    expected_function: Float[Array, "patients visits"]
    slope: Float[Array, " patients"]
    wander: Float[Array, "patients visits"]
    drawn_set: Int[Array, " patients"]
    drawn_class: Int[Array, " patients"]


def simulate(
    parameters: ParameterSets,
    visit_months: Sequence[float],
    patients: int,
    *,
    generator: np.random.Generator,
    theta: float = 0.0,
    exposure: Exposure | None = None,
) -> SimulatedScores:
    """Draw patients: a parameter set, a class, a level, a slope and a wandering path each.

    The first visit is the origin. θ acts under `exposure` (none by default).
    """
    months = [float(m) for m in visit_months]
    steps = timeline([months], [exposure or no_exposure()], [months[0]])
    drawn_set = generator.integers(len(parameters), size=patients)
    cumulative = np.cumsum(parameters.weight, axis=1)[drawn_set]
    drawn_class = (generator.random((patients, 1)) > cumulative[:, :-1]).sum(axis=1)

    def of(name: str) -> Array:
        table = getattr(parameters, name)
        return np.asarray(table[drawn_set, 0 if name == "wander_months" else drawn_class])

    first, second = generator.standard_normal((2, patients))
    rho = of("correlation")
    m = of("mean_level") + of("sd_level") * first
    r = of("mean_slope") + of("sd_slope") * (rho * first + np.sqrt(1 - rho**2) * second)
    tau, memory = of("wander_sd"), of("wander_months")
    w = tau * generator.standard_normal(patients)
    functions, wanders = [], []
    for step in range(steps.steps):
        slowed = 1.0 - theta * steps.exposure[0, step]
        m, w = _move(
            (m, r, w),
            (tau, memory),
            duration=steps.duration[0, step],
            slowed=slowed,
            generator=generator,
        )
        if steps.observed[0, step]:
            functions.append(m)
            wanders.append(w)
    expected = np.stack(functions, axis=1)
    scores = record_scores(expected, of("residual_sd")[:, None], generator=generator)
    return SimulatedScores(scores, expected, r, np.stack(wanders, axis=1), drawn_set, drawn_class)


def record_scores(
    expected_function: Float[Array, "patients visits"],
    residual_sd: Float[Array, "patients #visits"],
    *,
    generator: np.random.Generator,
) -> Float[Array, "patients visits"]:
    """Scores as a rater writes them: error, then rounding to whole points, then 0..48."""
    error_sd = np.sqrt(np.maximum(residual_sd**2 - ROUNDING_VARIANCE, 0.0))
    scores = generator.standard_normal(expected_function.shape)
    scores *= error_sd
    scores += expected_function
    np.rint(scores, out=scores)
    return np.asarray(np.minimum(np.maximum(scores, 0.0, out=scores), 48.0, out=scores))


def _move(
    state: tuple[Array, Array, Array],
    wander: tuple[Array, Array],
    *,
    duration: float,
    slowed: float,
    generator: np.random.Generator,
) -> tuple[Array, Array]:
    """The exact transition of (level, slope, wander) over one step; returns level and wander."""
    m, r, w = state
    tau, memory = wander
    step = wander_step(memory, duration)
    first, second = generator.standard_normal((2, m.size))
    path = step.carried * w + tau * (step.shared * first + step.own * second)
    return m + slowed * (r * duration + path), step.kept * w + tau * step.fresh * first
