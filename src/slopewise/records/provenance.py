"""Who brought rows into the store, when, with which program."""

import datetime
from dataclasses import dataclass

__all__ = ["ImportOrigin"]


@dataclass(frozen=True, slots=True)
class ImportOrigin:
    """The circumstances of one import; the files' names and hashes travel with the rows."""

    imported_at: datetime.datetime  # an instant with its time zone
    imported_by: str = "unknown"
    import_run_id: int | None = None
