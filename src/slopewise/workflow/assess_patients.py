"""Did the therapy slow it? From a store or a folder of files to answers, patient by patient.

An answer is stored with all that decides whether it still holds: a hash over the patient's record
(and an evidence prior), the natural history, version and code of the engine; else it is made anew.
"""

import dataclasses
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from slopewise.errors import InputError, NotFoundError
from slopewise.response.assessment import (
    AssessmentRun,
    Belief,
    LeftOutRow,
    PatientAssessment,
    Prior,
)
from slopewise.response.patient import TreatedPatient
from slopewise.version import VERSION
from slopewise.workflow.evidence_prior import believed
from slopewise.workflow.fingerprint import engine_version
from slopewise.workflow.progress import Progress, silent
from slopewise.workflow.stored_answers import holding_answers, save_answers

if TYPE_CHECKING:
    from slopewise.progression.natural_history import NaturalHistory
    from slopewise.records.importers.report import Finding
    from slopewise.records.store import Store

__all__ = [
    "AssessedPatients",
    "AssessmentRun",
    "assess_folder",
    "assess_store",
    "left_out_rows",
]

MANY_PATIENTS = 40  # from here on a second process earns its start


@dataclass(frozen=True)
class AssessedPatients:
    """The answers, and the records that they are about, in the same order."""

    run: AssessmentRun
    treated: tuple[TreatedPatient, ...]


def assess_folder(
    path: Path,
    *,
    patient_id: str | None = None,
    prior: Prior = Prior.SCEPTICAL,
    progress: Progress = silent,
) -> AssessedPatients:
    """Answers for a folder of files, by way of a store in memory; nothing is kept.

    Raises InputError where a file cannot be read or no patient is left, NotFoundError as below.
    """
    from slopewise.records.store import open_store
    from slopewise.workflow.import_records import import_records

    store = open_store(None)
    report = import_records(store, path, now=datetime.now(UTC))
    left_out = left_out_rows(report.left_out)
    try:
        found = assess_store(store, patient_id=patient_id, prior=prior, progress=progress)
    except NotFoundError:
        raise NotFoundError(
            f"no patient {patient_id} in {path}; write the identifier as it stands in the files"
        ) from None
    finally:
        store.close()
    return dataclasses.replace(found, run=dataclasses.replace(found.run, left_out=left_out))


def assess_store(
    store: "Store",
    *,
    patient_id: str | None = None,
    prior: Prior = Prior.SCEPTICAL,
    progress: Progress = silent,
) -> AssessedPatients:
    """Answers for the patients of a store: stored ones where they still hold, new ones elsewhere.

    Raises NotFoundError for an unknown patient, InputError where the store holds no patient.
    """
    from slopewise.progression.natural_history import embedded
    from slopewise.records.queries import assessments, histories

    natural_history, belief = embedded(), believed(prior)
    with store.reading() as session:
        treated = tuple(histories.load(session, patient_id))
        stored = assessments.load(
            session, prior=prior, version=engine_version(), patient_id=patient_id
        )
    if not treated:
        raise InputError("the store holds no patient yet; import files first")
    holding = holding_answers(treated, stored, natural_history, belief=belief)
    others = [patient for patient in treated if patient.history.patient_id not in holding]
    answers = dict(holding)
    if others:
        answers |= _assess_anew(store, others, natural_history, belief=belief, progress=progress)
    run = AssessmentRun(
        version=VERSION,
        natural_history=natural_history.name,
        parameter_sets=len(natural_history.parameter_sets),
        prior=prior,
        patients=tuple(answers[patient.history.patient_id] for patient in treated),
        reused=len(holding),
        evidence=None if isinstance(belief, Prior) else belief,
    )
    return AssessedPatients(run, treated)


def left_out_rows(findings: "tuple[Finding, ...]") -> tuple[LeftOutRow, ...]:
    """Findings in the words of an answer; the reason says what to do."""
    return tuple(
        LeftOutRow(f.file, f.row, f.column, f.value, f"{f.reason}; {f.remedy}") for f in findings
    )


def _assess_anew(
    store: "Store",
    others: list[TreatedPatient],
    natural_history: "NaturalHistory",
    *,
    belief: Belief,
    progress: Progress,
) -> dict[str, PatientAssessment]:
    """Assess those whose stored answer does not hold, and store the answers."""
    from slopewise.response.assess import assess

    processes = (os.cpu_count() or 1) if len(others) >= MANY_PATIENTS else 1
    answers = assess(others, natural_history, prior=belief, processes=processes, progress=progress)
    save_answers(store, others, answers, natural_history=natural_history, belief=belief)
    return {answer.patient_id: answer for answer in answers}
