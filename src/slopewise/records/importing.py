"""Rows of an importer into the store: new rows in, corrected rows replaced, known rows left alone.

Called by `workflow` inside its transaction. Nothing is deleted: a row that a newer file corrects is
voided with the reason "replaced by import …".
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session

from slopewise.records.file_tables import TABLES
from slopewise.records.importers.report import Finding, Severity
from slopewise.records.importers.rows import ImportedRow, ImportedRows
from slopewise.records.provenance import ImportOrigin
from slopewise.records.queries.stored_rows import (
    StoredRow,
    owner_column,
    patient_keys,
    product_keys,
    stored_rows,
)
from slopewise.records.reading.cells import BadCell
from slopewise.records.reading.layout_reader import row_finding
from slopewise.records.row_identity import content_hash, row_key
from slopewise.records.schema.patient import Patient
from slopewise.records.schema.product import CellProduct
from slopewise.records.schema.provenance import Provenance
from slopewise.records.schema.tables import FILE_TABLES
from slopewise.therapy.administration import NOT_DOCUMENTED

__all__ = ["REPLACED", "WrittenRows", "write"]

REPLACED = "replaced by import"


@dataclass(frozen=True, slots=True)
class WrittenRows:
    """How many rows went in, replaced others or were there already, and what there is to say."""

    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    findings: tuple[Finding, ...] = ()


@dataclass(slots=True)
class _Plan:
    """What one table's rows come to before anything is written."""

    new: list[tuple[ImportedRow, dict[str, Any]]] = field(default_factory=list)
    void: list[dict[str, Any]] = field(default_factory=list)
    unchanged: int = 0
    findings: list[Finding] = field(default_factory=list)


def write(session: Session, rows: ImportedRows, origin: ImportOrigin) -> WrittenRows:
    """Write the rows; a row that the store holds with the same contents changes nothing."""
    provenance = _Provenances(session, rows, origin)
    patients = _ensure_patients(session, rows, provenance)
    products = _ensure_products(session, rows, provenance)
    added = replaced = unchanged = 0
    findings: list[Finding] = []
    for layout in TABLES:
        table_rows = rows.of(layout.name)
        if not table_rows:
            continue
        plan = _plan(
            session,
            layout.name,
            _with_owners(table_rows, patients, products),
            now=origin.imported_at,
        )
        _void(session, layout.name, plan.void)
        _insert(session, layout.name, plan.new, provenance=provenance, created=origin.imported_at)
        added += len(plan.new) - len(plan.void)
        replaced += len(plan.void)
        unchanged += plan.unchanged
        findings += plan.findings
    return WrittenRows(added, replaced, unchanged, tuple(findings))


class _Provenances:
    """One provenance row a file, made when the first row of the file is written."""

    def __init__(self, session: Session, rows: ImportedRows, origin: ImportOrigin) -> None:
        self._session = session
        self._rows = rows
        self._origin = origin
        self._hashes = {file.name: file.sha256 for file in rows.files}
        self._keys: dict[str, int] = {}

    def key(self, file: str) -> int:
        """The key of the file's provenance row."""
        if file not in self._keys:
            origin = self._origin
            row = Provenance(
                import_run_id=origin.import_run_id,
                file_name=file,
                file_sha256=self._hashes[file],
                importer=self._rows.importer,
                importer_version=self._rows.importer_version,
                imported_at=origin.imported_at,
                imported_by=origin.imported_by,
                created=origin.imported_at,
            )
            self._session.add(row)
            self._session.flush()
            self._keys[file] = row.id
        return self._keys[file]

    @property
    def created(self) -> datetime.datetime:
        """When the rows of this import are made."""
        return self._origin.imported_at


def _ensure_patients(
    session: Session, rows: ImportedRows, provenance: _Provenances
) -> dict[str, int]:
    first = {row.patient_id: row for row in reversed(tuple(rows)) if row.patient_id is not None}
    known = patient_keys(session, [p for p in first if p is not None])
    for patient_id, row in sorted(first.items(), key=lambda pair: pair[1].line):
        if patient_id is not None and patient_id not in known:
            patient = Patient(
                patient_id=patient_id,
                provenance_id=provenance.key(row.file),
                created=provenance.created,
            )
            session.add(patient)
    session.flush()
    return patient_keys(session, [p for p in first if p is not None])


def _ensure_products(
    session: Session, rows: ImportedRows, provenance: _Provenances
) -> dict[str, int]:
    first: dict[str, ImportedRow] = {}
    for row in (*rows.of("products"), *rows.of("doses")):
        first.setdefault(str(row.values.get("product_id", NOT_DOCUMENTED)), row)
    known = product_keys(session, first)
    for product_id, row in first.items():
        if product_id not in known:
            session.add(
                CellProduct(
                    product_id=product_id,
                    provenance_id=provenance.key(row.file),
                    created=provenance.created,
                )
            )
    session.flush()
    return product_keys(session, first)


def _with_owners(
    rows: Sequence[ImportedRow], patients: dict[str, int], products: dict[str, int]
) -> list[tuple[ImportedRow, dict[str, Any]]]:
    """Each row with the columns of its table, names turned into keys."""
    found = []
    for row in rows:
        values: dict[str, Any] = dict(row.values)
        patient_id = values.pop("patient_id", None)
        if patient_id is not None:
            values["patient_key"] = patients[str(patient_id)]
        if row.table in {"products", "doses"}:
            values["product_key"] = products[str(values.pop("product_id", NOT_DOCUMENTED))]
        found.append((row, values))
    return found


def _plan(
    session: Session,
    table: str,
    rows: list[tuple[ImportedRow, dict[str, Any]]],
    *,
    now: datetime.datetime,
) -> _Plan:
    layout = next(layout for layout in TABLES if layout.name == table)
    owner = owner_column(table)
    stored = stored_rows(session, table, [values[owner] for _, values in rows])
    plan = _Plan()
    for row, values in rows:
        values["row_key"] = row_key(layout, row.values)
        values["content_hash"] = content_hash(row.values)
        same_key = stored.get((values[owner], values["row_key"]), [])
        _decide(plan, row, values, same_key=same_key, now=now)
    return plan


def _decide(
    plan: _Plan,
    row: ImportedRow,
    values: dict[str, Any],
    *,
    same_key: list[StoredRow],
    now: datetime.datetime,
) -> None:
    current = next((s for s in same_key if s.void_reason is None), None)
    if current is not None and current.content_hash == values["content_hash"]:
        plan.unchanged += 1
        return
    earlier = [s for s in same_key if s.content_hash == values["content_hash"]]
    withdrawn = next((s for s in earlier if not _was_replaced(s)), None)
    if withdrawn is not None or (earlier and current is not None):
        plan.unchanged += 1
        plan.findings.append(_not_restored(row, withdrawn))
        return
    if current is not None:
        plan.void.append({"row": current.id, "at": now, "why": f"{REPLACED} of {row.file}"})
    plan.new.append((row, values))


def _was_replaced(stored: StoredRow) -> bool:
    return stored.void_reason is not None and stored.void_reason.startswith(REPLACED)


def _not_restored(row: ImportedRow, withdrawn: StoredRow | None) -> Finding:
    if withdrawn is not None:
        bad = BadCell(
            "withdrawn_row",
            f"this row was withdrawn from the store ({withdrawn.void_reason}); it stays out",
            "nothing to do; to bring it back, import it with a corrected value",
        )
    else:
        bad = BadCell(
            "older_version",
            "the store holds a newer version of this row; it was not turned back",
            "nothing to do; to go back, withdraw the newer row first",
        )
    return row_finding(row, bad, severity=Severity.WARNING)


def _void(session: Session, table: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    mapped: Any = FILE_TABLES[table].__table__
    statement = (
        update(mapped)
        .where(mapped.c.id == bindparam("row"))
        .values(voided=bindparam("at"), void_reason=bindparam("why"))
    )
    session.connection().execute(statement, rows)


def _insert(
    session: Session,
    table: str,
    rows: list[tuple[ImportedRow, dict[str, Any]]],
    *,
    provenance: _Provenances,
    created: datetime.datetime,
) -> None:
    if not rows:
        return
    mapped: Any = FILE_TABLES[table].__table__
    empty = {column.name: None for column in mapped.columns if column.name != "id"}
    ready = [
        {
            **empty,
            **values,
            "source_line": row.line,
            "provenance_id": provenance.key(row.file),
            "created": created,
        }
        for row, values in rows
    ]
    session.connection().execute(insert(mapped), ready)
