"""`slopewise evidence check`: check the record itself, or a study file of one's own."""

from pathlib import Path
from typing import Annotated

import typer

from slopewise.cli.options import AsJson
from slopewise.cli.output import answer, answer_json

__all__ = ["register"]

BROKEN = 1


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("check")(check)


def check(
    place: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE.json|FOLDER",
            help="A study file of your own, or a folder of them. Without it: the whole record.",
        ),
    ] = None,
    *,
    show_all: Annotated[bool, typer.Option("--all", help="Show every remark.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check files, sources, contradictions, replaced figures, overlaps, sizes and bias."""
    from slopewise.report.evidence.check_text import check_json, check_text
    from slopewise.workflow.check_evidence import check_evidence

    checked = check_evidence(place)
    if as_json:
        answer_json(check_json(checked))
    else:
        answer(check_text(checked, show_all=show_all))
    if checked.is_broken:
        raise typer.Exit(BROKEN)
