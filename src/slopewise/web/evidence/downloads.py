"""One file for each figure of *Evidence*: its numbers, their sources, and the command."""

from datetime import UTC, datetime

from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response

from slopewise.errors import NotFoundError
from slopewise.evidence.study import Study
from slopewise.report.tables import Table
from slopewise.web.evidence.forms import SynthesisForm, SynthesisQuery

__all__ = ["router"]

router = APIRouter()


@router.get("/evidence/download/{figure}.csv", summary="One file that reproduces a figure")
def download_figure(figure: str, form: SynthesisQuery) -> Response:
    name = f"{figure}.csv"
    return PlainTextResponse(
        _content(figure, form),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="slopewise-{name}"'},
    )


def _content(figure: str, form: SynthesisForm) -> str:
    from slopewise.evidence.safety.safety_answer import ANY_ROUTE
    from slopewise.report.evidence.record import heading
    from slopewise.report.synthesis.download import counts_csv, effects_csv, table_csv
    from slopewise.report.synthesis.safety_table import safety_counts
    from slopewise.workflow.synthesise import synthesise

    written = datetime.now(UTC).date()
    found = synthesise(
        without=form.left_out, method=form.method, hartung_knapp=form.hartung_knapp == "yes"
    )
    for one in found.comparisons:
        if one.answer.question.key == figure:
            file_name = f"slopewise-{figure}.csv"
            return effects_csv(one.answer, file_name=file_name, written=written)
    for counted in found.safety:
        key = f"safety-{counted.event.name.lower()}"
        if key == figure and counted.route == ANY_ROUTE:
            return counts_csv(
                safety_counts(counted),
                about=(heading(counted.event.value), counted.sentence, *counted.cautions),
                file_name=f"slopewise-{figure}.csv",
                written=written,
            )
    table = _table(figure, found.every)
    if table is None:
        raise NotFoundError(
            f'no figure "{figure[:80]}" to download; use a link of the page Evidence'
        )
    return table_csv(table, written=written)


def _table(figure: str, studies: tuple[Study, ...]) -> Table | None:
    from slopewise.report.landscape.harvest_map import harvest_map
    from slopewise.report.landscape.timeline import timeline
    from slopewise.workflow.published_record import published_entries

    if figure == "map":
        drawing = harvest_map(studies)
    else:
        drawing = timeline(studies, published_entries()) if figure == "timeline" else None
    return None if drawing is None else drawing.table
