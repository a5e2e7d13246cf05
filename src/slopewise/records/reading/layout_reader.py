"""A text table in slopewise's own layout to rows, with a finding for every cell that is wrong."""

import difflib
from dataclasses import dataclass

from slopewise.errors import InputError
from slopewise.records.file_columns import Column, TableLayout
from slopewise.records.importers.report import Finding, Severity
from slopewise.records.importers.rows import ImportedRow, Value
from slopewise.records.reading.cells import BadCell, parse
from slopewise.records.reading.text_table import TextLine, TextTable

__all__ = ["RowsRead", "read_rows", "row_finding"]

SHOWN_VALUE = 60  # signs of a value that a finding repeats


@dataclass(frozen=True, slots=True)
class RowsRead:
    """The rows whose cells are right, those that were kept out, and why.

    `damaged` are rows kept out whose patient could still be read.
    """

    rows: list[ImportedRow]
    damaged: list[ImportedRow]
    findings: list[Finding]


@dataclass(slots=True)
class _CellReader:
    """One column of the file; remembers texts that it has seen."""

    column: Column
    place: int
    seen: dict[str, Value]


def read_rows(layout: TableLayout, text_table: TextTable) -> RowsRead:
    """Rows of the table. Raises InputError where a column that must be there is not."""
    findings = list(text_table.findings)
    readers = _match_header(layout, text_table, findings)
    decimal_comma = text_table.separator != ","
    rows: list[ImportedRow] = []
    damaged: list[ImportedRow] = []
    defaults = {column.name: column.default for column in layout.columns if column.default}
    for line in text_table.lines:
        values, wrong = _read_line(readers, line, decimal_comma=decimal_comma)
        wrong.extend(_check_presence(layout, values, wrong))
        values = {**defaults, **values}
        row = ImportedRow(layout.name, text_table.name, line.line, values)
        findings.extend(
            row_finding(row, bad, column=name, value=_shown(text)) for name, text, bad, _ in wrong
        )
        if any(row_is_out for _, _, _, row_is_out in wrong):
            damaged.append(row)
        else:
            rows.append(row)
    return RowsRead(rows, damaged, findings)


def row_finding(
    row: ImportedRow,
    bad: BadCell,
    *,
    column: str | None = None,
    value: str | None = None,
    severity: Severity = Severity.ERROR,
) -> Finding:
    """The finding for a row."""
    return Finding(
        file=row.file,
        row=row.line,
        column=column,
        value=value,
        rule=bad.rule,
        reason=bad.reason,
        remedy=bad.remedy,
        severity=severity,
    )


_Wrong = tuple[str | None, str | None, BadCell, bool]


def _read_line(
    readers: list[_CellReader], line: TextLine, *, decimal_comma: bool
) -> tuple[dict[str, Value], list[_Wrong]]:
    values: dict[str, Value] = {}
    wrong: list[_Wrong] = []
    for reader in readers:
        text = line.cells[reader.place]
        try:
            value = reader.seen[text]
        except KeyError:
            try:
                value = parse(reader.column, text, decimal_comma=decimal_comma)
            except BadCell as bad:
                wrong.append((reader.column.name, text, bad, not reader.column.row_stays))
                continue
            reader.seen[text] = value
        if value is not None:
            values[reader.column.name] = value
    return values, wrong


def _check_presence(
    layout: TableLayout, values: dict[str, Value], wrong: list[_Wrong]
) -> list[_Wrong]:
    already = {name for name, _, _, _ in wrong}
    more: list[_Wrong] = []
    for column in layout.columns:
        if column.required and values.get(column.name) is None and column.name not in already:
            bad = BadCell("empty_cell", f"{column.name} is empty", f"fill in {column.name}")
            more.append((column.name, None, bad, True))
    for pair in layout.times:
        if pair.date in already or pair.month in already:
            continue
        date, month = values.get(pair.date), values.get(pair.month)
        if date is not None and month is not None:
            bad = BadCell(
                "two_times",
                f"both {pair.date} and {pair.month} are filled in",
                "give one of them; use the same one throughout for this patient",
            )
            more.append((pair.month, str(month), bad, True))
        elif date is None and month is None and pair.required:
            bad = BadCell(
                "no_time",
                f"neither {pair.date} nor {pair.month} is filled in",
                "give the date or the months",
            )
            more.append((pair.date, None, bad, True))
    return more


def _match_header(
    layout: TableLayout, text_table: TextTable, findings: list[Finding]
) -> list[_CellReader]:
    known = layout.column_names
    present = set(text_table.header)
    _check_columns_present(layout, text_table)
    readers = []
    for place, name in enumerate(text_table.header):
        if name in known:
            readers.append(_CellReader(layout.column(name), place, {}))
            continue
        near = difflib.get_close_matches(name, [k for k in known if k not in present], n=1)
        remedy = (
            f"did you mean {near[0]}? Rename the column" if near else "nothing to do, or rename it"
        )
        findings.append(
            Finding(
                file=text_table.name,
                row=1,
                column=name or None,
                value=None,
                rule="unknown_column",
                reason=f"the column {name or '(no name)'} is not known and was not read",
                remedy=remedy,
                severity=Severity.WARNING if near else Severity.INFO,
            )
        )
    return readers


def _check_columns_present(layout: TableLayout, text_table: TextTable) -> None:
    header = text_table.header
    needed: list[tuple[str, ...]] = [(column.name,) for column in layout.columns if column.required]
    needed += [(pair.date, pair.month) for pair in layout.times if pair.required]
    for names in needed:
        if any(name in header for name in names):
            continue
        near = [close for name in names for close in difflib.get_close_matches(name, header, n=1)]
        hint = (
            f"; is {near[0]} meant? Then rename it"
            if near
            else "; the first line must hold the names of the columns"
        )
        found = ", ".join(header[:12]) + (", …" if len(header) > 12 else "")
        raise InputError(
            f"{text_table.name} has no column {' or '.join(names)}{hint} (found: {found})"
        )


def _shown(text: str | None) -> str | None:
    if text is None:
        return None
    text = text.strip()
    return text if len(text) <= SHOWN_VALUE else text[: SHOWN_VALUE - 1] + "…"
