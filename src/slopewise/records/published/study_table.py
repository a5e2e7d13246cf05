"""A plain table with one row a study, read up to its cells: what effects and counts share.

Lines that begin with `#` are comments: a downloaded table carries the command that made it there.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from slopewise.errors import InputError, NotFoundError
from slopewise.records.importers.report import Severity
from slopewise.records.reading.cells import is_missing, unescape
from slopewise.records.reading.text_table import (
    LIMIT_BYTES,
    TextLine,
    TextTable,
    read_table,
    too_large,
)

__all__ = [
    "MINUS_SIGNS",
    "filled_cell",
    "read_study_table",
    "repeated_studies",
    "study_name",
    "without_comments",
]

MINUS_SIGNS = str.maketrans({"\u2212": "-", "\u2013": "-"})  # as word processors write it
_NAMES_OF_STUDY = ("slab", "trial", "label", "name", "author", "id")


def read_study_table(
    path: Path, needed: Mapping[str, Sequence[str]], *, chosen: Sequence[str] = ()
) -> TextTable:
    """The table with `study`, the needed columns (each with other names for it) and the chosen.

    Raises InputError naming file, line, column and remedy; NotFoundError where no file is.
    """
    columns = {"study": _NAMES_OF_STUDY, **needed}
    table = read_table(path.name, without_comments(_content(path, ", ".join(columns))))
    _check_columns(table, columns, chosen)
    wrong = next((found for found in table.findings if found.severity is Severity.ERROR), None)
    if wrong is not None:
        raise InputError(f"{table.name}, line {wrong.row}: {wrong.reason}; {wrong.remedy}")
    if not table.lines:
        raise InputError(f"{table.name} has a header and no study below it; add one row a study")
    return table


def without_comments(content: bytes) -> bytes:
    """Comment lines emptied, so that the line numbers of the rest stay."""
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    return b"\n".join(b"" if line.lstrip().startswith(b"#") else line for line in lines)


def study_name(table: TextTable, line: TextLine) -> str:
    """The name of the study, which may be any text but none."""
    name = unescape(line.cells[table.header.index("study")].strip())
    if not name:
        raise InputError(
            f"{table.name}, line {line.line}, column study: the cell is empty; name the study"
        )
    return name


def filled_cell(table: TextTable, line: TextLine, column: str) -> str:
    """The cell; InputError where it is empty."""
    cell = unescape(line.cells[table.header.index(column)].strip())
    if is_missing(cell):
        raise InputError(
            f"{table.name}, line {line.line}, column {column}: the cell is empty; fill it in, or "
            "leave the study out"
        )
    return cell


def repeated_studies(names: Sequence[str]) -> str:
    """The names that stand in several rows, five at most; empty where each stands once."""
    folded = [name.casefold() for name in names]
    several = list(dict.fromkeys(name for name in names if folded.count(name.casefold()) > 1))
    return ", ".join(several[:5]) + (" and others" if len(several) > 5 else "")


def _content(path: Path, columns: str) -> bytes:
    if not path.exists():
        raise NotFoundError(f"{path} is not there; check the name and the folder")
    if not path.is_file():
        raise InputError(f"{path} is not a file; give a table with the columns {columns} (.csv)")
    size = path.stat().st_size
    if size > LIMIT_BYTES:
        raise InputError(too_large(path.name, size))
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}); check its permissions"
        ) from error


def _check_columns(
    table: TextTable, needed: Mapping[str, Sequence[str]], chosen: Sequence[str]
) -> None:
    for name in (*needed, *chosen):
        if name in table.header:
            continue
        found = ", ".join(table.spelled[column] for column in table.header if column) or "none"
        near = [other for other in table.header if other in needed.get(name, ())]
        if near:
            remedy = f"rename {table.spelled[near[0]]} to {name} if that is what it holds"
        elif name in needed:
            remedy = f"name the columns {', '.join(needed)} in the first line"
        else:
            remedy = "choose moderators among the columns of the file"
        raise InputError(f"{table.name} has no column {name} (columns found: {found}); {remedy}")
