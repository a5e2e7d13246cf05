"""A plain table of counts: one row a study, so many events among so many people.

Columns `study`, `events` and `total`. Lines that begin with `#` are comments.
"""

from dataclasses import dataclass
from pathlib import Path

from slopewise.errors import InputError
from slopewise.records.file_columns import Column, Kind
from slopewise.records.importers.report import Severity
from slopewise.records.reading.cells import BadCell, is_missing, parse, unescape
from slopewise.records.reading.folder import open_sources
from slopewise.records.reading.text_table import TextLine, TextTable, read_table

__all__ = ["COUNT_COLUMNS", "CountTable", "read_count_table"]

COUNT_COLUMNS = ("study", "events", "total")
OTHER_NAMES = {
    "study": ("slab", "trial", "label", "name", "author", "id"),
    "events": ("xi", "x", "event", "cases", "count"),
    "total": ("ni", "n", "people", "patients", "size", "denominator"),
}
# assumption: no study of a treatment holds more people; the beta-binomial adds up as many terms
LARGEST_TOTAL = 100_000
MINUS_SIGNS = str.maketrans({"\u2212": "-", "\u2013": "-"})


@dataclass(frozen=True, slots=True)
class CountTable:
    """The rows as they were read: study, events, total; and what is to be said of the file."""

    name: str
    rows: tuple[tuple[str, int, int], ...]
    remarks: tuple[str, ...]


def read_count_table(path: Path) -> CountTable:
    """Read the file; raises InputError naming file, line, column, value and remedy."""
    if path.is_dir():
        raise InputError(f"{path} is a folder; give a table of study, events and total (.csv)")
    table = read_table(path.name, _without_comments(open_sources(path).read(path.name)))
    _check_columns(table)
    wrong = next((found for found in table.findings if found.severity is Severity.ERROR), None)
    if wrong is not None:
        raise InputError(f"{table.name}, line {wrong.row}: {wrong.reason}; {wrong.remedy}")
    if not table.lines:
        raise InputError(f"{table.name} has a header and no study below it; add one row a study")
    rows = tuple(_row(table, line) for line in table.lines)
    unused = [table.spelled[name] for name in table.header if name and name not in COUNT_COLUMNS]
    remarks = [found.reason for found in table.findings]
    if unused:
        remarks.append(f"Columns that were not read: {', '.join(unused)}.")
    return CountTable(table.name, rows, (*remarks, *_repeated(rows)))


def _without_comments(content: bytes) -> bytes:
    """Comment lines emptied, so that the line numbers of the rest stay."""
    bare = content.removeprefix(b"\xef\xbb\xbf")
    lines = bare.split(b"\n")
    return b"\n".join(b"" if line.lstrip().startswith(b"#") else line for line in lines)


def _check_columns(table: TextTable) -> None:
    for name in COUNT_COLUMNS:
        if name in table.header:
            continue
        found = ", ".join(table.spelled[column] for column in table.header if column) or "none"
        near = [other for other in table.header if other in OTHER_NAMES[name]]
        remedy = (
            f"rename {table.spelled[near[0]]} to {name} if that is what it holds"
            if near
            else f"name the columns {', '.join(COUNT_COLUMNS)} in the first line"
        )
        raise InputError(f"{table.name} has no column {name} (columns found: {found}); {remedy}")


def _row(table: TextTable, line: TextLine) -> tuple[str, int, int]:
    cells = {name: line.cells[table.header.index(name)] for name in COUNT_COLUMNS}
    study = unescape(cells["study"].strip())
    if not study:
        raise InputError(
            f"{table.name}, line {line.line}, column study: the cell is empty; name the study"
        )
    events = _whole_number(table, line, "events", text=cells["events"])
    total = _whole_number(table, line, "total", text=cells["total"])
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


def _whole_number(table: TextTable, line: TextLine, name: str, *, text: str) -> int:
    place = f"{table.name}, line {line.line}, column {name}"
    cell = unescape(text.strip()).translate(MINUS_SIGNS)
    if is_missing(cell):
        raise InputError(f"{place}: the cell is empty; fill it in, or leave the study out")
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
    names = [study.casefold() for study, _, _ in rows]
    several = list(dict.fromkeys(row[0] for row in rows if names.count(row[0].casefold()) > 1))
    if not several:
        return ()
    shown = ", ".join(several[:5]) + (" and others" if len(several) > 5 else "")
    return (
        f"Several rows carry the name of one study ({shown}). They are counted as if no person "
        "stood in two of them: keep one row a study where people may be shared.",
    )
