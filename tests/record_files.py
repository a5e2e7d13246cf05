"""Small folders of files, written by the tests that read them."""

import datetime
from pathlib import Path

from slopewise.records.importers import csv_folder
from slopewise.records.importers.report import Finding, ImportReport
from slopewise.records.importers.rows import ImportedRows
from slopewise.records.store import Store
from slopewise.workflow.import_records import import_records

__all__ = ["NOW", "TODAY", "bring_in", "found", "read", "write_folder"]

NOW = datetime.datetime(2025, 6, 1, 12, 0, tzinfo=datetime.UTC)
TODAY = NOW.date()


def write_folder(folder: Path, **tables: str) -> Path:
    """A folder with these files; the text of each is given without indentation."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        lines = [line.strip() for line in text.strip().splitlines()]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def read(folder: Path, **tables: str) -> tuple[ImportedRows, ImportReport]:
    """What the importer makes of these files, read on 1 June 2025."""
    return csv_folder.read(write_folder(folder, **tables), now=TODAY)


def bring_in(store: Store, path: Path, *, strict: bool = False) -> ImportReport:
    """Import the path on 1 June 2025."""
    return import_records(store, path, strict=strict, now=NOW)


def found(report: ImportReport, rule: str) -> list[Finding]:
    """The findings of one rule."""
    return [finding for finding in report.findings if finding.rule == rule]
