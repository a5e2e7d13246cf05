"""Options that several commands share, so that they read and behave the same everywhere."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from slopewise.settings import Settings

__all__ = ["AsJson", "Demo", "StoreFile", "chosen_store"]

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


def chosen_store(store: Path | None, settings: "Settings") -> Path:
    """The store named on the command line, else the one of the settings."""
    return store or settings.store_path
