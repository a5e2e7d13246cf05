"""What the store says of each patient, as far as an import can contradict it."""

import datetime
from typing import Any

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from slopewise.records.checks.known_patient import KnownPatient, KnownRecords
from slopewise.records.schema.dose import Dose
from slopewise.records.schema.event import Event
from slopewise.records.schema.measurement import Breathing, Symptom
from slopewise.records.schema.patient import Patient, PatientFacts
from slopewise.records.schema.product import CellProduct, CellProductFacts
from slopewise.records.schema.visit import Visit

__all__ = ["load"]

Moment = datetime.date | float


def load(session: Session) -> KnownRecords:
    """One small record a patient, and the products that are described."""
    names = {
        row.id: row.patient_id for row in session.execute(select(Patient.id, Patient.patient_id))
    }
    clocks = _clocks(session)
    visits = _visits(session)
    deaths = _deaths(session)
    onsets = _onsets(session)
    doses = _first_doses(session)
    return KnownRecords(
        patients={
            name: KnownPatient(
                has_dates=clocks.get(key, (0, 0))[0] > 0,
                has_months=clocks.get(key, (0, 0))[1] > 0,
                scale=visits.get(key, (None, 0))[0],
                death=deaths.get(key),
                onset=onsets.get(key),
                first_dose=doses.get(key),
                visits=visits.get(key, (None, 0))[1],
            )
            for key, name in names.items()
        },
        products=_described_products(session),
    )


def _visits(session: Session) -> dict[int, tuple[str | None, int]]:
    """The form of each patient's visits, and how many there are."""
    query = (
        select(
            Visit.patient_key, func.min(Visit.scale).label("scale"), func.count().label("visits")
        )
        .where(Visit.voided.is_(None))
        .group_by(Visit.patient_key)
    )
    return {row.patient_key: (row.scale, row.visits) for row in session.execute(query)}


def _deaths(session: Session) -> dict[int, Moment | None]:
    query = select(Event.patient_key, Event.date, Event.month).where(
        Event.voided.is_(None), Event.kind == "death"
    )
    return {row.patient_key: _moment(row.date, row.month) for row in session.execute(query)}


def _onsets(session: Session) -> dict[int, Moment | None]:
    facts = PatientFacts
    query = select(facts.patient_key, facts.onset_date, facts.onset_month).where(
        facts.voided.is_(None)
    )
    return {
        row.patient_key: _moment(row.onset_date, row.onset_month) for row in session.execute(query)
    }


def _first_doses(session: Session) -> dict[int, Moment | None]:
    query = (
        select(
            Dose.patient_key,
            func.min(Dose.date).label("date"),
            func.min(Dose.month).label("month"),
        )
        .where(Dose.voided.is_(None))
        .group_by(Dose.patient_key)
    )
    return {row.patient_key: _moment(row.date, row.month) for row in session.execute(query)}


def _clocks(session: Session) -> dict[int, tuple[int, int]]:
    """How many rows of each patient have a date, and how many have months."""
    tables: tuple[Any, ...] = (Visit, Dose, Event, Breathing, Symptom)
    rows = union_all(
        *(select(t.patient_key, t.date, t.month).where(t.voided.is_(None)) for t in tables)
    ).subquery()
    query = select(
        rows.c.patient_key,
        func.count(rows.c.date).label("dates"),
        func.count(rows.c.month).label("months"),
    ).group_by(rows.c.patient_key)
    return {row.patient_key: (row.dates, row.months) for row in session.execute(query)}


def _described_products(session: Session) -> frozenset[str]:
    query = select(CellProduct.product_id).join(
        CellProductFacts, CellProductFacts.product_key == CellProduct.id
    )
    return frozenset(session.scalars(query.where(CellProductFacts.voided.is_(None))))


def _moment(date: datetime.date | None, month: float | None) -> Moment | None:
    return date if date is not None else month
