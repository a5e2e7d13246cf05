"""Rows to slopewise's own folder of CSV files; importing it again changes nothing.

Text that a spreadsheet would run as a formula gets a leading quote, which the importer takes off.
"""

import csv
from pathlib import Path

from slopewise.errors import InputError
from slopewise.records.file_columns import Kind, TableLayout
from slopewise.records.file_tables import TABLES
from slopewise.records.importers.rows import ImportedRow, ImportedRows, Value
from slopewise.records.reading.cells import FORMULA_START
from slopewise.records.row_identity import written

__all__ = ["escape", "write"]


def write(rows: ImportedRows, folder: Path) -> list[Path]:
    """Write each table that has rows, and the visits always; the files written.

    Raises InputError where the folder holds one of the files already: nothing is overwritten.
    """
    folder.mkdir(parents=True, exist_ok=True)
    layouts = [layout for layout in TABLES if rows.of(layout.name) or layout.name == "visits"]
    existing = [layout.file for layout in layouts if (folder / layout.file).exists()]
    if existing:
        raise InputError(f"{folder} holds {existing[0]} already; give an empty folder")
    files = []
    for layout in layouts:
        path = folder / layout.file
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(layout.column_names)
            writer.writerows(_cells(layout, row) for row in rows.of(layout.name))
        files.append(path)
    return files


def escape(text: str) -> str:
    """The text with a guard against being run as a formula; `cells.unescape` takes it off."""
    return f"'{text}" if text.startswith(FORMULA_START) else text


def _cells(layout: TableLayout, row: ImportedRow) -> list[str]:
    return [_cell(column.kind, row.values.get(column.name)) for column in layout.columns]


def _cell(kind: Kind, value: Value) -> str:
    text = written(value)
    return escape(text) if kind in {Kind.TEXT, Kind.CHOICE} else text
