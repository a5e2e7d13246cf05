"""A plain table of effects, one row for each study and outcome, to studies of the record.

A row without a source is refused, and so is the file as a whole where any row is wrong: nothing
is half added. The columns are those of `effects_columns`.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from slopewise.errors import InputError
from slopewise.evidence.design import DesignClass
from slopewise.evidence.study import Study
from slopewise.records.importers.report import Finding, Severity
from slopewise.records.published.effects_columns import (
    COLUMNS,
    EffectColumn,
    EffectKind,
    design_choices,
    design_from,
)
from slopewise.records.published.effects_study import EffectRow, RowFault, study_of
from slopewise.records.published.study_table import without_comments
from slopewise.records.reading.cells import is_missing, unescape
from slopewise.records.reading.text_table import TextLine, TextTable, read_table

__all__ = ["EffectsFile", "read_effects"]

NEEDED = ("study", "design")
SHOWN_FAULTS = 20
TEXT_LIMIT = 1_000
_SPREADS = ("standard_error", "low", "high", "p_value")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
# what is of a study and must be the same in each of its rows
_OF_THE_STUDY = (
    *("design", "year", "title", "doi", "pmid", "registry_id", "cell_source", "donor"),
    *("route", "administrations", "blinded", "overlaps"),
)


@dataclass(frozen=True, slots=True)
class EffectsFile:
    """The studies of a file, and what was noticed without refusing it."""

    studies: tuple[Study, ...]
    findings: tuple[Finding, ...] = ()


def read_effects(name: str, content: bytes) -> EffectsFile:
    """The studies of a file of effects.

    Raises InputError naming line, column, value and remedy of each fault, SHOWN_FAULTS at most.
    """
    table = read_table(name, without_comments(content))
    warnings = [f for f in table.findings if f.severity is not Severity.ERROR]
    faults = [f for f in table.findings if f.severity is Severity.ERROR]
    _check_header(name, table)
    warnings += _unknown_columns(table)
    rows: list[EffectRow] = []
    for line in table.lines:
        try:
            rows.append(_row(table, line))
        except RowFault as fault:
            faults.append(_finding(name, line.line, fault))
    groups: dict[str, list[EffectRow]] = defaultdict(list)
    for row in rows:
        groups[row.study_id].append(row)
    studies: list[Study] = []
    for group in groups.values():
        try:
            _check_group(group)
            studies.append(study_of(group))
            warnings += [_caution(name, row, said) for row in group for said in _cautions(row)]
        except RowFault as fault:
            faults.append(_finding(name, fault.line or group[0].line, fault))
    if faults:
        raise InputError(_refusal(name, faults))
    if not studies:
        raise InputError(
            f"{name} has a header but no row; write one row for each study and outcome"
        )
    return EffectsFile(tuple(studies), tuple(warnings))


def _check_header(name: str, table: TextTable) -> None:
    missing = [column for column in NEEDED if column not in table.header]
    if missing:
        raise InputError(
            f"{name} has no column {missing[0]}; add it (slopewise evidence template writes a "
            "file with every column explained)"
        )
    if "source" not in table.header:
        raise InputError(
            f"{name} has no column source: a number without a source is refused; add the column "
            "and name in each row the page its numbers stand on, by address or DOI"
        )


def _unknown_columns(table: TextTable) -> list[Finding]:
    known = [column.name for column in COLUMNS]
    return [
        Finding(
            table.name,
            1,
            column,
            None,
            "unknown_column",
            "the column is not read",
            f"did you mean {near[0]}? Rename it"
            if (near := get_close_matches(column, known, n=1))
            else "nothing, if it is not meant for the record",
            Severity.WARNING,
        )
        for column in table.header
        if column and column not in known
    ]


def _row(table: TextTable, line: TextLine) -> EffectRow:
    cells = dict(zip(table.header, line.cells, strict=True))
    texts: dict[str, str] = {}
    numbers: dict[str, float] = {}
    for column in COLUMNS:
        raw = unescape(cells.get(column.name, "").strip())
        if is_missing(raw):
            continue
        if column.kind is EffectKind.TEXT:
            texts[column.name] = _text(column, raw)
        else:
            numbers[column.name] = _number(column, raw, decimal_comma=table.separator != ",")
    for name in NEEDED:
        if name not in texts:
            raise RowFault(name, "", "the cell is empty", f"write the {name}")
    if "source" not in texts:
        raise RowFault(
            "source",
            "",
            "a number without a source is refused",
            "name the page the numbers stand on, by address or DOI",
        )
    return EffectRow(line.line, texts, numbers, _design(texts["design"]))


def _design(text: str) -> DesignClass:
    found = design_from(text)
    if found is None:
        raise RowFault(
            "design",
            text,
            "is no known design of a study with numbers",
            f"write one of: randomised, external control, not randomised, single arm, "
            f"{', '.join(design_choices())}",
        )
    return found


def _text(column: EffectColumn, raw: str) -> str:
    if len(raw) > TEXT_LIMIT:
        raise RowFault(column.name, raw, f"is longer than {TEXT_LIMIT} signs", "shorten it")
    if _STEERING.search(raw):
        raise RowFault(
            column.name, raw, "holds a line break or a control sign", "write it in one line"
        )
    return raw


def _number(column: EffectColumn, raw: str, *, decimal_comma: bool) -> float:
    text = raw.replace("\u2212", "-")
    if decimal_comma and "." not in text:
        text = text.replace(",", ".")
    if not _NUMBER.fullmatch(text) or abs(float(text)) > 1e9:
        raise RowFault(
            column.name, raw, "is not a plain number", "write it without unit, or leave it empty"
        )
    value = float(text)
    if column.kind is EffectKind.COUNT and (value < 0 or not value.is_integer()):
        raise RowFault(column.name, raw, "is not a whole number of 0 or more", "correct it")
    return value


def _check_group(group: Sequence[EffectRow]) -> None:
    """Rows of one study must agree on the study, and say each thing once."""
    first = group[0]
    for row in group[1:]:
        for name in _OF_THE_STUDY:
            mine, other = _cell(row, name), _cell(first, name)
            if mine is not None and mine != other:
                raise RowFault(
                    name,
                    mine,
                    f'differs from "{other or ""}" in line {first.line} of the same study',
                    "write the same in both rows, or give the studies different names",
                    row.line,
                )
    said: dict[tuple[str, ...], EffectRow] = {}
    for row in group:
        before = said.setdefault(row.key, row)
        if before is not row:
            how = "repeats" if before.numbers == row.numbers else "contradicts"
            raise RowFault(
                "study",
                row.texts["study"],
                f"{how} line {before.line}: the same study, outcome and time",
                "keep the one that counts, or name the outcomes apart",
                row.line,
            )


def _cell(row: EffectRow, name: str) -> str | None:
    number = row.numbers.get(name)
    return row.texts.get(name) if number is None else f"{number:g}"


def _finding(name: str, line: int, fault: RowFault) -> Finding:
    return Finding(
        name,
        line,
        fault.column,
        fault.value,
        "effect_row",
        fault.reason,
        fault.remedy,
        Severity.ERROR,
    )


def _caution(name: str, row: EffectRow, said: tuple[str, str]) -> Finding:
    return Finding(
        name, row.line, None, row.texts["study"], "effect_caution", *said, Severity.WARNING
    )


def _cautions(row: EffectRow) -> tuple[tuple[str, str], ...]:
    """What is right in form but deserves a second look, each with what to do."""
    said = []
    has_spread = any(name in row.numbers for name in _SPREADS)
    if "estimate" in row.numbers and not has_spread and "sd_treated" not in row.numbers:
        said.append(
            (
                "the estimate has no standard error, interval or p-value: no answer can use it",
                "add what was printed, or leave it: it will stand beside the answer",
            )
        )
    means = [row.numbers[name] for name in ("mean_treated", "mean_control") if name in row.numbers]
    if means and all(mean > 0 for mean in means):
        said.append(
            ("every mean change is above 0, as if people had improved", "write decline as negative")
        )
    if "estimate" in row.numbers and row.measure == "slowing" and abs(row.numbers["estimate"]) > 1:
        said.append(
            (
                "a slowing beyond 1 means more than no decline at all",
                "check whether the estimate is in percent: 20 % is 0.2",
            )
        )
    return tuple(said)


def _refusal(name: str, faults: Sequence[Finding]) -> str:
    ordered = sorted(faults, key=lambda fault: fault.row or 0)
    lines = [_fault_text(fault) for fault in ordered[:SHOWN_FAULTS]]
    more = len(ordered) - len(lines)
    tail = [f"and {more} more"] if more > 0 else []
    return f"{name} was not added, and nothing of it was kept: " + "; ".join([*lines, *tail])


def _fault_text(fault: Finding) -> str:
    column = f", column {fault.column}" if fault.column else ""
    value = f' "{fault.value[:60]}"' if fault.value else ""
    return f"line {fault.row}{column}:{value} {fault.reason}. To do: {fault.remedy}"
