"""What the store already holds of rows that come in: keys and hashes, not contents."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from slopewise.records.schema.patient import Patient
from slopewise.records.schema.product import CellProduct
from slopewise.records.schema.tables import FILE_TABLES

__all__ = ["StoredRow", "owner_column", "patient_keys", "product_keys", "stored_rows"]

Item = TypeVar("Item")
BATCH = 500  # below SQLite's limit of variables in one statement


@dataclass(frozen=True, slots=True)
class StoredRow:
    """One row of a table: is it in force and, if not, why not."""

    id: int
    content_hash: str
    void_reason: str | None


def owner_column(table: str) -> str:
    """The column that says whom the row is about."""
    return "product_key" if table == "products" else "patient_key"


def patient_keys(session: Session, patient_ids: Iterable[str]) -> dict[str, int]:
    """The store's key of each patient that it knows."""
    found: dict[str, int] = {}
    for batch in _batches(sorted(set(patient_ids))):
        query = select(Patient.patient_id, Patient.id).where(Patient.patient_id.in_(batch))
        found.update({patient_id: key for patient_id, key in session.execute(query)})
    return found


def product_keys(session: Session, product_ids: Iterable[str]) -> dict[str, int]:
    """The store's key of each product that it knows."""
    found: dict[str, int] = {}
    for batch in _batches(sorted(set(product_ids))):
        query = select(CellProduct.product_id, CellProduct.id).where(
            CellProduct.product_id.in_(batch)
        )
        found.update({product_id: key for product_id, key in session.execute(query)})
    return found


def stored_rows(
    session: Session, table: str, owners: Iterable[int]
) -> dict[tuple[int, str], list[StoredRow]]:
    """All rows of these owners, voided ones too, by owner and row key."""
    mapped: Any = FILE_TABLES[table]
    owner = getattr(mapped, owner_column(table))
    found: dict[tuple[int, str], list[StoredRow]] = {}
    for batch in _batches(sorted(set(owners))):
        query = select(
            owner, mapped.row_key, mapped.id, mapped.content_hash, mapped.void_reason
        ).where(owner.in_(batch))
        for key, row_key, row_id, content, void_reason in session.execute(query):
            found.setdefault((key, row_key), []).append(StoredRow(row_id, content, void_reason))
    return found


def _batches(values: list[Item]) -> Iterator[list[Item]]:
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]
