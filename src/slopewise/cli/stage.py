"""`slopewise stage`: King's and MiToS stages of every visit in a file."""

from pathlib import Path
from typing import Annotated

import typer

from slopewise.cli.options import AsJson
from slopewise.cli.output import answer, answer_json, tell
from slopewise.cli.progress import working

__all__ = ["register"]


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
    from slopewise.report.staging import staged_objects, staged_text
    from slopewise.workflow.stage_visits import stage_visits

    with working(f"Staging {file}", unit="visits"):
        staged = stage_visits(file)
    for remark in staged.left_out:
        line = f", line {remark.row}" if remark.row else ""
        tell(f"{remark.file}{line}: left out: {remark.reason}")
    if as_json:
        answer_json(staged_objects(staged.visits))
    else:
        answer(staged_text(staged.visits))
