"""Virtual people of a design in each of its arms, as sizes need them.

The same people with the same chance in every arm: the difference between arms has hardly any Monte
Carlo error. They come from every accepted parameter set of the natural history, so their spread
holds what is not known of it too.
"""

from itertools import pairwise

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.trial.dropout import dropout_hazard, dropout_months
from slopewise.trial.simulating.block import treatment_of
from slopewise.trial.simulating.plan import TrialPlan
from slopewise.trial.size.assumed_course import SeenPeople
from slopewise.trial.virtual.course import Followed, follow, recorded
from slopewise.trial.virtual.people import People, World, draw_world
from slopewise.trial.virtual.screening import enter

__all__ = ["virtual_arm"]

_WORLDS, _PEOPLE = 128, 160  # about 20,000 virtual people; more moves no size by more than 1 %
_PURPOSE = 5  # of the seed: these people are in no simulated trial


def virtual_arm(plan: TrialPlan, arm: int, *, worlds: int = _WORLDS) -> SeenPeople:
    """Everybody in one arm."""
    generator = np.random.default_rng(np.random.SeedSequence(plan.seed, spawn_key=(_PURPOSE,)))
    world = draw_world(plan.history, worlds, generator=generator)
    entered = enter(plan.door, world, _PEOPLE, generator=generator)
    followed, survival = _followed(plan, world, entered.people, arm, generator)
    schedule = plan.schedule
    timing = [schedule.timing_variance] * (len(followed.function) - 1)
    after = Followed(followed.people, followed.function[1:], followed.slope[1:])
    later = recorded(after, timing_variance=timing, generator=generator)
    scores = np.concatenate([entered.scores[:, :, schedule.baseline :][:, :, :1], later], axis=2)
    arms = np.full(scores.shape[:2], arm)
    return _seen(plan, scores, followed, survival, _leaving(plan, arms, scores, generator))


def _followed(
    plan: TrialPlan, world: World, people: People, arm: int, generator: np.random.Generator
) -> tuple[Followed, Float[Array, " visits"]]:
    """Function at every visit, and the share expected to be alive there."""
    schedule = plan.schedule
    treatment = treatment_of(plan, people, np.full(people.level.shape, arm))
    start = people.risk
    function, slope, survival = [people.level], [people.slope + people.wander], [1.0]
    edges = [*schedule.visit_edge[schedule.baseline :], len(schedule.edges) - 1]
    for visit, (here, there) in enumerate(pairwise(edges), start=1):
        is_visit = visit < len(edges) - 1
        went = follow(
            world, people, schedule, steps=range(here, there), treatment=treatment,
            visits=[schedule.baseline + visit] if is_visit else (), generator=generator,
        )  # fmt: skip
        people = went.people
        if is_visit:
            function.append(went.function[-1])
            slope.append(went.slope[-1])
            survival.append(float(np.exp(start - people.risk).mean()))
    return Followed(people, function, slope), np.asarray(survival)


def _seen(
    plan: TrialPlan, scores: Array, followed: Followed, survival: Array, leave: Array
) -> SeenPeople:
    months = plan.schedule.visit_month[plan.schedule.baseline :]
    until = np.minimum(leave, plan.design.trial.duration_months)
    event = followed.people.event_month
    end = np.minimum(event, until)
    observed = (months <= end[:, :, None]) | (months <= 0.0)
    return SeenPeople(
        tuple(months.tolist()),
        scores.reshape(-1, len(months)),
        observed.reshape(-1, len(months)),
        end.ravel(),
        (event <= until).ravel(),
        np.array([one.mean() for one in followed.function]),
        survival,
    )


def _leaving(
    plan: TrialPlan, arms: Array, scores: Array, generator: np.random.Generator
) -> Float[Array, "trials people"]:
    """Month of leaving while alive, infinite for those who stay."""
    edges = plan.schedule.visit_month[plan.schedule.baseline :]
    edges = np.append(edges, max(float(plan.schedule.edges[-1]), float(edges[-1])) + 1e-6)
    states = [(one.alsfrs_below, one.hazard_ratio) for one in plan.design.dropout.states]
    hazard = dropout_hazard(arms, plan.drop_rates, scores=scores, states=states)
    return dropout_months(hazard, edges, generator=generator)
