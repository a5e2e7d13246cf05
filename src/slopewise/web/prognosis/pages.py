"""*Prognosis*: facts, then group and range, then the curve for whoever asks for it.

The facts are posted and kept nowhere: not in the store, not in an address, not in a log.
"""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from slopewise.errors import InputError
from slopewise.web.prognosis.forms import PrognosisFields, PrognosisForm
from slopewise.web.rendering import page

__all__ = ["router"]

router = APIRouter()


@router.get("/prognosis", summary="Facts for a prognosis")
def show_form(request: Request) -> Response:
    return _form_page(request, PrognosisForm(), {})


@router.post("/prognosis", summary="Risk group and range of months")
def show_range(request: Request, form: PrognosisFields) -> Response:
    return _answer_page(request, form, with_curve=False)


@router.post("/prognosis/curve", summary="The survival curve, for whoever asks for it")
def show_curve(request: Request, form: PrognosisFields) -> Response:
    return _answer_page(request, form, with_curve=True)


def _form_page(request: Request, form: PrognosisForm, problems: dict[str, str]) -> Response:
    context = {
        "numbers": form.number_fields(problems),
        "questions": form.yes_no_fields(),
        "problems": problems,
    }
    status = InputError.http_status if problems else 200
    return page(request, "prognosis/form.html", context, status=status)


def _answer_page(request: Request, form: PrognosisForm, *, with_curve: bool) -> Response:
    from slopewise.report.prognosis import words
    from slopewise.report.prognosis.curve import survival_drawing
    from slopewise.workflow.prognosis import give_prognosis

    problems = form.problems()
    if problems:
        return _form_page(request, form, problems)
    found = give_prognosis(form.facts())
    context = {
        "answer": words.prognosis_answer(found),
        "limits": words.LIMITS,
        "sources": words.PROGNOSIS_SOURCES,
        "invitation": words.CURVE_INVITATION,
        "curve_facts": words.curve_facts(found) if with_curve else (),
        "drawing": survival_drawing(found) if with_curve else None,
        "hidden": form.hidden(),
        "numbers": form.number_fields({}),
        "questions": form.yes_no_fields(),
    }
    return page(request, "prognosis/answer.html", context)
