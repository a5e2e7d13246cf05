"""`slopewise trial simulate`: what a design can do, by simulating it many times."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slopewise.cli.options import AsJson
from slopewise.cli.output import answer, answer_json, check_place, tell, write_document
from slopewise.cli.progress import working
from slopewise.errors import InputError

if TYPE_CHECKING:
    from slopewise.workflow.simulate_trial import SimulationRequest

__all__ = ["Cluster", "Replicates", "Seed", "Workers", "processes", "register", "stopped_early"]

KEPT_FOLDER = "simulations"
INTERRUPTED = 130  # as shells count a command ended by Ctrl-C
# the Monte Carlo error of a share is then at most 0.016 of 100; days of work on one machine
MOST_REPLICATES = 10_000_000

Replicates = Annotated[
    int,
    typer.Option(
        "--replicates", min=1, max=MOST_REPLICATES, help="Trials simulated in each scenario."
    ),
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, help="Processes of this machine; one for each core if left."),
]
Cluster = Annotated[
    str | None,
    typer.Option("--cluster", metavar="ADDRESS", help="A Dask scheduler, such as tcp://host:8786."),
]
Seed = Annotated[
    int | None,
    typer.Option("--seed", min=0, help="Else the design's own; the same gives the same."),
]
Sizes = Annotated[
    str | None,
    typer.Option("--sizes", metavar="N,...", help="Further sizes, for power against size."),
]
Assurance = Annotated[
    bool, typer.Option("--assurance", help="Also draw the slowing from the published evidence.")
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on where a stopped run of the same design ended.")
]
Report = Annotated[
    Path | None, typer.Option("--report", metavar="FILE", help="Write an HTML report.")
]


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("simulate", short_help="What a design can do, by simulating it.")(simulate)


def simulate(
    design: Annotated[Path, typer.Argument(metavar="DESIGN", help="Design file (TOML).")],
    *,
    replicates: Replicates = 1000,
    workers: Workers = None,
    cluster: Cluster = None,
    seed: Seed = None,
    sizes: Sizes = None,
    assurance: Assurance = False,
    resume: Resume = False,
    report: Report = None,
    as_json: AsJson = False,
) -> None:
    """Simulate whole trials of a design and say how often it succeeds, with Monte Carlo errors.

    Every scenario of the design is run, and the same trial without any effect. Results do not
    depend on the number of workers. Ctrl-C keeps what is finished, shows it, and ends with 130;
    `--resume` then goes on to the identical result.
    """
    from slopewise.settings import load_settings
    from slopewise.workflow.simulate_trial import SimulationRequest
    from slopewise.workflow.trial_design import load_design

    if report is not None:
        check_place(report)
    if cluster is not None and workers is not None:
        raise typer.BadParameter("--workers is for this machine, --cluster another; leave one out")
    request = SimulationRequest(
        design=load_design(design),
        replicates=replicates,
        workers=processes(workers),
        seed=seed,
        sizes=_numbers(sizes),
        assurance=assurance,
        cluster=cluster,
        keep_in=load_settings().data_folder / KEPT_FOLDER,
    )
    _simulate(request, _Output(design.name, report, as_json), is_resumed=resume)


@dataclass(frozen=True, slots=True)
class _Output:
    """What the answer is to look like."""

    design: str
    report: Path | None
    as_json: bool


def _simulate(request: "SimulationRequest", output: _Output, *, is_resumed: bool) -> None:
    from slopewise.workflow.simulate_trial import simulate_trial
    from slopewise.workflow.simulation_blocks import forget_blocks
    from slopewise.workflow.simulation_command import simulation_command

    if not is_resumed:
        forget_blocks(request)
    with working("Simulating", unit="trials") as progress:
        found = simulate_trial(request, progress=progress)
    report = None if output.report is None else output.report.name
    command = simulation_command(request, design=output.design, report=report)
    if output.as_json:
        from slopewise.report.trial.simulation_json import simulation_object

        answer_json(simulation_object(found))
    else:
        from slopewise.report.simulation.text import simulation_text

        answer(simulation_text(found, command=command))
    if output.report is not None:
        from slopewise.report.trial.simulation_report import simulation_report
        from slopewise.trial.simulating.plan import deciding_boundary

        bounds = deciding_boundary(request.design)
        text = simulation_report(found, request.design, command, boundary=bounds)
        write_document(output.report, text)
        tell(f"Report written: {output.report}")
    if found.status != "finished":
        stopped_early(found.status)
    forget_blocks(request)


def processes(asked: int | None) -> int:
    """So many as asked for, else one for each core that this process may use."""
    return len(os.sched_getaffinity(0)) if asked is None else asked


def stopped_early(status: str) -> None:
    """End with the code that says why not everything was run."""
    if status == "incomplete":
        tell("Some blocks could not be computed; --resume tries them again.")
        raise typer.Exit(1)
    tell("Stopped: what was finished is shown and kept; --resume goes on.")
    raise typer.Exit(INTERRUPTED)


def _numbers(text: str | None) -> tuple[int, ...]:
    """Sizes from a list with commas."""
    if text is None:
        return ()
    parts = [part.strip() for part in text.split(",")]
    wrong = [part for part in parts if not part.isdigit() or int(part) < 1]
    if wrong:
        raise InputError(
            f"--sizes {text!r}: {wrong[0]!r} is no number of people; write for instance 200,300,400"
        )
    return tuple(int(part) for part in parts)
