"""SAS transport files (CDISC ADaM, .xpt) to the same tables that text files become."""

import datetime
import hashlib
from pathlib import Path
from typing import Any

from slopewise.errors import InputError
from slopewise.records.reading.text_table import (
    LIMIT_BYTES,
    TextLine,
    TextTable,
    header_name,
    too_large,
)

__all__ = ["read_transport"]


def read_transport(path: Path) -> TextTable:
    """The file's rows as text; a date is written YYYY-MM-DD, what is missing is empty.

    Raises InputError for a file that is too large or is no transport file.
    """
    import pyreadstat

    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path.name} cannot be read ({error.strerror}); check it") from error
    if len(content) > LIMIT_BYTES:
        raise InputError(too_large(path.name, len(content)))
    if not content.startswith(b"HEADER RECORD"):
        raise InputError(
            f"{path.name} is no SAS transport file (it does not begin with HEADER RECORD); export "
            "it again with the XPORT engine of SAS, or as CSV"
        )
    try:
        columns, described = pyreadstat.read_xport(str(path), output_format="dict")
    except pyreadstat.ReadstatError as error:
        raise InputError(f"{path.name} cannot be read ({error}); export it again") from error
    names = tuple(described.column_names)
    rows = zip(*(columns[name] for name in names), strict=True)
    lines = [
        TextLine(number, [_text(value) for value in row]) for number, row in enumerate(rows, 1)
    ]
    return TextTable(
        name=path.name,
        sha256=hashlib.sha256(content).hexdigest(),
        header=tuple(header_name(name) for name in names),
        lines=lines,
        separator=",",
        rows=len(lines),
        spelled={header_name(name): name for name in names},
    )


def _text(value: Any) -> str:
    if value is None or value != value:  # noqa: PLR0124  # a number that is not one
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat()
    return value.isoformat() if isinstance(value, datetime.date) else str(value)
