"""`slopewise evidence claims`, `certainty` and `regulation`: what is said, and what is known."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from slopewise.cli.options import AsJson
from slopewise.cli.output import answer, answer_json

__all__ = ["register"]


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""
    group.command("claims")(claims)
    group.command("certainty")(certainty)
    group.command("regulation")(regulation)


def claims(
    claim_id: Annotated[
        str | None,
        typer.Argument(metavar="CLAIM_ID", help="One claim, such as slows_progression."),
    ] = None,
    *,
    text: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Check the sentences of a text (.txt, .md, .html; - reads input)."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the known claims with their verdicts, show one with its rows, or check a text."""
    if claim_id is not None and text is not None:
        raise typer.BadParameter("name a claim or a text, not both")
    if text is not None:
        _check(text, as_json=as_json)
    elif claim_id is not None:
        _one(claim_id, as_json=as_json)
    else:
        _every(as_json=as_json)


def _check(place: Path, *, as_json: bool) -> None:
    from slopewise.records.reading.written_text import read_text
    from slopewise.report.claims.as_json import check_object
    from slopewise.report.claims.text import checked_text
    from slopewise.workflow.check_claims import check_written

    name, written = read_text(place, sys.stdin.buffer if str(place) == "-" else None)
    checked = check_written(name, written)
    if as_json:
        answer_json(check_object(checked.check))
    else:
        answer(checked_text(checked.check, checked.answers))


def _one(claim_id: str, *, as_json: bool) -> None:
    from slopewise.report.claims.as_json import claim_object
    from slopewise.report.claims.text import claim_text
    from slopewise.workflow.check_claims import check_claim

    found = check_claim(claim_id)
    if as_json:
        answer_json(claim_object(found))
    else:
        answer(claim_text(found))


def _every(*, as_json: bool) -> None:
    from slopewise.report.claims.as_json import claim_object
    from slopewise.report.claims.text import claims_text
    from slopewise.workflow.check_claims import check_claims

    found = check_claims()
    if as_json:
        answer_json([claim_object(one) for one in found])
    else:
        answer(claims_text(found))


def certainty(*, as_json: AsJson = False) -> None:
    """Say how sure one may be of each outcome, and which rows lowered it (GRADE)."""
    from slopewise.report.claims.as_json import outcome_object
    from slopewise.report.claims.text import certainty_text
    from slopewise.workflow.check_claims import rate_outcomes

    rated = rate_outcomes()
    if as_json:
        answer_json([outcome_object(one) for one in rated])
    else:
        answer(certainty_text(rated))


def regulation(*, as_json: AsJson = False) -> None:
    """Say where a cell therapy for ALS is approved, with dates and sources."""
    from slopewise.report.claims.as_json import regulation_object
    from slopewise.report.claims.text import regulation_text
    from slopewise.workflow.check_claims import regulatory_statuses

    statuses = regulatory_statuses()
    if as_json:
        answer_json([regulation_object(one) for one in statuses])
    else:
        answer(regulation_text(statuses))
