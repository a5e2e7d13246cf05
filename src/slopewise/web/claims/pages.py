"""*Claims*: what is said of the therapy, checked claim by claim; and a text checked for claims.

A text is sent in the body and kept nowhere: not in the store, not in an address, not in a log.
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import Response

from slopewise.errors import InputError, NotFoundError
from slopewise.evidence.claims.claim import ClaimAnswer
from slopewise.web.rendering import page

__all__ = ["MOST_LETTERS", "router"]

router = APIRouter()
MOST_LETTERS = 60_000  # assumption: longer than any article; more is a book, or a mistake
View = Literal["plain", "technical"]


@router.get("/claims", summary="Claims made for the therapy, each with its verdict")
def show_claims(request: Request) -> Response:
    from slopewise.evidence.claims.regulation import regulation
    from slopewise.report.claims.page_words import (
        claims_sentence,
        grouped_claims,
        regulation_table,
    )

    answers = _answers()
    context = {
        "sentence": claims_sentence(answers),
        "groups": grouped_claims(answers),
        "regions": regulation_table(regulation()),
        "most": MOST_LETTERS,
    }
    return page(request, "claims/list.html", context)


@router.get("/claims/check", summary="A form for a text that makes claims")
def show_form(request: Request) -> Response:
    return _form(request, "", "")


@router.post("/claims/check", summary="Each sentence of the text with the claims it makes")
def check(request: Request, text: Annotated[str, Form()] = "") -> Response:
    if not text.strip():
        return _form(request, "", "there is no text; paste one into the field")
    if len(text) > MOST_LETTERS:
        too_long = f"the text has {len(text)} characters and at most {MOST_LETTERS} are read"
        return _form(request, text[:MOST_LETTERS], f"{too_long}; paste a part of it")
    from slopewise.evidence.claims.text_check import check_text
    from slopewise.report.claims.checked_words import checked_sentences

    found = check_text(text, _answers())
    context = {
        "sentence": found.sentence,
        "sentences": checked_sentences(found),
        "text": text,
        "most": MOST_LETTERS,
    }
    return page(request, "claims/checked.html", context)


@router.get("/claims/{claim_id}", summary="One claim: statements, rows for and against")
def show_claim(request: Request, claim_id: str, view: View = "plain") -> Response:
    from slopewise.report.claims.page_words import shown_claim

    context = {"claim": shown_claim(_claim(claim_id)), "is_technical": view == "technical"}
    return page(request, "claims/claim.html", context)


def _form(request: Request, text: str, problem: str) -> Response:
    status = InputError.http_status if problem else 200
    context = {"text": text, "problem": problem, "most": MOST_LETTERS}
    return page(request, "claims/check.html", context, status=status)


def _answers() -> tuple[ClaimAnswer, ...]:
    from slopewise.evidence.claims.answers import answer_claims
    from slopewise.workflow.published_record import published_studies

    return answer_claims(published_studies())


def _claim(claim_id: str) -> ClaimAnswer:
    from difflib import get_close_matches

    answers = {answer.claim_id: answer for answer in _answers()}
    if claim_id in answers:
        return answers[claim_id]
    near = get_close_matches(claim_id, answers, n=3)
    advice = f"did you mean {', '.join(near)}" if near else "choose from the page Claims"
    raise NotFoundError(f'no claim "{claim_id[:80]}" is known; {advice}')
