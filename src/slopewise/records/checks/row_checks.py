"""Rules that one row can break by itself."""

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from slopewise.condition.alsfrs import AlsfrsItems, Scale, total_disagreement
from slopewise.condition.symptom_scales import scale_named
from slopewise.condition.symptoms import check_symptom_measurement
from slopewise.errors import InputError
from slopewise.records.file_columns import Kind
from slopewise.records.file_tables import TABLES
from slopewise.records.importers.report import Finding, Severity
from slopewise.records.importers.rows import ImportedRow, Value
from slopewise.records.reading.cells import BadCell
from slopewise.records.reading.layout_reader import row_finding
from slopewise.records.row_identity import written
from slopewise.records.visit_items import BREATHING_ITEMS, CUTTING_ITEMS, item_scores
from slopewise.therapy.adverse_event import Outcome

__all__ = ["check_row", "total_of", "without"]

EARLIEST = datetime.date(1900, 1, 1)  # assumption: nobody in the records was ill before
MONTHS_LIMIT = 1200  # assumption: a hundred years; more are days or a typing error
ONE_DAY = datetime.timedelta(days=1)  # somewhere on Earth it is already tomorrow
CORRECT_DATES = "correct one of the dates"

Breach = tuple[str | None, BadCell, Severity]  # the column, what is wrong, how much it matters
Values = Mapping[str, Value]

_TIME_COLUMNS = {
    layout.name: tuple(c for c in layout.columns if c.kind in {Kind.DATE, Kind.MONTH})
    for layout in TABLES
}
_WITH_USUAL_RANGE = {
    layout.name: tuple(c for c in layout.columns if c.unusual_high is not None) for layout in TABLES
}


def check_row(row: ImportedRow, *, now: datetime.date) -> tuple[ImportedRow | None, list[Finding]]:
    """The row, perhaps without a value that cannot be; None when it must be kept out."""
    findings: list[Finding] = []
    is_out = False
    for time_name, bad in _wrong_times(row, now):
        findings.append(_finding(row, time_name, bad, Severity.ERROR))
        if _may_be_dropped(row.table, time_name):
            row = without(row, time_name)
        else:
            is_out = True
    for name, bad, severity in _breaches(row):
        findings.append(_finding(row, name, bad, severity))
        if severity is Severity.ERROR and name is not None and _may_be_dropped(row.table, name):
            row = without(row, name)
        else:
            is_out = is_out or severity is Severity.ERROR
    return (None if is_out else row), findings


def without(row: ImportedRow, *columns: str) -> ImportedRow:
    """The row with these columns left empty."""
    return replace(row, values={k: v for k, v in row.values.items() if k not in columns})


def total_of(values: Values) -> float | None:
    """The total as written or, without one, as the items add up; None when neither is there."""
    total = values.get("alsfrs_total")
    if isinstance(total, float):
        return total
    scores = item_scores(values, Scale(values["scale"]))
    known = [score for score in scores if score is not None]
    return sum(known) if len(known) == len(scores) else None


def _finding(row: ImportedRow, name: str | None, bad: BadCell, severity: Severity) -> Finding:
    value = None if name is None else written(row.values.get(name)) or None
    return row_finding(row, bad, column=name, value=value, severity=severity)


def _may_be_dropped(table: str, column: str) -> bool:
    """Whether the row can stay without the value: facts of patients, and ends of spans."""
    return table == "patients" or column.startswith("end_")


def _wrong_times(row: ImportedRow, now: datetime.date) -> Iterator[tuple[str, BadCell]]:
    for column in _TIME_COLUMNS[row.table]:
        value = row.values.get(column.name)
        if isinstance(value, datetime.date):
            if value > now + ONE_DAY:
                reason = f"{column.name} {value} lies in the future (today is {now})"
                remedy = "correct the date, or leave it empty if it has not happened"
                yield column.name, BadCell("future_date", reason, remedy)
            elif value < EARLIEST:
                reason = f"{column.name} {value} lies before {EARLIEST.year}"
                yield column.name, BadCell("impossible_date", reason, "correct the date")
        elif isinstance(value, float) and abs(value) > MONTHS_LIMIT:
            reason = f"{column.name} {value:g} is more than {MONTHS_LIMIT} months from zero"
            remedy = "give months of 30.4375 days, not days; or use dates"
            yield column.name, BadCell("impossible_month", reason, remedy)


def _breaches(row: ImportedRow) -> Iterator[Breach]:
    values = row.values
    yield from _BY_TABLE[row.table](values)
    for column in _WITH_USUAL_RANGE[row.table]:
        value = values.get(column.name)
        low, high = column.unusual_low, column.unusual_high
        if isinstance(value, float) and low is not None and high is not None:
            if low <= value <= high:
                continue
            reason = f"{column.name} {value:g} is possible but rare (usual: {low:g} to {high:g})"
            remedy = f"check it; the unit is {column.unit}"
            yield column.name, BadCell("unusual_value", reason, remedy), Severity.WARNING


def _visit(values: Values) -> Iterator[Breach]:
    scale = Scale(values["scale"])
    other = Scale.ALSFRS if scale is Scale.ALSFRS_R else Scale.ALSFRS_R
    wrong_item = next((n for n in BREATHING_ITEMS[other] if values.get(n) is not None), None)
    if wrong_item is not None:
        reason = f"{wrong_item} is no item of the {scale.value}"
        remedy = f"correct the scale, or use {', '.join(BREATHING_ITEMS[scale])}"
        yield wrong_item, BadCell("item_of_other_form", reason, remedy), Severity.ERROR
    cutting = [name for name in CUTTING_ITEMS if values.get(name) is not None]
    if len(cutting) > 1:
        reason = f"item 5 is scored twice ({' and '.join(cutting)})"
        remedy = "score 5a without gastrostomy or 5b with it, and leave the other empty"
        yield cutting[1], BadCell("two_cutting_items", reason, remedy), Severity.ERROR
        return
    yield from _visit_total(values, scale)


def _visit_total(values: Values, scale: Scale) -> Iterator[Breach]:
    total = values.get("alsfrs_total")
    scores = item_scores(values, scale)
    known = [score for score in scores if score is not None]
    if not isinstance(total, float):
        if not known:
            bad = BadCell("no_score", "neither an item nor a total", "give the items or the total")
            yield "alsfrs_total", bad, Severity.ERROR
        elif len(known) < len(scores):
            reason = (
                f"{len(scores) - len(known)} of {len(scores)} items are missing and no total was "
                "written; the visit is stored but not used in a verdict"
            )
            bad = BadCell("no_total", reason, "complete the items, or give the total")
            yield "alsfrs_total", bad, Severity.WARNING
        return
    if total > scale.maximum:
        reason = f"total {total:g} is above {scale.maximum}, the best of the {scale.value}"
        bad = BadCell("total_outside_form", reason, "correct the total or the scale")
        yield "alsfrs_total", bad, Severity.ERROR
    elif known and not (len(known) == len(scores) and sum(known) == total):
        contradiction = total_disagreement(AlsfrsItems(tuple(scores)), total)
        if contradiction is not None:
            reason = contradiction.partition(";")[0]
            bad = BadCell("total_contradicts_items", reason, "correct the total or the items")
            yield "alsfrs_total", bad, Severity.ERROR


def _dose(values: Values) -> Iterator[Breach]:
    if values.get("cells") is None and values.get("cells_per_kg") is None:
        bad = BadCell(
            "no_amount", "neither cells nor cells_per_kg", "give the amount if it is known"
        )
        yield "cells", bad, Severity.INFO


def _care(values: Values) -> Iterator[Breach]:
    yield from _ends(values, "start_date", "end_date")
    yield from _ends(values, "start_month", "end_month")


def _ends(values: Values, start_name: str, end_name: str) -> Iterator[Breach]:
    start, end = values.get(start_name), values.get(end_name)
    if start is None or end is None:
        return
    if end < start:  # type: ignore[operator]  # both are dates or both are numbers
        reason = f"{end_name} {written(end)} comes before {start_name} {written(start)}"
        bad = BadCell("end_before_start", reason, CORRECT_DATES)
        # None, not the column: whether the start or the end is wrong is not known
        yield None, bad, Severity.ERROR


def _symptom(values: Values) -> Iterator[Breach]:
    symptom, scale, value = values["symptom"], values["scale"], values["value"]
    assert isinstance(symptom, str)
    assert isinstance(scale, str)
    assert isinstance(value, float)
    known = scale_named(scale)
    try:
        check_symptom_measurement(symptom, scale, value)
    except InputError as error:
        reason, _, remedy = str(error).partition(";")
        if known is not None and known.symptom != symptom:
            yield "scale", BadCell("scale_of_other_symptom", reason, remedy.strip()), Severity.ERROR
        else:
            reason = str(error).rpartition(":")[0] or str(error)
            bad = BadCell("outside_scale", reason, "correct the value or the scale")
            yield "value", bad, Severity.ERROR


def _adverse_event(values: Values) -> Iterator[Breach]:
    yield from _ends(values, "date", "end_date")
    yield from _ends(values, "month", "end_month")
    if values.get("grade") != 5:
        return
    if values.get("serious") is False:
        bad = BadCell(
            "grade_contradiction", "grade 5 (death) but not serious", "correct one of them"
        )
        yield "serious", bad, Severity.ERROR
    if values.get("outcome") not in {None, Outcome.FATAL.value, Outcome.UNKNOWN.value}:
        reason = f"grade 5 (death) but the outcome is {values['outcome']}"
        bad = BadCell("grade_contradiction", reason, "correct one of them")
        yield "outcome", bad, Severity.ERROR


def _patient(values: Values) -> Iterator[Breach]:
    for onset_name, diagnosis_name in (
        ("onset_date", "diagnosis_date"),
        ("onset_month", "diagnosis_month"),
    ):
        onset, diagnosis = values.get(onset_name), values.get(diagnosis_name)
        if onset is not None and diagnosis is not None and diagnosis < onset:  # type: ignore[operator]
            reason = f"{diagnosis_name} {_told(diagnosis)} comes before {onset_name} "
            bad = BadCell("diagnosis_before_onset", reason + _told(onset), CORRECT_DATES)
            yield diagnosis_name, bad, Severity.ERROR
    onset_age, baseline_age = values.get("age_at_onset"), values.get("age_at_baseline")
    if (
        isinstance(onset_age, float)
        and isinstance(baseline_age, float)
        and onset_age > baseline_age
    ):
        reason = f"age at onset {onset_age:g} is above age at baseline {baseline_age:g}"
        bad = BadCell("onset_after_baseline_age", reason, "correct one of the ages")
        yield "age_at_onset", bad, Severity.ERROR


def _told(moment: Value) -> str:
    """A date, or a month with at most two decimals, for a sentence."""
    return f"{round(moment, 2):g}" if isinstance(moment, float) else written(moment)


def _nothing(_values: Values) -> Iterator[Breach]:
    return iter(())


_BY_TABLE: dict[str, Callable[[Values], Iterator[Breach]]] = {
    "patients": _patient,
    "visits": _visit,
    "products": _nothing,
    "doses": _dose,
    "events": _nothing,
    "care": _care,
    "breathing": _nothing,
    "symptoms": _symptom,
    "adverse_events": _adverse_event,
}
