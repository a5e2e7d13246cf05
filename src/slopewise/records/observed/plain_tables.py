"""A plain study (visits and patients in any two tables) to observed patients.

The origin is month 0 of the tables or, for a patient seen earlier, the first visit; that patient
enters at month 0, because the patients' table counts from there.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from slopewise.errors import InputError
from slopewise.progression.joint.specification import ALSFRS_R, Marker
from slopewise.progression.observed.patients import (
    EventDefinition,
    LeftOut,
    ObservedPatient,
    ObservedValue,
)
from slopewise.progression.timeline import Exposure
from slopewise.records.observed.plain_columns import (
    ALSFRS_R_COLUMNS,
    PlainColumns,
    PlainTables,
    find_tables,
    months_per_unit,
)
from slopewise.records.reading.cells import NO, NUMBER, YES, is_missing
from slopewise.records.reading.folder import open_sources
from slopewise.records.reading.text_table import TextLine, TextTable, header_name

__all__ = ["PlainStudy", "marker_of_column", "read_plain"]

HAPPENED = YES | {"dead", "died", "event", "deceased"}
NOT_HAPPENED = NO | {"alive", "censored", "living"}


@dataclass(frozen=True)
class PlainStudy:
    """Patients of a plain study, how its columns were understood, and what was left out."""

    patients: tuple[ObservedPatient, ...]
    markers: tuple[Marker, ...]
    columns: PlainColumns
    event: EventDefinition
    left_out: tuple[LeftOut, ...]
    remarks: tuple[str, ...]


def marker_of_column(
    column: str,
    *,
    unit: str | None = None,
    limits: tuple[float, float] | None = None,
    rising_is_worse: bool = False,
) -> Marker:
    """The marker behind a column; the usual names of the ALSFRS-R total carry its range."""
    if header_name(column) in ALSFRS_R_COLUMNS and limits is None and unit is None:
        return ALSFRS_R
    low, high = limits or (None, None)
    return Marker(column.strip(), unit or "units", low, high, falling_is_worse=not rising_is_worse)


def read_plain(
    path: Path,
    told: PlainColumns,
    *,
    markers: Sequence[Marker] = (),
    covariates: Sequence[str] = (),
    with_event: bool = True,
) -> PlainStudy:
    """Read a folder, a file or an archive. `markers` in the order of the outcomes told.

    `with_event` False: the outcome alone is read, whatever the patients' table says of events.
    Raises InputError with file, line, column, value and remedy.
    """
    tables = find_tables(open_sources(path), told, covariates, with_event=with_event)
    columns = tables.columns
    spelled = tables.visits.spelled
    markers = tuple(markers) or tuple(
        marker_of_column(spelled.get(name, name)) for name in columns.outcomes
    )
    reading = _Reading(tables, markers, tuple(covariates), with_event and bool(columns.event))
    visits = reading.visits()
    facts = reading.facts()
    patients = tuple(reading.patients(visits, facts))
    return PlainStudy(
        patients=patients,
        markers=markers,
        columns=columns,
        event=reading.event(),
        left_out=tuple(reading.left_out),
        remarks=tuple(reading.remarks(patients)),
    )


@dataclass(frozen=True)
class _Facts:
    """What the patients' table says of one patient; months on the tables' clock."""

    end: float | None = None
    happened: bool = False
    entry: float = 0.0
    is_treated: bool = False
    covariates: Mapping[str, float] = field(default_factory=dict)


class _Reading:
    """One pass over both tables; remarks gather on the way."""

    def __init__(
        self,
        tables: PlainTables,
        markers: tuple[Marker, ...],
        covariates: tuple[str, ...],
        with_event: bool,  # noqa: FBT001
    ) -> None:
        self._tables = tables
        self._markers = markers
        self._covariates = covariates
        self._with_event = with_event
        self.left_out: list[LeftOut] = [
            LeftOut("rows", f"{found.reason}; {found.remedy}", 1, (_place(found.file, found.row),))
            for table in {id(t): t for t in (tables.visits, tables.subjects) if t}.values()
            for found in table.findings
            if found.rule == "ragged_row"
        ]

    def visits(self) -> dict[str, list[ObservedValue]]:
        """Values by patient, months on the tables' clock."""
        table, columns = self._tables.visits, self._tables.columns
        unit = months_per_unit(columns.time_unit, columns.time or "")
        found: dict[str, list[ObservedValue]] = {}
        for line in table.lines:
            patient = _cell(table, line, columns.patient or "")
            month = self._number_or_finding(table, line, columns.time or "")
            if not patient or month is None:
                if not patient or is_missing(_cell(table, line, columns.time or "")):
                    place = _place(table.name, line.line)
                    why = "the row names no patient or no time; fill it in"
                    self.left_out.append(LeftOut("rows", why, 1, (place,)))
                continue
            values = found.setdefault(patient, [])
            for column, marker in zip(columns.outcomes, self._markers, strict=True):
                value = self._value(table, line, column, marker)
                if value is not None:
                    values.append(ObservedValue(marker.name, month * unit, value))
        return found

    def facts(self) -> dict[str, _Facts]:
        """Facts by patient; in one file, those of the patient's first row."""
        table = self._tables.subjects
        if table is None:
            return {}
        patient_column = self._tables.subject_patient or ""
        found: dict[str, _Facts] = {}
        first: dict[str, TextLine] = {}
        for line in table.lines:
            patient = _cell(table, line, patient_column)
            if not patient:
                continue
            if patient in first:
                self._check_same(table, first[patient], line)
                continue
            first[patient] = line
            found[patient] = self._facts_of(table, line)
        return found

    def patients(
        self, visits: Mapping[str, list[ObservedValue]], facts: Mapping[str, _Facts]
    ) -> list[ObservedPatient]:
        """Everyone of both tables who can be followed."""
        outcomes = " or ".join(marker.name for marker in self._markers)
        found = []
        for name in dict.fromkeys((*visits, *facts)):
            values = visits.get(name, [])
            fact = facts.get(name)
            if not values:
                self._leave_out(name, f"no value of {outcomes}")
            elif fact is None and self._tables.subjects is not None:
                self._leave_out(name, f"not in {self._tables.subjects.name}")
            elif self._with_event and (fact is None or fact.end is None):
                self._leave_out(name, "the end of follow-up, or the event, is not known")
            else:
                found.append(_patient(name, values, fact or _Facts()))
        return found

    def event(self) -> EventDefinition:
        """The event in words of the file."""
        if not self._with_event or self._tables.subjects is None:
            return EventDefinition("none", "no event: the outcome alone is modelled")
        column, _, value = (self._tables.columns.event or "").partition("=")
        subjects = self._tables.subjects
        spelled = subjects.spelled.get(column, column)
        is_ = f" = {value}" if value else " = yes"
        return EventDefinition("study", f"{spelled}{is_} in {subjects.name}")

    def remarks(self, patients: Sequence[ObservedPatient]) -> list[str]:
        """How the files were understood, in sentences."""
        columns, visits = self._tables.columns, self._tables.visits
        names = [columns.patient, columns.time, *columns.outcomes]
        told = ", ".join(visits.spelled.get(name or "", name or "") for name in names)
        unit = {1.0: "months", 12.0: "years"}.get(
            months_per_unit(columns.time_unit, columns.time or ""), "days"
        )
        said = [f"Read from {visits.name}: patient, time ({unit}) and outcome are {told}."]
        if self._with_event and self._tables.subjects is not None:
            end = self._tables.subjects.spelled.get(columns.follow_up or "", columns.follow_up)
            said.append(f"Follow-up ends at {end}; the event is {self.event().words}.")
        early = sum(patient.origin_month < 0 for patient in patients)
        if early:
            said.append(
                f"{early} of {len(patients)} patients were seen before month 0: their clock starts "
                "at the first visit, and they enter at month 0 (late entry)."
            )
        return said

    def _leave_out(self, patient: str, reason: str) -> None:
        self.left_out.append(LeftOut("patients", reason, 1, (patient,)))

    def _value(self, table: TextTable, line: TextLine, column: str, marker: Marker) -> float | None:
        if is_missing(_cell(table, line, column)):
            why = f"no value of {marker.name} in the row"
            self.left_out.append(LeftOut("values", why, 1))
            return None
        value = self._number_or_finding(table, line, column)
        if value is None:
            return None
        low, high = marker.low, marker.high
        if (low is not None and value < low) or (high is not None and value > high):
            why = f"{marker.name} is outside {_span(marker)}; correct or leave out the value"
            place = _place(table.name, line.line, column, _cell(table, line, column))
            self.left_out.append(LeftOut("values", why, 1, (place,)))
            return None
        return value

    def _number_or_finding(self, table: TextTable, line: TextLine, column: str) -> float | None:
        text = _cell(table, line, column)
        value = _number(text, table)
        if value is None and not is_missing(text):
            place = _place(table.name, line.line, column, text)
            why = "not a number; correct the value or leave it empty"
            self.left_out.append(LeftOut("values", why, 1, (place,)))
        return value

    def _facts_of(self, table: TextTable, line: TextLine) -> _Facts:
        columns = self._tables.columns
        end, happened = None, False
        if self._with_event:
            end = _required_number(table, line, columns.follow_up or "")
            if end is not None:
                end *= months_per_unit(columns.time_unit, columns.follow_up or "")
            told = _event(table, line, columns.event or "")
            end, happened = (None, False) if told is None else (end, told)
        entry = 0.0
        if columns.entry:
            scale = months_per_unit(columns.time_unit, columns.entry)
            entry = (_required_number(table, line, columns.entry) or 0.0) * scale
        treated = bool(columns.treated and _event(table, line, columns.treated))
        covariates = {name: _covariate(table, line, name) for name in self._covariates}
        known = {name: value for name, value in covariates.items() if value is not None}
        return _Facts(end, happened, entry, treated, known)

    def _check_same(self, table: TextTable, first: TextLine, line: TextLine) -> None:
        """In one file a patient's facts repeat; in a patients' table a patient stands once."""
        if not self._tables.is_one_file:
            raise InputError(
                f"{_place(table.name, line.line)}: patient "
                f"{_cell(table, line, self._tables.subject_patient or '')} stands twice (first in "
                f"line {first.line}); keep one row, or name another file by --subjects-file"
            )
        columns = self._tables.columns
        event = (columns.event or "").partition("=")[0] if self._with_event else ""
        end = columns.follow_up if self._with_event else None
        facts = [event, end, columns.treated, *(n.partition("=")[0] for n in self._covariates)]
        for column in (header_name(name) for name in facts if name):
            before, now = _cell(table, first, column), _cell(table, line, column)
            if before != now:
                raise InputError(
                    f"{_place(table.name, line.line, column, now)}: the patient's first row (line "
                    f"{first.line}) says {before!r}; a fact of the patient must not change between "
                    "visits. Correct it, or name the patients' table by --subjects-file"
                )


def _span(marker: Marker) -> str:
    low, high = ("open" if end is None else f"{end:g}" for end in (marker.low, marker.high))
    return f"{low} to {high} {marker.unit}"


def _patient(name: str, values: Sequence[ObservedValue], facts: _Facts) -> ObservedPatient:
    """Onto the model's clock: months since the origin."""
    first = min(value.month for value in values)
    last = max(value.month for value in values)
    origin = min(first, 0.0)
    shifted = tuple(ObservedValue(v.marker, v.month - origin, v.value) for v in values)
    end = last if facts.end is None else facts.end
    entry = facts.entry if facts.entry > 0 or facts.end is not None else origin
    return ObservedPatient(
        patient_id=name,
        values=shifted,
        end_month=end - origin,
        event=facts.happened,
        entry_month=max(entry - origin, 0.0),
        covariates=facts.covariates,
        exposure=Exposure((-origin,), (1.0,)) if facts.is_treated else Exposure(),
        origin_month=origin,
    )


def _covariate(table: TextTable, line: TextLine, name: str) -> float | None:
    """A numeric column, or 1 and 0 for COLUMN=VALUE."""
    spelled, equals, wanted = name.partition("=")
    column = header_name(spelled)
    if column not in table.header:
        known = ", ".join(table.spelled.get(c, c) for c in table.header)
        raise InputError(f"covariate {spelled!r} is no column of {table.name}; columns: {known}")
    text = _cell(table, line, column)
    if is_missing(text):
        return None
    if equals:
        return float(text == wanted.strip())
    value = _number(text, table)
    if value is None:
        raise InputError(
            f"{_place(table.name, line.line, column, text)}: a covariate must be a number; write "
            f"{spelled}={text} to count 1 where it holds and 0 elsewhere"
        )
    return value


def _event(table: TextTable, line: TextLine, name: str) -> bool | None:
    column, equals, wanted = name.partition("=")
    text = _cell(table, line, column)
    if is_missing(text):
        return None
    if equals:
        return text == wanted.strip()
    if text.lower() in HAPPENED:
        return True
    if text.lower() in NOT_HAPPENED:
        return False
    raise InputError(
        f"{_place(table.name, line.line, column, text)}: this is neither yes nor no; write "
        f"{table.spelled.get(column, column)}=VALUE to say which value is yes"
    )


def _required_number(table: TextTable, line: TextLine, column: str) -> float | None:
    text = _cell(table, line, column)
    value = _number(text, table)
    if value is None and not is_missing(text):
        raise InputError(
            f"{_place(table.name, line.line, column, text)}: not a number; correct the value"
        )
    return value


def _number(text: str, table: TextTable) -> float | None:
    if table.separator != ",":
        text = text.replace(",", ".")
    value = float(text) if re.fullmatch(NUMBER, text) else math.nan
    return value if math.isfinite(value) else None


def _cell(table: TextTable, line: TextLine, column: str) -> str:
    return line.cells[table.header.index(column)].strip()


def _place(file: str, line: int | None, column: str = "", value: str = "") -> str:
    of = f", column {column}, value {value!r}" if column else ""
    return f"{file}, line {line}{of}" if line else file
