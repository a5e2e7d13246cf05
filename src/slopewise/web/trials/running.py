"""A simulation beside the pages: begun, stopped, gone on with; what it finds is kept."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.requests import Request

from slopewise.errors import RecordError
from slopewise.web.jobs import JobState
from slopewise.workflow.progress import Progress
from slopewise.workflow.simulate_trial import SimulationRequest
from slopewise.workflow.trial_runs import KeptRun, keep_simulation, run_request

if TYPE_CHECKING:
    from slopewise.trial.simulating.characteristics import TrialSimulation

__all__ = ["about_run", "begin_run", "running_state", "simulate_whole", "stop_run"]

Simulate = Callable[..., "TrialSimulation"]


def simulate_whole(
    request: SimulationRequest, *, progress: Progress, stop: threading.Event
) -> "TrialSimulation":
    """Run the engine, which is loaded when the first simulation begins."""
    from slopewise.workflow.simulate_trial import simulate_trial

    return simulate_trial(request, progress=progress, stop=stop)


def about_run(run: KeptRun) -> str:
    """The address of a run below /trials, which also names its work."""
    return f"{run.design_name}/result/{run.run}"


def begin_run(request: Request, run: KeptRun) -> None:
    """Begin a run or go on with it; RecordError that says so while another one is running."""
    simulate: Simulate = request.app.state.simulate
    asked = run_request(run)

    def work(progress: Progress, stop: threading.Event) -> None:
        keep_simulation(run, simulate(asked, progress=progress, stop=stop))

    if not request.app.state.simulations.begin(work, about=about_run(run)):
        busy = request.app.state.simulations.state
        if busy.about == about_run(run):
            return
        raise RecordError(
            f"another simulation is running ({busy.about.split('/')[0]}, {busy.done} of "
            f"{busy.total} trials done), and two at once would only slow each other; wait until "
            "it ends, or stop it: it can go on later"
        )


def stop_run(request: Request, run: KeptRun) -> None:
    """Ask a run to end; finished blocks are kept."""
    request.app.state.simulations.stop(about_run(run))


def running_state(request: Request, run: KeptRun) -> JobState | None:
    """How far a run is, or how it ended just now; None where other work or none is there."""
    state: JobState = request.app.state.simulations.state
    return state if state.about == about_run(run) else None
