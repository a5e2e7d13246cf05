"""What an import would do, shown before anything is kept."""

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from slopewise.workflow.import_records import FileFormat, import_records

if TYPE_CHECKING:
    from slopewise.records.importers.report import ImportReport

__all__ = ["preview_import"]


def preview_import(
    path: Path,
    *,
    file_format: FileFormat = "auto",
    strict: bool = False,
    now: datetime.datetime,
) -> "ImportReport":
    """The report of importing `path` into an empty store that is thrown away.

    What the real store already holds is told by the import itself. Raises InputError where a whole
    file cannot be read.
    """
    from slopewise.records.store import open_store

    scratch = open_store(None)
    try:
        return import_records(scratch, path, file_format=file_format, strict=strict, now=now)
    finally:
        scratch.close()
