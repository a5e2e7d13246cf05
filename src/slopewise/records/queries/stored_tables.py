"""Whole tables as rows of slopewise's own files, and where a single row came from."""

import datetime
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from slopewise.errors import InputError, NotFoundError
from slopewise.records.file_columns import TableLayout
from slopewise.records.file_tables import TABLES
from slopewise.records.importers.rows import ImportedRow, ImportedRows, Value
from slopewise.records.queries.stored_rows import owner_column
from slopewise.records.schema.patient import Patient
from slopewise.records.schema.product import CellProduct
from slopewise.records.schema.provenance import Provenance
from slopewise.records.schema.tables import FILE_TABLES

__all__ = ["RowSource", "StoredRecord", "load", "records_of_patient", "source_of", "table_class"]


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """One stored row: its key, what it says, and whether it was withdrawn."""

    key: int
    row: ImportedRow
    voided: datetime.datetime | None
    void_reason: str | None


@dataclass(frozen=True, slots=True)
class RowSource:
    """Where a row came from and what became of it."""

    file_name: str
    file_sha256: str
    line: int
    importer: str
    importer_version: str
    imported_at: datetime.datetime
    imported_by: str
    voided: datetime.datetime | None
    void_reason: str | None


def load(session: Session) -> ImportedRows:
    """Every row in force, table by table, in the order patient, time, key."""
    return ImportedRows(
        importer="store",
        importer_version="1",
        tables={
            layout.name: tuple(
                record.row for record in _records(session, layout) if record.voided is None
            )
            for layout in TABLES
        },
    )


def records_of_patient(session: Session, patient_id: str) -> dict[str, list[StoredRecord]]:
    """All rows of a patient by table, the withdrawn ones too."""
    query = select(Patient.id).where(Patient.patient_id == patient_id)
    key = session.scalar(query)
    if key is None:
        raise NotFoundError(f"no patient {patient_id} in the store; see the list of patients")
    return {
        layout.name: _records(session, layout, patient_key=key)
        for layout in TABLES
        if layout.name != "products"
    }


def source_of(session: Session, table: str, key: int) -> RowSource:
    """The source of the row; NotFoundError where there is no such row."""
    mapped: Any = table_class(table)
    query = (
        select(
            Provenance.file_name,
            Provenance.file_sha256,
            mapped.source_line,
            Provenance.importer,
            Provenance.importer_version,
            Provenance.imported_at,
            Provenance.imported_by,
            mapped.voided,
            mapped.void_reason,
        )
        .join(Provenance, Provenance.id == mapped.provenance_id)
        .where(mapped.id == key)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFoundError(f"no row {key} in {table}")
    return RowSource(*row)


def table_class(table: str) -> Any:
    """The mapped class of a file's table; InputError for another name."""
    if table not in FILE_TABLES:
        raise InputError(f"no table {table!r}; use one of {', '.join(FILE_TABLES)}")
    return FILE_TABLES[table]


def _records(
    session: Session, layout: TableLayout, *, patient_key: int | None = None
) -> list[StoredRecord]:
    mapped: Any = FILE_TABLES[layout.name]
    identity: Any = CellProduct if layout.name == "products" else Patient
    owner = getattr(mapped, owner_column(layout.name))
    names = [name for name in layout.column_names if name not in {"patient_id", "product_id"}]
    columns: list[Any] = [getattr(mapped, name) for name in names]
    query = select(mapped.id, mapped.voided, mapped.void_reason, mapped.source_line, *columns).join(
        identity, identity.id == owner
    )
    if layout.name == "products":
        query = query.add_columns(CellProduct.product_id)
    else:
        query = query.add_columns(Patient.patient_id)
    if layout.name == "doses":
        query = query.join(CellProduct, CellProduct.id == mapped.product_key)
        query = query.add_columns(CellProduct.product_id)
    if patient_key is not None:
        query = query.where(owner == patient_key)
    order = layout.column_names[0]
    query = query.order_by(getattr(identity, order), mapped.row_key, mapped.id)
    return [_record(layout, row) for row in session.execute(query)]


def _record(layout: TableLayout, row: Any) -> StoredRecord:
    values: dict[str, Value] = {
        name: value
        for name in layout.column_names
        if (value := getattr(row, name, None)) is not None
    }
    imported = ImportedRow(layout.name, layout.file, row.source_line, values)
    return StoredRecord(row.id, imported, row.voided, row.void_reason)
