"""What every table of the store shares: creation, voiding, provenance, named constraints."""

import datetime

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    MetaData,
    String,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

__all__ = [
    "FileRow",
    "OfPatient",
    "Sourced",
    "StoreTable",
    "Utc",
    "current_row",
    "one_time",
    "outside_never",
    "void_has_reason",
]

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Utc(TypeDecorator[datetime.datetime]):
    """An instant; stored as UTC, read back with its time zone. Refuses an instant without one."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(
        self, value: datetime.datetime | None, dialect: object
    ) -> datetime.datetime | None:
        """To UTC, without the zone, as SQLite keeps it."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"instant {value} has no time zone; give it in UTC")
        return value.astimezone(datetime.UTC).replace(tzinfo=None)

    def process_result_value(
        self, value: datetime.datetime | None, dialect: object
    ) -> datetime.datetime | None:
        """Back to an instant with its zone."""
        return None if value is None else value.replace(tzinfo=datetime.UTC)


class StoreTable(DeclarativeBase):
    """Root of all tables; every row knows when it was made and whether it was withdrawn."""

    metadata = MetaData(naming_convention=NAMES)

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-20)
    created: Mapped[datetime.datetime] = mapped_column(Utc, sort_order=30)
    voided: Mapped[datetime.datetime | None] = mapped_column(Utc, sort_order=30)
    void_reason: Mapped[str | None] = mapped_column(String(500), sort_order=30)


class Sourced:
    """A row that rests on a file (schema/provenance.py)."""

    provenance_id: Mapped[int] = mapped_column(
        ForeignKey("provenance.id"), index=True, sort_order=20
    )


class FileRow(Sourced):
    """A row that came from a file: its line, which row it is, and the hash of what it says."""

    source_line: Mapped[int] = mapped_column(sort_order=20)
    row_key: Mapped[str] = mapped_column(String(500), sort_order=20)
    content_hash: Mapped[str] = mapped_column(String(64), sort_order=20)


class OfPatient(FileRow):
    """A row of a file about one patient."""

    patient_key: Mapped[int] = mapped_column(ForeignKey("patient.id"), sort_order=-10)


def void_has_reason() -> CheckConstraint:
    """A withdrawn row says why; a row in force does not."""
    return CheckConstraint("(voided IS NULL) = (void_reason IS NULL)", name="void_reason")


def one_time(date: str = "date", month: str = "month") -> CheckConstraint:
    """A moment is a date or months, exactly one of them."""
    return CheckConstraint(f"({date} IS NULL) <> ({month} IS NULL)", name=f"{date}_or_{month}")


def outside_never(column: str, low: float, high: float) -> CheckConstraint:
    """The column is empty or lies within low..high."""
    return CheckConstraint(f"{column} IS NULL OR {column} BETWEEN {low} AND {high}", name=column)


def current_row(table: str, owner: str) -> Index:
    """Of the rows that are in force, one for each owner and key."""
    in_force = text("voided IS NULL")
    return Index(
        f"uq_{table}_current",
        owner,
        "row_key",
        unique=True,
        sqlite_where=in_force,
        postgresql_where=in_force,
    )
