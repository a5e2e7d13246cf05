"""A plain table of study effects: one row a study, with an estimate and its standard error.

Columns `study`, `estimate` and `standard_error`; further ones may be moderators. `low` and `high`
may hold the 95 % interval of a study's own method, which stands where it is the only one.
"""

from dataclasses import dataclass
from pathlib import Path

from slopewise.errors import InputError
from slopewise.evidence.study import Interval
from slopewise.records.file_columns import Column, Kind
from slopewise.records.published.study_table import (
    MINUS_SIGNS,
    filled_cell,
    read_study_table,
    repeated_studies,
    study_name,
)
from slopewise.records.reading.cells import BadCell, is_missing, parse, unescape
from slopewise.records.reading.text_table import TextLine, TextTable, header_name

__all__ = ["EFFECT_COLUMNS", "EffectTable", "read_effect_table"]

OWN_COLUMNS = ("low", "high")
_NEEDED = {
    "estimate": ("yi", "effect", "b", "beta", "y"),
    "standard_error": ("sei", "se", "std_error", "stderr", "sete", "s.e."),
}
EFFECT_COLUMNS = ("study", *_NEEDED)
Moderator = tuple[float, ...] | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EffectTable:
    """The table as it was read; `lines` says where in the file each study stands.

    `moderators` holds the columns that were asked for, as numbers where all their cells are.
    """

    name: str
    studies: tuple[str, ...]
    lines: tuple[int, ...]
    estimates: tuple[float, ...]
    standard_errors: tuple[float, ...]
    moderators: dict[str, Moderator]
    own_intervals: tuple[Interval | None, ...]  # `low` and `high`, where a method gives its own
    unused: tuple[str, ...]  # columns that were not read
    remarks: tuple[str, ...]


def read_effect_table(path: Path, moderators: tuple[str, ...] = ()) -> EffectTable:
    """Read the file; raises InputError naming file, line, column, value and remedy."""
    wanted = tuple(header_name(name) for name in moderators)
    table = read_study_table(path, _NEEDED, chosen=wanted)
    studies = tuple(study_name(table, line) for line in table.lines)
    return EffectTable(
        name=table.name,
        studies=studies,
        lines=tuple(line.line for line in table.lines),
        estimates=tuple(_number(table, line, "estimate") for line in table.lines),
        standard_errors=tuple(_standard_error(table, line) for line in table.lines),
        moderators={name: _moderator(table, name) for name in wanted},
        own_intervals=tuple(_own_interval(table, line) for line in table.lines),
        unused=tuple(
            table.spelled[name]
            for name in table.header
            if name not in (*EFFECT_COLUMNS, *_own_columns(table), *wanted)
        ),
        remarks=(*(found.reason for found in table.findings), *_repeated(studies)),
    )


def _own_columns(table: TextTable) -> tuple[str, ...]:
    """Both ends or none: one end alone is no interval."""
    return OWN_COLUMNS if set(OWN_COLUMNS) <= set(table.header) else ()


def _own_interval(table: TextTable, line: TextLine) -> Interval | None:
    columns = _own_columns(table)
    if not columns or all(
        is_missing(unescape(line.cells[table.header.index(name)].strip())) for name in columns
    ):
        return None
    low, high = (_number(table, line, name) for name in columns)
    if low > high:
        raise InputError(
            f"{table.name}, line {line.line}, column low: {low:g} is above high = {high:g}; "
            "exchange the two"
        )
    return Interval(low, high)


def _number(table: TextTable, line: TextLine, name: str) -> float:
    cell = filled_cell(table, line, name).translate(MINUS_SIGNS)
    column = Column(name, Kind.NUMBER, "")
    try:
        value = parse(column, cell, decimal_comma=table.separator != ",")
    except BadCell as bad:
        raise InputError(
            f"{table.name}, line {line.line}, column {name}: {bad}; {bad.remedy}"
        ) from None
    if not isinstance(value, float):  # for the type: a number that is there is a float
        raise InputError(f"{table.name}, line {line.line}, column {name}: {cell!r} is no number")
    return value


def _standard_error(table: TextTable, line: TextLine) -> float:
    value = _number(table, line, "standard_error")
    if value <= 0.0:
        raise InputError(
            f"{table.name}, line {line.line}, column standard_error: {value:g} is not above zero, "
            "so the study cannot be weighted; correct it, or leave the study out"
        )
    return value


def _moderator(table: TextTable, name: str) -> Moderator:
    """The column as numbers where all cells are, else as categories."""
    cells = [filled_cell(table, line, name) for line in table.lines]
    try:
        return tuple(_number(table, line, name) for line in table.lines)
    except InputError:
        return tuple(cells)


def _repeated(studies: tuple[str, ...]) -> tuple[str, ...]:
    shown = repeated_studies(studies)
    if not shown:
        return ()
    return (
        f"Several rows carry the name of one study ({shown}). They are pooled as if they were "
        "independent, which makes the interval too narrow: keep one row a study, or use the "
        "three-level model for effects nested in studies.",
    )
