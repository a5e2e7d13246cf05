"""What an endless trial without deaths and leaving would find: the truth that bias is measured by.

    difference at month M   E[m₁(M) − m₀(M)]
    difference in slope     E[b₁ − b₀],   b: least squares through expected function at the visits
    slowing θ               −E[b₁ − b₀] / E[b₀]
    restricted mean         E[min(T₁, M) − min(T₀, M)]

m₁, m₀; T₁, T₀: function and time of the event of the same person in both arms, with the same chance
throughout, over every accepted parameter set: the difference has hardly any Monte Carlo error.
Function is linear in a person's θ, so that everybody is given the mean; the event is not, and keeps
each person's own. After an open period everybody keeps their own for both: who died or did not
respond in it was not randomised, so the randomised have another mean. Ranks, wins, responders and
hazard ratios depend on follow-up and have no such value; without any effect theirs is 0.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.trial.design.words import Analysis
from slopewise.trial.simulating.block import treatment_of
from slopewise.trial.simulating.plan import Comparison, TrialPlan
from slopewise.trial.virtual.course import Treatment, follow
from slopewise.trial.virtual.people import People, World, world_of
from slopewise.trial.virtual.screening import enter, least_squares_slope

__all__ = ["Truth", "restriction", "truths"]

_WORLDS, _PEOPLE = 128, 300  # about 40,000 virtual people


@dataclass(frozen=True, slots=True)
class Truth:
    """Of one comparison; None where there is no such value."""

    value: float | None
    slowing: float | None = None


@dataclass(frozen=True, eq=False, slots=True)
class _Course:
    function: Float[Array, "trials people visits"]
    event_month: Float[Array, "trials people"]


def truths(plan: TrialPlan) -> tuple[Truth, ...]:
    """One for every comparison of the plan; none where each trial draws a slowing of its own."""
    if plan.drawn_slowing:
        return (Truth(None),) * len(plan.comparisons)
    courses: dict[int, _Course] = {}

    def course_of(arm: int) -> _Course:
        if arm not in courses:
            courses[arm] = _course(plan, arm)
        return courses[arm]

    return tuple(
        _truth(plan, one, course_of(one.treatment), course_of(one.control))
        for one in plan.comparisons
    )


def _course(plan: TrialPlan, arm: int) -> _Course:
    """The same people, all of them in one arm; external controls without their bias."""
    generator = np.random.default_rng(np.random.SeedSequence(plan.seed, spawn_key=(3,)))
    sets = len(plan.history.parameter_sets)
    world = world_of(plan.history, np.arange(max(_WORLDS, sets)) % sets)  # each as often
    entered = enter(plan.door, world, _PEOPLE, with_scores=False, generator=generator)
    own = treatment_of(plan, entered.people, np.full(entered.people.level.shape, arm))
    state = generator.bit_generator.state
    lived = _followed(plan, world, entered.people, own, generator)
    if own is None or not plan.door.is_varied or plan.door.open_period is not None:
        return lived
    generator.bit_generator.state = state
    share = plan.scenario.responder_share
    mean = replace(own, slowing=np.full(own.slowing.shape, plan.slowing[arm] * share))
    return _Course(
        _followed(plan, world, entered.people, mean, generator).function, lived.event_month
    )


def _followed(
    plan: TrialPlan,
    world: World,
    people: People,
    treatment: Treatment | None,
    generator: np.random.Generator,
) -> _Course:
    schedule = plan.schedule
    followed = follow(
        world, people, schedule,
        steps=range(schedule.randomised_edge, len(schedule.edges) - 1), treatment=treatment,
        visits=range(schedule.baseline, len(schedule.visit_month)), generator=generator,
    )  # fmt: skip
    return _Course(np.stack(followed.function, axis=2), followed.people.event_month)


def _truth(plan: TrialPlan, one: Comparison, treated: _Course, control: _Course) -> Truth:
    months = plan.schedule.visit_month[plan.schedule.baseline :]
    if one.endpoint.analysis in {Analysis.SLOPE, Analysis.JOINT_MODEL}:
        ours, theirs = (least_squares_slope(c.function, months).mean() for c in (treated, control))
        if one.endpoint.analysis is Analysis.JOINT_MODEL:
            slowed = float(1.0 - ours / theirs) if theirs < 0.0 else None
            return Truth(slowed, slowed)
        return Truth(float(ours - theirs), float(1.0 - ours / theirs) if theirs < 0.0 else None)
    if one.endpoint.analysis is Analysis.MMRM:
        month = months[-1] if one.endpoint.month is None else one.endpoint.month
        place = int(np.argmin(np.abs(months - month)))
        return Truth(float((treated.function - control.function)[:, :, place].mean()))
    if one.endpoint.analysis is Analysis.RMST:
        month = restriction(plan, one)
        gain = np.minimum(treated.event_month, month) - np.minimum(control.event_month, month)
        return Truth(float(gain.mean()))
    same = np.array_equal(treated.function, control.function)
    alive = np.array_equal(treated.event_month, control.event_month)
    return Truth(0.0 if same and alive else None)


def restriction(plan: TrialPlan, one: Comparison) -> float:
    """Month to which survival is compared: the endpoint's own, else the end of follow-up."""
    return plan.design.trial.duration_months if one.endpoint.month is None else one.endpoint.month
