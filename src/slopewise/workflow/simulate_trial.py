"""Simulate a design: every scenario, block by block, and what the design can do in each."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from slopewise.errors import InputError
from slopewise.trial.design.canonical import content_hash
from slopewise.trial.design.design import Design
from slopewise.version import VERSION
from slopewise.workflow.progress import Progress, silent
from slopewise.workflow.simulation_blocks import computed_tables
from slopewise.workflow.simulation_plans import plans_of

if TYPE_CHECKING:
    from slopewise.trial.running.block import RunEnd
    from slopewise.trial.simulating.characteristics import TrialSimulation
    from slopewise.trial.simulating.task import SimulationTask
    from slopewise.workflow.simulation_blocks import Tables

__all__ = ["SimulationRequest", "simulate_trial"]


@dataclass(frozen=True, kw_only=True, slots=True)
class SimulationRequest:
    """What is run: `replicates` in each scenario and size.

    `sizes`: people randomised, beside the design's own size where empty. `with_null`: the same
    trial without any effect is run beside the others. `assurance`: one more scenario in which θ is
    drawn anew for each trial from what the published evidence lets one expect. `keep_in`: folder
    in which finished blocks are kept, so that a run can be resumed. `cluster`: address of a Dask
    scheduler; else `workers` processes of this machine.
    """

    design: Design
    replicates: int = 1000
    workers: int = 1
    seed: int | None = None
    sizes: tuple[int, ...] = ()
    with_null: bool = True
    assurance: bool = False
    examples: int = 10
    cluster: str | None = None
    keep_in: Path | None = None


def simulate_trial(
    request: SimulationRequest,
    *,
    progress: Progress = silent,
    stop: threading.Event | None = None,
) -> "TrialSimulation":
    """Run what was asked; progress counts replicates of all scenarios.

    Ctrl-C, or `stop`, ends the run early: what was finished is summarised, and the status says so.
    Raises InputError where nothing was finished.
    """
    from slopewise.trial.simulating.task import SimulationTask

    if request.replicates < 1:
        raise InputError(f"{request.replicates} replicates say nothing; give 1 or more")
    task = SimulationTask(plans_of(request))
    tables, end = computed_tables(request, task, progress=progress, stop=stop)
    return _simulation(request, task, tables, end)


def _simulation(
    request: SimulationRequest, task: "SimulationTask", tables: "Tables", end: "RunEnd"
) -> "TrialSimulation":
    from slopewise.trial.analysing.truth import truths
    from slopewise.trial.simulating.characteristics import TrialSimulation
    from slopewise.trial.simulating.examples import example_trials
    from slopewise.trial.simulating.summary import assumptions_of, summarise

    found = []
    for place, plan in enumerate(task.plans):
        own = [tables[block] for block in task.of_plan(place, tables)]
        if own:
            found.append(summarise(plan, own, truths(plan), replicates=request.replicates))
    if not found:
        raise InputError("the run was stopped before the first block was finished; run it again")
    first = task.plans[0]
    return TrialSimulation(
        design_name=request.design.trial.name,
        design_hash=content_hash(request.design),
        natural_history=first.history.name,
        seed=first.seed,
        replicates=request.replicates,
        finished=sum(one.replicates for one in found),
        status=end.status.value,
        scenarios=tuple(found),
        examples=example_trials(first, request.examples),
        assumptions=assumptions_of(first),
        admitted_share=first.door.admitted,
        version=VERSION,
        missing=tuple(one.reason for one in end.missing),
    )
