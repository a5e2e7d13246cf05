"""What a list of patients and a patient's page need beside the history: keys, dates, sources."""

import datetime
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from slopewise.errors import NotFoundError
from slopewise.records.queries.patient_clock import PatientClock, clock_of, on_clock
from slopewise.records.schema.dose import Dose
from slopewise.records.schema.event import AdverseEvent, Event
from slopewise.records.schema.patient import Patient
from slopewise.records.schema.provenance import Provenance
from slopewise.records.schema.tables import FILE_TABLES
from slopewise.records.schema.visit import Visit
from slopewise.therapy import adverse_event

__all__ = [
    "PatientKey",
    "SourceFile",
    "adverse_events",
    "keys_no_longer_followed",
    "newest_visit_date",
    "patient_id_of",
    "patient_keys_and_dates",
    "source_files",
    "time_zero",
]

ENDED_FOLLOW_UP = ("death", "withdrawal", "lost_to_follow_up")
PRODUCT_TABLE = "products"  # its rows are about a product, not about a patient


@dataclass(frozen=True, slots=True)
class PatientKey:
    """A patient's key in this store, which may stand in addresses, and the last visit's date."""

    key: int
    patient_id: str
    last_visit: datetime.date | None  # None = the visits are dated in months


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that rows of a patient came from, and how many rows in force."""

    file_name: str
    sha256: str
    importer: str
    imported_at: datetime.datetime
    imported_by: str
    rows: int


def patient_keys_and_dates(session: Session) -> list[PatientKey]:
    """Every patient in force with the date of the last visit."""
    query = (
        select(Patient.id, Patient.patient_id, func.max(Visit.date).label("last_visit"))
        .outerjoin(Visit, (Visit.patient_key == Patient.id) & Visit.voided.is_(None))
        .where(Patient.voided.is_(None))
        .group_by(Patient.id, Patient.patient_id)
        .order_by(Patient.patient_id)
    )
    return [PatientKey(row.id, row.patient_id, row.last_visit) for row in session.execute(query)]


def newest_visit_date(session: Session) -> datetime.date | None:
    """The latest date of any visit in force; None where all are dated in months."""
    return session.scalar(select(func.max(Visit.date)).where(Visit.voided.is_(None)))


def keys_no_longer_followed(session: Session) -> set[int]:
    """Patients who died, withdrew or were lost to follow-up: no visit of theirs is overdue."""
    query = select(Event.patient_key).where(Event.kind.in_(ENDED_FOLLOW_UP), Event.voided.is_(None))
    return set(session.scalars(query))


def patient_id_of(session: Session, key: int) -> str:
    """The pseudonym behind a key; NotFoundError where there is none."""
    query = select(Patient.patient_id).where(Patient.id == key, Patient.voided.is_(None))
    found = session.scalar(query)
    if found is None:
        raise NotFoundError("there is no patient at this address; choose one from the list")
    return found


def time_zero(session: Session, key: int) -> PatientClock:
    """The patient's clock: the first dose or, without one, the first visit."""
    for table in (Dose, Visit):
        rows = session.execute(
            select(table.date, table.month).where(table.patient_key == key, table.voided.is_(None))
        ).all()
        if rows:
            return clock_of(rows)
    return PatientClock(None, 0.0)


def adverse_events(session: Session, key: int) -> list[adverse_event.AdverseEvent]:
    """The patient's adverse events in time order, on the patient's clock."""
    table = AdverseEvent
    rows = session.execute(
        select(
            table.date,
            table.month,
            table.end_date,
            table.end_month,
            table.term,
            table.grade,
            table.serious,
            table.related,
            table.severity,
            table.outcome,
        ).where(table.patient_key == key, table.voided.is_(None))
    ).all()
    clock = time_zero(session, key)
    return [
        adverse_event.AdverseEvent(
            month=month,
            term=row.term,
            grade=row.grade,
            serious=row.serious,
            relation=adverse_event.Relation(row.related or "unknown"),
            outcome=adverse_event.Outcome(row.outcome or "UNKNOWN"),
            end_month=clock.month_of(row.end_date, row.end_month),
            severity=adverse_event.Severity(row.severity) if row.severity else None,
        )
        for month, row in on_clock(clock, list(rows))
    ]


def source_files(session: Session, key: int) -> list[SourceFile]:
    """The files that the patient's rows in force came from, oldest import first."""
    counted: Counter[int] = Counter()
    for name, mapped in FILE_TABLES.items():
        if name == PRODUCT_TABLE:
            continue
        table: Any = mapped
        query = (
            select(table.provenance_id, func.count())
            .where(table.patient_key == key, table.voided.is_(None))
            .group_by(table.provenance_id)
        )
        for provenance, rows in session.execute(query):
            counted[provenance] += rows
    query = (
        select(
            Provenance.id,
            Provenance.file_name,
            Provenance.file_sha256,
            Provenance.importer,
            Provenance.imported_at,
            Provenance.imported_by,
        )
        .where(Provenance.id.in_(counted))
        .order_by(Provenance.imported_at, Provenance.id)
    )
    return [
        SourceFile(
            file_name=row.file_name,
            sha256=row.file_sha256,
            importer=row.importer,
            imported_at=row.imported_at,
            imported_by=row.imported_by,
            rows=counted[row.id],
        )
        for row in session.execute(query)
    ]
