"""The imports that were made, with what each of them said."""

import datetime
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from slopewise.errors import NotFoundError
from slopewise.records.import_log import report_from_json
from slopewise.records.importers.report import ImportReport
from slopewise.records.schema.provenance import ImportRun

__all__ = ["PastImport", "last", "load", "recent"]


@dataclass(frozen=True, slots=True)
class PastImport:
    """One import: its number, when, by whom, and its report as it was shown."""

    key: int
    imported_at: datetime.datetime
    imported_by: str
    importer_version: str
    report: ImportReport


def recent(session: Session, *, limit: int = 20) -> list[PastImport]:
    """The latest imports, newest first."""
    query = _query().order_by(ImportRun.id.desc()).limit(limit)
    return [_past_import(row) for row in session.scalars(query)]


def last(session: Session) -> PastImport | None:
    """The latest import, None where there was none."""
    found = recent(session, limit=1)
    return found[0] if found else None


def load(session: Session, key: int) -> PastImport:
    """The import of that number; NotFoundError where there is none."""
    run = session.scalar(_query().where(ImportRun.id == key))
    if run is None:
        raise NotFoundError(f"no import {key}; see the list of imports")
    return _past_import(run)


def _query() -> Select[ImportRun]:
    return select(ImportRun).where(ImportRun.voided.is_(None))


def _past_import(run: ImportRun) -> PastImport:
    return PastImport(
        key=run.id,
        imported_at=run.created,
        imported_by=run.imported_by,
        importer_version=run.importer_version,
        report=report_from_json(run.report),
    )
