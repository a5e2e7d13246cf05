"""Scored visits."""

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

__all__ = ["Visit"]


class Visit(OfPatient, StoreTable):
    """The item scores, the total, or both, as they were written down."""

    __tablename__ = "visit"
    __table_args__ = (
        void_has_reason(),
        one_time(),
        outside_never("speech", 0, 4),
        outside_never("salivation", 0, 4),
        outside_never("swallowing", 0, 4),
        outside_never("handwriting", 0, 4),
        outside_never("cutting_5a", 0, 4),
        outside_never("cutting_5b", 0, 4),
        outside_never("cutting_food", 0, 4),
        outside_never("dressing_hygiene", 0, 4),
        outside_never("turning_in_bed", 0, 4),
        outside_never("walking", 0, 4),
        outside_never("climbing_stairs", 0, 4),
        outside_never("dyspnea", 0, 4),
        outside_never("orthopnea", 0, 4),
        outside_never("respiratory_insufficiency", 0, 4),
        outside_never("respiratory", 0, 4),
        outside_never("alsfrs_total", 0, 48),
        CheckConstraint("scale IN ('ALSFRS-R', 'ALSFRS')", name="scale"),
        CheckConstraint(
            "(cutting_5a IS NULL OR cutting_5b IS NULL)"
            " AND (cutting_5a IS NULL OR cutting_food IS NULL)"
            " AND (cutting_5b IS NULL OR cutting_food IS NULL)",
            name="one_cutting_item",
        ),
        current_row("visit", "patient_key"),
    )

    date: Mapped[datetime.date | None]
    month: Mapped[float | None]
    speech: Mapped[float | None]
    salivation: Mapped[float | None]
    swallowing: Mapped[float | None]
    handwriting: Mapped[float | None]
    cutting_5a: Mapped[float | None]
    cutting_5b: Mapped[float | None]
    cutting_food: Mapped[float | None]
    dressing_hygiene: Mapped[float | None]
    turning_in_bed: Mapped[float | None]
    walking: Mapped[float | None]
    climbing_stairs: Mapped[float | None]
    dyspnea: Mapped[float | None]
    orthopnea: Mapped[float | None]
    respiratory_insufficiency: Mapped[float | None]
    respiratory: Mapped[float | None]
    alsfrs_total: Mapped[float | None]
    scale: Mapped[str] = mapped_column(String(10))
    rater: Mapped[str | None] = mapped_column(String(200))
    mode: Mapped[str | None] = mapped_column(String(200))
