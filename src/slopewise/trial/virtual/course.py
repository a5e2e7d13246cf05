"""The course of virtual people: function, wander and the survival event, step by step.

    dm = (1 − θ g) (r + w) dt,       dw: `progression.wander_step`
    h  = k t^(k−1) exp(b + α_m (m − m_ref) + α_s m' + γ g)

m: function (points); r: natural slope; w: wander (points/month); θ: the person's slowing; g: share
of the full effect; h: hazard of the survival event; t: months since the first visit; m': slope with
wander and slowing; γ: direct log hazard ratio of the arm. Within a step (at most a month) the
exponent is held at the mean of both ends for m and at the step's change for m', as in the
calibration, and t^k is integrated exactly; the event falls where the cumulative hazard passes an
exponential threshold.
Status: double (one person at a time, small steps).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.progression.simulate import record_scores
from slopewise.progression.wander_step import wander_step
from slopewise.trial.virtual.people import People, World
from slopewise.trial.virtual.schedule import Schedule

__all__ = ["Followed", "Treatment", "follow", "recorded"]

_STEEPEST = 50.0  # largest exponent of the hazard: certain death within the step


@dataclass(frozen=True, eq=False, slots=True)
class Treatment:
    """What each person gets: slowing θ, direct log hazard ratio, exposure in each step.

    `exposure` None: nobody is treated.
    """

    slowing: Float[Array, "trials people"]
    log_hazard_ratio: Float[Array, "trials people"] | None
    exposure: Float[Array, "steps #trials people"] | None


@dataclass(frozen=True, eq=False, slots=True)
class Followed:
    """People at the end of the steps; expected function and slope at the visits passed."""

    people: People
    function: list[Float[Array, "trials people"]]
    slope: list[Float[Array, "trials people"]]


def follow(
    world: World,
    people: People,
    schedule: Schedule,
    *,
    steps: range,
    treatment: Treatment | None = None,
    visits: Sequence[int] = (),
    with_death: bool = True,
    generator: np.random.Generator,
) -> Followed:
    """Go through the steps; function is noted at those of `visits` at an edge that is reached.

    A visit at the first edge is noted before the first step.
    """
    m, r, w = people.level, people.slope, people.wander
    edges = {int(schedule.visit_edge[v]) for v in visits}
    function, slopes = [], []
    mortal = with_death and world.hazard is not None
    risk, event = people.risk, people.event_month
    wanders = bool(people.wander_sd.any())
    if steps.start in edges:
        function.append(m)
        slopes.append(r + w)
    for step in steps:
        start, end = schedule.edges[step], schedule.edges[step + 1]
        months = float(end - start)
        change, w = (
            _natural_change(world, people, (r, w), months=months, generator=generator)
            if wanders
            else (r * months, w)
        )
        pace = 1.0
        direct = None
        if treatment is not None and treatment.exposure is not None:
            g = treatment.exposure[step]
            pace = 1.0 - treatment.slowing * g
            change = change * pace
            if treatment.log_hazard_ratio is not None:
                direct = treatment.log_hazard_ratio * g
        if mortal:
            risk, event = _survived(
                world, (people.threshold, risk, event), (m, change), direct,
                span=(float(start), float(end), schedule.start),
            )  # fmt: skip
        m = m + change
        if step + 1 in edges:
            function.append(m)
            slopes.append((r + w) * pace)
    moved = replace(people, level=m, wander=w, risk=risk, event_month=event)
    return Followed(moved, function, slopes)


def _natural_change(
    world: World,
    people: People,
    state: tuple[Array, Array],
    *,
    months: float,
    generator: np.random.Generator,
) -> tuple[Array, Array]:
    """Change of function without treatment over one step, and the wander after it."""
    r, w = state
    step = wander_step(world.memory, months)
    first, second = generator.standard_normal((2, *r.shape))
    change = step.carried * w
    change += r * months
    second *= step.own
    second += step.shared * first
    second *= people.wander_sd
    change += second
    first *= step.fresh
    first *= people.wander_sd
    first += step.kept * w
    return change, first


def _survived(
    world: World,
    lived: tuple[Array, Array, Array],
    course: tuple[Array, Array],
    direct: Array | None,
    *,
    span: tuple[float, float, float],
) -> tuple[Array, Array]:
    """Cumulative hazard after one step, and the event's month where it passed the threshold."""
    assert world.hazard is not None
    b, k, by_value, by_slope = world.hazard
    threshold, risk, event = lived
    m, change = course
    start, end, first_visit = span
    since, until = (start - first_visit) ** k, (end - first_visit) ** k
    exponent = by_value * m
    exponent += b - by_value * world.reference_value
    exponent += (0.5 * by_value + by_slope / (end - start)) * change
    if direct is not None:
        exponent += direct
    np.minimum(exponent, _STEEPEST, out=exponent)
    rate = np.exp(exponent, out=exponent)
    after = risk + (until - since) * rate
    here = np.nonzero((after >= threshold) & (risk < threshold))
    if len(here[0]):
        own = here[0]
        reached = since[own, 0] + (threshold[here] - risk[here]) / rate[here]
        month = reached ** (1.0 / k[own, 0]) + first_visit
        event = event.copy()
        event[here] = np.clip(month, start, end)
    return after, event


def recorded(
    followed: Followed,
    *,
    timing_variance: Sequence[float],
    generator: np.random.Generator,
) -> Float[Array, "trials people visits"]:
    """Scores as raters write them.

    A visit some days early or late reads the function of another day: that adds slope² times the
    timing's variance (months²) to the error; the analysis counts the planned month.
    """
    function = np.stack(followed.function)
    shape = function.shape
    spread = np.broadcast_to(followed.people.residual_sd, shape[1:])
    variance = np.empty(shape)
    for place, (slope, timing) in enumerate(zip(followed.slope, timing_variance, strict=True)):
        variance[place] = spread**2
        if timing:
            variance[place] += slope**2 * timing
    scores = record_scores(
        function.reshape(shape[0], -1), np.sqrt(variance.reshape(shape[0], -1)),
        generator=generator,
    )  # fmt: skip
    return np.ascontiguousarray(np.moveaxis(scores.reshape(shape), 0, -1))
