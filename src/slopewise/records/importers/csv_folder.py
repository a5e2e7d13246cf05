"""slopewise's own folder of CSV files (docs/data/csv.md) to rows and a report."""

import datetime
import difflib
from pathlib import Path

from slopewise.errors import InputError
from slopewise.records.checks.check import check
from slopewise.records.checks.known_patient import NOTHING_KNOWN, KnownRecords
from slopewise.records.file_tables import TABLES
from slopewise.records.importers.folder import Source, read_sources
from slopewise.records.importers.layout_reader import read_rows
from slopewise.records.importers.report import Finding, ImportReport, Severity, in_reading_order
from slopewise.records.importers.rows import ImportedRow, ImportedRows, SourceFile
from slopewise.records.importers.text_table import read_table

__all__ = ["IMPORTER", "read"]

IMPORTER = "csv"
IMPORTER_VERSION = "1"
REQUIRED = "visits.csv"


def read(
    path: Path, *, now: datetime.date, known: KnownRecords = NOTHING_KNOWN
) -> tuple[ImportedRows, ImportReport]:
    """Rows of the folder, the single visits file or the zip archive at `path`; writes nothing.

    `now` is the day that counts as today: later dates are findings. `known` is what the store says
    of the patients, which new rows must not contradict. Raises InputError where a whole
    file cannot be read.
    """
    sources = read_sources(path)
    findings: list[Finding] = []
    by_table = _name_tables(path, sources, findings)
    rows: list[ImportedRow] = []
    damaged: list[ImportedRow] = []
    files: list[SourceFile] = []
    rows_read = 0
    for layout in TABLES:
        if layout.name not in by_table:
            continue
        name = by_table[layout.name]
        text_table = read_table(name, sources[name])
        result = read_rows(layout, text_table)
        if not text_table.lines:
            findings.append(_no_rows(name, layout.file))
        files.append(SourceFile(name, text_table.sha256))
        rows_read += len(text_table.lines)
        rows += result.rows
        damaged += result.damaged
        findings += result.findings
    kept, more = check(rows, damaged=damaged, now=now, known=known)
    tables = {layout.name: tuple(r for r in kept if r.table == layout.name) for layout in TABLES}
    report = ImportReport(
        source=path.name,
        importer=IMPORTER,
        findings=in_reading_order([*findings, *more]),
        rows_read=rows_read,
        rows_kept=len(kept),
        patients=len({row.patient_id for row in kept} - {None}),
    )
    return ImportedRows(IMPORTER, IMPORTER_VERSION, tuple(files), tables), report


def _name_tables(path: Path, sources: Source, findings: list[Finding]) -> dict[str, str]:
    """Which file is which table; a single file is the visits."""
    known = {layout.file: layout.name for layout in TABLES}
    if path.is_file() and path.suffix.lower() != ".zip":
        return {"visits": path.name}
    by_table: dict[str, str] = {}
    for name in sources:
        table = known.get(name.lower())
        if table is not None:
            by_table[table] = name
            continue
        near = difflib.get_close_matches(name.lower(), list(known), n=1)
        findings.append(
            Finding(
                file=name,
                row=None,
                column=None,
                value=None,
                rule="unknown_file",
                reason="the file's name is not known; it was not read",
                remedy=f"did you mean {near[0]}? Rename the file" if near else "nothing to do",
                severity=Severity.WARNING if near else Severity.INFO,
            )
        )
    if "visits" not in by_table:
        near = difflib.get_close_matches(REQUIRED, list(sources), n=1)
        hint = f"; is {near[0]} meant? Then rename it" if near else ""
        raise InputError(
            f"{path.name} holds no {REQUIRED}, the one file that must be there{hint} "
            f"(found: {', '.join(list(sources)[:10])})"
        )
    return by_table


def _no_rows(name: str, file: str) -> Finding:
    if file == REQUIRED:
        raise InputError(f"{name} has a header but no rows; export the visits again")
    return Finding(
        file=name,
        row=None,
        column=None,
        value=None,
        rule="no_rows",
        reason="the file has a header but no rows",
        remedy="nothing to do if there are none; otherwise export it again",
        severity=Severity.INFO,
    )
