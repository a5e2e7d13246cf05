"""Cell products."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from slopewise.records.schema.declarations import (
    FileRow,
    Sourced,
    StoreTable,
    current_row,
    outside_never,
    void_has_reason,
)

__all__ = ["CellProduct", "CellProductFacts"]


class CellProduct(Sourced, StoreTable):
    """A product's identity; doses point here."""

    __tablename__ = "cell_product"
    __table_args__ = (void_has_reason(),)

    product_id: Mapped[str] = mapped_column(String(64), unique=True)


class CellProductFacts(FileRow, StoreTable):
    """What products.csv says of the product; a correction voids the earlier row."""

    __tablename__ = "cell_product_facts"
    __table_args__ = (
        void_has_reason(),
        outside_never("viability_percent", 0, 100),
        current_row("cell_product_facts", "product_key"),
    )

    product_key: Mapped[int] = mapped_column(ForeignKey("cell_product.id"), sort_order=-10)
    name: Mapped[str | None] = mapped_column(String(200))
    cell_source: Mapped[str | None] = mapped_column(String(200))
    donor: Mapped[str | None] = mapped_column(String(200))
    lot: Mapped[str | None] = mapped_column(String(200))
    passage: Mapped[str | None] = mapped_column(String(200))
    viability_percent: Mapped[float | None]
    release_tests: Mapped[str | None] = mapped_column(String(500))
