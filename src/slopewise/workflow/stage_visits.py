"""King's and MiToS stages of every visit in a file of item scores."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from slopewise.condition.alsfrs import AlsfrsItems, Scale, item_columns, items_from_columns, total
from slopewise.condition.staging import kings_stage, mitos_stage
from slopewise.response.assessment import LeftOutRow
from slopewise.units import months_between

if TYPE_CHECKING:
    from slopewise.records.importers.rows import ImportedRow

__all__ = ["StagedVisit", "StagedVisits", "stage_visits"]

CUTTING_COLUMNS = ("cutting_5a", "cutting_5b")


@dataclass(frozen=True, slots=True)
class StagedVisit:
    """One visit with its stages; None where items that could change the stage are missing.

    `month`: as the file says it or, where the file holds dates, since the patient's first visit in
    it. `kings_label` tells 4A (nutrition) from 4B (breathing).
    """

    patient_id: str
    month: float
    alsfrs_total: float | None
    kings: int | None
    kings_label: str
    mitos: int | None


@dataclass(frozen=True, slots=True)
class StagedVisits:
    """Visits in the order of patient and month, and what of the file was left out."""

    visits: tuple[StagedVisit, ...]
    left_out: tuple[LeftOutRow, ...]


def stage_visits(path: Path) -> StagedVisits:
    """Stage every visit of a visits file or of a folder in slopewise's CSV layout.

    Raises InputError where the file cannot be read.
    """
    from slopewise.records.importers import csv_folder
    from slopewise.workflow.assess_patients import left_out_rows

    rows, report = csv_folder.read(path, now=datetime.datetime.now(datetime.UTC).date())
    visits = rows.of("visits")
    first_dates = _first_dates(visits)
    staged = [_staged(row, first_dates) for row in visits]
    staged.sort(key=lambda visit: (visit.patient_id, visit.month))
    return StagedVisits(tuple(staged), left_out_rows(report.left_out))


def _first_dates(rows: "Iterable[ImportedRow]") -> dict[str | None, datetime.date]:
    first: dict[str | None, datetime.date] = {}
    for row in rows:
        day = row.values.get("date")
        if isinstance(day, datetime.date):
            first[row.patient_id] = min(day, first.get(row.patient_id, day))
    return first


def _staged(row: "ImportedRow", first_dates: dict[str | None, datetime.date]) -> StagedVisit:
    items = _items(row)
    kings = kings_stage(items)
    written = row.values.get("alsfrs_total")
    return StagedVisit(
        patient_id=row.patient_id or "",
        month=_month(row, first_dates),
        alsfrs_total=float(written) if isinstance(written, int | float) else _total(items),
        kings=kings.stage,
        kings_label=kings.label,
        mitos=mitos_stage(items).stage,
    )


def _items(row: "ImportedRow") -> AlsfrsItems | None:
    """The items of the row; None where none was scored."""
    scale = Scale(row.values.get("scale") or Scale.ALSFRS_R.value)
    scores = {
        name: float(value)
        for name in (*item_columns(scale), *CUTTING_COLUMNS)
        if isinstance(value := row.values.get(name), int | float)
    }
    return items_from_columns(scores, scale=scale) if scores else None


def _total(items: AlsfrsItems | None) -> float | None:
    return None if items is None else total(items)


def _month(row: "ImportedRow", first_dates: dict[str | None, datetime.date]) -> float:
    day = row.values.get("date")
    if isinstance(day, datetime.date):
        return round(months_between(first_dates[row.patient_id], day), 3)
    month = row.values.get("month")
    return float(month) if isinstance(month, int | float) else 0.0
