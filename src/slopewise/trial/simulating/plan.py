"""Everything about a simulated trial that does not depend on chance, worked out once.

A plan is a design with one scenario and one size. Blocks of replicates are simulated from it; the
same block has the same people in every scenario, so that scenarios are compared on the same ground.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.errors import InputError
from slopewise.progression.natural_history import NaturalHistory
from slopewise.trial.boundary import Boundary, boundary
from slopewise.trial.design.design import Design
from slopewise.trial.design.effect import Scenario
from slopewise.trial.design.limits import MOST_PEOPLE
from slopewise.trial.design.question import Endpoint
from slopewise.trial.design.words import Analysis, ExternalMethod, Procedure, TrialKind
from slopewise.trial.enrolment import SiteRates, expected_enrolled, rates_of
from slopewise.trial.spending import spending_from_text
from slopewise.trial.virtual.facts import BULBAR_SHARE
from slopewise.trial.virtual.people import draw_world
from slopewise.trial.virtual.schedule import EXTERNAL_ARM, Schedule, schedule_of
from slopewise.trial.virtual.screening import Door, enter

__all__ = [
    "Comparison",
    "Looks",
    "TrialPlan",
    "deciding_boundary",
    "has_effect",
    "plan_trial",
    "without_effect",
]

_MOST_VALUES = 4_000_000  # scores in a block: larger ones leave no room on small machines
_BLOCK = 200  # replicates a block: fewer pay for every call, more leave the processor's cache
_PILOT = (40, 100)  # trials and people that say how many the entry rules let in
_ONSET = "onset_site"
_BULBAR = "bulbar"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One endpoint with the arms it compares, by place."""

    endpoint: Endpoint
    treatment: int
    control: int
    alpha: float  # its own share, one number for the sides of the design


@dataclass(frozen=True, eq=False, slots=True)
class Looks:
    """Interim looks: shares of information or calendar months, and each endpoint's bounds."""

    information: tuple[float, ...]
    months: tuple[float, ...]  # empty where looks come by information
    bounds: tuple[Boundary | None, ...]  # one for each comparison; None: decides nothing


@dataclass(frozen=True, eq=False, slots=True)
class TrialPlan:
    """See the module. `slowing` and `log_hazard_ratio` by arm; `tested`: places of the comparisons

    that share alpha, in order. `drawn_slowing`: θ values from which each trial draws its own (then
    multiplies the arms' slowing, which count as 0 or 1).
    """

    design: Design
    scenario: Scenario
    people: int
    history: NaturalHistory
    seed: int
    schedule: Schedule
    door: Door
    outside_door: Door | None  # of external controls
    arms: tuple[str, ...]
    slowing: Float[Array, " arms"]
    log_hazard_ratio: Float[Array, " arms"]
    drop_rates: tuple[float, ...]
    sites: SiteRates
    comparisons: tuple[Comparison, ...]
    tested: tuple[int, ...]
    looks: Looks | None
    drawn_slowing: tuple[float, ...] = ()

    @property
    def most_people(self) -> int:
        """People that may be randomised at most."""
        grown = self.design.reestimation
        return max(self.people, grown.maximum_size) if grown else self.people

    @property
    def block(self) -> int:
        """Replicates a block."""
        values = self.most_people * len(self.schedule.visit_month)
        return max(1, min(_BLOCK, _MOST_VALUES // max(values, 1)))

    @property
    def needs_scores(self) -> bool:
        """Whether anything looks at function."""
        analyses = {one.endpoint.analysis for one in self.comparisons}
        return bool(analyses - {Analysis.TIME_TO_EVENT, Analysis.RMST}) or bool(
            self.design.dropout.states
        )


def plan_trial(
    design: Design,
    scenario: Scenario,
    *,
    history: NaturalHistory,
    people: int | None = None,
    seed: int | None = None,
    drawn_slowing: tuple[float, ...] = (),
) -> TrialPlan:
    """Work out a plan; InputError where the rules let in hardly anybody."""
    size = design.trial.size if people is None else people
    if size != design.trial.size:
        design = _of_size(design, size)
    schedule = schedule_of(design, scenario)
    arms = tuple(arm.name for arm in design.arms)
    if design.trial.kind is TrialKind.SINGLE_ARM:
        arms = (*arms, EXTERNAL_ARM)
    slowing, ratio = (
        _by_arm(pairs, arms) for pairs in (scenario.slowing, scenario.log_hazard_ratio)
    )
    used = design.trial.seed if seed is None else seed
    door = _door(design, scenario, schedule, history=history, seed=used)
    comparisons = _comparisons(design, arms)
    return TrialPlan(
        design=design,
        scenario=scenario,
        people=size,
        history=history,
        seed=used,
        schedule=schedule,
        door=door,
        outside_door=_outside_door(design, door),
        arms=arms,
        slowing=slowing,
        log_hazard_ratio=ratio,
        drop_rates=_drop_rates(design, arms),
        sites=_sites(design),
        comparisons=comparisons,
        tested=_tested(design, comparisons),
        looks=_looks(design, comparisons),
        drawn_slowing=drawn_slowing,
    )


def deciding_boundary(design: Design) -> Boundary | None:
    """The bounds of the first endpoint that decides; None without looks."""
    arms = tuple(arm.name for arm in design.arms)
    if design.trial.kind is TrialKind.SINGLE_ARM:
        arms = (*arms, EXTERNAL_ARM)
    comparisons = _comparisons(design, arms)
    looks = _looks(design, comparisons)
    if looks is None:
        return None
    bounds = (looks.bounds[place] for place in _tested(design, comparisons))
    return next((bound for bound in bounds if bound is not None), None)


def has_effect(scenario: Scenario) -> bool:
    """Whether any arm is given an effect on average."""
    return any(value for _, value in (*scenario.slowing, *scenario.log_hazard_ratio))


def without_effect(scenario: Scenario) -> Scenario:
    """The same world in which the treatment does nothing to anybody."""
    return replace(
        scenario,
        name="no effect",
        slowing=tuple((arm, 0.0) for arm, _ in scenario.slowing),
        slowing_spread=0.0,
        responder_share=1.0,
        log_hazard_ratio=tuple((arm, 0.0) for arm, _ in scenario.log_hazard_ratio),
    )


def _of_size(design: Design, size: int) -> Design:
    """The design with another size; what may be added at a look grows in proportion."""
    if size < 2 * len(design.arms):
        raise InputError(f"{size} people are too few for {len(design.arms)} arms; give more")
    if size > MOST_PEOPLE:
        raise InputError(f"a size of {size} people is too large; give at most {MOST_PEOPLE}")
    grown = design.reestimation
    if grown is not None:
        most = max(size, round(grown.maximum_size * size / design.trial.size))
        grown = replace(grown, maximum_size=most)
    return replace(design, trial=replace(design.trial, size=size), reestimation=grown)


def _by_arm(pairs: tuple[tuple[str, float], ...], arms: tuple[str, ...]) -> Float[Array, " arms"]:
    given = dict(pairs)
    return np.array([given.get(arm, 0.0) for arm in arms])


def _drop_rates(design: Design, arms: tuple[str, ...]) -> tuple[float, ...]:
    own = dict(design.dropout.by_arm)
    return tuple(own.get(arm, design.dropout.per_month) for arm in arms)


def _door(
    design: Design, scenario: Scenario, schedule: Schedule, *, history: NaturalHistory, seed: int
) -> Door:
    period = design.open_period
    given = dict(scenario.slowing).get(period.arm, 0.0) if period else 0.0
    ratio = dict(scenario.log_hazard_ratio).get(period.arm, 0.0) if period else 0.0
    door = Door(
        entry=design.entry,
        schedule=schedule,
        bulbar_share=_bulbar_share(design),
        is_varied=scenario.slowing_spread > 0.0 or scenario.responder_share < 1.0,
        open_period=period,
        open_slowing=(given, scenario.slowing_spread, scenario.responder_share),
        open_log_hazard_ratio=ratio,
    )
    if door.is_open:
        return door
    generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(1,)))
    trials, people = _PILOT
    world = draw_world(history, trials, generator=generator)
    found = enter(replace(door, admitted=0.3), world, people, generator=generator)
    return replace(door, admitted=found.passed / found.tried)


def _bulbar_share(design: Design) -> float | None:
    for factor in design.randomisation.factors:
        if factor.name == _ONSET and _BULBAR in factor.levels:
            return factor.shares[factor.levels.index(_BULBAR)]
    return None if design.entry.tricals_risk is None else BULBAR_SHARE


def _outside_door(design: Design, door: Door) -> Door | None:
    """External controls: matching is taken to succeed in what the entry rules look at."""
    control = design.external_control
    if control is None:
        return None
    if control.method is ExternalMethod.NONE:
        return replace(door, entry=type(design.entry)(), admitted=0.9)
    return door


def _comparisons(design: Design, arms: tuple[str, ...]) -> tuple[Comparison, ...]:
    estimands = {one.name: one for one in design.estimands}
    order = design.multiplicity.order or tuple(one.name for one in design.primary)
    return tuple(
        Comparison(
            endpoint,
            arms.index(estimands[endpoint.estimand].treatment),
            arms.index(estimands[endpoint.estimand].control),
            _own_alpha(design, endpoint.name, order),
        )
        for endpoint in design.endpoints
    )


def _own_alpha(design: Design, name: str, order: tuple[str, ...]) -> float:
    """What an endpoint is tested at to begin with."""
    plan = design.multiplicity
    if name not in order:
        return plan.alpha
    if plan.weights:
        return plan.alpha * plan.weights[order.index(name)]
    shared = plan.procedure in {Procedure.BONFERRONI, Procedure.HOLM, Procedure.HOCHBERG}
    return plan.alpha / len(order) if shared else plan.alpha


def _tested(design: Design, comparisons: tuple[Comparison, ...]) -> tuple[int, ...]:
    names = [one.endpoint.name for one in comparisons]
    order = design.multiplicity.order or tuple(one.name for one in design.primary)
    return tuple(names.index(name) for name in order)


def _looks(design: Design, comparisons: tuple[Comparison, ...]) -> Looks | None:
    """Bounds for every comparison that is tested; by calendar, information grows with follow-up."""
    interim = design.interim
    if interim is None:
        return None
    information = interim.information or _by_calendar(design, interim.months)
    tested = set(_tested(design, comparisons))
    primary = {one.name for one in design.primary}
    return Looks(
        information,
        interim.months,
        tuple(
            boundary(
                information,
                spending_from_text(interim.spending),
                alpha=one.alpha,
                sides=design.multiplicity.sides,
                beta=interim.beta,
                futility=(
                    spending_from_text(interim.futility)
                    if interim.futility and one.endpoint.name in primary
                    else None
                ),
                binding=interim.binding,
            )
            if place in tested and one.alpha > 0.0
            else None
            for place, one in enumerate(comparisons)
        ),
    )


def _by_calendar(design: Design, months: tuple[float, ...]) -> tuple[float, ...]:
    """Share of the planned follow-up that is expected to be over at each calendar month."""
    size, last = design.trial.size, design.trial.duration_months
    begun = np.maximum(np.asarray(months) - last, 0.0)
    done = np.minimum(expected_enrolled(_sites(design), begun), size) / size
    shares = [min(max(float(share), 0.02 * (k + 1)), 0.99) for k, share in enumerate(done[:-1])]
    return (*shares, 1.0)


def _sites(design: Design) -> SiteRates:
    return rates_of([(s.people_per_month, s.opens_month, s.sites) for s in design.enrolment.sites])
