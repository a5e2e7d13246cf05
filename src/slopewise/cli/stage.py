"""`slopewise stage`: King's and MiToS stages of every visit in a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slopewise.cli.options import AsJson
from slopewise.cli.output import answer, answer_json, tell_left_out
from slopewise.cli.progress import working

if TYPE_CHECKING:
    from slopewise.workflow.stage_visits import StagedVisit

__all__ = ["register"]

NOTE = (
    "King's: 1 to 3 regions involved, 4A nutrition, 4B breathing. MiToS: domains lost, 0 to 4. "
    "– = an item that could change the stage was not scored."
)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("stage", short_help="King's and MiToS stages of every visit.")(stage)


def stage(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="visits.csv with item scores, or its folder.")
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Give the total, King's stage and MiToS stage of every visit in a file of item scores."""
    from slopewise.workflow.stage_visits import stage_visits

    with working(f"Staging {file}", unit="visits"):
        staged = stage_visits(file)
    tell_left_out(staged.left_out)
    if as_json:
        answer_json([_object(visit) for visit in staged.visits])
    else:
        answer(_text(staged.visits))


def _object(visit: "StagedVisit") -> dict[str, str | float | None]:
    return {
        "patient_id": visit.patient_id,
        "month": visit.month,
        "alsfrs_total": visit.alsfrs_total,
        "kings": visit.kings,
        "mitos": visit.mitos,
    }


def _text(visits: "tuple[StagedVisit, ...]") -> str:
    from slopewise.report.assessment_text import lay_out
    from slopewise.report.numbers import plural
    from slopewise.report.tables import Column, Table

    patients = plural(len({visit.patient_id for visit in visits}), "patient")
    sentence = f"{plural(len(visits), 'visit')} of {patients} staged."
    columns = (
        Column("Patient"),
        Column("Month", is_number=True),
        Column("ALSFRS-R", is_number=True),
        Column("King's"),
        Column("MiToS"),
    )
    rows = tuple(
        (
            visit.patient_id,
            f"{visit.month:.1f}",
            "–" if visit.alsfrs_total is None else f"{visit.alsfrs_total:g}",
            visit.kings_label or "–",
            "–" if visit.mitos is None else str(visit.mitos),
        )
        for visit in visits
    )
    return f"{sentence}\n\n{lay_out(Table('Stages', columns, rows, NOTE))}"
