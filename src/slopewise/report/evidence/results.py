"""The results of one study as tables: slopes, differences, responders, breathing, survival, safety.

What was not printed is a dash; a contradiction, a caution and a newer figure stand in the row.
"""

from collections.abc import Sequence

from slopewise.evidence.design import Comparison
from slopewise.evidence.misprints.differences import remarks
from slopewise.evidence.study import (
    GroupDifference,
    GroupSummary,
    Interval,
    ReportedSlowing,
    ResponderCount,
    ResponderResult,
    SlopeResult,
    Study,
    SurvivalResult,
)
from slopewise.report.evidence.record import (
    NOT_PRINTED,
    CitedRow,
    CitedTable,
    heading,
    plain_words,
    printed,
)
from slopewise.report.numbers import plural
from slopewise.report.tables import Column

__all__ = ["result_tables"]


def result_tables(study: Study) -> tuple[CitedTable, ...]:
    """Every kind of result in its own table; a table without rows was not reported or not read."""
    return (
        _slopes(study.slopes),
        _differences("Differences and comparisons", study.group_differences),
        _stated_slowing(study.slowing),
        _responders(study.responders),
        _vital_capacity(study),
        _differences("Breathing: differences between groups", study.vital_capacity_differences),
        _survival(study.survival),
        _safety(study),
    )


def _slopes(slopes: Sequence[SlopeResult]) -> CitedTable:
    columns = (
        Column("Arm"),
        Column("Period"),
        Column("People", is_number=True),
        Column("Mean", is_number=True),
        Column("Spread"),
        Column("As printed", is_number=True),
        Column("Unit and scale"),
    )
    rows = tuple(
        CitedRow(
            (
                row.arm,
                row.period,
                printed(row.n),
                printed(row.mean),
                _spread(row),
                plain_words(row.as_printed),
                f"{row.unit}, {row.scale}",
            ),
            row.citation,
            _said(row.note),
        )
        for row in slopes
    )
    note = "; ".join(sorted({row.sign_convention for row in slopes}))
    return CitedTable("Decline before and after treatment", columns, rows, f"Sign: {note}.")


def _spread(row: SlopeResult) -> str:
    parts = (
        row.sd is not None and f"SD {printed(row.sd)}",
        row.se is not None and f"SE {printed(row.se)}",
        row.interval95 is not None and f"95 % {_interval(row.interval95)}",
    )
    return "; ".join(part for part in parts if part) or NOT_PRINTED


def _differences(caption: str, differences: Sequence[GroupDifference]) -> CitedTable:
    columns = (
        Column("Outcome"),
        Column("When"),
        Column("Treated"),
        Column("Control"),
        Column("Difference", is_number=True),
        Column("SE", is_number=True),
        Column("95 % interval"),
        Column("P"),
    )
    rows = tuple(
        CitedRow(
            (
                heading(row.outcome),
                row.timepoint or NOT_PRINTED,
                _summary(row.treated),
                _summary(row.control),
                printed(row.difference),
                printed(row.se),
                _interval(row.interval95),
                _p(row.p_value, row.p_text),
            ),
            row.citation,
            _said(
                None if row.comparison is Comparison.BETWEEN_ARMS else row.comparison.value,
                *(f"Contradiction in print: {plain_words(said)}" for said in remarks(row)),
            )
            + _superseded(row.superseded_by),
        )
        for row in differences
    )
    return CitedTable(caption, columns, rows, "Mean (SD), people; between arms unless said.")


def _stated_slowing(rows: Sequence[ReportedSlowing]) -> CitedTable:
    columns = (
        Column("Outcome"),
        Column("Time"),
        Column("People", is_number=True),
        Column("Slowing", is_number=True),
        Column("Spread"),
    )
    return CitedTable(
        "Slowing of decline, as reported",
        columns,
        tuple(
            CitedRow(
                (
                    plain_words(row.outcome or row.arm or "slowing"),
                    row.timepoint or NOT_PRINTED,
                    f"{printed(row.n_treated)} against {printed(row.n_control)}",
                    printed(row.estimate),
                    _spread_of_slowing(row),
                ),
                row.citation,
            )
            for row in rows
        ),
        "A share: 0 none, 1 stopped, below 0 faster.",
    )


def _spread_of_slowing(row: ReportedSlowing) -> str:
    parts = (
        "" if row.se is None else f"standard error {printed(row.se)}",
        ""
        if row.interval95 is None
        else f"95 % interval {printed(row.interval95.low)} to {printed(row.interval95.high)}",
        "" if row.p_value is None else f"P = {printed(row.p_value)}",
    )
    return "; ".join(part for part in parts if part) or NOT_PRINTED


def _responders(responders: Sequence[ResponderResult]) -> CitedTable:
    columns = (
        Column("Rule"),
        Column("When"),
        Column("Treated"),
        Column("Control"),
        Column("Odds ratio", is_number=True),
        Column("P"),
    )
    rows = tuple(
        CitedRow(
            (
                heading(row.definition),
                row.timepoint,
                _count(row.treated),
                _count(row.control),
                printed(row.odds_ratio),
                _p(row.p_value, row.p_text) + (" (one-sided)" if row.one_sided else ""),
            ),
            row.citation,
            _said(
                None if row.superseded_by else row.note,
                row.odds_ratio_note,
                f"Counts {row.counts_status}" if row.counts_status else None,
                _improvement(row.mean_improvement_percent),
            )
            + _superseded(row.superseded_by),
        )
        for row in responders
    )
    return CitedTable(
        "Responders, by the study's own rule",
        columns,
        rows,
        "Rules differ between studies; counts under different rules are never added.",
    )


def _vital_capacity(study: Study) -> CitedTable:
    columns = (
        Column("Measure"),
        Column("Arm"),
        Column("Before", is_number=True),
        Column("After", is_number=True),
        Column("P"),
    )
    rows = tuple(
        CitedRow(
            (
                row.measure,
                row.arm,
                printed(row.before),
                printed(row.after),
                _p(row.p_value, row.p_text),
            ),
            row.citation,
            _said(f"After: {row.note}" if row.note else None),
        )
        for row in study.vital_capacity_changes
    )
    return CitedTable("Breathing before and after treatment", columns, rows)


def _survival(survival: Sequence[SurvivalResult]) -> CitedTable:
    rows = tuple(
        CitedRow(
            (heading(row.statement), _survival_numbers(row)),
            row.citation,
            _said(f"Bias: {row.bias}" if row.bias else None),
        )
        for row in survival
    )
    return CitedTable("Survival", (Column("What was reported"), Column("Numbers")), rows)


def _survival_numbers(row: SurvivalResult) -> str:
    of = f" of {row.n}" if row.n is not None else ""
    parts = (
        row.arm and f"arm {row.arm}",
        row.deaths is not None and f"{plural(row.deaths, 'death')}{of}",
        row.survivors is not None and f"{row.survivors}{of} alive",
        row.treated_mean_months is not None
        and f"treated: mean {printed(row.treated_mean_months)} months",
        row.control_mean_months is not None
        and f"control: mean {printed(row.control_mean_months)} months",
        row.median_survival_months is not None
        and f"median {printed(row.median_survival_months)} months",
        row.median_months_to_4_point_decline is not None
        and f"median {printed(row.median_months_to_4_point_decline)} months to a 4-point decline",
    )
    return "; ".join(part for part in parts if part) or NOT_PRINTED


def _safety(study: Study) -> CitedTable:
    columns = (Column("Harm"), Column("Count", is_number=True), Column("Of", is_number=True))
    safety = study.safety
    if safety is None:
        return CitedTable("Safety", columns, ())
    cells = [
        ("Serious events laid to the treatment", printed(safety.treatment_related_serious_events)),
        ("Serious events, all", printed(safety.all_serious_events)),
        *((f"Deaths, {group.group}", printed(group.deaths)) for group in safety.deaths),
    ]
    rows = [(heading(name), count, NOT_PRINTED) for name, count in cells if count != NOT_PRINTED]
    for event in safety.adverse_events:
        count = printed(event.count)
        if event.percent is not None:
            count = f"{printed(event.percent)} %"
        if event.people_all_diseases is not None:
            count = f"{printed(event.people_all_diseases)} (all diseases)"
        rows.append((heading(event.event), count, printed(event.denominator)))
    rows = rows or [("Counts of events", "not read", NOT_PRINTED)]
    return CitedTable(
        "Safety",
        columns,
        tuple(CitedRow(row, safety.citation) for row in rows),
        plain_words(safety.statement or ""),
    )


def _summary(group: GroupSummary | None) -> str:
    if group is None or (group.mean is None and group.n is None):
        return NOT_PRINTED
    spread = "" if group.sd is None else f" ({printed(group.sd)})"
    if group.spread_unlabelled is not None:
        spread = f" (± {printed(group.spread_unlabelled)}, unlabelled)"
    people = "" if group.n is None else f", n\u00a0{group.n}"
    return f"{printed(group.mean)}{spread}{people}"


def _count(count: ResponderCount | None) -> str:
    if count is None:
        return NOT_PRINTED
    if count.slower is not None:
        return (
            f"{count.slower} slower, {printed(count.same)} the same, "
            f"{printed(count.faster)} faster, of {printed(count.n)}"
        )
    if count.responders is None:
        return NOT_PRINTED if count.percent is None else f"{printed(count.percent)} %"
    return f"{count.responders} of {printed(count.n)}"


def _interval(interval: Interval | None) -> str:
    if interval is None:
        return NOT_PRINTED
    return f"{printed(interval.low)} to\u00a0{printed(interval.high)}"


def _p(value: float | None, text: str | None) -> str:
    return plain_words(text) if text else printed(value)


def _improvement(percent: float | None) -> str | None:
    return None if percent is None else f"Mean improvement {printed(percent)} %"


def _superseded(by: str | None) -> tuple[str, ...]:
    return (f"Superseded by {by}",) if by else ()


def _said(*notes: str | None) -> tuple[str, ...]:
    return tuple(heading(note) for note in notes if note)
