"""A block of replicates: people enter, are shared out, are treated, decline, die or leave.

Every draw comes from one generator seeded by the design's seed and the block's number, in an order
that does not depend on the scenario, so that scenarios share their people as far as they can.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from slopewise.trial.design.words import EnrolmentPattern, RandomisationMethod, TrialKind
from slopewise.trial.dropout import dropout_hazard, dropout_months
from slopewise.trial.enrolment import Enrolled, enrol
from slopewise.trial.randomisation import (
    draw_levels,
    minimise,
    permuted_blocks,
    simple_randomisation,
    stratum_of,
)
from slopewise.trial.simulating.plan import TrialPlan
from slopewise.trial.virtual.course import Treatment, follow, recorded
from slopewise.trial.virtual.people import People, World, draw_world
from slopewise.trial.virtual.screening import Entered, enter

__all__ = ["SimulatedTrials", "block_generator", "simulate_block", "treatment_of"]

_SITE = "site"


@dataclass(frozen=True, eq=False, slots=True)
class SimulatedTrials:
    """What happened in every replicate, all of it, before anybody looks at it.

    Months of events count from randomisation and are infinite where there is none. `enrolled` is
    the calendar month of randomisation. `present`: came while enrolment was open; who was added
    later by a change of size is present too.
    """

    arm: Int[Array, "trials people"]
    present: Bool[Array, "trials people"]
    enrolled: Float[Array, "trials people"]
    scores: Float[Array, "trials people visits"]
    event_month: Float[Array, "trials people"]
    leave_month: Float[Array, "trials people"]
    levels: Int[Array, "trials people factors"]
    tried: int
    passed: int
    drawn_slowing: Float[Array, " trials"] | None = None

    @property
    def trials(self) -> int:
        """Replicates."""
        return len(self.arm)


def block_generator(seed: int, block: int) -> np.random.Generator:
    """The generator of one block."""
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=(0, block))))


def simulate_block(plan: TrialPlan, block: int) -> SimulatedTrials:
    """One block of replicates."""
    generator = block_generator(plan.seed, block)
    world = draw_world(plan.history, plan.block, generator=generator)
    drawn = None
    if plan.drawn_slowing:
        drawn = generator.choice(np.asarray(plan.drawn_slowing), size=plan.block)
    entered = enter(
        plan.door, world, plan.most_people, with_scores=plan.needs_scores, generator=generator
    )
    came = _enrolled(plan, generator)
    levels = _levels(plan, entered.people, came, generator)
    arm, present = _shared_out(plan, came, levels, generator)
    if plan.outside_door is not None:
        entered, came, arm, present, levels = _with_outside(
            plan, world, (entered, came, arm, present, levels), generator
        )
    treatment = treatment_of(plan, entered.people, arm, drawn=drawn)
    schedule = plan.schedule
    later = range(schedule.baseline + 1, len(schedule.visit_month)) if plan.needs_scores else ()
    followed = follow(
        world, entered.people, schedule,
        steps=range(schedule.randomised_edge, len(schedule.edges) - 1),
        treatment=treatment, visits=later, generator=generator,
    )  # fmt: skip
    scores = entered.scores
    if plan.needs_scores:
        timing = [schedule.timing_variance] * len(later)
        after = recorded(followed, timing_variance=timing, generator=generator)
        scores = np.concatenate([scores, after], axis=2)
    return SimulatedTrials(
        arm=arm,
        present=present,
        enrolled=came.month,
        scores=scores,
        event_month=followed.people.event_month,
        leave_month=_leaving(plan, arm, scores, generator),
        levels=levels,
        tried=entered.tried,
        passed=entered.passed,
        drawn_slowing=drawn,
    )


def treatment_of(
    plan: TrialPlan, people: People, arm: Int[Array, "trials people"], *, drawn: Array | None = None
) -> Treatment | None:
    """Slowing, direct effect and exposure of everybody; None where no arm has an effect."""
    scenario = plan.scenario
    mean = plan.slowing
    slowing = mean[arm]
    if drawn is not None:
        slowing = np.where(slowing != 0.0, drawn[:, None], 0.0)
    if scenario.slowing_spread:
        slowing = slowing + np.where(slowing != 0.0, scenario.slowing_spread * people.gain, 0.0)
    ratio = plan.log_hazard_ratio[arm] if plan.log_hazard_ratio.any() else None
    if scenario.responder_share < 1.0:
        responds = people.responds < scenario.responder_share
        slowing = slowing * responds
        ratio = None if ratio is None else ratio * responds
    if not slowing.any() and ratio is None:
        return None
    return Treatment(slowing, ratio, plan.schedule.exposure, arm)


def _enrolled(plan: TrialPlan, generator: np.random.Generator) -> Enrolled:
    enrolment = plan.design.enrolment
    return enrol(
        plan.sites, (plan.block, plan.most_people), generator=generator,
        is_even=enrolment.pattern is EnrolmentPattern.EVEN, closes_month=enrolment.months,
    )  # fmt: skip


def _levels(
    plan: TrialPlan, people: People, came: Enrolled, generator: np.random.Generator
) -> Int[Array, "trials people factors"]:
    """Levels of the factors; onset in the mouth or throat is the person's own."""
    factors = plan.design.randomisation.factors
    drawn = draw_levels([one.shares for one in factors], came.month.shape, generator=generator)
    for place, factor in enumerate(factors):
        if factor.name == "onset_site" and len(factor.levels) == 2 and "bulbar" in factor.levels:
            bulbar = factor.levels.index("bulbar")
            drawn[:, :, place] = np.where(people.bulbar, bulbar, 1 - bulbar)
    return drawn


def _shared_out(
    plan: TrialPlan, came: Enrolled, levels: Array, generator: np.random.Generator
) -> tuple[Int[Array, "trials people"], Bool[Array, "trials people"]]:
    """Arms; in a platform each period between arms that enter or leave is randomised apart."""
    design, shape = plan.design, came.month.shape
    if design.trial.kind is TrialKind.SINGLE_ARM:
        return np.zeros(shape, dtype=np.int64), came.in_time.copy()
    if design.trial.kind is not TrialKind.PLATFORM:
        whole = np.zeros(shape, dtype=np.int64)
        arms = tuple(range(len(design.arms)))
        return _randomised(plan, arms, _strata(plan, came, levels, whole), generator), came.in_time
    moves = [month for a in design.arms for month in (a.enters_month, a.leaves_month)]
    marks = sorted({0.0, *(month for month in moves if month is not None)})
    period = np.searchsorted(marks, came.month, side="right") - 1
    strata = _strata(plan, came, levels, period)
    arm = np.zeros(shape, dtype=np.int64)
    present = came.in_time.copy()
    for place, start in enumerate(marks):
        open_arms = tuple(
            i for i, a in enumerate(design.arms)
            if a.enters_month <= start and (a.leaves_month is None or start < a.leaves_month)
        )  # fmt: skip
        here = period == place
        if len(open_arms) < 2:
            present &= ~here
            continue
        given = _randomised(plan, open_arms, strata, generator)
        arm = np.where(here, given, arm)
    return arm, present


def _strata(
    plan: TrialPlan, came: Enrolled, levels: Array, period: Array
) -> Int[Array, "trials people factors"]:
    """Levels within which blocks are kept (or that minimisation balances), period first."""
    names = [one.name for one in plan.design.randomisation.factors]
    columns = [
        came.site if name == _SITE else levels[:, :, names.index(name)]
        for name in plan.design.randomisation.strata
    ]
    return np.stack([period, *columns], axis=2)


def _randomised(
    plan: TrialPlan, arms: tuple[int, ...], strata: Array, generator: np.random.Generator
) -> Int[Array, "trials people"]:
    table = plan.design.randomisation
    allocation = [plan.design.allocation[i] for i in arms]
    if table.method is RandomisationMethod.MINIMISATION:
        given = minimise(
            strata, allocation, best_arm_probability=table.best_arm_probability, generator=generator
        )
    elif table.method is RandomisationMethod.SIMPLE:
        given = simple_randomisation(strata.shape[:2], allocation, generator=generator)
    else:
        whole = sum(allocation)
        sizes = [s for s in plan.design.block_sizes if s % whole == 0] or [2 * whole]
        given = permuted_blocks(
            stratum_of(strata), allocation, block_sizes=sizes, generator=generator
        )
    return np.asarray(np.asarray(arms)[given])


def _leaving(
    plan: TrialPlan, arm: Array, scores: Array, generator: np.random.Generator
) -> Float[Array, "trials people"]:
    """Month of leaving while alive, infinite for those who stay."""
    dropout, schedule = plan.design.dropout, plan.schedule
    if not any(plan.drop_rates):
        return np.full(arm.shape, np.inf)
    states = [(one.alsfrs_below, one.hazard_ratio) for one in dropout.states]
    if not states:
        rate = np.asarray(plan.drop_rates)[arm]
        drawn = generator.standard_exponential(arm.shape)
        return np.asarray(np.divide(drawn, rate, out=np.full(arm.shape, np.inf), where=rate > 0))
    edges = schedule.visit_month[schedule.baseline :]
    edges = np.append(edges, max(float(schedule.edges[-1]), float(edges[-1])) + 1e-6)
    hazard = dropout_hazard(
        arm, plan.drop_rates, scores=scores[:, :, schedule.baseline :], states=states
    )
    return dropout_months(hazard, edges, generator=generator)


def _with_outside(
    plan: TrialPlan,
    world: World,
    inside: tuple[Entered, Enrolled, Array, Array, Array],
    generator: np.random.Generator,
) -> tuple[Entered, Enrolled, Array, Array, Array]:
    """External controls beside the treated: they decline otherwise in a way nobody measured."""
    entered, came, arm, present, levels = inside
    control = plan.design.external_control
    assert control is not None
    assert plan.outside_door is not None
    others = enter(plan.outside_door, world, control.size, generator=generator)
    people = replace(
        others.people,
        slope=others.people.slope + control.slope_bias_per_month,
        threshold=others.people.threshold / control.hazard_ratio_bias,
        risk=others.people.risk / control.hazard_ratio_bias,
    )
    shape = (len(arm), control.size)

    def beside(array: Array, value: float) -> Array:
        return np.concatenate([array, np.full((*shape, *array.shape[2:]), value, array.dtype)], 1)

    both = Entered(
        entered.people.beside(people),
        np.concatenate([entered.scores, others.scores], axis=1),
        entered.tried,
        entered.passed,
    )
    came = Enrolled(beside(came.month, 0.0), beside(came.site, 0), beside(came.in_time, value=1))
    return both, came, beside(arm, len(plan.arms) - 1), beside(present, value=1), beside(levels, 0)
