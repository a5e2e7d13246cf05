"""Rows of visits to arrays: month from baseline, outcome, planned visit, and which are run-in."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np

from slopewise.endpoint.trial_record import TrialVisits
from slopewise.errors import InputError
from slopewise.progression.observed.patients import LeftOut
from slopewise.records.reading.cells import is_missing
from slopewise.records.trials.trial_columns import (
    ALSFRS,
    OUTCOME,
    TIME,
    VISIT,
    TrialColumns,
    cell,
    columns_found,
    first_column,
    months_in,
    number,
    place_of,
)
from slopewise.records.trials.trial_tables import TrialTable, TrialTables

__all__ = ["VisitsRead", "read_visits"]

_MOST_VISITS = 60  # distinct values of a plan; times that differ from person to person have more
_SAME_DAY = 1e-9


@dataclass(slots=True)
class VisitsRead:
    """The visits, or why there are none."""

    rows: TrialVisits | None = None
    why: str = ""
    columns: list[tuple[str, str]] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Row:
    person: int
    month: float
    outcome: float
    visit: str
    is_flagged: bool  # as the baseline (ABLFL)


def read_visits(
    tables: TrialTables,
    told: TrialColumns,
    place: Mapping[str, int],
    *,
    with_arm: Collection[str] = (),
) -> VisitsRead:
    """Visits of the people in `place`; others `with_arm` are left out without a word here.

    Raises InputError where two tables could be meant.
    """
    found = VisitsRead()
    chosen = _table(tables, told)
    if isinstance(chosen, str):
        found.why = f"{chosen} ({columns_found(tables.texts)})"
        return found
    one, outcome, time = chosen
    spelled, name = one.table.spelled, one.table.name
    visit = _plan(one, told, time)
    for role, column in (("outcome", outcome), ("time", time), ("visit", visit)):
        if column is not None:
            found.columns.append((role, f"{spelled.get(column, column)} ({name})"))
    rows = _rows(found, one, (outcome, time, visit), place=place, told=told)
    _tell_strangers(found, one, known={*place, *with_arm})
    if rows:
        found.rows = _arranged(rows, has_plan=visit is not None, people=len(place))
    else:
        found.why = f"{name} holds no visit with a time and an outcome of anybody in the two arms"
    return found


def _table(tables: TrialTables, told: TrialColumns) -> tuple[TrialTable, str, str] | str:
    """The table of visits with its outcome and time, or why there is none."""
    found = []
    for one in tables.visits:
        outcome = first_column(one.table, told.outcome, OUTCOME)
        time = first_column(one.table, told.time, TIME)
        if outcome is not None and time is not None and not one.is_time_to_event:
            found.append((one, outcome, time))
    if len(found) > 1:
        best = [f for f in found if f[1] in ALSFRS]
        found = best if len(best) == 1 else found
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(one.table.name for one, _, _ in found)
        raise InputError(f"{names} could each hold the visits; give a folder with one of them")
    if not tables.visits:
        return "no table holds several visits of a person"
    return (
        "no table of visits has an outcome and a time that could be found; name them by --outcome"
        " and --time"
    )


def _plan(one: TrialTable, told: TrialColumns, time: str) -> str | None:
    """The column of planned visits: told, usual, or the time itself where its values repeat."""
    if told.visit is not None:
        return first_column(one.table, told.visit, ())
    candidates = [time] if told.time is not None else []
    candidates += [name for name in VISIT if name in one.table.header]
    people = Counter(cell(one.table, line, one.person) for line in one.table.lines)
    most = min(_MOST_VISITS, 2 * max(people.values(), default=0))
    for column in (*candidates, time):
        pairs = [
            (cell(one.table, line, one.person), visit)
            for line in one.table.lines
            if (visit := cell(one.table, line, column))
        ]
        is_once_each = len(set(pairs)) == len(pairs)
        if is_once_each and 0 < len({visit for _, visit in pairs}) <= most:
            return column
    return None


def _rows(
    found: VisitsRead,
    one: TrialTable,
    columns: tuple[str, str, str | None],
    *,
    place: Mapping[str, int],
    told: TrialColumns,
) -> list[_Row]:
    outcome, time, visit = columns
    table, rows = one.table, []
    unit, words = _unit(one, told, time)
    shift = _first_day(one, time)
    found.remarks.append(
        f"Visits' time was read in {words}"
        + (", where day 1 is month 0 (there is no day 0)." if shift else ".")
    )
    for line in table.lines:
        name = cell(table, line, one.person)
        if name not in place:
            continue
        month, value = (
            _number(found, one, line_column) for line_column in ((line, time), (line, outcome))
        )
        if month is None or value is None:
            continue
        month = (month - (shift if month > 0 else 0.0)) * unit
        label = "" if visit is None else cell(table, line, visit)
        flagged = "ablfl" in table.header and cell(table, line, "ablfl").upper() == "Y"
        rows.append(_Row(place[name], month, value, label, flagged))
    return rows


def _tell_strangers(found: VisitsRead, one: TrialTable, *, known: Collection[str]) -> None:
    """Visits of people whom no table gives an arm, and rows that name nobody."""
    names = dict.fromkeys(cell(one.table, line, one.person) for line in one.table.lines)
    strangers = tuple(name for name in names if name and name not in known)
    if strangers:
        reason = "no table says which arm they are in"
        found.left_out.append(LeftOut("patients", reason, len(strangers), strangers))
    nameless = tuple(
        place_of(one.table, line)
        for line in one.table.lines
        if not cell(one.table, line, one.person)
    )
    if nameless:
        found.left_out.append(LeftOut("rows", "the row names no person", len(nameless), nameless))


def _number(found: VisitsRead, one: TrialTable, where: tuple[object, str]) -> float | None:
    """The number, or None and a remark on why the row was left out."""
    line, column = where
    text = cell(one.table, line, column)  # type: ignore[arg-type]
    value = number(one.table, text)
    if value is None:
        spelled = one.table.spelled.get(column, column)
        reason = (
            f"no {spelled} was recorded"
            if is_missing(text)
            else f"{spelled} is not a number; correct it or leave it empty"
        )
        shown = place_of(one.table, line, column, text=text)  # type: ignore[arg-type]
        found.left_out.append(LeftOut("rows", reason, 1, (shown,)))
    return value


def _unit(one: TrialTable, told: TrialColumns, time: str) -> tuple[float, str]:
    """Months in a unit of the visits' time; of a planned number, as the visit's label says it."""
    if told.time_unit is None and time == "avisitn" and "avisit" in one.table.header:
        for line in one.table.lines:
            label = re.search(r"(day|week|month|year)s?\s*0*(\d+)", cell(one.table, line, "avisit"),
                              re.IGNORECASE)  # fmt: skip
            if label and number(one.table, cell(one.table, line, time)) == float(label.group(2)):
                return months_in(label.group(1).lower() + "s", time)
    return months_in(told.time_unit, time)


def _first_day(one: TrialTable, time: str) -> float:
    """1 for CDISC study days, which have no day 0; 0 else."""
    if time != "ady":
        return 0.0
    days = [number(one.table, cell(one.table, line, time)) for line in one.table.lines]
    return 0.0 if 0.0 in days else 1.0


def _arranged(rows: list[_Row], *, has_plan: bool, people: int) -> TrialVisits:
    """Arrays by person and month, with each person's baseline visit found."""
    rows.sort(key=lambda row: (row.person, row.month))
    baseline: list[int | None] = [None] * people
    for number_of, row in enumerate(rows):
        current = baseline[row.person]
        if row.is_flagged or (
            row.month <= _SAME_DAY and not (current is not None and rows[current].is_flagged)
        ):
            baseline[row.person] = number_of
    is_baseline = np.zeros(len(rows), dtype=bool)
    is_baseline[[place for place in baseline if place is not None]] = True
    run_in = np.array([
        (start := baseline[row.person]) is not None and place < start
        for place, row in enumerate(rows)
    ], dtype=bool)  # fmt: skip
    names: tuple[str, ...] = ()
    visit = None
    if has_plan:
        names = _in_order(rows)
        where = {name: number_of for number_of, name in enumerate(names)}
        visit = np.array([where.get(row.visit, -1) for row in rows], dtype=np.int64)
    return TrialVisits(
        person=np.array([row.person for row in rows], dtype=np.int64),
        month=np.array([row.month for row in rows]),
        outcome=np.array([row.outcome for row in rows]),
        is_baseline=is_baseline,
        is_run_in=run_in,
        visit=visit,
        visit_names=names,
    )


def _in_order(rows: list[_Row]) -> tuple[str, ...]:
    """Names of planned visits by their median month."""
    months: dict[str, list[float]] = {}
    for row in rows:
        if row.visit:
            months.setdefault(row.visit, []).append(row.month)
    return tuple(sorted(months, key=lambda name: (float(np.median(months[name])), name)))
