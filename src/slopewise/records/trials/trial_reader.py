"""Tables of a trial to its record: who is in which arm, what was seen, what was left out."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from slopewise.endpoint.trial_record import FollowUp, TrialRecord
from slopewise.errors import InputError
from slopewise.progression.observed.patients import LeftOut, joined
from slopewise.records.reading.cells import NO, YES, is_missing
from slopewise.records.reading.text_table import TextLine
from slopewise.records.trials.arms import choose_arms
from slopewise.records.trials.trial_columns import (
    ARM,
    BASELINE,
    EVENT,
    EVENT_TIME,
    SCORE,
    TrialColumns,
    cell,
    columns_found,
    first_column,
    months_in,
    must_have,
    number,
    place_of,
)
from slopewise.records.trials.trial_tables import TrialTable, TrialTables, open_trial
from slopewise.records.trials.visit_rows import read_visits

__all__ = ["TrialRead", "read_trial"]

_HAPPENED = YES | {"dead", "died", "event", "deceased"}
_NOT_HAPPENED = NO | {"alive", "censored", "living"}


@dataclass(frozen=True, slots=True)
class TrialRead:
    """The record, which column was taken for what, and everything that a reader should know."""

    record: TrialRecord
    columns: tuple[tuple[str, str], ...]  # role, column and table
    left_out: tuple[LeftOut, ...]
    remarks: tuple[str, ...]
    sources: tuple[tuple[str, str], ...]  # file and its SHA-256


def read_trial(path: Path, told: TrialColumns) -> TrialRead:
    """Read a file or a folder of files. Raises InputError naming what is wrong, where, and why."""
    tables = open_trial(path, told)
    for name, option in (
        *((told.arm, "--arm"), (told.time, "--time"), (told.visit, "--visit")),
        *((told.outcome, "--outcome"), (told.baseline, "--baseline"), (told.event, "--event")),
        (told.event_time, "--event-time"),
        *((covariate, "--covariates") for covariate in told.covariates),
    ):
        must_have(tables.texts, name, option)
    return _Reader(tables, told).read()


class _Reader:
    """One pass over the tables; collects what was taken for what and what was left out."""

    def __init__(self, tables: TrialTables, told: TrialColumns) -> None:
        self._tables, self._told = tables, told
        self._columns: list[tuple[str, str]] = []
        self._left_out = list(tables.left_out)
        self._remarks = list(tables.remarks)
        self._missing: dict[str, str] = {}
        self._with_arm: frozenset[str] = frozenset()  # whatever the arm

    def read(self) -> TrialRead:
        person, treated, arms = self._arms()
        place = {name: number for number, name in enumerate(person)}
        visits = read_visits(self._tables, self._told, place, with_arm=self._with_arm)
        self._columns += visits.columns
        self._left_out += visits.left_out
        self._remarks += visits.remarks
        if visits.rows is None:
            self._missing["visits"] = visits.why
        taken = dict(visits.columns).get("time")
        follow_up = self._follow_up(place, visits_time=taken)
        record = TrialRecord(
            person=person,
            treated=treated,
            treated_arm=arms[1],
            control_arm=arms[0],
            visits=visits.rows,
            follow_up=follow_up,
            score=None if visits.rows is not None else self._score(place),
            baseline=self._numbers("baseline", self._told.baseline, BASELINE, place),
            covariates=self._covariates(place),
            covariate_names=self._told.covariates,
            missing=tuple(self._missing.items()),
        )
        sources = {text.name: text.sha256 for text in self._tables.texts}
        return TrialRead(
            record, tuple(self._columns), joined(self._left_out), tuple(self._remarks),
            tuple(sources.items()),
        )  # fmt: skip

    def _find(
        self, told: str | None, usual: tuple[str, ...], *, is_of_people: bool = False
    ) -> tuple[TrialTable, str] | None:
        """The table and column, told or usual; tables of people are looked at first, or alone."""
        for one in self._tables.people if is_of_people else self._tables.every:
            names = tuple(n for n in usual if n != "aval" or not one.is_time_to_event)
            column = first_column(one.table, told, names)
            if column is not None:
                return one, column
        return None

    def _taken(self, role: str, one: TrialTable, column: str) -> None:
        spelled = one.table.spelled.get(column, column)
        self._columns.append((role, f"{spelled} ({one.table.name})"))

    def _facts(self, one: TrialTable, columns: tuple[str, ...]) -> dict[str, TextLine]:
        """One line a person: the first that says everything; another must not say otherwise."""
        found: dict[str, TextLine] = {}
        for line in one.table.lines:
            name = cell(one.table, line, one.person)
            if not name:
                continue
            first = found.setdefault(name, line)
            for column in columns:
                before, now = (cell(one.table, row, column) for row in (first, line))
                if not before:
                    found[name] = line
                elif now and before != now:
                    raise InputError(
                        f"{place_of(one.table, line, column, text=now)}: {name} has {before!r} in"
                        f" line {first.line}; a fact of a person must be the same on every row"
                    )
        return found

    def _arms(self) -> tuple[tuple[str, ...], Bool[Array, " people"], tuple[str, str]]:
        found = self._find(self._told.arm, ARM)
        if found is None:
            raise InputError(
                "no column says which arm people are in (arm, trt, treatment, TRTP, …); name it by"
                f" --arm ({columns_found(self._tables.texts)})"
            )
        one, column = found
        self._taken("subject", one, one.person)
        self._taken("arm", one, column)
        lines = self._facts(one, (column,))
        level = {name: cell(one.table, line, column) for name, line in lines.items()}
        self._with_arm = frozenset(level)
        unknown = [name for name, text in level.items() if is_missing(text) and not text]
        self._leave_out(unknown, "no arm is given")
        control, treated = choose_arms(
            [text for name, text in level.items() if name not in set(unknown)],
            control=self._told.control, treated=self._told.treated,
        )  # fmt: skip
        others = [n for n, text in level.items() if text and text not in (control, treated)]
        self._leave_out(others, "in an arm that is not compared")
        kept = tuple(name for name, text in level.items() if text in (control, treated))
        self._remarks.append(f"Treated: {treated}. Control: {control}.")
        return kept, np.array([level[name] == treated for name in kept]), (control, treated)

    def _leave_out(self, names: list[str], reason: str) -> None:
        if names:
            self._left_out.append(LeftOut("patients", reason, len(names), tuple(names)))

    def _numbers(
        self, role: str, told: str | None, usual: tuple[str, ...], place: dict[str, int]
    ) -> Float[Array, " people"] | None:
        """One number a person; nan where it is missing. None where no column holds it."""
        found = self._find(told, usual, is_of_people=role == "outcome")
        if found is None:
            return None
        one, column = found
        self._taken(role, one, column)
        values = np.full(len(place), np.nan)
        for name, line in self._facts(one, (column,)).items():
            if name in place:
                values[place[name]] = self._number(one, line, column)
        return values

    def _number(self, one: TrialTable, line: TextLine, column: str) -> float:
        text = cell(one.table, line, column)
        value = number(one.table, text)
        if value is None and not is_missing(text):
            self._left_out.append(
                LeftOut(
                    "values", "not a number", 1, (place_of(one.table, line, column, text=text),)
                )
            )
        return np.nan if value is None else value

    def _score(self, place: dict[str, int]) -> Float[Array, " people"] | None:
        return self._numbers("outcome", self._told.outcome, SCORE, place)

    def _covariates(self, place: dict[str, int]) -> Float[Array, "people covariates"] | None:
        if not self._told.covariates:
            return None
        return np.column_stack([self._covariate(name, place) for name in self._told.covariates])

    def _covariate(self, told: str, place: dict[str, int]) -> Float[Array, " people"]:
        """A numeric column, or 1 and 0 for COLUMN=VALUE."""
        _, equals, wanted = told.partition("=")
        found = self._find(told, ())
        assert found is not None  # read_trial has refused it otherwise
        one, column = found
        self._taken(f"covariate {told}", one, column)
        values = np.full(len(place), np.nan)
        for name, line in self._facts(one, (column,)).items():
            text = cell(one.table, line, column)
            if name not in place or (is_missing(text) and not (equals and text)):
                continue
            value = float(text == wanted.strip()) if equals else number(one.table, text)
            if value is None:
                raise InputError(
                    f"{place_of(one.table, line, column, text=text)}: a covariate must be a number;"
                    f" write {one.table.spelled[column]}={text} to count 1 where it holds"
                )
            values[place[name]] = value
        return values

    def _follow_up(self, place: dict[str, int], *, visits_time: str | None) -> FollowUp | None:
        found = self._event_columns(visits_time)
        if found is None:
            return None
        one, event, time = found
        self._taken("event", one, event)
        self._taken("event time", one, time)
        unit, words = self._event_unit(one, time)
        self._remarks.append(f"Follow-up was read in {words}.")
        month, died = np.zeros(len(place)), np.zeros(len(place), dtype=bool)
        known = np.zeros(len(place), dtype=bool)
        for name, line in self._facts(one, (event, time)).items():
            if name not in place:
                continue
            happened, value = self._happened(one, line, event), self._number(one, line, time)
            if happened is None or np.isnan(value):
                continue
            if value < 0.0:
                where = place_of(one.table, line, time, text=cell(one.table, line, time))
                raise InputError(
                    f"{where}: follow-up cannot end before month 0; correct it, or leave the person"
                    " out"
                )
            here = place[name]
            month[here], died[here], known[here] = value * unit, happened, True
        return FollowUp(month, died, known)

    def _event_columns(self, visits_time: str | None) -> tuple[TrialTable, str, str] | None:
        told, when = self._told.event, self._told.event_time
        tables = sorted(self._tables.every, key=lambda one: not one.is_time_to_event)
        for one in tables:
            event = first_column(one.table, told, EVENT)
            if event is None:
                continue
            usual = tuple(
                name
                for name in EVENT_TIME
                if not (one.is_visits and f"{one.table.spelled.get(name)} ({one.table.name})"
                        == visits_time)
                and (name != "aval" or one.is_time_to_event)
            )  # fmt: skip
            time = first_column(one.table, when, usual)
            if when is None and not one.is_visits and self._told.time is not None:
                time = first_column(one.table, self._told.time, ()) or time
            if time is not None:
                return one, event, time
        self._missing["follow_up"] = (
            "no table says beside the person whether the event happened and when; name the columns"
            f" by --event and --event-time ({columns_found(self._tables.texts)})"
        )
        if told is not None:
            raise InputError(self._missing["follow_up"])
        return None

    def _event_unit(self, one: TrialTable, time: str) -> tuple[float, str]:
        """Of ADTTE's AVAL: by its dates or its label, since the column's name says nothing."""
        if time != "aval" or self._told.time_unit is not None or not one.table.lines:
            return months_in(self._told.time_unit, time)
        first = one.table.lines[0]
        for label in ("avalu", "param"):
            text = cell(one.table, first, label).lower() if label in one.table.header else ""
            for word in ("month", "week", "day", "year"):
                if f"({word}" in text or (label == "avalu" and text.startswith(word)):
                    return months_in(word + "s", time)
        has_dates = {"startdt", "adt"} <= set(one.table.header)
        return months_in("days" if has_dates else None, time)

    def _happened(self, one: TrialTable, line: TextLine, event: str) -> bool | None:
        text = cell(one.table, line, event)
        _, equals, wanted = (self._told.event or "").partition("=")
        if equals:
            return None if not text else text == wanted.strip()
        if is_missing(text) and text.lower() not in _NOT_HAPPENED:
            return None
        lower = text.lower().removesuffix(".0")
        is_yes, is_no = lower in _HAPPENED, lower in _NOT_HAPPENED
        if not is_yes and not is_no:
            raise InputError(
                f"{place_of(one.table, line, event, text=text)}: this is neither yes nor no; write"
                f" --event {one.table.spelled[event]}=VALUE to say which value is yes"
            )
        return is_no if event == "cnsr" else is_yes
