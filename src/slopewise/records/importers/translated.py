"""Tables of any layout, put into slopewise's own columns, to checked rows and a report."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from slopewise.records.checks.check import check
from slopewise.records.checks.known_patient import KnownRecords
from slopewise.records.file_columns import TableLayout
from slopewise.records.file_tables import TABLES
from slopewise.records.importers.report import Finding, ImportReport, in_reading_order
from slopewise.records.importers.rows import ImportedRow, ImportedRows, SourceFile
from slopewise.records.reading.layout_reader import read_rows
from slopewise.records.reading.text_table import TextTable

__all__ = ["Importer", "TranslatedTable", "to_rows"]


@dataclass(frozen=True, slots=True)
class Importer:
    """Who reads: its name and version go into the provenance of every row."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class TranslatedTable:
    """A table in own columns; `written_as` says what a column is called in the file itself."""

    layout: TableLayout
    table: TextTable
    written_as: dict[str, str] = field(default_factory=dict)
    source: TextTable | None = None  # the table as the file has it
    is_derived: bool = False  # a second table out of the same file: its rows are not counted


def to_rows(
    tables: Sequence[TranslatedTable],
    *,
    importer: Importer,
    source: str,
    findings: Sequence[Finding],
    now: datetime.date,
    known: KnownRecords,
) -> tuple[ImportedRows, ImportReport]:
    """The rows that may go in, with a report of everything else."""
    rows: list[ImportedRow] = []
    damaged: list[ImportedRow] = []
    said = list(findings)
    for translated in tables:
        result = read_rows(translated.layout, translated.table)
        rows += result.rows
        damaged += result.damaged
        said += result.findings
    kept, remarks = check(rows, damaged=damaged, now=now, known=known)
    said += remarks
    of_table: dict[str, list[ImportedRow]] = {layout.name: [] for layout in TABLES}
    for row in kept:
        of_table[row.table].append(row)
    derived = {(t.table.name, t.layout.name) for t in tables if t.is_derived}
    files = {t.table.name: SourceFile(t.table.name, t.table.sha256) for t in tables}
    report = ImportReport(
        source=source,
        importer=importer.name,
        findings=in_reading_order(_in_words_of_the_file(said, tables)),
        rows_read=sum(t.table.rows for t in tables if not t.is_derived),
        rows_kept=sum((row.file, row.table) not in derived for row in kept),
        patients=len({row.patient_id for row in kept} - {None}),
    )
    imported = ImportedRows(
        importer.name,
        importer.version,
        tuple(files.values()),
        {name: tuple(found) for name, found in of_table.items()},
    )
    return imported, report


def _in_words_of_the_file(
    findings: Sequence[Finding], tables: Sequence[TranslatedTable]
) -> list[Finding]:
    """Findings that name the column, and give a time, as the file does."""
    names = {(t.table.name, own): as_is for t in tables for own, as_is in t.written_as.items()}
    spelled = {t.table.name: t.table.spelled for t in tables}
    times = _times_as_written(findings, tables)
    said = []
    for finding in findings:
        value = times.get((finding.file, finding.row, finding.column), finding.value)
        column = names.get((finding.file, finding.column or ""), finding.column)
        column = spelled.get(finding.file, {}).get(column or "", column)
        said.append(replace(finding, column=column, value=value))
    return said


def _times_as_written(
    findings: Sequence[Finding], tables: Sequence[TranslatedTable]
) -> dict[tuple[str, int | None, str | None], str]:
    """The days in the file, by file, row and own column of months, where a finding is about one."""
    wanted = {(f.file, f.row, f.column) for f in findings if (f.column or "").endswith("month")}
    rows = {(file, row) for file, row, _ in wanted}
    found: dict[tuple[str, int | None, str | None], str] = {}
    for translated in tables:
        source = translated.source
        if source is None or not rows:
            continue
        places = {
            own: source.header.index(theirs)
            for own, theirs in translated.written_as.items()
            if own.endswith("month") and theirs in source.header
        }
        for line in source.lines:
            if (source.name, line.line) in rows:
                for own, place in places.items():
                    found[source.name, line.line, own] = line.cells[place].strip()
    return found
