"""Simulate a design: every scenario, block by block, and what the design can do in each."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from slopewise.trial.design.design import Design
from slopewise.workflow.progress import Progress, silent

if TYPE_CHECKING:
    from slopewise.trial.simulating.characteristics import TrialSimulation

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
    """Run what was asked; progress counts replicates of all scenarios."""
    raise NotImplementedError
