"""The demonstration clinic: simulated patients in a store of their own."""

from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from slopewise.errors import NotFoundError

if TYPE_CHECKING:
    from slopewise.records.store import Store

__all__ = ["demonstration_folder", "open_demonstration"]

FIRST_PATIENT = "DEMO-001"
IMPORTED_BY = "slopewise demonstration (SIMULATED)"


def demonstration_folder() -> Path:
    """The folder of CSV files that comes with the program; every patient in it is simulated."""
    return Path(str(resources.files("slopewise") / "demonstration"))


def open_demonstration(path: Path) -> "Store":
    """Open the demonstration store at `path`, with the simulated clinic in it.

    What was imported or voided since the last time stays as it is.
    """
    from slopewise.workflow.import_records import import_records
    from slopewise.workflow.store_file import open_or_make

    store = open_or_make(path)
    if not _holds_the_clinic(store):
        import_records(
            store,
            demonstration_folder(),
            file_format="csv",
            now=datetime.now(UTC),
            imported_by=IMPORTED_BY,
        )
    return store


def _holds_the_clinic(store: "Store") -> bool:
    """An import is one transaction, so its first patient stands for all of them."""
    from slopewise.records.queries import histories

    with store.reading() as session:
        try:
            histories.load(session, FIRST_PATIENT)
        except NotFoundError:
            return False
    return True
