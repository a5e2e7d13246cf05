"""The list of patients: each one's stored answer, last visit, and whether a visit is overdue.

Nothing is computed here; a patient without an answer that still holds is listed as not assessed.
"""

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slopewise.response.assessment import PatientAssessment, Prior
from slopewise.units import months_between

if TYPE_CHECKING:
    from slopewise.records.queries.patient_pages import PatientKey
    from slopewise.records.store import Store
    from slopewise.response.patient import TreatedPatient

__all__ = ["OVERDUE_MONTHS", "ListedPatient", "PatientList", "list_patients"]

# assumption: clinics see patients every two to three months; later than that a visit is overdue
OVERDUE_MONTHS = 3.0


@dataclass(frozen=True, slots=True)
class ListedPatient:
    """One patient as listed; `key` stands in addresses instead of the identifier.

    `overdue_months` is how long ago the last visit was, when that is too long; None otherwise.
    """

    key: int
    patient_id: str
    is_simulated: bool
    visits: int
    doses: int
    last_visit: datetime.date | None
    last_month: float | None
    overdue_months: float | None
    assessment: PatientAssessment | None


@dataclass(frozen=True, slots=True)
class PatientList:
    """All patients of the store, and how many still have to be assessed."""

    patients: tuple[ListedPatient, ...]
    not_assessed: int


def list_patients(
    store: "Store", *, today: datetime.date, prior: Prior = Prior.SCEPTICAL
) -> PatientList:
    """Every patient with the stored answer; `today` decides what is overdue."""
    from slopewise.progression.natural_history import embedded
    from slopewise.records.queries import assessments, histories, patient_pages
    from slopewise.workflow.evidence_prior import believed
    from slopewise.workflow.fingerprint import engine_version
    from slopewise.workflow.stored_answers import holding_answers

    with store.reading() as session:
        treated = {p.history.patient_id: p for p in histories.load(session)}
        stored = assessments.load(session, prior=prior, version=engine_version())
        keys = patient_pages.patient_keys_and_dates(session)
        newest = patient_pages.newest_visit_date(session)
        left = patient_pages.keys_no_longer_followed(session)
    belief = believed(prior)
    holding = holding_answers(tuple(treated.values()), stored, embedded(), belief=belief)
    listed = tuple(
        _listed(
            key,
            treated[key.patient_id],
            assessment=holding.get(key.patient_id),
            # A simulated clinic's calendar stands still: its own newest visit is its today.
            today=newest if newest and treated[key.patient_id].simulated else today,
            is_followed=key.key not in left,
        )
        for key in keys
    )
    return PatientList(listed, sum(1 for patient in listed if patient.assessment is None))


def _listed(
    key: "PatientKey",
    patient: "TreatedPatient",
    *,
    assessment: PatientAssessment | None,
    today: datetime.date,
    is_followed: bool,
) -> ListedPatient:
    visits = patient.history.visits
    since = months_between(key.last_visit, today) if key.last_visit and is_followed else None
    return ListedPatient(
        key=key.key,
        patient_id=key.patient_id,
        is_simulated=patient.simulated,
        visits=len(visits),
        doses=len(patient.doses),
        last_visit=key.last_visit,
        last_month=visits[-1].month if visits else None,
        overdue_months=since if since is not None and since > OVERDUE_MONTHS else None,
        assessment=assessment,
    )
