"""slopewise's own folder of CSV files (docs/data/csv.md) to rows and a report."""

import datetime
import difflib
from pathlib import Path

from slopewise.errors import InputError
from slopewise.records.checks.known_patient import NOTHING_KNOWN, KnownRecords
from slopewise.records.file_tables import TABLES, table
from slopewise.records.importers.known_layouts import in_own_columns
from slopewise.records.importers.products_in_doses import split_products
from slopewise.records.importers.report import Finding, ImportReport, Severity
from slopewise.records.importers.rows import ImportedRows
from slopewise.records.importers.translated import Importer, TranslatedTable, to_rows
from slopewise.records.reading.folder import Sources, open_sources
from slopewise.records.reading.text_table import TextTable, read_table

__all__ = ["IMPORTER", "read"]

IMPORTER = Importer("csv", "1")
REQUIRED = "visits"


def read(
    path: Path, *, now: datetime.date, known: KnownRecords = NOTHING_KNOWN
) -> tuple[ImportedRows, ImportReport]:
    """Rows of the folder, the single visits file or the zip archive at `path`; writes nothing.

    `now` is the day that counts as today: later dates are findings. `known` is what the store says
    of the patients, which new rows must not contradict. Raises InputError where a whole file cannot
    be read.
    """
    sources = open_sources(path)
    findings: list[Finding] = []
    tables: list[TranslatedTable] = []
    for name, file in _name_tables(sources, findings).items():
        text_table = read_table(file, sources.read(file))
        if text_table.rows == 0:
            findings.append(_no_rows(text_table, name))
        tables += _translate(name, text_table, findings)
    return to_rows(
        tables,
        importer=IMPORTER,
        source=path.name,
        findings=findings,
        now=now,
        known=known,
    )


def _translate(name: str, text_table: TextTable, findings: list[Finding]) -> list[TranslatedTable]:
    """The table in own columns; some files hold two tables in one."""
    if name == REQUIRED and "patient_id" not in text_table.header:
        translated, remarks = in_own_columns(text_table)
        if translated:
            findings += remarks
            return translated
    if name == "doses":
        return split_products(text_table)
    return [TranslatedTable(table(name), text_table)]


def _name_tables(sources: Sources, findings: list[Finding]) -> dict[str, str]:
    """Which file is which table; a single file is the visits."""
    known = {layout.file: layout.name for layout in TABLES}
    if sources.is_one_file:
        return {REQUIRED: sources.names[0]}
    found: dict[str, str] = {}
    for file in sources.names:
        name = known.get(file.lower())
        if name is not None:
            found[name] = file
        else:
            findings.append(_unknown_file(file, list(known)))
    if REQUIRED not in found:
        near = difflib.get_close_matches(f"{REQUIRED}.csv", sources.names, n=1)
        hint = f"; is {near[0]} meant? Then rename it" if near else ""
        raise InputError(
            f"{sources.path.name} holds no {REQUIRED}.csv, the one file that must be there{hint} "
            f"(found: {', '.join(sources.names[:10])})"
        )
    return {layout.name: found[layout.name] for layout in TABLES if layout.name in found}


def _unknown_file(file: str, known: list[str]) -> Finding:
    near = difflib.get_close_matches(file.lower(), known, n=1)
    return Finding(
        file=file,
        row=None,
        column=None,
        value=None,
        rule="unknown_file",
        reason="the file's name is not known; it was not read",
        remedy=f"did you mean {near[0]}? Rename the file" if near else "nothing to do",
        severity=Severity.WARNING if near else Severity.INFO,
    )


def _no_rows(text_table: TextTable, name: str) -> Finding:
    if name == REQUIRED:
        raise InputError(f"{text_table.name} has a header but no rows; export the visits again")
    return Finding(
        file=text_table.name,
        row=None,
        column=None,
        value=None,
        rule="no_rows",
        reason="the file has a header but no rows",
        remedy="nothing to do if there are none; otherwise export it again",
        severity=Severity.INFO,
    )
