"""`slopewise calibrate`: fit the natural history to published summaries again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slopewise.cli.output import answer, tell
from slopewise.cli.progress import working
from slopewise.errors import ConvergenceError

if TYPE_CHECKING:
    from slopewise.progression.calibrating.calibration import AchievedTarget, Calibration

__all__ = ["register"]

CONVERGED = "converged"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("calibrate", short_help="Fit the natural history to published summaries.")(
        calibrate
    )


def calibrate(
    *,
    sets: Annotated[int, typer.Option(min=1, max=4096, help="Parameter sets to keep.")] = 128,
    steps: Annotated[int, typer.Option(min=100, help="Steps of the search.")] = 100_000,
    seed: Annotated[int, typer.Option(min=0, help="Seed: the same one gives the same sets.")] = 20,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE.json", help="Write the natural history there."),
    ] = None,
) -> None:
    """Fit the natural history to the published summaries and show target, achieved and source.

    The program ships with the result; this makes it again. It takes several minutes.
    """
    from slopewise.workflow.calibrate import calibrate_natural_history

    with working("Calibrating", unit="steps") as progress:
        found = calibrate_natural_history(
            sets=sets, steps=steps, seed=seed, output=output, progress=progress
        )
    answer(_text(found))
    if output is not None:
        tell(f"The natural history is in {output}")
    if found.status != CONVERGED:
        raise ConvergenceError(
            f"the search did not settle in {steps} steps: its two halves still differ; give more "
            "with --steps before the result is used"
        )


def _text(found: "Calibration") -> str:
    from slopewise.report.assessment_text import lay_out
    from slopewise.report.tables import Column, Table

    columns = (
        Column("Target"),
        Column("Published", is_number=True),
        Column("Achieved", is_number=True),
        Column("90 % range"),
        Column("Unit"),
        Column("Source"),
    )
    rows = tuple(_row(achieved) for achieved in found.achieved)
    sentence = f"{len(found.parameters)} parameter sets were kept of {found.steps} steps."
    return f"{sentence}\n\n{lay_out(Table('Calibration', columns, rows))}"


def _row(achieved: "AchievedTarget") -> tuple[str, ...]:
    target = achieved.target
    return (
        target.name,
        f"{target.value:.2f}",
        f"{achieved.median:.2f}",
        f"{achieved.low90:.2f} to {achieved.high90:.2f}",
        target.unit,
        target.source,
    )
