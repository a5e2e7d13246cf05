"""`slopewise import`: put a clinic's files into the store."""

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slopewise.cli.options import Demo, StoreFile, store_place
from slopewise.cli.output import answer
from slopewise.cli.progress import working
from slopewise.errors import InputError

if TYPE_CHECKING:
    from slopewise.records.importers.report import ImportReport

__all__ = ["register"]


class FileFormat(Enum):
    """Layouts that can be read."""

    AUTO = "auto"
    CSV = "csv"
    PROACT = "proact"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("import", short_help="Put a clinic's files into the store.")(import_records)


def import_records(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="Folder of CSV files, or one PRO-ACT folder.")
    ],
    *,
    file_format: Annotated[
        FileFormat, typer.Option("--format", help="Layout of the files; auto looks at the names.")
    ] = FileFormat.AUTO,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse everything if one row has an error.")
    ] = False,
    store: StoreFile = None,
    demo: Demo = False,
) -> None:
    """Put a clinic's files into the store; bad rows are named and kept out.

    The same files twice change nothing.
    """
    from datetime import UTC, datetime

    from slopewise.workflow import import_records as workflow
    from slopewise.workflow.store_file import open_or_make

    if not path.exists():
        raise InputError(f"{path} does not exist; give a folder, a .csv file or a .zip archive")
    place = store_place(store, demo=demo)
    with working(f"Importing {path}", unit="files"):
        report = workflow.import_records(
            open_or_make(place),
            path,
            file_format=file_format.value,
            strict=strict,
            now=datetime.now(UTC),
            imported_by="command line",
        )
    answer(_text(report, place))
    if report.status == "refused":
        raise typer.Exit(1)


def _text(report: "ImportReport", place: Path) -> str:
    """A sentence, then the findings, those that cost rows first."""
    from slopewise.report.assessment_text import lay_out
    from slopewise.report.import_findings import import_sentence, shown_findings

    parts = [import_sentence(report, is_preview=False), f"Store: {place}"]
    for group in shown_findings(report):
        counts = ", ".join(f"{rule} {count}" for rule, count in group.counts)
        parts.append(f"{group.heading} ({counts})\n\n{lay_out(group.table)}")
    return "\n\n".join(parts)
