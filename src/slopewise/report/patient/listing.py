"""A patient as one row of the list."""

import datetime
from dataclasses import dataclass

from slopewise.report.numbers import month, months, slowing_interval
from slopewise.report.patient.words import VERDICT_WORDS
from slopewise.response.assessment import PatientAssessment, Verdict

__all__ = ["ListRow", "list_row", "sorted_rows"]

_ANSWER_ORDER = (Verdict.SLOWER, Verdict.FASTER, Verdict.NOT_SHOWN, Verdict.CANNOT_TELL)
_NOT_YET = len(_ANSWER_ORDER)


@dataclass(frozen=True, slots=True)
class ListRow:
    """Finished text of one row; `verdict` names the icon, and is None where none was made yet."""

    key: int
    patient_id: str
    is_simulated: bool
    verdict: str | None
    verdict_words: str
    interval: str
    last_visit: str
    overdue: str
    sort_values: tuple[tuple[str, float | str], ...]


def list_row(
    key: int,
    patient_id: str,
    assessment: PatientAssessment | None,
    *,
    is_simulated: bool,
    last_visit: datetime.date | None,
    last_month: float | None,
    overdue_months: float | None,
) -> ListRow:
    """A row from the stored answer and the dates."""
    found = assessment.slowing if assessment else None
    shown_visit = last_visit.isoformat() if last_visit else ""
    if not shown_visit:
        shown_visit = "none" if last_month is None else f"month {month(last_month)}"
    place = _ANSWER_ORDER.index(assessment.verdict) if assessment else _NOT_YET
    return ListRow(
        key=key,
        patient_id=patient_id,
        is_simulated=is_simulated,
        verdict=assessment.verdict.value if assessment else None,
        verdict_words=VERDICT_WORDS[assessment.verdict] if assessment else "Not assessed yet",
        interval=slowing_interval(found.low90, found.high90) if found else "–",
        last_visit=shown_visit,
        overdue=f"{months(overdue_months)} ago" if overdue_months is not None else "",
        sort_values=(
            ("patient", patient_id),
            ("answer", float(place)),
            ("slowing", -found.median if found else float("inf")),
            ("visit", shown_visit),
            ("overdue", -(overdue_months or 0.0)),
        ),
    )


def sorted_rows(rows: list[ListRow], *, by: str, is_descending: bool) -> list[ListRow]:
    """Rows in the order of a column; rows that are alike stay in the order of their names."""
    named = sorted(rows, key=lambda row: row.patient_id)
    return sorted(named, key=lambda row: dict(row.sort_values)[by], reverse=is_descending)
