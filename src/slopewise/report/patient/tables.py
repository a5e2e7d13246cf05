"""The tables of one patient: what was measured, given and assumed."""

import datetime
from collections.abc import Iterable, Sequence

from slopewise.condition.history import PatientHistory, Visit
from slopewise.condition.staging import kings_stage, mitos_stage
from slopewise.condition.standard_care import care_kind
from slopewise.condition.survival_event import SurvivalEventKind
from slopewise.condition.symptom_scales import CutOff, CutOffSide, SymptomScale, scale_named
from slopewise.condition.symptoms import SYMPTOMS, Symptom
from slopewise.report.numbers import (
    decimal,
    month,
    out_of_100,
    points,
    slope,
    slowing,
    slowing_interval,
    whole,
)
from slopewise.report.tables import Column, Table
from slopewise.response.assessment import PatientAssessment, VisitsNeeded
from slopewise.therapy.administration import NOT_DOCUMENTED, Dose
from slopewise.therapy.adverse_event import AdverseEvent, Relation

__all__ = [
    "adverse_event_table",
    "breathing_table",
    "care_label",
    "care_table",
    "cut_off_words",
    "dose_table",
    "naive_table",
    "scale_words",
    "sensitivity_table",
    "source_table",
    "stage_table",
    "symptom_table",
    "visits_needed_table",
]

MONTH = Column("Month", is_number=True)


def naive_table(assessment: PatientAssessment) -> Table:
    """Least-squares slopes before and after the first dose."""
    naive = assessment.naive
    change = None
    if naive.slope_before is not None and naive.slope_after is not None:
        change = naive.slope_after - naive.slope_before
    return Table(
        "Straight lines through the scores",
        (Column("Part of the course"), Column("Slope", is_number=True)),
        (
            ("Before the first dose", slope(naive.slope_before)),
            ("After the first dose", slope(naive.slope_after)),
            ("Difference", slope(change)),
        ),
    )


def sensitivity_table(assessment: PatientAssessment) -> Table | None:
    """The answer under other assumptions on how an effect comes and goes; None without them."""
    rows = tuple(
        (
            other.label,
            slowing_interval(other.slowing.low90, other.slowing.high90),
            slowing(other.slowing.median),
            out_of_100(other.no_effect_tail),
        )
        for other in assessment.sensitivity
    )
    if not rows:
        return None
    columns = (
        Column("If the effect …"),
        Column("Slowing, 90 % interval"),
        Column("Middle"),
        Column("Would look this good without effect", is_number=True),
    )
    return Table("The same patient under other assumptions", columns, rows)


def visits_needed_table(assessment: PatientAssessment) -> Table | None:
    """How many more monthly visits would show a given slowing; None where it was not computed."""
    rows = tuple(
        (slowing(needed.slowing), _more_visits(needed)) for needed in assessment.visits_needed
    )
    if not rows:
        return None
    return Table(
        "More visits that would be needed",
        (Column("To show that decline is"), Column("More monthly visits", is_number=True)),
        rows,
        "So that it would be shown in 80 of 100 people with that much slowing. Counted only as far "
        "as the score stays clear of 0.",
    )


def dose_table(doses: Sequence[Dose]) -> Table | None:
    """Every dose with its product; what is not known is said to be not documented."""
    if not doses:
        return None
    columns = (
        Column("Dose"),
        MONTH,
        Column("Product"),
        Column("Cell source and donor"),
        Column("Route"),
        Column("Cells", is_number=True),
        Column("Lot, passage, viability"),
    )
    rows = tuple(
        (
            str(dose.dose_number),
            month(dose.month),
            _product_name(dose),
            f"{dose.product.cell_source}; donor {dose.product.donor}",
            dose.route,
            _cells(dose),
            _release(dose),
        )
        for dose in doses
    )
    return Table("Doses of cell products", columns, rows, "Months count from the first dose.")


def care_table(history: PatientHistory) -> Table | None:
    """Standard care as spans; None where none is recorded."""
    rows = tuple(
        (
            care_label(span.kind),
            month(span.start_month),
            "still going on" if span.end_month is None else month(span.end_month),
            _care_detail(span.detail, span.hours_per_day),
        )
        for span in history.care
    )
    if not rows:
        return None
    columns = (
        Column("Care"),
        Column("From month", is_number=True),
        Column("To month", is_number=True),
        Column("Detail"),
    )
    return Table("Standard care", columns, rows)


def breathing_table(history: PatientHistory) -> Table | None:
    """Vital capacity tests; FVC and SVC are different tests and stay apart."""
    rows = tuple(
        (test.measure, month(test.month), decimal(test.percent_predicted, 0))
        for test in sorted(history.breathing, key=lambda test: (test.measure, test.month))
    )
    if not rows:
        return None
    columns = (Column("Test"), MONTH, Column("Percent of predicted", is_number=True))
    note = "FVC (forced) and SVC (slow) are different tests; their values are not compared."
    return Table("Breathing", columns, rows, note)


def stage_table(history: PatientHistory) -> Table | None:
    """Total, King's and MiToS stage of every visit; a missing stage says what was not scored."""
    rows = tuple(_stage_row(history, visit) for visit in history.visits)
    if not rows:
        return None
    columns = (
        MONTH,
        Column("Total", is_number=True),
        Column("King’s stage"),
        Column("MiToS stage"),
        Column("Rater"),
        Column("Way of asking"),
    )
    note = (
        "King’s stage 1 to 5 counts regions, then gastrostomy (4A) or ventilatory need (4B); "
        "MiToS 0 to 5 counts functions lost (King’s: Balendra 2014, "
        "doi:10.3109/21678421.2014.897357; MiToS: Chiò 2015, doi:10.1136/jnnp-2013-306589)."
    )
    return Table("Scores and stages visit by visit", columns, rows, note)


def symptom_table(history: PatientHistory) -> Table:
    """All seven symptoms, the measured ones with first and last value, the others said so."""
    rows: list[tuple[str, ...]] = []
    for symptom in SYMPTOMS:
        rows.extend(_symptom_rows(history, symptom))
    columns = (
        Column("Symptom"),
        Column("Scale, and which way is better"),
        Column("First", is_number=True),
        Column("Last", is_number=True),
        Column("Published cut-off and its source"),
    )
    note = (
        "Seven symptoms over many visits give chance improvements, so all seven are listed. "
        "Cramps, pseudobulbar affect and changes of thinking are not seen by the ALSFRS-R at all."
    )
    return Table("The seven symptoms", columns, tuple(rows), note)


def adverse_event_table(events: Sequence[AdverseEvent]) -> Table | None:
    """Adverse events; None where none is recorded, which is not the same as none happened."""
    if not events:
        return None
    columns = (
        Column("Event"),
        MONTH,
        Column("Grade", is_number=True),
        Column("Serious"),
        Column("Related to the therapy"),
        Column("Outcome"),
    )
    rows = tuple(
        (
            event.term,
            month(event.month),
            NOT_DOCUMENTED if event.grade is None else str(event.grade),
            NOT_DOCUMENTED if event.serious is None else ("yes" if event.serious else "no"),
            NOT_DOCUMENTED if event.relation is Relation.UNKNOWN else event.relation.value,
            event.outcome.value.lower(),
        )
        for event in events
    )
    note = "Grade: CTCAE version 5, 1 mild to 5 death. Grade and seriousness are two answers."
    return Table("Adverse events", columns, rows, note)


def source_table(
    sources: Iterable[tuple[str, int, str, datetime.datetime, str]],
) -> Table:
    """Where the rows came from: file, rows in force, SHA-256, when it was imported, by whom."""
    columns = (
        Column("File"),
        Column("Rows in use", is_number=True),
        Column("Imported"),
        Column("By"),
        Column("SHA-256 begins"),
    )
    rows = tuple(
        (name, whole(count), imported.strftime("%Y-%m-%d %H:%M UTC"), by, sha256[:12])
        for name, count, sha256, imported, by in sources
    )
    note = "Nothing is deleted: rows that a later file corrects are kept and marked as replaced."
    return Table("Where these records came from", columns, rows, note)


def care_label(kind: str) -> str:
    """The field's word for a kind of standard care."""
    known = care_kind(kind)
    return known.label if known else kind.removeprefix("other: ").capitalize()


def _more_visits(needed: VisitsNeeded) -> str:
    if needed.more_visits is not None:
        return whole(needed.more_visits)
    return f"not within {needed.limit}" if needed.limit > 0 else "not by more visits"


def _product_name(dose: Dose) -> str:
    if dose.product.name == NOT_DOCUMENTED:
        return f"{dose.product.product_id} (name not documented)"
    return dose.product.name


def _cells(dose: Dose) -> str:
    parts = []
    if dose.cells is not None:
        parts.append(whole(dose.cells))
    if dose.cells_per_kg is not None:
        parts.append(f"{whole(dose.cells_per_kg)} per kg")
    return "; ".join(parts) or NOT_DOCUMENTED


def _release(dose: Dose) -> str:
    product = dose.product
    viability = product.viability_percent
    shown = NOT_DOCUMENTED if viability is None else f"{decimal(viability, 0)} %"
    parts = (product.lot, product.passage, shown)
    if set(parts) == {NOT_DOCUMENTED}:
        return NOT_DOCUMENTED
    return f"lot {parts[0]}, passage {parts[1]}, viability {parts[2]}"


def _care_detail(detail: str | None, hours_per_day: float | None) -> str:
    hours = "" if hours_per_day is None else f"{decimal(hours_per_day, 0)} hours a day"
    return "; ".join(part for part in (detail or "", hours) if part) or "–"


def _stage_row(history: PatientHistory, visit: Visit) -> tuple[str, ...]:
    died = _died_by(history, visit.month)
    tube = any(
        span.kind == "gastrostomy"
        and span.start_month <= visit.month
        and (span.end_month is None or visit.month <= span.end_month)
        for span in history.care
    )
    kings = kings_stage(visit.items, died=died, gastrostomy=tube or None)
    mitos = mitos_stage(visit.items, died=died)
    total = points(visit.alsfrs_total)
    return (
        month(visit.month),
        f"{total} of {visit.scale.maximum}",
        kings.label or _not_staged(kings.missing),
        _not_staged(mitos.missing) if mitos.stage is None else str(mitos.stage),
        visit.rater or NOT_DOCUMENTED,
        visit.mode or NOT_DOCUMENTED,
    )


def _died_by(history: PatientHistory, by_month: float) -> bool:
    event = history.survival_event
    return event is not None and event.kind is SurvivalEventKind.DEATH and event.month <= by_month


def _not_staged(missing: tuple[str, ...]) -> str:
    if len(missing) > 3 or not missing:
        return "items not recorded"
    return "not scored: " + ", ".join(item.replace("_", " ") for item in missing)


def _symptom_rows(history: PatientHistory, symptom: Symptom) -> list[tuple[str, ...]]:
    """One row a scale that was used, or one row that says that none was."""
    label = symptom.label.split(" (")[0]
    used: dict[str, list[float]] = {}
    for measured in history.symptoms:
        if measured.symptom == symptom.key:
            used.setdefault(measured.scale, []).append(measured.value)
    if not used:
        return [(label, "not measured", "–", "–", "–")]
    rows: list[tuple[str, ...]] = []
    for key, values in used.items():
        scale = scale_named(key)
        rows.append(
            (
                label,
                scale_words(scale, key),
                decimal(values[0], 0 if values[0] == round(values[0]) else 1),
                decimal(values[-1], 0 if values[-1] == round(values[-1]) else 1),
                _cut_offs(scale),
            )
        )
    return rows


def scale_words(scale: SymptomScale | None, key: str) -> str:
    """A scale with its unit and direction; one that is not listed is named as it was given."""
    if scale is None:
        return f"{key.removeprefix('other: ')} (not a listed scale)"
    return f"{scale.label}; {scale.unit}; {scale.direction.value}"


def cut_off_words(cut_off: CutOff) -> str:
    """ "11 or more", "105 or less"."""
    side = "or more" if cut_off.side is CutOffSide.AT_LEAST else "or less"
    return f"{cut_off.value:g} {side}"


def _cut_offs(scale: SymptomScale | None) -> str:
    if scale is None or not scale.cut_offs:
        return "none found"
    return " · ".join(
        f"{cut_off_words(c)}: {c.meaning} [{c.source}{'' if c.verified else '; unverified'}]"
        for c in scale.cut_offs
    )
