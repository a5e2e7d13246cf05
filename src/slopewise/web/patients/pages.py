"""*Patients*: the list, one patient, and the report to print."""

from datetime import UTC, datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from slopewise.report.patient.listing import ListRow, list_row, sorted_rows
from slopewise.report.patient.tables import source_table
from slopewise.report.tables import Table
from slopewise.web.patients.forms import ListForm, ListQuery, PatientKey, PriorQuery
from slopewise.web.rendering import page
from slopewise.workflow.assess_waiting import assess_waiting
from slopewise.workflow.list_patients import OVERDUE_MONTHS, PatientList, list_patients
from slopewise.workflow.progress import Progress
from slopewise.workflow.show_patient import ShownPatient, show_patient

__all__ = ["router"]

router = APIRouter()
_WAIT_SECONDS = 1.5  # a small clinic is assessed within this, so the first page is already whole


@router.get("/patients", summary="The list of patients")
def show_list(request: Request, form: ListQuery) -> Response:
    found = _listed(request)
    rows = _rows(found, form)
    context = {
        "form": form,
        "rows": rows,
        "total": len(found.patients),
        "overdue": sum(1 for patient in found.patients if patient.overdue_months is not None),
        "overdue_months": OVERDUE_MONTHS,
        "not_assessed": found.not_assessed,
        "job": request.app.state.worker.state,
        "any_simulated": any(patient.is_simulated for patient in found.patients),
    }
    return page(request, "patients/list.html", context)


@router.get("/patients/{key}", summary="One patient")
def show_one(request: Request, key: PatientKey, form: PriorQuery) -> Response:
    from slopewise.report.patient.section import patient_section
    from slopewise.report.patient.words import evidence_sentence, prior_sentence

    shown = show_patient(request.app.state.store, key, prior=form.prior)
    section = patient_section(shown.patient, shown.assessment, adverse_events=shown.adverse_events)
    context = {
        "shown": shown,
        "section": section,
        "prior": form.prior.value,
        "prior_sentence": prior_sentence(form.prior),
        "evidence_sentence": evidence_sentence(shown.run.evidence) if shown.run.evidence else "",
        "sources": _sources(shown),
    }
    return page(request, "patients/patient.html", context)


@router.get("/patients/{key}/report", summary="One patient as a file to keep")
def download_report(request: Request, key: PatientKey, form: PriorQuery) -> Response:
    from slopewise.report.patient_report import html

    shown = show_patient(request.app.state.store, key, prior=form.prior)
    return Response(
        html(shown.run, (shown.patient,)),
        media_type="text/html; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="slopewise-report.html"'},
    )


def _listed(request: Request) -> PatientList:
    """The list; what is not assessed yet is begun, and often done before the page is shown."""
    store, today = request.app.state.store, datetime.now(UTC).date()
    found = list_patients(store, today=today)
    if found.not_assessed == 0:
        return found

    def work(progress: Progress) -> None:
        assess_waiting(store, today=today, progress=progress)

    request.app.state.worker.ensure(work, wait_seconds=_WAIT_SECONDS)
    return list_patients(store, today=today)


def _rows(found: PatientList, form: ListForm) -> list[ListRow]:
    wanted = form.find.strip().casefold()
    rows = [
        list_row(
            patient.key,
            patient.patient_id,
            patient.assessment,
            is_simulated=patient.is_simulated,
            last_visit=patient.last_visit,
            last_month=patient.last_month,
            overdue_months=patient.overdue_months,
        )
        for patient in found.patients
        if wanted in patient.patient_id.casefold()
    ]
    return sorted_rows(rows, by=form.sort, is_descending=form.order == "down")


def _sources(shown: ShownPatient) -> Table:
    return source_table(
        (source.file_name, source.rows, source.sha256, source.imported_at, source.imported_by)
        for source in shown.sources
    )
