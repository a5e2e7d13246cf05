"""A plain table of counts: one row a study, so many events among so many people.

Columns `study`, `events` and `total`.
"""

from dataclasses import dataclass
from pathlib import Path

from slopewise.errors import InputError
from slopewise.records.file_columns import Column, Kind
from slopewise.records.published.study_table import (
    MINUS_SIGNS,
    filled_cell,
    read_study_table,
    repeated_studies,
    study_name,
)
from slopewise.records.reading.cells import BadCell, parse
from slopewise.records.reading.text_table import TextLine, TextTable

__all__ = ["COUNT_COLUMNS", "CountTable", "read_count_table"]

_NEEDED = {
    "events": ("xi", "x", "event", "cases", "count"),
    "total": ("ni", "n", "people", "patients", "size", "denominator"),
}
COUNT_COLUMNS = ("study", *_NEEDED)
# assumption: no study of a treatment holds more people; the beta-binomial adds up as many terms
LARGEST_TOTAL = 100_000


@dataclass(frozen=True, slots=True)
class CountTable:
    """The rows as they were read: study, events, total; and what is to be said of the file."""

    name: str
    rows: tuple[tuple[str, int, int], ...]
    remarks: tuple[str, ...]


def read_count_table(path: Path) -> CountTable:
    """Read the file; raises InputError naming file, line, column, value and remedy."""
    table = read_study_table(path, _NEEDED)
    rows = tuple(_row(table, line) for line in table.lines)
    unused = [table.spelled[name] for name in table.header if name and name not in COUNT_COLUMNS]
    remarks = [found.reason for found in table.findings]
    if unused:
        remarks.append(f"Columns that were not read: {', '.join(unused)}.")
    return CountTable(table.name, rows, (*remarks, *_repeated(rows)))


def _row(table: TextTable, line: TextLine) -> tuple[str, int, int]:
    study = study_name(table, line)
    events = _whole_number(table, line, "events")
    total = _whole_number(table, line, "total")
    place = f"{table.name}, line {line.line}"
    if total == 0:
        raise InputError(
            f"{place}, column total: 0 people say nothing; correct the total, or leave the row out"
        )
    if total > LARGEST_TOTAL:
        raise InputError(
            f"{place}, column total: {total} is above {LARGEST_TOTAL:,}, the most that is counted; "
            "correct the total, or leave the row out"
        )
    if events > total:
        raise InputError(
            f"{place}, column events: {events} is more than the total of {total}; count people "
            "with the event, not events, or correct the total"
        )
    return study, events, total


def _whole_number(table: TextTable, line: TextLine, name: str) -> int:
    place = f"{table.name}, line {line.line}, column {name}"
    cell = filled_cell(table, line, name).translate(MINUS_SIGNS)
    column = Column(name, Kind.INTEGER, "", low=0)
    try:
        value = parse(column, cell, decimal_comma=table.separator != ",")
    except BadCell as bad:
        remedy = f"write {name} as a whole number of people, 0 or more"
        raise InputError(f"{place}: {bad}; {remedy}") from None
    if not isinstance(value, int):  # for the type: a count that is there is a whole number
        raise InputError(f"{place}: {cell!r} is no whole number; correct it")
    return value


def _repeated(rows: tuple[tuple[str, int, int], ...]) -> tuple[str, ...]:
    shown = repeated_studies([study for study, _, _ in rows])
    if not shown:
        return ()
    return (
        f"Several rows carry the name of one study ({shown}). They are counted as if no person "
        "stood in two of them: keep one row a study where people may be shared.",
    )
