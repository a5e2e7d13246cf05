"""Everything shown of one patient, made once and read by the page and by the printed report."""

from collections.abc import Sequence
from dataclasses import dataclass

from slopewise.report.figures.svg import Drawing
from slopewise.report.patient import drawings, tables
from slopewise.report.patient.words import (
    VERDICT_WORDS,
    Fact,
    facts_of,
    naive_sentence,
    tail_sentence,
)
from slopewise.report.tables import Table
from slopewise.response.assessment import PatientAssessment
from slopewise.response.patient import TreatedPatient
from slopewise.therapy.adverse_event import AdverseEvent

__all__ = ["PatientSection", "patient_section"]


@dataclass(frozen=True, slots=True)
class PatientSection:
    """The answer first, then the picture, then what it rests on."""

    patient_id: str
    is_simulated: bool
    verdict: str  # code of the verdict, which also names its icon
    verdict_words: str
    sentence: str
    flags: tuple[str, ...]
    what_would_change_it: tuple[str, ...]
    course: Drawing
    density: Drawing | None
    facts: tuple[Fact, ...]
    tail_sentence: str
    naive_sentence: str
    naive: Table
    sensitivity: Table | None
    visits_needed: Table | None
    doses: Table | None
    care: Table | None
    symptoms: Drawing | None
    symptom_table: Table
    breathing: Table | None
    stages: Table | None
    adverse_events: Table | None


def patient_section(
    patient: TreatedPatient,
    assessment: PatientAssessment,
    *,
    adverse_events: Sequence[AdverseEvent] = (),
) -> PatientSection:
    """One patient's records and answer as finished sentences, drawings and tables."""
    history = patient.history
    return PatientSection(
        patient_id=assessment.patient_id,
        is_simulated=patient.simulated or assessment.simulated,
        verdict=assessment.verdict.value,
        verdict_words=VERDICT_WORDS[assessment.verdict],
        sentence=assessment.sentence.replace(" %", "\u202f%"),
        flags=tuple(flag.text for flag in assessment.flags),
        what_would_change_it=assessment.what_would_change_it,
        course=drawings.course_drawing(patient, assessment),
        density=drawings.density_drawing(assessment),
        facts=facts_of(assessment) if assessment.slowing is not None else (),
        tail_sentence=tail_sentence(assessment),
        naive_sentence=naive_sentence(assessment),
        naive=tables.naive_table(assessment),
        sensitivity=tables.sensitivity_table(assessment),
        visits_needed=tables.visits_needed_table(assessment),
        doses=tables.dose_table(patient.doses),
        care=tables.care_table(history),
        symptoms=drawings.symptom_drawing(history),
        symptom_table=tables.symptom_table(history),
        breathing=tables.breathing_table(history),
        stages=tables.stage_table(history),
        adverse_events=tables.adverse_event_table(adverse_events),
    )
