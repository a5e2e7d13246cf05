"""The tables of a simulation's blocks: kept from before, computed here, or on a cluster."""

import threading
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING

from slopewise.trial.design.canonical import canonical_text
from slopewise.version import VERSION
from slopewise.workflow.progress import Progress
from slopewise.workflow.simulation_plans import run_key

if TYPE_CHECKING:
    from numpy import ndarray as Array

    from slopewise.records.trials.kept_blocks import KeptBlocks
    from slopewise.trial.running.block import RunEnd
    from slopewise.trial.simulating.task import SimulationTask
    from slopewise.workflow.simulate_trial import SimulationRequest

    Tables = dict[int, dict[str, Array]]

__all__ = ["computed_tables", "forget_blocks"]


def computed_tables(
    request: "SimulationRequest",
    task: "SimulationTask",
    *,
    progress: Progress,
    stop: threading.Event | None,
) -> tuple["Tables", "RunEnd"]:
    """The tables of all blocks, those kept from an earlier run among them."""
    wanted = task.blocks(request.replicates)
    found: Tables = {}
    with _kept(request) as kept:
        if kept is not None:
            found = {block: kept.read(block) for block in kept.finished() if block in {*wanted}}
        of = _counted(request, task)
        total = sum(of(block) for block in wanted)
        progress(sum(of(block) for block in found), total)

        def done(block: int, table: "dict[str, Array]") -> None:
            found[block] = table
            if kept is not None:
                kept.keep(block, table)
            progress(sum(of(one) for one in found), total)

        end = _run(request, task, [b for b in wanted if b not in found], done, stop)
    return found, end


def _kept(request: "SimulationRequest") -> "KeptBlocks | nullcontext[None]":
    if request.keep_in is None:
        return nullcontext()
    from slopewise.records.trials.kept_blocks import KeptBlocks

    design = request.design
    about = {"simulated": design.trial.name, "design": canonical_text(design), "version": VERSION}
    return KeptBlocks(request.keep_in, run_key(request), about)


def _counted(request: "SimulationRequest", task: "SimulationTask") -> Callable[[int], int]:
    """How many of the replicates asked for a block holds."""

    def of(block: int) -> int:
        size = task.plans[block % len(task.plans)].block
        return min(size, request.replicates - (block // len(task.plans)) * size)

    return of


def _run(
    request: "SimulationRequest",
    task: "SimulationTask",
    blocks: list[int],
    done: Callable[[int, "dict[str, Array]"], None],
    stop: threading.Event | None,
) -> "RunEnd":
    if request.cluster is not None:
        from slopewise.trial.running.cluster import run_blocks_on_cluster

        return run_blocks_on_cluster(task, blocks, address=request.cluster, done=done, stop=stop)
    from slopewise.trial.running.local import run_blocks

    workers = max(1, min(request.workers, len(blocks)))
    return run_blocks(task, blocks, workers=workers, done=done, stop=stop)


def forget_blocks(request: "SimulationRequest") -> None:
    """Delete what an earlier run of the same request kept."""
    with _kept(request) as kept:
        if kept is not None:
            kept.forget()
