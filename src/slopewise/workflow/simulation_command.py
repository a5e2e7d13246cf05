"""The command that runs a simulation again, for whoever reads its answer."""

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slopewise.workflow.simulate_trial import SimulationRequest

__all__ = ["simulation_command"]


def simulation_command(
    request: "SimulationRequest", *, design: str, report: str | None = None
) -> str:
    """What to type; workers are left out, as results do not depend on them."""
    seed = request.design.trial.seed if request.seed is None else request.seed
    words = ["slopewise", "trial", "simulate", design, "--replicates", str(request.replicates)]
    words += ["--seed", str(seed)]
    if request.sizes:
        words += ["--sizes", ",".join(map(str, request.sizes))]
    if request.assurance:
        words.append("--assurance")
    if report is not None:
        words += ["--report", report]
    return shlex.join(words)
