"""Which files and columns of a plain study mean what: as told, else by usual names, else refused.

A plain study is a table of visits (one row a visit) and, where there is one, a table of patients
(one row a patient); both may be the same file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from slopewise.errors import InputError
from slopewise.records.file_tables import ITEM_COLUMNS
from slopewise.records.importers.known_layouts import in_own_columns
from slopewise.records.reading.cells import is_missing
from slopewise.records.reading.folder import Sources, open_sources
from slopewise.records.reading.text_table import TextTable, header_name, read_table
from slopewise.units import DAYS_PER_MONTH

__all__ = ["PlainColumns", "PlainTables", "find_tables", "is_record", "months_per_unit"]

PATIENT = (
    *("patient_id", "patient", "subject_id", "subject", "subjects", "subjid", "usubjid"),
    *("subid", "participant_id", "id"),
)
TIME = (
    *("time_months", "month", "months", "obstime", "visit_time", "times", "time"),
    *("visit_month", "year", "years", "day", "days", "visdy"),
)
FOLLOW_UP = (
    *("follow_up_months", "end_month", "time_months", "survival_months", "follow_up"),
    *("futime", "event_time", "survival_time", "stime", "time", "months", "years", "days", "month"),
)
EVENT = ("death", "died", "dead", "event", "event_bool", "status")
ENTRY = ("entry_month", "entry_months", "entry_time", "entry")
ALSFRS_R_COLUMNS = ("alsfrs_total", "alsfrsr", "alsfrs_r", "alsfrsr_total", "alsfrs_r_total")
_UNITS = {"months": 1.0, "years": 12.0, "days": 1.0 / DAYS_PER_MONTH}


@dataclass(frozen=True, slots=True)
class PlainColumns:
    """Names of files and columns; None = find it. `event` may be COLUMN=VALUE."""

    visits_file: str | None = None
    subjects_file: str | None = None
    patient: str | None = None
    time: str | None = None
    outcomes: tuple[str, ...] = ()
    follow_up: str | None = None
    event: str | None = None
    entry: str | None = None
    treated: str | None = None
    time_unit: str | None = None

    @property
    def is_told(self) -> bool:
        """Whether anything but the outcomes was named."""
        return replace(self, outcomes=()) != PlainColumns()

    def with_outcomes(self, outcomes: Sequence[str]) -> "PlainColumns":
        """The same with these outcome columns, where any are given."""
        return replace(self, outcomes=tuple(outcomes)) if outcomes else self

    def or_else(self, usual: "PlainColumns | None") -> "PlainColumns":
        """What is told, and the usual for the rest."""
        if usual is None:
            return self
        told = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name)}
        return replace(usual, **told)


@dataclass(frozen=True)
class PlainTables:
    """The two tables (the same one where there is one file) and every column by name."""

    visits: TextTable
    subjects: TextTable | None
    columns: PlainColumns
    subject_patient: str | None  # what the patients' table calls the patient

    @property
    def is_one_file(self) -> bool:
        """Whether patients' facts stand on the visits' rows."""
        return self.subjects is self.visits


def is_record(path: Path) -> bool:
    """Whether the visits are in slopewise's own columns, or in a layout that it knows."""
    sources = open_sources(path)
    names = {name.lower(): name for name in sources.names}
    name = sources.names[0] if sources.is_one_file else names.get("visits.csv")
    if name is None:
        return False
    table = read_table(name, sources.read(name))
    if "patient_id" in table.header:
        return bool({"alsfrs_total", *ITEM_COLUMNS} & set(table.header))
    return bool(in_own_columns(table)[0])


def months_per_unit(unit: str | None, column: str) -> float:
    """Months in one unit of a time column: as told, else by its name, else months."""
    if unit is not None:
        if unit not in _UNITS:
            raise InputError(f"time unit {unit!r} is not known; use {', '.join(_UNITS)}")
        return _UNITS[unit]
    if "year" in column:
        return _UNITS["years"]
    if "day" in column or column in {"visdy", "futime"}:
        return _UNITS["days"]
    return 1.0


def find_tables(
    sources: Sources, told: PlainColumns, covariates: Sequence[str], *, with_event: bool = True
) -> PlainTables:
    """Tables and columns of a study. Raises InputError naming what is missing and the option."""
    told = _as_headers(told)
    tables = _read(sources, told)
    visits = _visits(tables, told)
    columns = _visit_columns(visits, told)
    subjects, patient = _subjects(tables, visits, columns, covariates)
    if subjects is None:
        _refuse_untold(tables, columns)
    else:
        columns = _subject_columns(
            subjects, columns, is_one_file=subjects is visits, with_event=with_event
        )
    return PlainTables(visits, subjects, columns, patient)


def _as_headers(told: PlainColumns) -> PlainColumns:
    """Column names as headers are compared: lower case, underscores."""

    def header(name: str | None) -> str | None:
        if name is None:
            return None
        column, equals, value = name.partition("=")
        return header_name(column) + equals + value

    return replace(
        told,
        patient=header(told.patient),
        time=header(told.time),
        outcomes=tuple(header_name(name) for name in told.outcomes),
        follow_up=header(told.follow_up),
        event=header(told.event),
        entry=header(told.entry),
        treated=header(told.treated),
    )


def _read(sources: Sources, told: PlainColumns) -> dict[str, TextTable]:
    named = [name for name in (told.visits_file, told.subjects_file) if name is not None]
    for name in named:
        if name not in sources.names:
            raise InputError(
                f"{sources.path.name} holds no {name}; found: {', '.join(sources.names[:12])}"
            )
    if told.visits_file is None:
        named = list(sources.names)
    return {name: read_table(name, sources.read(name)) for name in dict.fromkeys(named)}


def _visits(tables: Mapping[str, TextTable], told: PlainColumns) -> TextTable:
    if told.visits_file is not None:
        return tables[told.visits_file]
    found = [table for table in tables.values() if _can_be_visits(table, told)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(table.name for table in found)
        raise InputError(f"{names} could each be the table of visits; name one by --visits-file")
    if len(tables) == 1:
        return next(iter(tables.values()))
    raise InputError(
        "no file has a patient column, a time column and the outcome "
        f"({', '.join(told.outcomes) or ALSFRS_R_COLUMNS[0]}) with several rows a patient; name "
        "them by --visits-file, --patient-column, --time-column and --outcome (found: "
        f"{', '.join(tables)})"
    )


def _can_be_visits(table: TextTable, told: PlainColumns) -> bool:
    patient = _first(table, told.patient, PATIENT)
    outcomes = told.outcomes or tuple(c for c in ALSFRS_R_COLUMNS if c in table.header)[:1]
    if patient is None or _first(table, told.time, TIME) is None or not outcomes:
        return False
    return all(name in table.header for name in outcomes) and not _is_once(table, patient)


def _is_once(table: TextTable, patient: str) -> bool:
    place = table.header.index(patient)
    names = [line.cells[place] for line in table.lines]
    return len(set(names)) == len(names)


def _visit_columns(visits: TextTable, told: PlainColumns) -> PlainColumns:
    outcomes = told.outcomes or tuple(c for c in ALSFRS_R_COLUMNS if c in visits.header)[:1]
    if not outcomes:
        raise InputError(
            f"{visits.name} has no ALSFRS-R column; name the outcome by --outcome "
            f"(columns: {_spelled(visits)})"
        )
    for name in outcomes:
        _must_have(visits, name, "--outcome")
    return replace(
        told,
        visits_file=visits.name,
        outcomes=outcomes,
        patient=_needed(visits, told.patient, PATIENT, "--patient-column"),
        time=_needed(visits, told.time, TIME, "--time-column"),
    )


def _subjects(
    tables: Mapping[str, TextTable],
    visits: TextTable,
    columns: PlainColumns,
    covariates: Sequence[str],
) -> tuple[TextTable | None, str | None]:
    """The table of patients and its patient column; the visits' own where there is no other."""
    if columns.subjects_file is not None:
        table = tables[columns.subjects_file]
        patient = _first(table, columns.patient, (columns.patient or "", *PATIENT))
        if patient is None and table is not visits:
            patient = _first(table, None, PATIENT)
        if patient is None:
            _must_have(table, columns.patient or PATIENT[0], "--patient-column")
        return table, patient
    found = []
    for table in tables.values():
        patient = _first(table, columns.patient, PATIENT) or _first(table, None, PATIENT)
        if table is visits or patient is None or not _is_once(table, patient):
            continue
        if _tells(table, columns, covariates) or _event_of(table, columns):
            found.append((table, patient))
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(table.name for table, _ in found)
        raise InputError(f"{names} could each be the patients' table; name it by --subjects-file")
    if _tells(visits, columns, covariates):
        return visits, columns.patient
    return None, None


def _tells(table: TextTable, columns: PlainColumns, covariates: Sequence[str]) -> bool:
    """Whether a table says when follow-up ended and how, or holds a wanted covariate."""
    names = {header_name(name.partition("=")[0]) for name in covariates}
    if names & set(table.header) or (columns.treated and columns.treated in table.header):
        return True
    return bool(_event_of(table, columns) and _first(table, columns.follow_up, FOLLOW_UP))


def _refuse_untold(tables: Mapping[str, TextTable], columns: PlainColumns) -> None:
    """Columns of a patients' table were named, but there is no such table."""
    told = {
        "--event-column": columns.event and columns.event.partition("=")[0],
        "--follow-up-column": columns.follow_up,
        "--entry-column": columns.entry,
        "--treated-column": columns.treated,
    }
    for option, column in told.items():
        if column is not None:
            known = "; ".join(f"{table.name}: {_spelled(table)}" for table in tables.values())
            raise InputError(
                f"no table has a column {column!r} (named by {option}) beside a patient column; "
                f"found are {known}"
            )


def _event_of(table: TextTable, columns: PlainColumns) -> str | None:
    return _first(table, columns.event and columns.event.partition("=")[0], EVENT)


def _subject_columns(
    subjects: TextTable, columns: PlainColumns, *, is_one_file: bool, with_event: bool
) -> PlainColumns:
    event, equals, value = (columns.event or "").partition("=")
    if columns.event is not None:
        _must_have(subjects, event, "--event-column")
    elif with_event:
        event = _first(subjects, None, EVENT) or ""
    usual = tuple(name for name in FOLLOW_UP if not (is_one_file and name == columns.time))
    follow_up = columns.follow_up
    if follow_up is not None:
        _must_have(subjects, follow_up, "--follow-up-column")
    elif event:
        follow_up = _needed(subjects, None, usual, "--follow-up-column")
    for name, option in ((columns.entry, "--entry-column"), (columns.treated, "--treated-column")):
        if name is not None:
            _must_have(subjects, name, option)
    return replace(
        columns,
        subjects_file=subjects.name,
        event=event + equals + value if event else None,
        follow_up=follow_up,
        entry=columns.entry or _first(subjects, None, ENTRY),
    )


def _first(table: TextTable, told: str | None, usual: Sequence[str]) -> str | None:
    """The told column where the table has it, else the first usual one."""
    if told is not None:
        return told if told in table.header else None
    return next((name for name in usual if name in table.header), None)


def _needed(table: TextTable, told: str | None, usual: Sequence[str], option: str) -> str:
    if told is not None:
        _must_have(table, told, option)
        return told
    found = _first(table, None, usual)
    if found is None:
        raise InputError(
            f"{table.name} has no column named {', '.join(usual[:6])} …; say which one is meant by "
            f"{option} (columns: {_spelled(table)})"
        )
    return found


def _must_have(table: TextTable, column: str, option: str) -> None:
    if column not in table.header:
        raise InputError(
            f"{table.name} has no column {column!r}, which {option} names; columns are: "
            f"{_spelled(table)}"
        )


def _spelled(table: TextTable) -> str:
    return ", ".join(table.spelled.get(name, name) for name in table.header if not is_missing(name))
