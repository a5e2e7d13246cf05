"""`slopewise export`: the store as a folder of CSV files."""

from pathlib import Path
from typing import Annotated

import typer

from slopewise.cli.options import Demo, StoreFile, open_chosen
from slopewise.cli.output import answer
from slopewise.cli.progress import working

__all__ = ["register"]

OWNER_ONLY_FOLDER = 0o700


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("export", short_help="Write the store as a folder of CSV files.")(export)


def export(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="New or empty folder to write into.")
    ],
    *,
    store: StoreFile = None,
    demo: Demo = False,
) -> None:
    """Write the rows in force as CSV files that can be imported again; nothing is overwritten."""
    from slopewise.workflow.export_records import export_records

    with working(f"Exporting to {folder}", unit="files"):
        opened = open_chosen(store, demo=demo)
        if not folder.exists():
            folder.mkdir(mode=OWNER_ONLY_FOLDER, parents=True)
        files = export_records(opened, folder)
    names = "\n".join(f"  {path.name}" for path in files)
    answer(f"{len(files)} files were written to {folder}:\n{names}")
