"""Measurements beside the ALSFRS-R: vital capacity and the seven symptoms."""

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

__all__ = ["Breathing", "Symptom"]


class Breathing(OfPatient, StoreTable):
    """Vital capacity in percent of the predicted value."""

    __tablename__ = "breathing"
    __table_args__ = (
        void_has_reason(),
        one_time(),
        CheckConstraint("measure IN ('FVC', 'SVC')", name="measure"),
        outside_never("percent_predicted", 0, 200),
        current_row("breathing", "patient_key"),
    )

    date: Mapped[datetime.date | None]
    month: Mapped[float | None]
    measure: Mapped[str] = mapped_column(String(10))
    percent_predicted: Mapped[float]


class Symptom(OfPatient, StoreTable):
    """One value on one scale of one symptom."""

    __tablename__ = "symptom"
    __table_args__ = (void_has_reason(), one_time(), current_row("symptom", "patient_key"))

    date: Mapped[datetime.date | None]
    month: Mapped[float | None]
    symptom: Mapped[str] = mapped_column(String(50))
    scale: Mapped[str] = mapped_column(String(100))
    value: Mapped[float]
