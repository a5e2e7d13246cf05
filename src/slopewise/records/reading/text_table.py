"""A text table's bytes to a header and rows with their line numbers.

Whole-file faults (too large, not text, no header) refuse the file with an InputError that says what
to do; nothing is guessed about the contents.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from slopewise.errors import InputError
from slopewise.records.importers.report import Finding, Severity

__all__ = ["LIMIT_BYTES", "LIMIT_ROWS", "TextLine", "TextTable", "header_name", "read_table"]

MEGABYTE = 1_000_000
# assumption: 300,000 visits take about 20 MB, far above any clinic or register of ALS.
LIMIT_BYTES = 50 * MEGABYTE
LIMIT_ROWS = 1_000_000
LIMIT_COLUMNS = 500
SEPARATORS = (",", ";", "\t", "|")
OTHER_FORMATS = (
    (b"PK\x03\x04", "a spreadsheet (.xlsx) or a zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet (.xls)"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a compressed file (.gz)"),
    (b"SQLite format 3", "a database"),
    (b"HEADER RECORD", "a SAS transport file (.xpt)"),
)
SAVE_AS = 'open it in the program that wrote it and save it as "CSV UTF-8"'


@dataclass(frozen=True, slots=True)
class TextLine:
    """One row's cells and the line of the file that it starts on."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class TextTable:
    """Header, rows as wide as the header, and how the file was read.

    `rows` counts every row of the file, also those left out because they are not as wide.
    """

    name: str
    sha256: str
    header: tuple[str, ...]
    lines: list[TextLine]
    separator: str
    rows: int
    spelled: dict[str, str]  # a column's name as the file writes it
    findings: tuple[Finding, ...] = ()


def read_table(name: str, content: bytes) -> TextTable:
    """Header and rows of a comma, semicolon, tab or bar separated file.

    Raises InputError for a file that is too large, empty, not text, or whose quotes do not close.
    """
    if len(content) > LIMIT_BYTES:
        raise InputError(too_large(name, len(content)))
    text, findings = _decode(name, content)
    if not text.strip():
        raise InputError(f"{name} is empty; export it again, or remove it from the folder")
    separator = _separator(text)
    rows = _rows(name, text, separator)
    first = next(rows, None)
    if first is None:
        raise InputError(f"{name} has no header line; the first line must name the columns")
    header = tuple(header_name(cell) for cell in first.cells)
    while header and not header[-1]:
        header = header[:-1]
    _check_header(name, header)
    lines, ragged = _as_wide_as(name, len(header), list(rows))
    return TextTable(
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        header=header,
        lines=lines,
        separator=separator,
        rows=len(lines) + len(ragged),
        spelled={header_name(cell): cell.strip() for cell in first.cells},
        findings=(*findings, *ragged),
    )


def too_large(name: str, size: int) -> str:
    """The sentence for a file over the limit."""
    return (
        f"{name} is {size / MEGABYTE:,.0f} MB; files over {LIMIT_BYTES / MEGABYTE:.0f} MB are not "
        "read. Split it into several files with the same header and import them one by one"
    )


def header_name(cell: str) -> str:
    """A column's name as it is compared: lower case, underscores for spaces and dashes."""
    return re.sub(r"[\s\-]+", "_", cell.strip().lower())


def _decode(name: str, content: bytes) -> tuple[str, tuple[Finding, ...]]:
    for magic, what in OTHER_FORMATS:
        if content.startswith(magic):
            raise InputError(f"{name} is {what}, not a CSV file; {SAVE_AS}")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{name} is written in UTF-16, not UTF-8; {SAVE_AS}")
    if b"\x00" in content:
        line = content.count(b"\n", 0, content.index(b"\x00")) + 1
        raise InputError(f"{name} is not a text file (a NUL byte in line {line}); {SAVE_AS}")
    try:
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        text = _windows_text(content)
        if text is None:
            raise InputError(
                f"{name} is not written in UTF-8 (first seen in line {line}); {SAVE_AS}"
            ) from error
        return text, (
            Finding(
                file=name,
                row=line,
                column=None,
                value=None,
                rule="encoding",
                reason="the file is not UTF-8; it was read as Windows-1252 (Western European)",
                remedy="check that accented letters look right, or save the file as CSV UTF-8",
                severity=Severity.WARNING,
            ),
        )


def _windows_text(content: bytes) -> str | None:
    """The text in Windows-1252, None where it can not be that: undefined or control bytes."""
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        return None
    has_control = any(ord(sign) < 32 and sign not in "\t\r\n" for sign in set(text))
    return None if has_control else text


def _separator(text: str) -> str:
    """The separator that the header holds most of; comma when it holds none."""
    header = next(line for line in text.splitlines() if line.strip())
    bare = re.sub(r'"[^"]*"', "", header)
    return max(SEPARATORS, key=bare.count)


def _rows(name: str, text: str, separator: str) -> Iterator[TextLine]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    before = 0
    try:
        for count, cells in enumerate(reader):
            if count > LIMIT_ROWS:
                raise InputError(
                    f"{name} has more than {LIMIT_ROWS:,} rows; split it into several files"
                )
            if any(cell.strip() for cell in cells):
                yield TextLine(before + 1, cells)
            before = reader.line_num
    except csv.Error as error:
        raise InputError(
            f"{name}, line {before + 1}: quotes are not closed, or a cell is too long ({error}); "
            'a cell that holds a quote must be written as "…""…"'
        ) from error


def _as_wide_as(
    name: str, width: int, lines: list[TextLine]
) -> tuple[list[TextLine], list[Finding]]:
    """The rows of the header's width, empty cells too many cut off; a finding for each other."""
    kept: list[TextLine] = []
    ragged: list[Finding] = []
    for line in lines:
        if len(line.cells) == width:
            kept.append(line)
        elif len(line.cells) > width and not any(cell.strip() for cell in line.cells[width:]):
            kept.append(TextLine(line.line, line.cells[:width]))
        else:
            ragged.append(
                Finding(
                    file=name,
                    row=line.line,
                    column=None,
                    value=None,
                    rule="ragged_row",
                    reason=f"the row has {len(line.cells)} cells, the header {width}",
                    remedy="check separators and quotes in this line",
                    severity=Severity.ERROR,
                )
            )
    return kept, ragged


def _check_header(name: str, header: tuple[str, ...]) -> None:
    if len(header) > LIMIT_COLUMNS:
        raise InputError(
            f"{name} has {len(header)} columns; at most {LIMIT_COLUMNS} are read. Is the first "
            "line the header?"
        )
    twice = sorted({column for column in header if column and header.count(column) > 1})
    if twice:
        raise InputError(
            f"{name} has the column {twice[0]} twice; keep one, so that it is clear which counts"
        )
