"""Spans of standard care."""

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

__all__ = ["CareSpan"]


class CareSpan(OfPatient, StoreTable):
    """Standard care from a day until a day; an empty end means that it goes on."""

    __tablename__ = "care_span"
    __table_args__ = (
        void_has_reason(),
        one_time("start_date", "start_month"),
        CheckConstraint("end_date IS NULL OR end_month IS NULL", name="end_date_or_end_month"),
        CheckConstraint("end_date IS NULL OR end_date >= start_date", name="end_date_after_start"),
        CheckConstraint(
            "end_month IS NULL OR end_month >= start_month", name="end_month_after_start"
        ),
        outside_never("hours_per_day", 0, 24),
        current_row("care_span", "patient_key"),
    )

    kind: Mapped[str] = mapped_column(String(100))
    start_date: Mapped[datetime.date | None]
    start_month: Mapped[float | None]
    end_date: Mapped[datetime.date | None]
    end_month: Mapped[float | None]
    detail: Mapped[str | None] = mapped_column(String(500))
    hours_per_day: Mapped[float | None]
