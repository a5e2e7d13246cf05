"""Open the file of the store: patients' data, so only its owner may read it."""

from pathlib import Path
from typing import TYPE_CHECKING

from slopewise.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from slopewise.records.store import Store

__all__ = ["open_existing", "open_or_make"]

OWNER_ONLY_FOLDER = 0o700


def open_or_make(path: Path) -> "Store":
    """Open the store at `path`; make it, and its folder for its owner only, where there is none.

    Raises InputError when the place cannot be written.
    """
    from slopewise.records.store import open_store

    try:
        path.parent.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"the folder {path.parent} cannot be made ({error.strerror}); give another place with "
            "--store FILE or the setting SLOPEWISE_DATA_FOLDER"
        ) from None
    return open_store(path)


def open_existing(path: Path) -> "Store":
    """Open the store at `path`; raises NotFoundError, saying what to do, where there is none."""
    from slopewise.records.store import open_store

    if not path.is_file():
        raise NotFoundError(
            f"there is no store at {path} yet; import files first (`slopewise import FOLDER`), or "
            "assess a folder without a store (`slopewise assess FOLDER`)"
        )
    return open_store(path)
