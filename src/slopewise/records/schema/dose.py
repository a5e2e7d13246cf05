"""Doses of a cell product."""

import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from slopewise.records.schema.declarations import (
    OfPatient,
    StoreTable,
    current_row,
    one_time,
    void_has_reason,
)

__all__ = ["Dose"]


class Dose(OfPatient, StoreTable):
    """One administration; cells and cells/kg are whole numbers."""

    __tablename__ = "dose"
    __table_args__ = (
        void_has_reason(),
        one_time(),
        CheckConstraint("cells IS NULL OR cells > 0", name="cells"),
        CheckConstraint("cells_per_kg IS NULL OR cells_per_kg > 0", name="cells_per_kg"),
        current_row("dose", "patient_key"),
    )

    date: Mapped[datetime.date | None]
    month: Mapped[float | None]
    product_key: Mapped[int] = mapped_column(ForeignKey("cell_product.id"), index=True)
    route: Mapped[str | None] = mapped_column(String(100))
    cells: Mapped[int | None] = mapped_column(BigInteger)
    cells_per_kg: Mapped[int | None] = mapped_column(BigInteger)
