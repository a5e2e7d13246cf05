"""Bring a file or a folder into the store: read, check, write, and keep the report."""

import datetime
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from slopewise.errors import InputError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from slopewise.records.importers.report import ImportReport
    from slopewise.records.importers.rows import ImportedRows
    from slopewise.records.provenance import ImportOrigin
    from slopewise.records.store import Store

__all__ = ["FileFormat", "import_records", "try_import"]

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
    from slopewise.records.provenance import ImportOrigin

    rows, report = _read(store, path, file_format, now=now.astimezone(UTC).date())
    origin = ImportOrigin(imported_at=now, imported_by=imported_by)
    with store.transaction() as session:
        return _write(session, rows, report, strict=strict, origin=origin)


def try_import(
    store: "Store",
    path: Path,
    *,
    file_format: FileFormat = "auto",
    strict: bool = False,
    now: datetime.datetime,
) -> "ImportReport":
    """The report that `import_records` would give now; the store stays as it is."""
    from slopewise.records.provenance import ImportOrigin

    rows, report = _read(store, path, file_format, now=now.astimezone(UTC).date())
    origin = ImportOrigin(imported_at=now, imported_by="nobody: a trial")
    with store.trial() as session:
        return _write(session, rows, report, strict=strict, origin=origin)


def _write(
    session: "Session",
    rows: "ImportedRows",
    report: "ImportReport",
    *,
    strict: bool,
    origin: "ImportOrigin",
) -> "ImportReport":
    """Rows and report into the store; with `strict` only the report of a refusal."""
    from slopewise.records import import_log, importing
    from slopewise.records.importers.report import in_reading_order

    run = import_log.begin(session, report, rows=rows, origin=origin)
    if strict and report.errors:
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
    store: "Store", path: Path, file_format: FileFormat, *, now: datetime.date
) -> "tuple[ImportedRows, ImportReport]":
    """What the files hold, judged against what the store says of the same patients."""
    from slopewise.records.importers import csv_folder, proact
    from slopewise.records.queries import known_records

    with store.reading() as session:
        known = known_records.load(session)
    if file_format not in {"auto", "csv", "proact"}:
        raise InputError(f"the format {file_format!r} is not known; use auto, csv or proact")
    is_proact = file_format == "proact" or (
        file_format == "auto" and proact.looks_like_proact(path)
    )
    if is_proact:
        return proact.read(path, now=now, known=known)
    return csv_folder.read(path, now=now, known=known)
