"""Stored facts of patients that a model may use as covariates, beside those of the history."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from slopewise.records.schema.patient import Patient, PatientFacts

__all__ = ["load"]


def load(session: Session) -> dict[str, dict[str, float]]:
    """By patient: `female` (1 or 0) and `age_at_baseline` (years), where they are known."""
    query = (
        select(Patient.patient_id, PatientFacts.sex, PatientFacts.age_at_baseline)
        .join(PatientFacts, PatientFacts.patient_key == Patient.id)
        .where(Patient.voided.is_(None), PatientFacts.voided.is_(None))
    )
    found: dict[str, dict[str, float]] = {}
    for row in session.execute(query):
        facts = found.setdefault(row.patient_id, {})
        if row.sex in {"female", "male"}:
            facts["female"] = float(row.sex == "female")
        if row.age_at_baseline is not None:
            facts["age_at_baseline"] = float(row.age_at_baseline)
    return found
