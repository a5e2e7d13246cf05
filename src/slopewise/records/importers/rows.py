"""Rows in motion: what an importer hands over and what the exporter takes."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

__all__ = ["ImportedRow", "ImportedRows", "SourceFile", "Value"]

Value = str | int | float | bool | datetime.date | None


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was read: its name and the SHA-256 of its bytes."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """One row of one table; `values` holds the columns that were given, None where empty.

    `line` is the line in the file, the header being line 1.
    """

    table: str
    file: str
    line: int
    values: Mapping[str, Value]

    @property
    def patient_id(self) -> str | None:
        """The patient the row is about; None for a cell product."""
        value = self.values.get("patient_id")
        return value if isinstance(value, str) else None


@dataclass(frozen=True, slots=True)
class ImportedRows:
    """Rows by table name (records/file_tables.py), with the files that they came from."""

    importer: str
    importer_version: str
    files: tuple[SourceFile, ...] = ()
    tables: Mapping[str, tuple[ImportedRow, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )

    def of(self, table: str) -> tuple[ImportedRow, ...]:
        """The rows of one table, none if the table was not given."""
        return self.tables.get(table, ())

    def __iter__(self) -> Iterator[ImportedRow]:
        for rows in self.tables.values():
            yield from rows
