"""Which of the stored answers still hold for the records as they are now, and storing new ones."""

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

from slopewise.response.assessment import Belief, PatientAssessment, Prior
from slopewise.workflow.fingerprint import engine_version, record_hash

if TYPE_CHECKING:
    from slopewise.progression.natural_history import NaturalHistory
    from slopewise.records.queries.assessments import StoredAssessment
    from slopewise.records.store import Store
    from slopewise.response.patient import TreatedPatient

__all__ = ["holding_answers", "save_answers"]


def holding_answers(
    treated: "Sequence[TreatedPatient]",
    stored: "dict[str, StoredAssessment]",
    natural_history: "NaturalHistory",
    *,
    belief: Belief = Prior.SCEPTICAL,
) -> dict[str, PatientAssessment]:
    """The stored answers by patient whose record, natural history and engine are unchanged.

    Under an evidence prior its trials must be unchanged too.
    """
    return {
        patient.history.patient_id: old.assessment
        for patient in treated
        if (old := stored.get(patient.history.patient_id)) is not None
        and (old.input_hash, old.natural_history, old.version)
        == (record_hash(patient, belief), natural_history.name, engine_version())
    }


def save_answers(
    store: "Store",
    treated: "Sequence[TreatedPatient]",
    answers: Sequence[PatientAssessment],
    *,
    natural_history: "NaturalHistory",
    belief: Belief,
) -> None:
    """Store the answers with all that decides whether they still hold."""
    from slopewise.records.queries import assessments

    now, name, version = datetime.datetime.now(datetime.UTC), natural_history.name, engine_version()
    with store.transaction() as session:
        assessments.save(
            session,
            [
                assessments.StoredAssessment(answer, record_hash(one, belief), name, version, now)
                for one, answer in zip(treated, answers, strict=True)
            ],
        )
