"""The PRO-ACT tables (docs/data/proact.md) to rows and a report.

Times are days from enrolment and become months. Only the tables below are read; their names may be
those of 2022 (PROACT_ALSFRS.csv) or of 2016 (alsfrs.csv, AlsHistory.csv).
"""

import datetime
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from slopewise.errors import InputError
from slopewise.records.checks.known_patient import NOTHING_KNOWN, KnownRecords
from slopewise.records.importers import proact_patients, proact_tables
from slopewise.records.importers.report import Finding, ImportReport, Severity
from slopewise.records.importers.rows import ImportedRows
from slopewise.records.importers.translated import Importer, TranslatedTable, to_rows
from slopewise.records.reading.folder import Sources, open_sources
from slopewise.records.reading.text_table import TextTable, read_table

__all__ = ["IMPORTER", "looks_like_proact", "read"]

IMPORTER = Importer("proact", "1")
Translate = Callable[[TextTable], list[TranslatedTable]]
ROW_TABLES: dict[str, Translate] = {
    "alsfrs": proact_tables.visits,
    "deathdata": proact_tables.deaths,
    "riluzole": proact_tables.riluzole,
    "fvc": proact_tables.forced_vital_capacity,
    "svc": proact_tables.slow_vital_capacity,
    "adverseevents": proact_tables.adverse_events,
}
PATIENT_TABLES = ("alshistory", "demographics", "treatment")


def read(
    path: Path, *, now: datetime.date, known: KnownRecords = NOTHING_KNOWN
) -> tuple[ImportedRows, ImportReport]:
    """Rows of the PRO-ACT tables at `path` (folder or zip archive); writes nothing.

    Raises InputError where the ALSFRS table is missing or a file cannot be read.
    """
    sources = open_sources(path)
    files = _files(sources)
    if "alsfrs" not in files:
        raise InputError(
            f"{path.name} holds no PROACT_ALSFRS.csv, the one table that must be there "
            f"(found: {', '.join(sources.names[:10])})"
        )
    findings: list[Finding] = []
    tables: list[TranslatedTable] = []
    facts: dict[str, TextTable] = {}
    for name in (*ROW_TABLES, *PATIENT_TABLES):
        if name not in files:
            continue
        text_table = _read(sources, files[name])
        if name in ROW_TABLES:
            tables += ROW_TABLES[name](text_table)
        else:
            facts[name] = text_table
    findings += [_not_read(sources.names, files)] if len(files) < len(sources.names) else []
    if facts:
        patients, remarks = proact_patients.patients(facts)
        tables.insert(0, patients)
        findings += remarks
    return to_rows(
        tables, importer=IMPORTER, source=path.name, findings=findings, now=now, known=known
    )


def looks_like_proact(path: Path) -> bool:
    """Whether a folder or an archive holds PRO-ACT's ALSFRS table and no visits.csv."""
    if path.is_file() and path.suffix.lower() != ".zip":
        return False
    sources = open_sources(path)
    if "visits.csv" in {name.lower() for name in sources.names}:
        return False
    files = _files(sources)
    if "alsfrs" not in files:
        return False
    header = sources.read(files["alsfrs"]).partition(b"\n")[0]
    return b"subject_id" in header.lower()


def _files(sources: Sources) -> dict[str, str]:
    """The files that are read, by table name."""
    known = (*ROW_TABLES, *PATIENT_TABLES)
    found = {}
    for file in sources.names:
        stem = Path(file).stem.lower()
        name = re.sub(r"[^a-z]", "", stem.removeprefix("proact"))
        if name in known:
            found[name] = file
    return found


def _read(sources: Sources, file: str) -> TextTable:
    text_table = read_table(file, sources.read(file))
    if "subject_id" not in text_table.header:
        raise InputError(f"{file} has no column subject_id; give the PRO-ACT tables as they came")
    renamed = {"pct_of_normal_trial_1_": "pct_of_normal_trial_1"}
    header = tuple(renamed.get(name, name) for name in text_table.header)
    return replace(text_table, header=header)


def _not_read(names: tuple[str, ...], files: dict[str, str]) -> Finding:
    others = [name for name in names if name not in files.values()]
    return Finding(
        file=others[0],
        row=None,
        column=None,
        value=None,
        rule="unknown_file",
        reason=f"tables that slopewise has no use for were not read: {', '.join(others)}",
        remedy="nothing to do",
        severity=Severity.INFO,
    )
