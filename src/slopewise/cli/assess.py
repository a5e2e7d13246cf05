"""`slopewise assess`: did the therapy slow the decline, patient by patient."""

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slopewise.cli.options import AsJson, Demo, StoreFile, open_chosen
from slopewise.cli.output import (
    answer,
    answer_json,
    check_place,
    tell,
    tell_left_out,
    write_document,
)
from slopewise.cli.progress import working

if TYPE_CHECKING:
    from slopewise.response.assessment import Prior
    from slopewise.workflow.assess_patients import AssessedPatients

__all__ = ["register"]


class PriorName(Enum):
    """What is assumed of the slowing before the patient's own scores are seen."""

    SCEPTICAL = "sceptical"
    FLAT = "flat"
    EVIDENCE = "evidence"


Folder = Annotated[
    Path | None,
    typer.Argument(
        metavar="FOLDER",
        help="Folder of CSV files, assessed without a store. Without it: the store.",
    ),
]
Patient = Annotated[
    str | None, typer.Option("--patient", metavar="ID", help="Assess this patient only.")
]
PriorChoice = Annotated[
    PriorName,
    typer.Option(
        "--prior",
        help="What is assumed before the scores are seen: sceptical (no effect is likeliest), "
        "flat (every slowing alike) or evidence (what published randomised trials let one expect). "
        "No answer in words depends on it.",
    ),
]
Report = Annotated[
    Path | None,
    typer.Option("--report", metavar="FILE.html", help="Also write a report that can be printed."),
]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("assess", short_help="Did the therapy slow the decline?")(assess)


def assess(
    folder: Folder = None,
    *,
    patient: Patient = None,
    prior: PriorChoice = PriorName.SCEPTICAL,
    report: Report = None,
    as_json: AsJson = False,
    store: StoreFile = None,
    demo: Demo = False,
) -> None:
    """Say for each patient whether decline was slower than expected without the therapy."""
    from slopewise.response.assessment import Prior

    if folder is not None and (store is not None or demo):
        raise typer.BadParameter(
            "give either a folder or a store, not both", param_hint="FOLDER / --store / --demo"
        )
    if report is not None:
        check_place(report)
    found = _assess(folder, store, patient=patient, prior=Prior(prior.value), demo=demo)
    if report is not None:
        from slopewise.report.patient_report import html

        write_document(report, html(found.run, found.treated))
        tell(f"The report is in {report}")
    tell_left_out(found.run.left_out)
    if as_json:
        from slopewise.report.assessment_json import assessment_object

        answer_json(assessment_object(found.run))
    else:
        from slopewise.report.assessment_text import assessment_text

        answer(assessment_text(found.run))


def _assess(
    folder: Path | None,
    store: Path | None,
    *,
    patient: str | None,
    prior: "Prior",
    demo: bool,
) -> "AssessedPatients":
    from slopewise.workflow.assess_patients import assess_folder, assess_store

    with working("Assessing") as progress:
        if folder is not None:
            return assess_folder(folder, patient_id=patient, prior=prior, progress=progress)
        return assess_store(
            open_chosen(store, demo=demo), patient_id=patient, prior=prior, progress=progress
        )
