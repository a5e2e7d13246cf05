"""*Evidence*, the list of studies with filters, and a page per study."""

from collections.abc import Iterable
from typing import Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from slopewise.report.evidence import conduct, record
from slopewise.report.evidence import study as one_study
from slopewise.report.evidence.map import evidence_map
from slopewise.report.synthesis.section import study_slowing
from slopewise.web.evidence.filter_form import Choice, EvidenceQuery
from slopewise.web.rendering import page
from slopewise.workflow.browse_evidence import EvidenceBrowse, browse_studies, browse_study
from slopewise.workflow.browse_registry import registrations_of

__all__ = ["router"]

router = APIRouter()
View = Literal["plain", "technical"]


@router.get("/evidence/studies", summary="Published studies, with filters")
def show_studies(request: Request, form: EvidenceQuery) -> Response:
    wanted = form.wanted()
    browse = browse_studies(wanted, sort=form.sort)
    rows = tuple((study.study_id, record.study_row(study)) for study in browse.found)
    context = {
        "sentence": record.record_sentence(browse.found, total=len(browse.every)),
        "form": form,
        "selects": _selects(browse, form),
        "is_filtered": not wanted.is_open,
        "table": record.studies_table(browse.found),
        "rows": rows,
        "lanes": record.lanes_table(browse.found),
        "picture": evidence_map(browse.found),
    }
    return page(request, "evidence/studies.html", context)


@router.get("/evidence/{study_id}", summary="One study: every number and its source")
def show_study(request: Request, study_id: str, view: View = "plain") -> Response:
    from slopewise.workflow.synthesise import synthesise

    browse = browse_study(study_id)
    answers = tuple(one.answer for one in synthesise().comparisons)
    study = browse.study
    context = {
        "study": study,
        "sentence": one_study.sentence(study),
        "identifiers": one_study.identifiers(study),
        "described": one_study.described(study),
        "contradictions": one_study.printed_contradictions(study),
        "tables": one_study.tables(study),
        "concluded": one_study.concluded(study),
        "noted": one_study.noted(study),
        "bias": one_study.bias_table(study),
        "bias_sentence": conduct.bias_sentence(study),
        "judgements": conduct.judgements_table(study),
        "arms": conduct.arms_table(study),
        "registrations": conduct.registry_table(registrations_of(study)),
        "superseded": conduct.superseded(study),
        "slowing": study_slowing(study_id, answers),
        "is_technical": view == "technical",
        "related": browse.related,
    }
    return page(request, "evidence/study.html", context)


def _selects(
    browse: EvidenceBrowse, form: EvidenceQuery
) -> tuple[tuple[str, str, tuple[Choice, ...]], ...]:
    designs = ((one.value, one.words, count) for one, count in browse.designs)
    return (
        ("cells", "Cell source", _choices(_same(browse.cell_sources), form.cells)),
        ("donor", "Donor", _choices(_same(browse.donors), form.donor)),
        ("route", "Route", _choices(_same(browse.routes), form.route)),
        ("design", "Design", _choices(designs, form.design)),
        ("scale", "Scale", _choices(_same(browse.scales), form.scale)),
        (
            "numbers",
            "Results",
            tuple(
                Choice(value, words, value == form.numbers)
                for value, words in (("", "all"), ("yes", "recorded"), ("no", "none recorded"))
            ),
        ),
    )


def _same(counted: Iterable[tuple[str, int]]) -> Iterable[tuple[str, str, int]]:
    return ((value, value, count) for value, count in counted)


def _choices(options: Iterable[tuple[str, str, int]], chosen: str) -> tuple[Choice, ...]:
    made = [Choice(value, f"{words} ({count})", value == chosen) for value, words, count in options]
    return (Choice("", "all", chosen == ""), *made)
