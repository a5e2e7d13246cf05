"""Designs that are saved on this machine: list them, open one, save one."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from slopewise.records.designs.reading import tables_of
from slopewise.records.designs.saved import (
    name_from_words,
    read_saved,
    saved_designs,
    saved_path,
    write_saved,
)
from slopewise.settings import load_settings
from slopewise.trial.design.canonical import canonical_text
from slopewise.trial.design.design import Design
from slopewise.trial.soundness.design_file import DesignFile, judged
from slopewise.trial.soundness.design_tables import DesignTables

__all__ = [
    "ListedDesign",
    "design_path",
    "list_designs",
    "open_design",
    "open_tables",
    "read_tables_of_form",
    "save_design",
]


@dataclass(frozen=True, slots=True)
class ListedDesign:
    """A saved design in a list; without a design where the file cannot be used."""

    name: str
    changed_at: datetime
    design: Design | None


def list_designs() -> tuple[ListedDesign, ...]:
    """Every saved design, the newest first."""
    folder = _folder()
    return tuple(
        ListedDesign(one.name, one.changed_at, _design_of(folder, one.name))
        for one in saved_designs(folder)
    )


def open_design(name: str) -> str:
    """The text of a saved design."""
    return read_saved(_folder(), name)


def open_tables(text: str, *, file: str) -> tuple[DesignFile, dict[str, Any] | None]:
    """What a text holds, judged, and its tables; None for tables where it is not TOML."""
    read = tables_of(text, file=file)
    return judged(read), None if read.broken else read.tables


def read_tables_of_form(tables: dict[str, Any], *, file: str) -> DesignFile:
    """The design of the values of a form, or every error."""
    return judged(DesignTables(file, tables))


def design_path(name: str) -> Path:
    """Where a saved design lies on this machine."""
    return saved_path(_folder(), name)


def save_design(name: str | None, design: Design, *, text: str | None = None) -> str:
    """Save a design, as the text that was written or as canonical TOML; returns its name.

    Without a name it is new, and named after the trial; RecordError where that name is taken.
    """
    kept = canonical_text(design) if text is None else text
    if name is not None:
        design_path(name)  # only what is there is written over
    chosen = name_from_words(design.trial.name) if name is None else name
    write_saved(_folder(), chosen, kept, is_new=name is None)
    return chosen


def _folder() -> Path:
    return load_settings().data_folder / "designs"


def _design_of(folder: Path, name: str) -> Design | None:
    try:
        return judged(tables_of(read_saved(folder, name))).design
    except (OSError, ValueError):
        return None
