"""Options that several commands share, so that they read and behave the same everywhere."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from slopewise.records.store import Store

__all__ = ["AsJson", "Demo", "StoreFile", "open_chosen", "store_place"]

StoreFile = Annotated[
    Path | None,
    typer.Option(
        "--store", metavar="FILE", help="Store to use, instead of the one in the data folder."
    ),
]
Demo = Annotated[
    bool,
    typer.Option("--demo", help="Use the store of the simulated demonstration clinic."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]


def store_place(store: Path | None, *, demo: bool) -> Path:
    """The store named on the command line, else the one of the settings."""
    from slopewise.settings import load_settings

    return store or load_settings(demo=demo or None).store_path


def open_chosen(store: Path | None, *, demo: bool) -> "Store":
    """Open the store to look into; the demonstration is made where it is not there yet.

    Raises NotFoundError where there is no store.
    """
    from slopewise.settings import load_settings
    from slopewise.workflow.open_demonstration import open_demonstration
    from slopewise.workflow.store_file import open_existing

    settings = load_settings(demo=demo or None)
    if settings.demo and store is None:
        return open_demonstration(settings.store_path)
    return open_existing(store or settings.store_path)
