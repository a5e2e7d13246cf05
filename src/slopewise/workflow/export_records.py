"""Write the store's rows in force as a folder of CSV files that can be imported again."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slopewise.records.store import Store

__all__ = ["export_records"]


def export_records(store: "Store", folder: Path) -> list[Path]:
    """The files written into `folder`; InputError where it holds one of them already."""
    from slopewise.records.exporters import csv_folder
    from slopewise.records.queries import stored_tables

    with store.reading() as session:
        rows = stored_tables.load(session)
    return csv_folder.write(rows, folder)
