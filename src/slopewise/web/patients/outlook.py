"""*What may come*: the range first, the survival table only for whoever asks for it."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from slopewise.web.patients.forms import HORIZONS, OutlookQuery, PatientKey
from slopewise.web.rendering import page

__all__ = ["router"]

router = APIRouter()


@router.get("/patients/{key}/outlook", summary="What may come for one patient")
def show_outlook(request: Request, key: PatientKey, form: OutlookQuery) -> Response:
    from slopewise.report.progression import outlook_words as words
    from slopewise.report.progression.outlook_drawing import course_drawing
    from slopewise.report.progression.outlook_text import survival_table
    from slopewise.workflow.predict_patient import outlook_of_key

    outlook = outlook_of_key(request.app.state.store, key, horizon=float(form.months))
    context = {
        "key": key,
        "outlook": outlook,
        "months": form.months,
        "horizons": HORIZONS,
        "sentences": (words.event_sentence(outlook), words.course_sentence(outlook)),
        "drawing": course_drawing(outlook),
        "survival": survival_table(outlook) if form.curve else None,
        "invitation": words.CURVE_INVITATION,
        "remarks": words.outlook_remarks(outlook),
        "limits": words.OUTLOOK_LIMITS,
    }
    return page(request, "patients/outlook.html", context)
