"""Bring a file or a folder into the store: read, check, write, and keep the report."""

import datetime
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from slopewise.errors import InputError

if TYPE_CHECKING:
    from slopewise.records.checks.known_patient import KnownRecords
    from slopewise.records.importers.report import ImportReport
    from slopewise.records.importers.rows import ImportedRows
    from slopewise.records.store import Store

__all__ = ["FileFormat", "import_records"]

FileFormat = Literal["auto", "csv", "proact"]


def import_records(
    store: "Store",
    path: Path,
    *,
    file_format: FileFormat = "auto",
    strict: bool = False,
    now: datetime.datetime,
    imported_by: str = "unknown",
) -> "ImportReport":
    """Import `path`; good rows go in, bad rows are reported and kept out.

    `strict`: a single error refuses the whole import. `now`: an instant with its time zone. Raises
    InputError where a whole file cannot be read; then nothing has changed.
    """
    from slopewise.records import import_log, importing
    from slopewise.records.importers.report import in_reading_order
    from slopewise.records.provenance import ImportOrigin
    from slopewise.records.queries import known_records

    with store.reading() as session:
        known = known_records.load(session)
    rows, report = _read(path, file_format, now=now.astimezone(UTC).date(), known=known)
    refused = strict and bool(report.errors)
    with store.transaction() as session:
        origin = ImportOrigin(imported_at=now, imported_by=imported_by)
        run = import_log.begin(session, report, rows=rows, origin=origin)
        if refused:
            report = replace(report, status="refused", rows_kept=0)
        else:
            written = importing.write(session, rows, replace(origin, import_run_id=run))
            report = replace(
                report,
                findings=in_reading_order((*report.findings, *written.findings)),
                added=written.added,
                replaced=written.replaced,
                unchanged=written.unchanged,
                status="imported" if written.added or written.replaced else "nothing new",
            )
        import_log.finish(session, run, report)
    return report


def _read(
    path: Path, file_format: FileFormat, *, now: datetime.date, known: "KnownRecords"
) -> "tuple[ImportedRows, ImportReport]":
    from slopewise.records.importers import csv_folder, proact

    if file_format not in {"auto", "csv", "proact"}:
        raise InputError(f"the format {file_format!r} is not known; use auto, csv or proact")
    is_proact = file_format == "proact" or (
        file_format == "auto" and proact.looks_like_proact(path)
    )
    if is_proact:
        return proact.read(path, now=now, known=known)
    return csv_folder.read(path, now=now, known=known)
