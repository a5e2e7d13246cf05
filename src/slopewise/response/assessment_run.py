"""One run of the assessment over many patients, with all it needs to be read later."""

from dataclasses import dataclass

from slopewise.response.assessment import PatientAssessment, Prior

__all__ = ["AssessmentRun", "LeftOutRow"]


@dataclass(frozen=True, slots=True)
class LeftOutRow:
    """Something of the files that took no part in the answer, and why.

    `row` is the line in the file, the header being line 1; None where the whole file is meant.
    """

    file: str
    row: int | None
    column: str | None
    value: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class AssessmentRun:
    """Answers for patients, and how they were made; `reused` of them came from the store."""

    version: str
    natural_history: str
    parameter_sets: int
    prior: Prior
    patients: tuple[PatientAssessment, ...]
    left_out: tuple[LeftOutRow, ...] = ()
    reused: int = 0
