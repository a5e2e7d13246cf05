"""How many people a design needs for each of its endpoints, and the power it has as it stands.

A mixed model with one covariance sees the mean of both arms' variances, weighted by allocation; its
estimate spreads as each arm's own scores do. An endpoint without a closed form says so and points
to simulation.
"""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy import ndarray as Array

from slopewise.endpoint.pairs.pairwise import SurvivalLevel, VisitsLevel, compare_arms
from slopewise.trial.boundary import Boundary, BoundaryStatus
from slopewise.trial.design.design import Design
from slopewise.trial.design.words import Analysis, EndpointRole, Procedure, TrialKind
from slopewise.trial.enrolment import expected_enrolled
from slopewise.trial.simulating.plan import Comparison, TrialPlan
from slopewise.trial.size.assumed_course import AssumedCourse, SeenPeople, assumed_course
from slopewise.trial.size.compared_courses import (
    ComparedCourses,
    Drift,
    PairShares,
    drift_of_endpoint,
)
from slopewise.trial.size.people_needed import (
    expected_share,
    inflation_of,
    one_look,
    people_for,
    power_of,
)
from slopewise.trial.size.virtual_arms import virtual_arm

__all__ = [
    "CheckedPower",
    "DesignSize",
    "EndpointSize",
    "SizeStatus",
    "SizedTrial",
    "size_design",
]

_PAIRED = 2000  # virtual people of each arm compared with each other


class SizeStatus(StrEnum):
    """Whether there is a number."""

    FOUND = "found"
    NO_CLOSED_FORM = "no_closed_form"  # only simulation can tell
    NO_EFFECT = "no_effect"  # the scenario has none in this comparison
    TOO_LARGE = "too_large"  # ten million people would not be enough


@dataclass(frozen=True, slots=True)
class EndpointSize:
    """People for the power asked, and the power at the design's own size.

    `people`: in all, every arm included, whole blocks of the allocation; `expected_people`: on
    average with looks, if the effect is as planned. `alpha`: of this endpoint, for its `sides`.
    `events`: those expected with that many people in the two arms compared. `remarks`: what the
    number leaves out.
    """

    endpoint: str
    role: str
    analysis: str
    treatment: str
    control: str
    status: SizeStatus
    alpha: float
    sides: int
    power: float
    why: str = ""
    method: str = ""
    effect: float | None = None
    effect_in_words: str = ""
    people: int | None = None
    people_by_arm: tuple[tuple[str, int], ...] = ()
    expected_people: float | None = None
    events: int | None = None
    inflation: float = 1.0
    power_at_design_size: float | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class DesignSize:
    """Every endpoint's size, and the course without treatment that all of them rest on.

    `untreated`: the course in each control arm that is compared, by name. `enrolled_by_then`:
    people whom the sites are expected to bring while enrolment is open.
    """

    design_name: str
    people: int
    power: float
    enrolled_by_then: int
    untreated: tuple[tuple[str, AssumedCourse], ...]
    endpoints: tuple[EndpointSize, ...]


@dataclass(frozen=True, slots=True)
class CheckedPower:
    """Simulated power of one endpoint with so many people, and its 95 % Monte Carlo interval.

    By the trial's own rules for endpoints that share alpha; else by its own p-value.
    """

    endpoint: str
    people: int
    share: float
    low: float
    high: float
    replicates: int


@dataclass(frozen=True, eq=False, slots=True)
class SizedTrial:
    """The answer, the design it is for, and how it was checked."""

    size: DesignSize
    design: Design
    natural_history: str
    seed: int
    checked: tuple[CheckedPower, ...] = ()


def size_design(plan: TrialPlan, *, power: float = 0.9) -> DesignSize:
    """Size every endpoint of a plan."""
    people: dict[int, SeenPeople] = {}
    single = plan.design.trial.kind is TrialKind.SINGLE_ARM
    used = {arm for one in plan.comparisons for arm in (one.treatment, one.control)}
    for arm in sorted(used):
        if arm < len(plan.design.arms):
            people[arm] = virtual_arm(plan, arm)
    courses = {arm: assumed_course(seen) for arm, seen in people.items()}
    sizes = tuple(
        _size_endpoint(
            plan,
            place,
            power=power,
            pair=None if single else _compared(plan, one, people, courses),
        )
        for place, one in enumerate(plan.comparisons)
    )
    controls = sorted({one.control for one in plan.comparisons} & set(courses)) or sorted(courses)
    return DesignSize(
        plan.design.trial.name,
        plan.people,
        power,
        _enrolled_by_then(plan),
        tuple((plan.arms[arm], courses[arm]) for arm in controls),
        sizes,
    )


def _compared(
    plan: TrialPlan,
    one: Comparison,
    people: dict[int, SeenPeople],
    courses: dict[int, AssumedCourse],
) -> ComparedCourses:
    shares = plan.design.allocation
    treated = shares[one.treatment] / (shares[one.treatment] + shares[one.control])
    pairs = None
    if one.endpoint.analysis is Analysis.WIN_RATIO:
        margin = one.endpoint.margin_points or 0.0
        pairs = _pair_shares(people[one.treatment], people[one.control], margin=margin)
    return ComparedCourses(courses[one.control], courses[one.treatment], treated, pairs)


def _pair_shares(treated: SeenPeople, control: SeenPeople, *, margin: float) -> PairShares:
    """Wins and losses of virtual treated people against virtual controls, never themselves."""
    everybody = len(treated.end_month)
    order = np.linspace(0, everybody - 1, min(2 * _PAIRED, everybody)).astype(np.int64)
    halves = order[::2], order[1::2]
    won = lost = pairs = 0
    for mine, theirs in (halves, halves[::-1]):

        def both(name: str, rows: tuple[Array, Array] = (mine, theirs)) -> Array:
            return np.concatenate(
                [getattr(treated, name)[rows[0]], getattr(control, name)[rows[1]]]
            )

        scores = both("scores")
        levels = (
            SurvivalLevel(both("end_month"), both("event")),
            VisitsLevel(scores - scores[:, :1], both("observed"), margin=margin),
        )
        counts = compare_arms(levels, np.arange(len(order)) < len(mine))
        won, lost, pairs = won + sum(counts.wins), lost + sum(counts.losses), pairs + counts.pairs
    return PairShares(won / pairs, lost / pairs)


def _size_endpoint(
    plan: TrialPlan, place: int, *, power: float, pair: ComparedCourses | None
) -> EndpointSize:
    one = plan.comparisons[place]
    alpha = one.alpha if one.alpha > 0 else plan.design.multiplicity.alpha
    bounds = None if plan.looks is None else plan.looks.bounds[place]
    test = bounds or one_look(alpha=alpha, sides=plan.design.multiplicity.sides)
    blank = EndpointSize(
        one.endpoint.name,
        one.endpoint.role.value,
        one.endpoint.analysis.value,
        plan.arms[one.treatment],
        plan.arms[one.control],
        SizeStatus.NO_CLOSED_FORM,
        alpha,
        test.sides,
        power,
        remarks=tuple(_remarks(plan, place, test)),
    )
    if pair is None:
        why = "controls from elsewhere do not grow with the trial, nor does their bias shrink"
        return replace(blank, why=why)
    found = drift_of_endpoint(one.endpoint, pair, alpha=alpha / test.sides)
    if isinstance(found, str):
        return replace(blank, why=found)
    return _with_people(plan, one, blank, test=test, found=found)


def _with_people(
    plan: TrialPlan, one: Comparison, blank: EndpointSize, *, test: Boundary, found: Drift
) -> EndpointSize:
    blank = replace(
        blank,
        method=found.method,
        effect=found.effect,
        effect_in_words=found.effect_in_words,
        remarks=(*blank.remarks, *found.remarks),
    )
    if found.is_none:
        why = "the scenario has no effect in this comparison"
        return replace(blank, status=SizeStatus.NO_EFFECT, why=why)
    shares = plan.design.allocation
    block, compared = sum(shares), shares[one.treatment] + shares[one.control]
    own = power_of(found.of, test, plan.people * compared / block)
    needed = people_for(found.of, test, blank.power)
    if needed is None:
        why = "more than ten million people would be needed"
        return replace(blank, status=SizeStatus.TOO_LARGE, power_at_design_size=own, why=why)
    blocks = math.ceil(needed / compared - 1e-9)
    if blocks * block > _enrolled_by_then(plan):
        said = (
            f"the sites bring about {_enrolled_by_then(plan)} people in time: add sites or months"
        )
        blank = replace(blank, remarks=(*blank.remarks, said))
    events = None
    if found.event_share is not None:
        events = math.ceil(blocks * compared * found.event_share - 1e-9)
    return replace(
        blank,
        status=SizeStatus.FOUND,
        people=blocks * block,
        people_by_arm=tuple(
            (arm.name, blocks * share) for arm, share in zip(plan.design.arms, shares, strict=True)
        ),
        expected_people=blocks * block * expected_share(found.of, test, blocks * compared),
        events=events,
        inflation=inflation_of(test, blank.power),
        power_at_design_size=own,
    )


def _enrolled_by_then(plan: TrialPlan) -> int:
    return round(float(expected_enrolled(plan.sites, np.asarray(plan.design.enrolment.months))))


def _remarks(plan: TrialPlan, place: int, test: Boundary) -> list[str]:
    """What the alpha and the looks of this endpoint mean."""
    one, table, said = plan.comparisons[place], plan.design.multiplicity, []
    name, is_secondary = one.endpoint.name, one.endpoint.role is EndpointRole.SECONDARY
    if place not in plan.tested:
        said.append("shares no alpha: its own p-value only")
    elif one.alpha <= 0:
        said.append("has no alpha of its own; sized as if all of it had been passed on")
    elif table.procedure is Procedure.FIXED_SEQUENCE and table.order.index(name):
        before = ", ".join(table.order[: table.order.index(name)])
        said.append(f"tested only if {before} won before it")
    elif table.procedure in {Procedure.HOLM, Procedure.HOCHBERG, Procedure.GRAPHICAL}:
        said.append("at the alpha it begins with; it gets more if others win")
    if plan.looks is not None and plan.looks.months and place in plan.tested:
        said.append("looks at calendar months, counted at the information expected by then")
    if test.status is not BoundaryStatus.CONVERGED:
        said.append("no futility bounds could be found; sized without them")
    if plan.design.trial.kind is TrialKind.PLATFORM:
        said.append("as if all arms were open all the time")
    if is_secondary and plan.looks is not None and place not in plan.tested:
        said.append("at the end of a trial that did not stop early")
    return said
