"""Which column of a trial's tables means what: as told, else by usual names (CDISC ADaM included).

Names are compared as headers are: lower case, underscores for spaces and dashes.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from slopewise.errors import InputError
from slopewise.records.reading.text_table import TextLine, TextTable, header_name
from slopewise.units import DAYS_PER_MONTH

__all__ = [
    "ARM",
    "BASELINE",
    "EVENT",
    "EVENT_TIME",
    "OUTCOME",
    "PERSON",
    "SCORE",
    "TIME",
    "VISIT",
    "TrialColumns",
    "cell",
    "columns_found",
    "first_column",
    "months_in",
    "must_have",
    "number",
    "place_of",
]

PERSON = (
    *("usubjid", "patient_id", "subject_id", "participant_id", "patient", "subject", "participant"),
    *("subjid", "subid", "patid", "ptid", "id"),
)
ARM = (
    *("arm", "treatment_arm", "study_arm", "randomised_arm", "randomized_arm", "trt", "treatment"),
    *("trt01p", "trtp", "armcd", "actarm", "group", "treatment_group", "treated", "active"),
    *("trt01pn", "trtpn"),
)
ALSFRS = ("alsfrs_total", "alsfrsr", "alsfrs_r", "alsfrsr_total", "alsfrs_r_total")
OUTCOME = (*ALSFRS, "outcome", "y", "aval", "value", "score", "total", "response")
TIME = (
    *("time_months", "month", "months", "visit_time", "obstime", "time", "times", "visit_month"),
    *("ady", "avisitn", "visit", "visitn", "visitnum", "week", "weeks", "year", "years"),
    *("day", "days", "visdy", "t"),
)
VISIT = (
    *("visit_month", "planned_month", "avisitn", "avisit", "visit", "visit_number", "visitn"),
    *("visitnum", "month", "week"),
)
BASELINE = ("baseline", "base", "y0", "baseline_total", "baseline_value", "bl", "outcome_baseline")
SCORE = ("chg", "change", "change_from_baseline", *OUTCOME)
EVENT = ("event", "died", "death", "dead", "status", "event_bool", "cnsr")
EVENT_TIME = (
    *("event_time", "event_month", "stime", "survival_time", "survival_months", "follow_up_months"),
    *("end_month", "time_months", "futime", "follow_up", "os_months", "aval", "time", "months"),
    *("month", "days", "years"),
)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_UNITS = {
    "months": 1.0,
    "years": 12.0,
    "weeks": 7.0 / DAYS_PER_MONTH,
    "days": 1.0 / DAYS_PER_MONTH,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialColumns:
    """What was told; None = find it. `event` may be COLUMN=VALUE, covariates NAME or NAME=VALUE."""

    arm: str | None = None
    person: str | None = None
    time: str | None = None
    visit: str | None = None
    outcome: str | None = None
    baseline: str | None = None
    event: str | None = None
    event_time: str | None = None
    covariates: tuple[str, ...] = ()
    time_unit: str | None = None
    control: str | None = None
    treated: str | None = None
    parameter: tuple[str, ...] = ()


def first_column(table: TextTable, told: str | None, usual: Sequence[str]) -> str | None:
    """The told column where the table has it, else the first usual one; None without."""
    if told is not None:
        wanted = header_name(told.partition("=")[0])
        return wanted if wanted in table.header else None
    return next((name for name in usual if name in table.header), None)


def must_have(tables: Sequence[TextTable], told: str | None, option: str) -> None:
    """Refuse a told column that no table holds, naming those there are."""
    if told is None or any(first_column(table, told, ()) for table in tables):
        return
    raise InputError(
        f"no table has a column {told.partition('=')[0]!r}, which {option} names; "
        f"{columns_found(tables)}"
    )


def columns_found(tables: Sequence[TextTable]) -> str:
    """The columns of every table, as their files spell them."""
    found = (
        f"{table.name}: {', '.join(table.spelled.get(c, c) for c in table.header if c)}"
        for table in tables
    )
    return "columns found: " + "; ".join(found)


def months_in(unit: str | None, column: str) -> tuple[float, str]:
    """Months in one unit of a time column, and the unit: as told, else by its name, else months."""
    if unit is not None:
        if unit not in _UNITS:
            raise InputError(f"time unit {unit!r} is not known; use {', '.join(_UNITS)}")
        return _UNITS[unit], unit
    for word, known in (("year", "years"), ("week", "weeks"), ("day", "days")):
        if word in column:
            return _UNITS[known], known
    if column in {"ady", "visdy", "futime"}:
        return _UNITS["days"], "days"
    return 1.0, "months"


def cell(table: TextTable, line: TextLine, column: str) -> str:
    """The cell's text without blanks around it."""
    return line.cells[table.header.index(column)].strip()


def number(table: TextTable, text: str) -> float | None:
    """The number, None where it is none; 3,5 is one where commas do not part the cells."""
    if table.separator != "," and "." not in text:
        text = text.replace(",", ".")
    text = text.replace("\u2212", "-")
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    return value if math.isfinite(value) else None


def place_of(table: TextTable, line: TextLine, column: str = "", *, text: str = "") -> str:
    """Where in the files something stands, for a message."""
    spelled = table.spelled.get(column, column)
    return f"{table.name}, line {line.line}" + (f", {spelled} {text!r}" if column else "")
