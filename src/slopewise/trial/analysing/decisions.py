"""When a trial stops and what it has won: interim looks, a size that may grow, several endpoints.

    stops at look k for benefit     every primary endpoint that decides has z ≥ its bound u_k
    stops at look k as hopeless     every primary endpoint has z < its futility bound l_k
    size may grow at look r         conditional power under the trend between `promising_from` and
                                    `power`: the least size at which it reaches `power`

A look by information comes when that share of the planned people has finished follow-up (died or
left counts), or that share of the expected events has happened where the first primary endpoint is
time to event. Bounds use planned shares; as people not yet finished tell something too, looks are
closer in information than planned, which errs to fewer false alarms (measured in the type I table).
Futility bounds are followed, binding or not. References: Mehta & Pocock 2011, doi:10.1002/sim.4102;
Chen, DeMets & Lan 2004, doi:10.1002/sim.1719 (raising the size at conditional power of a half or
more does not raise the type I error).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from slopewise.trial.analysing.answers import EndpointAnswers
from slopewise.trial.boundary import Boundary
from slopewise.trial.design.words import Analysis, EndpointRole, Procedure
from slopewise.trial.multiplicity import (
    Tested,
    bonferroni,
    fixed_sequence,
    graphical,
    hochberg,
    holm,
)
from slopewise.trial.simulating.block import SimulatedTrials
from slopewise.trial.simulating.data import TrialData, seen_at
from slopewise.trial.simulating.plan import TrialPlan

__all__ = ["EFFICACY", "FUTILITY", "Analyse", "Ending", "endings", "won"]

EFFICACY = 1
FUTILITY = 2
Analyse = Callable[[TrialData, int], Float[Array, " trials"]]  # z


@dataclass(frozen=True, eq=False, slots=True)
class Ending:
    """How each replicate ended; `look` counts from 0, the last look is the planned end."""

    look: Int[Array, " trials"]
    reason: Int[Array, " trials"]  # 0 at the end, EFFICACY, FUTILITY
    month: Float[Array, " trials"]  # calendar month of the data; inf: all of it
    people: Int[Array, " trials"]  # size in force, raised or not
    look_month: Float[Array, "trials looks"]  # nan where the look was not reached
    look_people: Int[Array, "trials looks"]  # randomised by then
    enlarged: Bool[Array, " trials"]
    enrolled: Float[Array, "trials people"]  # those added at a look come after it


def endings(plan: TrialPlan, trials: SimulatedTrials, analyse: Analyse) -> Ending:
    """Go through the looks; the final analysis itself is left to the caller."""
    many = trials.trials
    people = np.full(many, plan.people)
    looks = 1 if plan.looks is None else len(plan.looks.information)
    last = np.full(many, looks - 1)
    reason = np.zeros(many, dtype=np.int64)
    until = np.full(many, np.inf)
    look_month = np.full((many, looks), np.nan)
    look_people = np.zeros((many, looks), dtype=np.int64)
    enlarged = np.zeros(many, dtype=bool)
    going = np.arange(many)
    for k in range(looks - 1):
        month = _month_of_look(plan, trials, k, people)[going]
        comes = np.isfinite(month)
        data = seen_at(plan, trials, people=people[going], month=month, chosen=going)
        look_month[going[comes], k] = month[comes]
        look_people[going, k] = _inside(plan, data.included).sum(axis=1)
        stop, z = _stops(plan, data, k, analyse)
        stop = np.where(comes, stop, 0)
        ended = going[stop > 0]
        last[ended], reason[ended], until[ended] = k, stop[stop > 0], month[stop > 0]
        grown = plan.design.reestimation
        if grown is not None and grown.look == k + 1:
            more = _larger_size(plan, k, z)
            raised = (stop == 0) & comes & (more > plan.people)
            people[going[raised]] = more[raised]
            enlarged[going[raised]] = True
            trials = _reopened(plan, trials, going[raised], month[raised])
        going = going[stop == 0]
    return Ending(last, reason, until, people, look_month, look_people, enlarged, trials.enrolled)


def _reopened(
    plan: TrialPlan, trials: SimulatedTrials, raised: Array, month: Float[Array, " raised"]
) -> SimulatedTrials:
    """Nobody knows of a larger size before the look: enrolment that had ended begins again then."""
    enrolled = trials.enrolled.copy()
    paused = np.maximum(month - enrolled[raised, plan.people - 1], 0.0)
    enrolled[raised, plan.people : plan.most_people] += paused[:, None]
    return replace(trials, enrolled=enrolled)


def won(
    plan: TrialPlan, answers: list[EndpointAnswers], ending: Ending
) -> Bool[Array, "trials tested"]:
    """Which of the tested endpoints are won, in the order in which they share alpha."""
    tested = [answers[place] for place in plan.tested]
    z = np.stack([one.z for one in tested], axis=1)
    if plan.looks is not None:
        return _won_at_looks(plan, z, ending)
    sides = plan.design.multiplicity.sides
    p = np.stack([_one_p(one, sides) for one in tested], axis=1)
    return _procedure(plan, p).rejected & (z > 0.0)


def _won_at_looks(plan: TrialPlan, z: Array, ending: Ending) -> Bool[Array, "trials tested"]:
    """Every endpoint against its own bound at the look at which the trial ended."""
    assert plan.looks is not None
    bounds = [plan.looks.bounds[place] for place in plan.tested]
    over = np.stack(
        [
            np.zeros(len(z), dtype=bool) if bound is None
            else z[:, i] >= np.asarray(bound.efficacy)[ending.look]
            for i, bound in enumerate(bounds)
        ],
        axis=1,
    )  # fmt: skip
    if plan.design.multiplicity.procedure is Procedure.FIXED_SEQUENCE:
        over = np.logical_and.accumulate(over, axis=1)
    return np.asarray(over)


def _one_p(answers: EndpointAnswers, sides: int) -> Float[Array, " trials"]:
    """The p-value for the design's sides."""
    from scipy.special import ndtr

    return answers.p_value if sides == 2 else np.asarray(ndtr(-answers.z))


def _procedure(plan: TrialPlan, p: Float[Array, "trials tested"]) -> Tested:
    table = plan.design.multiplicity
    weights = list(table.weights) or None
    if table.procedure is Procedure.BONFERRONI:
        return bonferroni(p, table.alpha, weights=weights)
    if table.procedure is Procedure.HOLM:
        return holm(p, table.alpha, weights=weights)
    if table.procedure is Procedure.HOCHBERG:
        return hochberg(p, table.alpha)
    if table.procedure is Procedure.GRAPHICAL:
        return graphical(
            p, table.alpha, weights=list(table.weights), transitions=[*map(list, table.transitions)]
        )
    return fixed_sequence(p, table.alpha)


def _month_of_look(
    plan: TrialPlan, trials: SimulatedTrials, look: int, people: Int[Array, " trials"]
) -> Float[Array, " trials"]:
    """Calendar month of a look; infinite where it would come after the end of the trial."""
    assert plan.looks is not None
    if plan.looks.months:
        return np.full(trials.trials, plan.looks.months[look])
    share = plan.looks.information[look]
    whole = seen_at(plan, trials, people=people)
    by_events = plan.comparisons[plan.tested[0]].endpoint.analysis is Analysis.TIME_TO_EVENT
    counts = _inside(plan, whole.died if by_events else whole.included)
    month = np.where(counts, _inside(plan, whole.enrolled + whole.month), np.inf)
    month = np.sort(month, axis=1)
    total = counts.sum(axis=1).mean() if by_events else people
    needed = np.ceil(share * np.broadcast_to(total, people.shape)).astype(np.int64)
    place = np.clip(needed - 1, 0, month.shape[1] - 1)
    return np.asarray(month[np.arange(len(month)), place])


def _inside(plan: TrialPlan, people: Array) -> Array:
    """Without external controls, whose follow-up is over before the trial begins."""
    return people if plan.outside_door is None else people[:, : plan.most_people]


def _stops(
    plan: TrialPlan, data: TrialData, look: int, analyse: Analyse
) -> tuple[Int[Array, " trials"], Float[Array, " trials"]]:
    """Whether each trial stops at the look, and z of the first primary endpoint."""
    assert plan.looks is not None
    all_won = np.ones(len(data.arm), dtype=bool)
    hopeless = np.ones(len(data.arm), dtype=bool)
    first: Array | None = None
    for place in plan.tested:
        if plan.comparisons[place].endpoint.role is not EndpointRole.PRIMARY:
            continue
        bound = plan.looks.bounds[place]
        if bound is None:
            continue
        z = analyse(data, place)
        first = z if first is None else first
        is_won = z >= bound.efficacy[look]
        all_won &= is_won
        below = np.zeros(len(z), dtype=bool)
        if bound.futility is not None:
            below = z < bound.futility.z[look]
        hopeless &= ~is_won & below
    if first is None:
        nothing = np.zeros(len(data.arm))
        return nothing.astype(np.int64), nothing
    return np.where(all_won, EFFICACY, np.where(hopeless, FUTILITY, 0)), first


def _larger_size(plan: TrialPlan, look: int, z: Float[Array, " trials"]) -> Int[Array, " trials"]:
    """The least size at which conditional power under the trend reaches what is wanted.

    CP(n) = Φ(z √(n₂/n₁) + (z √n₁ − u √n) / √n₂),  n₁ = t n₀ now, n = n₁ + n₂, u: the last bound.
    """
    from scipy.special import ndtr

    grown = plan.design.reestimation
    assert plan.looks is not None
    assert grown is not None
    bound = _deciding_bound(plan)
    now = plan.looks.information[look] * plan.people
    last = bound.efficacy[-1]

    def power(size: Array) -> Array:
        ahead = size - now
        drift = z[:, None] * np.sqrt(ahead / now)
        return np.asarray(
            ndtr(drift + (z[:, None] * math.sqrt(now) - last * np.sqrt(size)) / np.sqrt(ahead))
        )

    planned = power(np.array([float(plan.people)]))[:, 0]
    sizes = np.arange(plan.people, grown.maximum_size + 1, dtype=float)
    enough = power(sizes) >= grown.power
    reached = enough.any(axis=1)
    least = np.where(reached, sizes[enough.argmax(axis=1)], grown.maximum_size).astype(np.int64)
    promising = (planned >= grown.promising_from) & (planned < grown.power)
    return np.where(promising, least, plan.people)


def _deciding_bound(plan: TrialPlan) -> Boundary:
    assert plan.looks is not None
    for place in plan.tested:
        bound = plan.looks.bounds[place]
        if bound is not None:
            return bound
    raise AssertionError("a design with looks has an endpoint that decides")
