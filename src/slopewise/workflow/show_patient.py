"""One patient with the answer, and what the page shows beside it."""

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slopewise.response.assessment import AssessmentRun, PatientAssessment, Prior
from slopewise.response.patient import TreatedPatient

if TYPE_CHECKING:
    from slopewise.records.queries.patient_pages import SourceFile
    from slopewise.records.store import Store
    from slopewise.therapy.adverse_event import AdverseEvent

__all__ = ["ShownPatient", "show_patient"]


@dataclass(frozen=True)
class ShownPatient:
    """The patient, the answer, how it was made, and where the records came from."""

    key: int
    patient: TreatedPatient
    assessment: PatientAssessment
    run: AssessmentRun
    time_zero: datetime.date | None  # the first dose; None where time is kept in months
    adverse_events: "tuple[AdverseEvent, ...]"
    sources: "tuple[SourceFile, ...]"


def show_patient(store: "Store", key: int, *, prior: Prior = Prior.SCEPTICAL) -> ShownPatient:
    """The patient with this key; the answer is computed when no stored one holds.

    Raises NotFoundError when there is no such patient.
    """
    from slopewise.records.queries import patient_pages
    from slopewise.workflow.assess_patients import assess_store

    with store.reading() as session:
        patient_id = patient_pages.patient_id_of(session, key)
        zero = patient_pages.time_zero(session, key)
        events = tuple(patient_pages.adverse_events(session, key))
        sources = tuple(patient_pages.source_files(session, key))
    found = assess_store(store, patient_id=patient_id, prior=prior)
    return ShownPatient(
        key=key,
        patient=found.treated[0],
        assessment=found.run.patients[0],
        run=found.run,
        time_zero=zero.date,
        adverse_events=events,
        sources=sources,
    )
