"""Rules between the rows of one patient."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from slopewise.records.checks.known_patient import KnownPatient
from slopewise.records.checks.row_checks import CORRECT_DATES, total_of, without
from slopewise.records.importers.report import Finding, Severity
from slopewise.records.importers.rows import ImportedRow
from slopewise.records.reading.cells import BadCell
from slopewise.records.reading.layout_reader import row_finding
from slopewise.records.row_identity import written

__all__ = ["check_patient"]

# Rows that can only be about a living patient; the start of an adverse event is one of them.
IN_LIFE = ("visits", "doses", "breathing", "symptoms", "adverse_events")
AFTER_FIRST_SYMPTOM = ("visits", "doses", "breathing")
TIMED = (*IN_LIFE, "events", "care")
MARKED_RISE = 6  # points; assumption: three times the usual difference between two raters
Moment = datetime.date | float


@dataclass(slots=True)
class _Rows:
    """One patient's rows on the way through the rules."""

    rows: list[ImportedRow]
    findings: list[Finding] = field(default_factory=list)
    out: list[ImportedRow] = field(default_factory=list)

    def of(self, *tables: str) -> list[ImportedRow]:
        """Rows of these tables that are still in."""
        return [row for row in self.rows if row.table in tables]

    def keep_out(self, wrong: Sequence[tuple[ImportedRow, BadCell, str]]) -> None:
        """Take rows out, with a finding each: the row, what is wrong, in which column."""
        gone = {id(row) for row, _, _ in wrong}
        self.rows = [row for row in self.rows if id(row) not in gone]
        for row, bad, column in wrong:
            self.out.append(row)
            self.findings.append(_finding(row, bad, column))

    def drop_values(self, wrong: Sequence[tuple[ImportedRow, BadCell, str]]) -> None:
        """Leave single values of rows out, with a finding each."""
        columns: dict[int, list[str]] = defaultdict(list)
        for row, bad, column in wrong:
            columns[id(row)].append(column)
            self.findings.append(_finding(row, bad, column))
        self.rows = [
            without(row, *columns[id(row)]) if id(row) in columns else row for row in self.rows
        ]


def _finding(row: ImportedRow, bad: BadCell, column: str) -> Finding:
    value = written(row.values.get(column)) or None
    return row_finding(row, bad, column=column, value=value)


def check_patient(
    rows: Iterable[ImportedRow], *, damaged: Sequence[ImportedRow], known: KnownPatient
) -> tuple[list[ImportedRow], list[Finding]]:
    """The rows of one patient that may go in, and the findings about the others.

    `damaged` are the patient's rows that were kept out before; `known` is what the store says.
    """
    state = _Rows(list(rows))
    _one_clock(state, known)
    _one_form(state, known)
    _before_onset(state, known)
    _after_death(state, known)
    _first_dose(state, damaged, known)
    state.findings += _rises(state.of("visits"))
    return state.rows, state.findings


def _one_clock(state: _Rows, known: KnownPatient) -> None:
    kinds = Counter(_clock_of(row) for row in state.of(*TIMED))
    if known.has_dates != known.has_months:
        clock = "date" if known.has_dates else "month"
    elif kinds:
        clock = "date" if kinds["date"] >= kinds["month"] else "month"
    else:
        return
    other = "month" if clock == "date" else "date"
    bad = BadCell(
        "mixed_clocks",
        f"this row counts in {other}s, the patient's other rows in {clock}s",
        f"give {'a date' if clock == 'date' else 'months'} here too",
    )
    strangers = [row for row in state.of(*TIMED) if _clock_of(row) == other]
    state.keep_out([(row, bad, _time_column(row)) for row in strangers])
    state.drop_values(
        [
            (row, bad, name)
            for row in state.of("patients", "care", "adverse_events")
            for name in _secondary_times(row.table, other)
            if row.values.get(name) is not None
        ]
    )


def _secondary_times(table: str, clock: str) -> tuple[str, ...]:
    if table == "patients":
        return (f"onset_{clock}", f"diagnosis_{clock}")
    return (f"end_{clock}",)


def _clock_of(row: ImportedRow) -> str:
    start = "start_date" if row.table == "care" else "date"
    return "date" if row.values.get(start) is not None else "month"


def _one_form(state: _Rows, known: KnownPatient) -> None:
    forms = Counter(str(row.values["scale"]) for row in state.of("visits"))
    if known.scale is not None:
        form = known.scale
    elif forms:
        form = "ALSFRS-R" if forms["ALSFRS-R"] >= forms["ALSFRS"] else "ALSFRS"
    else:
        return
    strangers = [row for row in state.of("visits") if row.values["scale"] != form]
    if strangers:
        bad = BadCell(
            "mixed_scales",
            f"this visit is an {strangers[0].values['scale']}, the patient's others are {form}; "
            "the two cannot be converted",
            "correct the scale if it was labelled wrongly, or keep the visits of one form",
        )
        state.keep_out([(row, bad, "scale") for row in strangers])


def _before_onset(state: _Rows, known: KnownPatient) -> None:
    facts = next(iter(state.of("patients")), None)
    name, onset = _first_value(facts, ("onset_date", "onset_month"))
    onset = known.onset if onset is None else onset
    if onset is None:
        return
    early = [row for row in state.of(*AFTER_FIRST_SYMPTOM) if _is_before(_moment(row), onset)]
    early_visits = sum(row.table == "visits" for row in early)
    if facts is not None and name and early_visits > len(state.of("visits")) / 2:
        visits = len(state.of("visits"))
        reason = f"{early_visits} of {visits} visits come before the onset ({_told(onset)})"
        state.drop_values([(facts, BadCell("before_onset", reason, CORRECT_DATES), name)])
        return
    wrong = []
    for row in early:
        reason = f"{_told(_moment(row))} lies before the first symptom ({_told(onset)})"
        wrong.append((row, BadCell("before_onset", reason, CORRECT_DATES), _time_column(row)))
    state.keep_out(wrong)


def _after_death(state: _Rows, known: KnownPatient) -> None:
    deaths = [row for row in state.of("events") if row.values["kind"] == "death"]
    death = _moment(deaths[0]) if deaths else known.death
    if death is None:
        return
    late = [row for row in state.of(*IN_LIFE) if _is_before(death, _moment(row))]
    late_visits = sum(row.table == "visits" for row in late)
    if deaths and late_visits > len(state.of("visits")) / 2:
        reason = (
            f"{late_visits} of {len(state.of('visits'))} visits come after the death {_told(death)}"
        )
        bad = BadCell("after_death", reason, CORRECT_DATES)
        state.keep_out([(row, bad, _time_column(row)) for row in deaths])
        return
    wrong = []
    for row in late:
        reason = f"{_told(_moment(row))} lies after the patient's death ({_told(death)})"
        wrong.append((row, BadCell("after_death", reason, CORRECT_DATES), _time_column(row)))
    state.keep_out(wrong)


def _told(moment: object) -> str:
    """A moment in a sentence: a date, or a month with at most two decimals."""
    return f"month {round(moment, 2):g}" if isinstance(moment, float) else str(moment)


def _first_dose(state: _Rows, damaged: Sequence[ImportedRow], known: KnownPatient) -> None:
    """Month 0 is the first dose: it must not silently become the second."""
    doses = state.of("doses")
    lost = [row for row in (*damaged, *state.out) if row.table == "doses"]
    if not doses or not lost:
        return
    kept = [moment for row in doses if (moment := _moment(row)) is not None]
    if known.first_dose is not None:
        kept.append(known.first_dose)
    for row in lost:
        moment = _moment(row)
        if moment is not None and any(_is_before(dose, moment) for dose in kept):
            continue
        reason = (
            f"a dose of this patient was kept out (line {row.line}) that may have been the first; "
            "without it, month 0 is not known"
        )
        bad = BadCell("first_dose_unknown", reason, f"correct line {row.line} of {row.file}")
        state.keep_out([(dose, bad, _time_column(dose)) for dose in doses])
        return


def _rises(visits: list[ImportedRow]) -> Iterator[Finding]:
    timed = [(moment, row) for row in visits if (moment := _moment(row)) is not None]
    before: float | None = None
    for _, row in sorted(timed, key=lambda pair: pair[0]):
        total = total_of(row.values)
        if total is None:
            continue
        if before is not None and total - before >= MARKED_RISE:
            reason = f"the total rises by {total - before:g} points from the visit before"
            bad = BadCell("total_rises", reason, "check both visits; nothing was changed")
            yield row_finding(
                row, bad, column="alsfrs_total", value=f"{total:g}", severity=Severity.INFO
            )
        before = total


def _moment(row: ImportedRow) -> Moment | None:
    _, moment = _first_value(row, ("date", "month", "start_date", "start_month"))
    return moment


def _time_column(row: ImportedRow) -> str:
    name, _ = _first_value(row, ("date", "month", "start_date", "start_month"))
    return name or "date"


def _first_value(
    row: ImportedRow | None, names: tuple[str, ...]
) -> tuple[str | None, Moment | None]:
    if row is not None:
        for name in names:
            value = row.values.get(name)
            if isinstance(value, datetime.date | float):
                return name, value
    return None, None


def _is_before(one: Moment | None, other: Moment | None) -> bool:
    """Whether one comes first; False where they are on different clocks."""
    if isinstance(one, datetime.date) and isinstance(other, datetime.date):
        return one < other
    if isinstance(one, float) and isinstance(other, float):
        return one < other
    return False
