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
from jaxtyping import Float, Int
from numpy import ndarray as Array

from slopewise.progression.simulate import record_scores
from slopewise.progression.wander_step import wander_step
from slopewise.trial.virtual.people import People, World
from slopewise.trial.virtual.schedule import Schedule

__all__ = ["Followed", "Treatment", "follow", "recorded"]

_STEEPEST = 50.0  # largest exponent of the hazard: certain death within the step


@dataclass(frozen=True, eq=False, slots=True)
class Treatment:
    """What each person gets: slowing θ, direct log hazard ratio, and the exposure of each arm.

    `arm` None: everybody is in the only row of `exposure`.
    """

    slowing: Float[Array, "trials people"]
    log_hazard_ratio: Float[Array, "trials people"] | None
    exposure: Float[Array, "arms steps"]
    arm: Int[Array, "trials people"] | None = None

    def at(self, step: int) -> tuple[Array, Array | None]:
        """The pace of everybody's decline in a step (1 = natural), and the direct effect."""
        shares = self.exposure[:, step]
        share = shares[0] if self.arm is None else shares[self.arm]
        ratio = self.log_hazard_ratio
        return 1.0 - self.slowing * share, None if ratio is None else ratio * share

    def changes_at(self, step: int, *, first: int) -> bool:
        """Whether any arm's exposure differs from the step before."""
        return step == first or bool((self.exposure[:, step] != self.exposure[:, step - 1]).any())


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
    generator: np.random.Generator,
) -> Followed:
    """Go through the steps; function is noted at those of `visits` at an edge that is reached.

    A visit at the first edge is noted before the first step.
    """
    m, w = people.level, people.wander
    edges = {int(schedule.visit_edge[v]) for v in visits}
    function, slopes = [], []
    risk = _Risk(world, people, schedule.start) if world.hazard is not None else None
    wanders = bool(people.wander_sd.any())
    pace: Array | float = 1.0
    direct: Array | float | None = None
    change: Array | None = None
    lengths = np.diff(schedule.edges)
    for step in steps:
        if step == steps.start and step in edges:
            function.append(m)
            slopes.append(people.slope + w)
        if treatment is not None and treatment.changes_at(step, first=steps.start):
            change = None
            pace, direct = treatment.at(step)
        months = float(lengths[step])
        # on a straight line a step of the same length, under the same exposure, repeats itself
        repeats = change is not None and not wanders and months == lengths[step - 1]
        if change is None or not repeats:
            change, w = _natural_change(
                world, people, w, months=months, wanders=wanders, generator=generator
            )
            if treatment is not None:
                change *= pace
        if risk is not None:
            span = (float(schedule.edges[step]), float(schedule.edges[step + 1]))
            risk.pass_over(m, change, direct, span=span, repeats=repeats)
        m = m + change
        if step + 1 in edges:
            function.append(m)
            slopes.append((people.slope + w) * pace)
    if risk is not None:
        people = replace(people, risk=risk.cumulative, event_month=risk.event_month)
    return Followed(replace(people, level=m, wander=w), function, slopes)


def _natural_change(
    world: World,
    people: People,
    w: Array,
    *,
    months: float,
    wanders: bool,
    generator: np.random.Generator,
) -> tuple[Array, Array]:
    """Change of function without treatment over one step, and the wander after it."""
    change = people.slope * months
    if not wanders:
        return change, w
    step = wander_step(world.memory, months)
    first, second = generator.standard_normal((2, *w.shape))
    change += step.carried * w
    second *= step.own
    second += step.shared * first
    second *= people.wander_sd
    change += second
    first *= step.fresh
    first *= people.wander_sd
    first += step.kept * w
    return change, first


class _Risk:
    """The cumulative hazard of everybody, and the month in which it passed the threshold."""

    def __init__(self, world: World, people: People, first_visit: float) -> None:
        assert world.hazard is not None
        b, self._shape, self._by_value, self._by_slope = world.hazard
        self._constant = b - self._by_value * world.reference_value
        self._first_visit = first_visit
        self._threshold = people.threshold
        self._is_alive = people.risk < people.threshold
        self.cumulative = people.risk
        self.event_month = people.event_month.copy()
        self._rate: Array | None = None
        self._growth: Array | None = None

    def pass_over(
        self,
        m: Float[Array, "trials people"],
        change: Float[Array, "trials people"],
        direct: Array | float | None,
        *,
        span: tuple[float, float],
        repeats: bool,
    ) -> None:
        """One step, from function `m` by `change`; `repeats`: the change of the step before."""
        start, end = span
        since, until = ((at - self._first_visit) ** self._shape for at in span)
        rate = self._next_rate(change) if repeats else None
        if rate is None:
            rate = self._rate_of(m, change, direct, months=end - start)
        self._rate = rate
        after = rate * (until - since)
        after += self.cumulative
        passed = after >= self._threshold
        passed &= self._is_alive
        here = np.flatnonzero(passed)
        if len(here):
            own = here // m.shape[1]
            left = self._threshold.ravel()[here] - self.cumulative.ravel()[here]
            reached = since[own, 0] + left / rate.ravel()[here]
            month = reached ** (1.0 / self._shape[own, 0]) + self._first_visit
            self.event_month.ravel()[here] = np.clip(month, start, end)
            self._is_alive ^= passed
        self.cumulative = after

    def _rate_of(
        self, m: Array, change: Array, direct: Array | float | None, *, months: float
    ) -> Array:
        """exp of the exponent over a step: the hazard but for k t^(k−1)."""
        rate = self._by_value * m
        rate += self._constant
        rate += (0.5 * self._by_value + self._by_slope / months) * change
        if direct is not None:
            rate += direct
        np.minimum(rate, _STEEPEST, out=rate)
        self._growth = None
        return np.asarray(np.exp(rate, out=rate))

    def _next_rate(self, change: Array) -> Array | None:
        """On a straight line the hazard grows by the same factor from step to step."""
        if self._rate is None:
            return None
        if self._growth is None:
            self._growth = np.exp(np.minimum(self._by_value * change, _STEEPEST))
        with np.errstate(over="ignore"):  # a hazard without end kills at once
            self._rate *= self._growth
        return self._rate


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
    if any(timing_variance):
        variance = np.empty(shape)
        for place, (slope, timing) in enumerate(zip(followed.slope, timing_variance, strict=True)):
            np.multiply(slope, slope, out=variance[place])
            variance[place] *= timing
        variance += spread**2
        spread = np.sqrt(variance).reshape(shape[0], -1)
    else:
        spread = spread.reshape(1, -1)
    scores = record_scores(function.reshape(shape[0], -1), spread, generator=generator)
    return np.ascontiguousarray(np.moveaxis(scores.reshape(shape), 0, -1))
