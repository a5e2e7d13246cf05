"""PRO-ACT tables with one observation a row, put into slopewise's own columns."""

from collections.abc import Callable
from dataclasses import replace

from slopewise.records.file_tables import table
from slopewise.records.importers.known_layouts import days_to_months
from slopewise.records.importers.translated import TranslatedTable
from slopewise.records.reading.cells import is_missing
from slopewise.records.reading.text_table import TextLine, TextTable

__all__ = [
    "adverse_events",
    "deaths",
    "forced_vital_capacity",
    "riluzole",
    "slow_vital_capacity",
    "visits",
]

NINE_ITEMS = {
    "speech": "q1_speech",
    "salivation": "q2_salivation",
    "swallowing": "q3_swallowing",
    "handwriting": "q4_handwriting",
    "cutting_5a": "q5a_cutting_without_gastrostomy",
    "cutting_5b": "q5b_cutting_with_gastrostomy",
    "dressing_hygiene": "q6_dressing_and_hygiene",
    "turning_in_bed": "q7_turning_in_bed",
    "walking": "q8_walking",
    "climbing_stairs": "q9_climbing_stairs",
}
REVISED_ITEMS = {
    "dyspnea": "r_1_dyspnea",
    "orthopnea": "r_2_orthopnea",
    "respiratory_insufficiency": "r_3_respiratory_insufficiency",
}
TRIALS = (1, 2, 3)
Cells = dict[str, str]  # one row of PRO-ACT by its column names


def visits(source: TextTable) -> list[TranslatedTable]:
    """ALSFRS: a row with a revised item or a revised total is an ALSFRS-R, any other an ALSFRS."""
    written_as = {
        "patient_id": "subject_id",
        "month": "alsfrs_delta",
        **NINE_ITEMS,
        **REVISED_ITEMS,
        "respiratory": "q10_respiratory",
        "alsfrs_total": "alsfrs_total",
        "mode": "mode_of_administration",
        "rater": "alsfrs_responded_by",
    }

    def visit(cells: Cells) -> Cells:
        revised_columns = (*REVISED_ITEMS.values(), "alsfrs_r_total")
        is_revised = any(not is_missing(cells.get(name, "")) for name in revised_columns)
        scored = {own: cells.get(theirs, "") for own, theirs in NINE_ITEMS.items()}
        if is_revised:
            scored |= {own: cells.get(theirs, "") for own, theirs in REVISED_ITEMS.items()}
        else:
            scored["respiratory"] = cells.get("q10_respiratory", "")
        return {
            **scored,
            "month": days_to_months(cells.get("alsfrs_delta", "")),
            "alsfrs_total": cells.get("alsfrs_r_total" if is_revised else "alsfrs_total", ""),
            "scale": "ALSFRS-R" if is_revised else "ALSFRS",
            "mode": _known_text(cells.get("mode_of_administration", "")),
            "rater": _known_text(cells.get("alsfrs_responded_by", "")),
        }

    return [_table("visits", source, visit, written_as)]


def deaths(source: TextTable) -> list[TranslatedTable]:
    """DEATHDATA: those who died; the others say nothing that is stored."""

    def death(cells: Cells) -> Cells | None:
        if cells.get("subject_died", "").strip().lower() not in {"yes", "y", "1", "true"}:
            return None
        return {"kind": "death", "month": days_to_months(cells.get("death_days", ""))}

    return [_table("events", source, death, {"month": "death_days"})]


def riluzole(source: TextTable) -> list[TranslatedTable]:
    """RILUZOLE: those who took it, from the day of first use."""

    def care(cells: Cells) -> Cells | None:
        if cells.get("subject_used_riluzole", "").strip().lower() not in {"yes", "y", "1", "true"}:
            return None
        start = days_to_months(cells.get("riluzole_use_delta", ""))
        return {"kind": "riluzole", "start_month": start}

    return [_table("care", source, care, {"start_month": "riluzole_use_delta"})]


def forced_vital_capacity(source: TextTable) -> list[TranslatedTable]:
    """FVC in percent of predicted: the best of the trials."""
    return [_breathing(source, "FVC", "forced_vital_capacity_delta")]


def slow_vital_capacity(source: TextTable) -> list[TranslatedTable]:
    """SVC in percent of predicted: the best of the trials."""
    return [_breathing(source, "SVC", "slow_vital_capacity_delta")]


def adverse_events(source: TextTable) -> list[TranslatedTable]:
    """ADVERSEEVENTS: the preferred term or, without one, the lowest level term."""

    def event(cells: Cells) -> Cells:
        preferred = cells.get("preferred_term", "")
        term = cells.get("lowest_level_term", "") if is_missing(preferred) else preferred
        return {
            "month": days_to_months(cells.get("start_date_delta", "")),
            "end_month": days_to_months(cells.get("end_date_delta", "")),
            "term": term.strip(),
            "severity": cells.get("severity", ""),
            "outcome": cells.get("outcome", ""),
        }

    written_as = {
        "month": "start_date_delta",
        "end_month": "end_date_delta",
        "term": "preferred_term",
    }
    return [_table("adverse_events", source, event, written_as)]


def _breathing(source: TextTable, measure: str, delta: str) -> TranslatedTable:
    def test(cells: Cells) -> Cells:
        return {
            "month": days_to_months(cells.get(delta, "")),
            "measure": measure,
            "percent_predicted": _best_percent(cells),
        }

    return _table("breathing", source, test, {"month": delta})


def _best_percent(cells: Cells) -> str:
    """The best trial in percent of predicted, from the litres where no percentage was written."""
    percents = _numbers(cells, "pct_of_normal_trial_{}")
    if percents:
        return repr(max(percents))
    litres = _numbers(cells, "subject_liters_trial_{}", "subject_liters__trial_{}_")
    predicted = _numbers(cells, "subject_normal")
    if litres and predicted and predicted[0] > 0:
        return repr(round(100 * max(litres) / predicted[0], 2))
    return ""


def _numbers(cells: Cells, *patterns: str) -> list[float]:
    found = []
    for name in dict.fromkeys(pattern.format(n) for pattern in patterns for n in TRIALS):
        try:
            found.append(float(cells.get(name, "")))
        except ValueError:
            continue
    return found


def _known_text(text: str) -> str:
    return "" if is_missing(text) else text.strip()


def _table(
    name: str, source: TextTable, rewrite: Callable[[Cells], Cells | None], written_as: Cells
) -> TranslatedTable:
    """The source's rows rewritten into the columns of one own table; None leaves a row out."""
    columns = table(name).column_names
    lines = []
    for line in source.lines:
        cells = dict(zip(source.header, line.cells, strict=True))
        own = rewrite(cells)
        if own is not None:
            own["patient_id"] = cells["subject_id"]
            lines.append(TextLine(line.line, [own.get(column, "") for column in columns]))
    return TranslatedTable(
        table(name),
        replace(source, header=columns, lines=lines),
        written_as={"patient_id": "subject_id", **written_as},
        source=source,
    )
