"""`slopewise calibrate`: fit the natural history to published summaries again."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slopewise.cli.output import answer, tell
from slopewise.cli.progress import working
from slopewise.errors import ConvergenceError

if TYPE_CHECKING:
    from slopewise.progression.calibrating.calibration import AchievedTarget
    from slopewise.progression.calibrating.leave_one_out import LeftOutTarget
    from slopewise.workflow.calibrate import CalibratedHistory

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
    leave_one_out: Annotated[
        bool,
        typer.Option("--leave-one-out", help="Also predict each target from all the others."),
    ] = False,
) -> None:
    """Fit the natural history to the published summaries and show target, achieved and source.

    First the course of function, then a hazard of death for each parameter set. The program ships
    with the result; this makes it again. It takes several minutes.
    """
    from slopewise.workflow.calibrate import calibrate_natural_history

    with working("Calibrating", unit="steps") as progress:
        found = calibrate_natural_history(
            sets=sets,
            steps=steps,
            seed=seed,
            output=output,
            leave_one_out=leave_one_out,
            progress=progress,
        )
    answer(_text(found))
    if output is not None:
        tell(f"The natural history is in {output}")
    if found.status != CONVERGED:
        raise ConvergenceError(
            f"the search did not settle in {steps} steps: its two halves still differ, or a hazard "
            "has no maximum; give more with --steps before the result is used"
        )


def _text(found: "CalibratedHistory") -> str:
    sentence = (
        f"{len(found.history.parameter_sets)} parameter sets were kept of {found.course.steps}"
        f" steps ({found.course.status}); hazards: {found.hazard.status}."
    )
    parts = [
        sentence,
        _achieved("Course of function", found.course.achieved),
        _achieved("Survival", found.survival),
        _achieved("Predicted, not fitted", found.predicted),
    ]
    if found.left_out:
        parts.append(_left_out(found.left_out))
    return "\n\n".join(parts)


def _achieved(caption: str, rows: "Sequence[AchievedTarget]") -> str:
    from slopewise.report.assessment_text import lay_out
    from slopewise.report.tables import Column, Table

    columns = (
        Column("Target"),
        Column("Published", is_number=True),
        Column("Achieved", is_number=True),
        Column("90 % range"),
        Column("Misfit", is_number=True),
        Column("Unit"),
        Column("Source"),
    )
    cells = tuple(
        (
            row.target.name,
            f"{row.target.value:.2f}",
            f"{row.median:.2f}",
            f"{row.low90:.2f} to {row.high90:.2f}",
            f"{row.misfit:+.1f}",
            row.target.unit,
            row.target.source,
        )
        for row in rows
    )
    return f"{caption}\n{lay_out(Table(caption, columns, cells))}"


def _left_out(rows: "Sequence[LeftOutTarget]") -> str:
    from slopewise.report.assessment_text import lay_out
    from slopewise.report.tables import Column, Table

    columns = (
        Column("Target"),
        Column("Published", is_number=True),
        Column("All others predict", is_number=True),
        Column("90 % range"),
        Column("Misfit", is_number=True),
        Column("Shape of the weights", is_number=True),
        Column("Status"),
    )
    cells = tuple(
        (
            row.target.name,
            f"{row.target.value:.2f}",
            f"{row.median:.2f}",
            f"{row.low90:.2f} to {row.high90:.2f}",
            f"{row.misfit:+.1f}",
            f"{row.shape:.2f}",
            row.status.replace("_", " "),
        )
        for row in rows
    )
    caption = "Each target from all the others"
    return f"{caption}\n{lay_out(Table(caption, columns, cells))}"
