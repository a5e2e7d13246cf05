"""The tables of a trial: those of visits, those of people, and which rows an analysis may use.

CDISC ADaM: one parameter is chosen (PARAMCD), rows flagged out of the analysis (ANL01FL) and rows
that somebody filled in (DTYPE, such as LOCF) are left out and counted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from slopewise.errors import InputError, NotFoundError
from slopewise.progression.observed.patients import LeftOut
from slopewise.records.reading.cells import is_missing
from slopewise.records.reading.folder import open_sources
from slopewise.records.reading.text_table import TextLine, TextTable, read_table
from slopewise.records.trials.transport import read_transport
from slopewise.records.trials.trial_columns import (
    ALSFRS,
    PERSON,
    TrialColumns,
    cell,
    columns_found,
    first_column,
    must_have,
    place_of,
)

__all__ = ["TrialTable", "TrialTables", "open_trial"]

_SHOWN = 12
_USUAL_PARAMETERS = ("alsfrtot", *ALSFRS, "death", "os", "surv", "tfs")
_ENDINGS = (".csv", ".tsv", ".txt")


@dataclass(frozen=True, slots=True)
class TrialTable:
    """One table with its column of people; `is_visits`: somebody stands in it more than once."""

    table: TextTable
    person: str
    is_visits: bool

    @property
    def is_time_to_event(self) -> bool:
        """Whether it is a table of times to an event (ADTTE)."""
        return "cnsr" in self.table.header


@dataclass(frozen=True, slots=True)
class TrialTables:
    """All tables that name people, and what of them takes no part."""

    visits: tuple[TrialTable, ...]
    people: tuple[TrialTable, ...]
    left_out: tuple[LeftOut, ...]
    remarks: tuple[str, ...]

    @property
    def every(self) -> tuple[TrialTable, ...]:
        """Tables of people first: a fact is looked for there before it is on the visits."""
        return (*self.people, *self.visits)

    @property
    def texts(self) -> tuple[TextTable, ...]:
        """The bare tables."""
        return tuple(one.table for one in self.every)


def open_trial(path: Path, told: TrialColumns) -> TrialTables:
    """Read the tables. Raises InputError where no table names people, with the columns found."""
    texts = _read(path)
    must_have(texts, told.person, "--subject")
    _check_parameters(texts, told)
    left_out: list[LeftOut] = []
    remarks: list[str] = []
    visits: list[TrialTable] = []
    people: list[TrialTable] = []
    for text in texts:
        person = first_column(text, told.person, PERSON) or first_column(text, None, PERSON)
        if person is None:
            continue
        kept = _analysed(_of_one_parameter(text, told, remarks), left_out)
        names = [name for line in kept.lines if (name := cell(kept, line, person))]
        found = TrialTable(kept, person, len(set(names)) < len(names))
        (visits if found.is_visits else people).append(found)
        left_out.extend(
            LeftOut("rows", f"{finding.reason}; {finding.remedy}", 1, (f"{finding.file}, line"
                    f" {finding.row}",))
            for finding in text.findings if finding.rule == "ragged_row"
        )  # fmt: skip
    if not visits and not people:
        raise InputError(
            f"no table has a column that names people ({', '.join(PERSON[:6])}, …); say which one"
            f" does by --subject ({columns_found(texts)})"
        )
    return TrialTables(tuple(visits), tuple(people), tuple(left_out), tuple(remarks))


def _read(path: Path) -> list[TextTable]:
    if not path.exists():
        raise NotFoundError(f"{path} does not exist; give a .csv or .xpt file, or a folder of them")
    if path.is_file() and path.suffix.lower() == ".xpt":
        return [read_transport(path)]
    found: list[TextTable] = []
    if path.is_dir():
        inside = sorted(path.iterdir())
        found = [read_transport(one) for one in inside if one.suffix.lower() == ".xpt"]
        if found and not any(one.suffix.lower() in _ENDINGS for one in inside):
            return found
    sources = open_sources(path)
    return found + [read_table(name, sources.read(name)) for name in sources.names]


def _of_one_parameter(table: TextTable, told: TrialColumns, remarks: list[str]) -> TextTable:
    """The rows of one PARAMCD: the told one, the only one, else the ALSFRS-R total or survival."""
    if "paramcd" not in table.header or "aval" not in table.header:
        return table
    present = list(dict.fromkeys(cell(table, line, "paramcd") for line in table.lines))
    named = {name.lower() for name in told.parameter}
    chosen = [name for name in present if name.lower() in named] or present
    if len(chosen) > 1:
        chosen = [name for name in present if name.lower() in _USUAL_PARAMETERS]
    if len(chosen) != 1:
        raise InputError(
            f"{table.name} holds {len(present)} parameters ({', '.join(present[:_SHOWN])}); name"
            " the one to analyse by --parameter"
        )
    remarks.append(f"{table.name}: parameter {chosen[0]}.")
    return _with_lines(table, lambda line: cell(table, line, "paramcd") == chosen[0])


def _check_parameters(texts: Sequence[TextTable], told: TrialColumns) -> None:
    present = {
        cell(table, line, "paramcd"): None
        for table in texts
        if "paramcd" in table.header
        for line in table.lines
    }
    for name in told.parameter:
        if name.lower() not in {one.lower() for one in present}:
            raise InputError(
                f"no table holds the parameter {name!r} that --parameter names; "
                + (f"there are {', '.join(list(present)[:_SHOWN])}" if present else
                   "no table has the columns PARAMCD and AVAL")
            )  # fmt: skip


def _analysed(table: TextTable, left_out: list[LeftOut]) -> TextTable:
    """Without rows that are flagged out of the analysis, and without values that were filled in."""
    reasons: list[tuple[str, str, Callable[[str], bool]]] = [
        ("dtype", "the value was not observed but filled in (DTYPE)", bool),
        ("anl01fl", "flagged as not analysed (ANL01FL)", lambda text: text != "Y"),
        ("ittfl", "not in the population as randomised (ITTFL)", lambda text: text == "N"),
    ]
    for column, reason, is_out in reasons:
        if column not in table.header:
            continue
        out = [
            line
            for line in table.lines
            if is_out(_known(cell(table, line, column)))
            and not (column == "anl01fl" and _is_baseline(table, line))
        ]
        if not out or len(out) == len(table.lines):
            continue
        kinds = sorted({cell(table, line, column) for line in out} - {""})
        words = f": {', '.join(kinds)}" if column == "dtype" else ""
        which = tuple(place_of(table, line) for line in out)
        left_out.append(LeftOut("rows", reason + words, len(out), which))
        gone = {line.line for line in out}
        table = _with_lines(table, lambda line, gone=gone: line.line not in gone)  # type: ignore[misc]
    return table


def _is_baseline(table: TextTable, line: TextLine) -> bool:
    """A baseline is needed even where it is not flagged as analysed."""
    return "ablfl" in table.header and cell(table, line, "ablfl").upper() == "Y"


def _known(text: str) -> str:
    return "" if is_missing(text) and text.upper() != "N" else text.upper()


def _with_lines(table: TextTable, is_kept: Callable[[TextLine], bool]) -> TextTable:
    return replace(table, lines=[line for line in table.lines if is_kept(line)])
