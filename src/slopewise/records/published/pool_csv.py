"""A plain table of study effects: one row a study, with an estimate and its standard error.

Columns `study`, `estimate` and `standard_error`; further ones may be moderators. `low` and `high`
may hold the 95 % interval of a study's own method, which stands where it is the only one. Lines
that begin with `#` are comments: a downloaded table carries the command that made it there.
"""

from dataclasses import dataclass
from pathlib import Path

from slopewise.errors import InputError, NotFoundError
from slopewise.evidence.study import Interval
from slopewise.records.file_columns import Column, Kind
from slopewise.records.importers.report import Severity
from slopewise.records.reading.cells import BadCell, is_missing, parse, unescape
from slopewise.records.reading.text_table import (
    LIMIT_BYTES,
    TextLine,
    TextTable,
    header_name,
    read_table,
    too_large,
)

__all__ = ["EFFECT_COLUMNS", "EffectTable", "read_effect_table"]

EFFECT_COLUMNS = ("study", "estimate", "standard_error")
OWN_COLUMNS = ("low", "high")
OTHER_NAMES = {
    "study": ("slab", "trial", "label", "name", "author", "id"),
    "estimate": ("yi", "effect", "b", "beta", "y"),
    "standard_error": ("sei", "se", "std_error", "stderr", "sete", "s.e."),
}
MINUS_SIGNS = str.maketrans({"\u2212": "-", "\u2013": "-"})
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
    table = read_table(path.name, _without_comments(_content(path)))
    wanted = tuple(header_name(name) for name in moderators)
    _check_columns(table, wanted)
    errors = [found for found in table.findings if found.severity is Severity.ERROR]
    if errors:
        raise InputError(
            f"{table.name}, line {errors[0].row}: {errors[0].reason}; {errors[0].remedy}"
        )
    if not table.lines:
        raise InputError(f"{table.name} has a header and no study below it; add one row a study")
    place = {name: table.header.index(name) for name in table.header if name}
    studies = tuple(_study(table, line, place["study"]) for line in table.lines)
    estimates = tuple(_number(table, line, "estimate", place) for line in table.lines)
    errors_read = tuple(_standard_error(table, line, place) for line in table.lines)
    return EffectTable(
        name=table.name,
        studies=studies,
        lines=tuple(line.line for line in table.lines),
        estimates=estimates,
        standard_errors=errors_read,
        moderators={name: _moderator(table, name, place) for name in wanted},
        own_intervals=tuple(_own_interval(table, line, place) for line in table.lines),
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


def _own_interval(table: TextTable, line: TextLine, place: dict[str, int]) -> Interval | None:
    columns = _own_columns(table)
    if not columns or all(
        is_missing(unescape(line.cells[place[name]].strip())) for name in columns
    ):
        return None
    low, high = (_number(table, line, name, place) for name in columns)
    if low > high:
        raise InputError(
            f"{table.name}, line {line.line}, column low: {low:g} is above high = {high:g}; "
            "exchange the two"
        )
    return Interval(low, high)


def _content(path: Path) -> bytes:
    if not path.exists():
        raise NotFoundError(f"{path} is not there; check the name and the folder")
    if not path.is_file():
        raise InputError(f"{path} is not a file; give a table of study effects (.csv)")
    size = path.stat().st_size
    if size > LIMIT_BYTES:
        raise InputError(too_large(path.name, size))
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}); check its permissions"
        ) from error


def _without_comments(content: bytes) -> bytes:
    """Comment lines emptied, so that the line numbers of the rest stay."""
    mark = b"\xef\xbb\xbf"
    bare = content.removeprefix(mark)
    kept = [b"" if line.lstrip().startswith(b"#") else line for line in bare.split(b"\n")]
    return b"\n".join(kept)


def _check_columns(table: TextTable, wanted: tuple[str, ...]) -> None:
    for name in (*EFFECT_COLUMNS, *wanted):
        if name in table.header:
            continue
        found = ", ".join(table.spelled[column] for column in table.header if column)
        near = [other for other in table.header if other in OTHER_NAMES.get(name, ())]
        if near:
            remedy = f"rename {table.spelled[near[0]]} to {name} if that is what it holds"
        elif name in EFFECT_COLUMNS:
            remedy = f"name the columns {', '.join(EFFECT_COLUMNS)} in the first line"
        else:
            remedy = "choose moderators among the columns of the file"
        raise InputError(
            f"{table.name} has no column {name} (columns found: {found or 'none'}); {remedy}"
        )


def _cell(table: TextTable, line: TextLine, name: str, place: dict[str, int]) -> str:
    cell = unescape(line.cells[place[name]].strip())
    if is_missing(cell):
        raise InputError(
            f"{table.name}, line {line.line}, column {name}: the cell is empty; fill it in, or "
            "leave the study out"
        )
    return cell


def _study(table: TextTable, line: TextLine, place: int) -> str:
    cell = unescape(line.cells[place].strip())
    if not cell:
        raise InputError(
            f"{table.name}, line {line.line}, column study: the cell is empty; name the study"
        )
    return cell


def _number(table: TextTable, line: TextLine, name: str, place: dict[str, int]) -> float:
    cell = _cell(table, line, name, place)
    column = Column(name, Kind.NUMBER, "")
    try:
        value = parse(column, cell.translate(MINUS_SIGNS), decimal_comma=table.separator != ",")
    except BadCell as bad:
        raise InputError(
            f"{table.name}, line {line.line}, column {name}: {bad}; {bad.remedy}"
        ) from None
    if not isinstance(value, float):  # for the type: a number that is there is a float
        raise InputError(f"{table.name}, line {line.line}, column {name}: {cell!r} is no number")
    return value


def _standard_error(table: TextTable, line: TextLine, place: dict[str, int]) -> float:
    value = _number(table, line, "standard_error", place)
    if value <= 0.0:
        raise InputError(
            f"{table.name}, line {line.line}, column standard_error: {value:g} is not above zero, "
            "so the study cannot be weighted; correct it, or leave the study out"
        )
    return value


def _moderator(table: TextTable, name: str, place: dict[str, int]) -> Moderator:
    """The column as numbers where all cells are, else as categories."""
    cells = [_cell(table, line, name, place) for line in table.lines]
    try:
        return tuple(_number(table, line, name, place) for line in table.lines)
    except InputError:
        return tuple(cells)


def _repeated(studies: tuple[str, ...]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    for study in studies:
        seen[study.casefold()] = seen.get(study.casefold(), 0) + 1
    several = [name for name in dict.fromkeys(studies) if seen[name.casefold()] > 1]
    if not several:
        return ()
    shown = ", ".join(several[:5]) + (" and others" if len(several) > 5 else "")
    return (
        f"Several rows carry the name of one study ({shown}). They are pooled as if they were "
        "independent, which makes the interval too narrow: keep one row a study, or use the "
        "three-level model for effects nested in studies.",
    )
