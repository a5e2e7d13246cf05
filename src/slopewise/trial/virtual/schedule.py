"""When things happen to one person of a trial: visits, doses, steps between them.

Months count from randomisation. Steps begin at the first visit (the start of the run-in or of the
open period) and end with the trial; no step is longer than a month, and within a step the share of
the full effect is constant in every arm.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from slopewise.progression.timeline import Exposure
from slopewise.response.exposure import EffectShape, exposure
from slopewise.trial.design.design import Design
from slopewise.trial.design.effect import Scenario
from slopewise.trial.design.treatment import Arm
from slopewise.trial.design.words import ArmRole, TrialKind

__all__ = ["EXTERNAL_ARM", "Schedule", "schedule_of"]

EXTERNAL_ARM = "external control"
DAYS_IN_MONTH = 30.4375


@dataclass(frozen=True, eq=False, slots=True)
class Schedule:
    """Edges of the steps, which of them are visits, and the exposure of each arm in each step.

    `baseline`: which visit is the one at randomisation; those before it are the run-in.
    `timing_variance`: of a visit within its window, months².
    """

    edges: Float[Array, " edges"]
    visit_month: Float[Array, " visits"]
    visit_edge: Int[Array, " visits"]
    baseline: int
    exposure: Float[Array, "arms steps"]
    open_steps: int  # steps in which everybody is treated, before randomisation
    open_exposure: Float[Array, " steps"]
    timing_variance: float

    @property
    def start(self) -> float:
        """Month of the first visit."""
        return float(self.edges[0])

    @property
    def randomised_edge(self) -> int:
        """The edge of randomisation."""
        return int(self.visit_edge[self.baseline])


def schedule_of(design: Design, scenario: Scenario) -> Schedule:
    """The steps of a design whose effect comes and goes as the scenario says."""
    run_in = design.run_in.visit_months
    visits = np.array([*run_in, *design.visits.months], dtype=float)
    period = design.open_period
    before = max(design.run_in.months, period.months if period else 0.0, -min(visits[0], 0.0))
    end = max(design.trial.duration_months, float(visits[-1]))
    shape = EffectShape(scenario.onset_delay_months, scenario.waning_half_life_months)
    exposures = [_exposure(design, arm, shape, end=end) for arm in design.arms]
    if design.trial.kind is TrialKind.SINGLE_ARM:
        exposures.append(Exposure())
    opened = Exposure()
    if period is not None:
        opened = exposure(period.dose_months, shape, until_month=end)
    cuts = {m for one in (*exposures, opened) for m in one.start_month if -before < m < end}
    whole = np.arange(-before, end, 1.0)
    edges = np.unique(np.round([*whole, 0.0, end, *visits, *cuts], 9))
    return Schedule(
        edges=edges,
        visit_month=visits,
        visit_edge=np.searchsorted(edges, np.round(visits, 9)),
        baseline=len(run_in),
        exposure=np.array([_levels(one, edges) for one in exposures]),
        open_steps=int(np.searchsorted(edges, 0.0)) if period is not None else 0,
        open_exposure=_levels(opened, edges),
        timing_variance=(design.visits.window_days / DAYS_IN_MONTH) ** 2 / 3.0,
    )


def _exposure(design: Design, arm: Arm, shape: EffectShape, *, end: float) -> Exposure:
    """Of an arm's own doses, those of an open period before them counted in.

    Doses of cells count: those of a treatment, and those that a delayed start gives to controls.
    """
    delayed = design.trial.kind is TrialKind.DELAYED_START
    doses: Sequence[float] = arm.dose_months if arm.role is ArmRole.TREATMENT or delayed else ()
    earlier = design.open_period.dose_months if design.open_period else ()
    return exposure((*earlier, *doses), shape, until_month=end)


def _levels(one: Exposure, edges: Float[Array, " edges"]) -> Float[Array, " steps"]:
    """The exposure of each step."""
    if not one.start_month:
        return np.zeros(len(edges) - 1)
    place = np.searchsorted(np.round(one.start_month, 9), edges[:-1], side="right")
    return np.concatenate([[0.0], one.level])[place]
