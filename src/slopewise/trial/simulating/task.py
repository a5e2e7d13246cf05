"""Blocks of replicates, simulated and analysed: picklable pieces of work for any process.

A run has several plans (scenarios and sizes). Block number n is block n // plans of plan n % plans,
so that all plans grow together and asking for more replicates adds blocks and changes none.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy import ndarray as Array

from slopewise.trial.analysing.analyses import Analyses
from slopewise.trial.analysing.answers import EndpointAnswers
from slopewise.trial.analysing.decisions import Ending, endings, won
from slopewise.trial.simulating.block import SimulatedTrials, simulate_block
from slopewise.trial.simulating.data import TrialData, seen_at
from slopewise.trial.simulating.plan import TrialPlan

__all__ = ["AnalysedBlock", "SimulationTask", "analyse_block"]


@dataclass(frozen=True, eq=False, slots=True)
class AnalysedBlock:
    """What happened, how it ended, what was seen and answered, and which endpoints were won."""

    trials: SimulatedTrials
    ending: Ending
    data: TrialData
    answers: list[EndpointAnswers]
    won: Array  # trials tested


@dataclass(frozen=True, eq=False, slots=True)
class SimulationTask:
    """Call it with the number of a block: a table with one row a replicate."""

    plans: tuple[TrialPlan, ...]

    def __call__(self, block: int) -> dict[str, Array]:
        plan = self.plans[block % len(self.plans)]
        return _table(plan, analyse_block(plan, block // len(self.plans)))

    def blocks(self, replicates: int) -> list[int]:
        """The numbers of the blocks that hold so many replicates of every plan."""
        wanted = [-(-replicates // plan.block) for plan in self.plans]
        return [
            block * len(self.plans) + place
            for block in range(max(wanted))
            for place in range(len(self.plans))
            if block < wanted[place]
        ]

    def of_plan(self, place: int, blocks: Iterable[int]) -> list[int]:
        """Those of the blocks that belong to one plan, in order."""
        return sorted(block for block in blocks if block % len(self.plans) == place)


def analyse_block(plan: TrialPlan, block: int) -> AnalysedBlock:
    """Simulate a block, let each trial stop when its rules say so, and analyse every endpoint."""
    trials = simulate_block(plan, block)
    analyses = Analyses(plan, block)
    ending = endings(plan, trials, analyses.statistic)
    trials = replace(trials, enrolled=ending.enrolled)
    stopped = np.isfinite(ending.month).any()
    data = seen_at(plan, trials, people=ending.people, month=ending.month if stopped else None)
    answers = [analyses.answer(data, place) for place in range(len(plan.comparisons))]
    return AnalysedBlock(trials, ending, data, answers, won(plan, answers, ending))


def _table(plan: TrialPlan, found: AnalysedBlock) -> dict[str, Array]:
    """Columns with one row a replicate; `e3.` begins those of the fourth endpoint."""
    data, ending = found.data, found.ending
    table: dict[str, Array] = {
        "look": ending.look,
        "reason": ending.reason,
        "people": _inside(plan, data.included).sum(axis=1),
        "months": _calendar_end(plan, found),
        "events": _inside(plan, data.died).sum(axis=1),
        "enlarged": ending.enlarged,
        "won": found.won,
    }
    if plan.looks is not None:
        table["look_month"] = ending.look_month
        table["look_people"] = ending.look_people
    if found.trials.drawn_slowing is not None:
        table["drawn_slowing"] = found.trials.drawn_slowing
    for place in range(len(plan.arms)):
        own = data.included & (data.arm == place)
        many = np.maximum(own.sum(axis=1), 1)
        table[f"dead{place}"] = (own & data.died).sum(axis=1) / many
        table[f"left{place}"] = (own & _left(plan, found)).sum(axis=1) / many
    for place, answer in enumerate(found.answers):
        table |= _columns(f"e{place}.", answer)
    return table


def _columns(start: str, answer: EndpointAnswers) -> dict[str, Array]:
    names = ("read", "estimate", "standard_error", "low", "high", "p_value", "z")
    columns = {start + name: getattr(answer, name) for name in names}
    for name in ("slowing", "slowing_read", "controls_responding"):
        if getattr(answer, name) is not None:
            columns[start + name] = getattr(answer, name)
    return columns


def _inside(plan: TrialPlan, people: Array) -> Array:
    """Without external controls, who are not part of the trial."""
    return people if plan.outside_door is None else people[:, : plan.most_people]


def _left(plan: TrialPlan, found: AnalysedBlock) -> Array:
    """Who left while alive before the end of their follow-up and before the data were looked at."""
    leave = found.trials.leave_month
    end = plan.design.trial.duration_months
    return np.asarray((leave < found.trials.event_month) & (leave < end)
                      & (leave <= found.data.month))  # fmt: skip


def _calendar_end(plan: TrialPlan, found: AnalysedBlock) -> Array:
    """Calendar month of the end: of the look that stopped it, or of the last person's follow-up."""
    came = _inside(plan, np.where(found.data.included, found.data.enrolled, 0.0)).max(axis=1)
    planned = came + plan.design.trial.duration_months
    return np.where(np.isfinite(found.ending.month), found.ending.month, planned)
