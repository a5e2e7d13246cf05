"""Which of the stored answers still hold for the records as they are now."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from slopewise.response.assessment import PatientAssessment
from slopewise.workflow.fingerprint import engine_version, record_hash

if TYPE_CHECKING:
    from slopewise.progression.natural_history import NaturalHistory
    from slopewise.records.queries.assessments import StoredAssessment
    from slopewise.response.patient import TreatedPatient

__all__ = ["holding_answers"]


def holding_answers(
    treated: "Sequence[TreatedPatient]",
    stored: "dict[str, StoredAssessment]",
    natural_history: "NaturalHistory",
) -> dict[str, PatientAssessment]:
    """The stored answers by patient whose record, natural history and engine are unchanged."""
    return {
        patient.history.patient_id: old.assessment
        for patient in treated
        if (old := stored.get(patient.history.patient_id)) is not None
        and (old.input_hash, old.natural_history, old.version)
        == (record_hash(patient), natural_history.name, engine_version())
    }
