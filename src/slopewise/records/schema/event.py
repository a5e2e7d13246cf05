"""Dated events: those that end tracheostomy-free survival, others, and adverse events."""

import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from slopewise.records.schema.declarations import (
    OfPatient,
    StoreTable,
    current_row,
    one_time,
    outside_never,
    void_has_reason,
)

__all__ = ["AdverseEvent", "Event"]


class Event(OfPatient, StoreTable):
    """One event; death is one row a patient."""

    __tablename__ = "event"
    __table_args__ = (void_has_reason(), one_time(), current_row("event", "patient_key"))

    date: Mapped[datetime.date | None]
    month: Mapped[float | None]
    kind: Mapped[str] = mapped_column(String(50))
    detail: Mapped[str | None] = mapped_column(String(500))


class AdverseEvent(OfPatient, StoreTable):
    """One adverse event; the grade is CTCAE's, which is not the same as seriousness."""

    __tablename__ = "adverse_event"
    __table_args__ = (
        void_has_reason(),
        one_time(),
        CheckConstraint("end_date IS NULL OR end_month IS NULL", name="end_date_or_end_month"),
        outside_never("grade", 1, 5),
        current_row("adverse_event", "patient_key"),
    )

    date: Mapped[datetime.date | None]
    month: Mapped[float | None]
    end_date: Mapped[datetime.date | None]
    end_month: Mapped[float | None]
    term: Mapped[str] = mapped_column(String(200))
    grade: Mapped[int | None]
    serious: Mapped[bool | None]
    related: Mapped[str | None] = mapped_column(String(20))
    severity: Mapped[str | None] = mapped_column(String(20))
    outcome: Mapped[str | None] = mapped_column(String(50))
