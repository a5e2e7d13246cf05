"""Stored verdicts: those that still hold, and putting new ones in their place."""

import dataclasses
import datetime
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from slopewise.errors import NotFoundError
from slopewise.records.queries.stored_rows import patient_keys
from slopewise.records.schema.assessment import Assessment
from slopewise.records.schema.patient import Patient
from slopewise.response.assessment import (
    ExpectedCourse,
    ExposureSensitivity,
    Flag,
    NaiveSlopes,
    PatientAssessment,
    Prior,
    Slowing,
    SlowingDensity,
    Verdict,
    VisitsNeeded,
)

__all__ = [
    "StoredAssessment",
    "assessment_from_json",
    "assessment_to_json",
    "load",
    "save",
]

OUTDATED = "replaced by a newer assessment"


@dataclass(frozen=True, slots=True)
class StoredAssessment:
    """An assessment with all that decides whether it still holds."""

    assessment: PatientAssessment
    input_hash: str
    natural_history: str
    version: str
    created: datetime.datetime


def load(
    session: Session, *, prior: Prior, version: str, patient_id: str | None = None
) -> dict[str, StoredAssessment]:
    """The assessments in force under this prior, by patient, as this version of the engine made.

    Those of other versions no longer hold and may have another form, so they are not read.
    """
    query = (
        select(
            Patient.patient_id,
            Assessment.result,
            Assessment.input_hash,
            Assessment.natural_history,
            Assessment.version,
            Assessment.created,
        )
        .join(Patient, Patient.id == Assessment.patient_key)
        .where(
            Assessment.voided.is_(None),
            Assessment.prior == prior.value,
            Assessment.version == version,
        )
    )
    if patient_id is not None:
        query = query.where(Patient.patient_id == patient_id)
    return {
        row.patient_id: StoredAssessment(
            assessment=assessment_from_json(row.result),
            input_hash=row.input_hash,
            natural_history=row.natural_history,
            version=row.version,
            created=row.created,
        )
        for row in session.execute(query)
    }


def save(session: Session, stored: Sequence[StoredAssessment]) -> None:
    """Put these in force; earlier ones of the same patient and prior are voided, not deleted."""
    keys = patient_keys(session, [item.assessment.patient_id for item in stored])
    for item in stored:
        patient_id = item.assessment.patient_id
        if patient_id not in keys:
            raise NotFoundError(f"no patient {patient_id} in the store; import the patient first")
        prior = item.assessment.prior.value
        session.execute(
            update(Assessment)
            .where(
                Assessment.patient_key == keys[patient_id],
                Assessment.prior == prior,
                Assessment.voided.is_(None),
            )
            .values(voided=item.created, void_reason=OUTDATED)
        )
        session.add(
            Assessment(
                patient_key=keys[patient_id],
                prior=prior,
                input_hash=item.input_hash,
                natural_history=item.natural_history,
                version=item.version,
                result=assessment_to_json(item.assessment),
                created=item.created,
            )
        )
        session.flush()


def assessment_to_json(assessment: PatientAssessment) -> str:
    """The assessment as text; `assessment_from_json` gives the same record back."""
    said = dataclasses.asdict(assessment)
    said["verdict"] = assessment.verdict.value
    said["prior"] = assessment.prior.value
    return json.dumps(said, ensure_ascii=False)


def assessment_from_json(text: str) -> PatientAssessment:
    """The record that `assessment_to_json` wrote."""
    said: dict[str, Any] = json.loads(text)
    return PatientAssessment(
        **{
            **said,
            "verdict": Verdict(said["verdict"]),
            "prior": Prior(said["prior"]),
            "flags": tuple(Flag(**flag) for flag in said["flags"]),
            "naive": NaiveSlopes(**said["naive"]),
            "what_would_change_it": tuple(said["what_would_change_it"]),
            "slowing": said["slowing"] and Slowing(**said["slowing"]),
            "visits_needed": tuple(VisitsNeeded(**item) for item in said["visits_needed"]),
            "density": said["density"] and SlowingDensity(**_tuples(said["density"])),
            "expected_course": said["expected_course"]
            and ExpectedCourse(**_tuples(said["expected_course"])),
            "sensitivity": tuple(
                ExposureSensitivity(**{**item, "slowing": Slowing(**item["slowing"])})
                for item in said["sensitivity"]
            ),
        }
    )


def _tuples(said: dict[str, Iterable[float]]) -> dict[str, tuple[float, ...]]:
    return {name: tuple(values) for name, values in said.items()}
