"""`slopewise evidence`: the published studies as a list, and one study with every number."""

from enum import Enum
from typing import Annotated

import typer

from slopewise.cli import (
    evidence_check,
    evidence_claims,
    evidence_import,
    evidence_pool,
    evidence_proportion,
)
from slopewise.cli.options import AsJson
from slopewise.cli.output import answer, answer_json

__all__ = ["register"]


class Order(Enum):
    """Orders of the list."""

    DESIGN = "design"
    STUDY = "study"
    YEAR = "year"
    CELLS = "cells"
    ROUTE = "route"
    PEOPLE = "people"


class Kind(Enum):
    """Kinds of evidence, never mixed with one another."""

    RANDOMISED = "randomised"
    EXTERNAL_CONTROL = "external_control"
    SINGLE_ARM = "single_arm"
    NO_RESULT = "no_result"


def register(app: typer.Typer) -> None:
    """Add the group of commands to the application."""
    group = typer.Typer(
        no_args_is_help=True, help="What is known, how sure, and every claim checked."
    )
    group.command("studies")(studies)
    group.command("study")(study)
    for part in (
        evidence_pool,
        evidence_proportion,
        evidence_check,
        evidence_claims,
        evidence_import,
    ):
        part.register(group)
    app.add_typer(group, name="evidence")


def studies(
    *,
    cells: Annotated[
        str | None, typer.Option(metavar="SOURCE", help="Cell source, such as adipose.")
    ] = None,
    donor: Annotated[
        str | None, typer.Option(metavar="DONOR", help="autologous or allogeneic.")
    ] = None,
    route: Annotated[
        str | None, typer.Option(metavar="ROUTE", help="Route, such as intrathecal.")
    ] = None,
    kind: Annotated[Kind | None, typer.Option(help="Kind of evidence.")] = None,
    text: Annotated[
        str | None, typer.Option(metavar="WORDS", help="Words in title, author, number or notes.")
    ] = None,
    sort: Annotated[Order, typer.Option(help="Order of the list.")] = Order.DESIGN,
    as_json: AsJson = False,
) -> None:
    """List the published studies that meet every given option."""
    from slopewise.evidence.filters import StudyFilter
    from slopewise.report.evidence.record_json import studies_json
    from slopewise.report.evidence.text import studies_text
    from slopewise.workflow.browse_evidence import browse_studies

    wanted = StudyFilter(
        cell_source=cells,
        donor=donor,
        route=route,
        lane=None if kind is None else kind.value,
        text=text,
    )
    browse = browse_studies(wanted, sort=sort.value)
    if as_json:
        answer_json(studies_json(browse.found, len(browse.every)))
        return
    answer(studies_text(browse.found, len(browse.every)))


def study(
    study_id: Annotated[
        str, typer.Argument(metavar="ID", help="Study, such as oh_2018, or NCT number.")
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Show one study: every number with its source, arms, bias, registrations, contradictions."""
    from slopewise.report.evidence.record_json import registration_json, study_json
    from slopewise.report.evidence.text import registration_text, study_text
    from slopewise.workflow.browse_evidence import browse_study
    from slopewise.workflow.browse_registry import registration, registrations_of

    entry = registration(study_id)
    if entry is not None:
        if as_json:
            answer_json(registration_json(entry))
        else:
            answer(registration_text(entry))
        return
    found = browse_study(study_id).study
    entries = registrations_of(found)
    if as_json:
        answer_json(study_json(found, entries))
        return
    answer(study_text(found, entries))
