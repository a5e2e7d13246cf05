"""Run a published trial again as it was designed: what it could show, what its rule does."""

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slopewise.errors import InputError
from slopewise.records.designs.reenacted import REENACTED, reenacted_text
from slopewise.trial.design.design import Design
from slopewise.workflow.progress import Progress, silent
from slopewise.workflow.simulate_trial import SimulationRequest, simulate_trial
from slopewise.workflow.trial_design import read_design_text

if TYPE_CHECKING:
    from slopewise.report.reenactment import Reenactment

__all__ = ["ReenactRequest", "reenact_trial", "reenacted_design", "reenacted_list"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReenactRequest:
    """Which study, and how many trials are simulated in each scenario."""

    study: str
    replicates: int = 1000
    workers: int = 1
    seed: int | None = None


def reenact_trial(
    request: ReenactRequest,
    *,
    progress: Progress = silent,
    stop: threading.Event | None = None,
) -> "Reenactment":
    """Simulate a published design without an effect and with several."""
    from slopewise.evidence.studies import load_study
    from slopewise.report.reenactment import Reenactment

    design = reenacted_design(request.study)
    simulation = simulate_trial(
        SimulationRequest(
            design=design,
            replicates=request.replicates,
            workers=request.workers,
            seed=request.seed,
            examples=0,
        ),
        progress=progress,
        stop=stop,
    )
    return Reenactment(load_study(request.study), design, simulation)


def reenacted_design(study: str) -> Design:
    """The design of a published study; NotFoundError names those there are."""
    read = read_design_text(reenacted_text(study), file=f"{study}.toml")
    if read.design is None:  # pragma: no cover - tests read every one of them
        raise InputError("\n".join(str(error) for error in read.errors))
    return read.design


def reenacted_list() -> tuple[tuple[str, str], ...]:
    """Study and what it compared."""
    return tuple((one.study, one.compared) for one in REENACTED)
