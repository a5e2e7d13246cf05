"""*Evidence*: what is known of each question, how sure, and what it rests on.

The choice of studies, method and view stands in the address; nothing is kept between requests.
"""

from threading import Lock
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from slopewise.web.evidence.forms import METHOD_WORDS, SynthesisForm, SynthesisQuery
from slopewise.web.rendering import page

__all__ = ["router", "shown_synthesis"]

router = APIRouter()
# who comes while the same page is made ready waits, and does not make it a second time
_ONE_AT_A_TIME = Lock()
_FILTERS = frozenset({"cells", "donor", "route", "design", "scale", "numbers", "text", "sort"})


@router.get("/evidence", summary="What is known, and how sure")
def show_evidence(request: Request, form: SynthesisQuery) -> Response:
    if _FILTERS & set(request.query_params):  # addresses from when the list stood here
        return RedirectResponse(f"/evidence/studies?{request.url.query}", status_code=308)
    return page(request, "evidence/synthesis.html", shown_synthesis(form))


def shown_synthesis(form: SynthesisForm) -> dict[str, Any]:
    """What the page of these choices shows; answers and figures stay in memory."""
    with _ONE_AT_A_TIME:
        return _synthesis(form)


def _synthesis(form: SynthesisForm) -> dict[str, Any]:
    from slopewise.report.evidence.record import added_sentence, record_sentence
    from slopewise.report.landscape.harvest_map import harvest_map
    from slopewise.report.landscape.timeline import timeline
    from slopewise.report.synthesis.safety_table import safety_sections, safety_table
    from slopewise.report.synthesis.section import comparison_section, outcome_sections
    from slopewise.workflow.published_record import added_here, published_entries
    from slopewise.workflow.synthesise import synthesise

    found = synthesise(
        without=form.left_out, method=form.method, hartung_knapp=form.hartung_knapp == "yes"
    )
    return {
        "form": form,
        "sentence": record_sentence(found.every),
        "added": added_sentence(added_here(found.every)),
        "sections": tuple(
            comparison_section(
                one.answer, one.whole_record, one.certainty, is_technical=form.is_technical
            )
            for one in found.comparisons
        ),
        "choices": tuple(
            (legend, tuple((s.study_id, s.label, s.study_id in found.without) for s in studies))
            for legend, studies in (
                ("Leave out, of the studies with a number", found.with_number),
                ("Leave out, of those without", found.without_number),
            )
            if studies
        ),
        "off": tuple(s.label for s in found.every if s.study_id in found.without),
        "methods": tuple((m.value, words, m is form.method) for m, words in METHOD_WORDS.items()),
        "outcomes": outcome_sections(found.outcomes),
        "safety": safety_table(found.safety),
        "safety_sections": safety_sections(found.safety),
        "map": harvest_map(found.every),
        "timeline": timeline(found.every, published_entries()),
        **_links(form),
    }


def _links(form: SynthesisForm) -> dict[str, str]:
    query = form.address("", view="plain")
    return {
        "plain": form.address("/evidence", view="plain"),
        "technical": form.address("/evidence", view="technical"),
        "all_on": form.address("/evidence", keep_off=False),
        "choice": query,
    }
