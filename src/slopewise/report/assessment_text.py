"""A run of the assessment for the terminal: a sentence first, then a table."""

import textwrap
from collections.abc import Sequence

from slopewise.report.numbers import out_of_100, plural, slowing_interval
from slopewise.report.patient.words import (
    SIMULATED,
    VERDICT_WORDS,
    evidence_sentence,
    facts_of,
    naive_sentence,
    prior_sentence,
)
from slopewise.report.patient_report import summary_sentence
from slopewise.report.tables import Column, Table
from slopewise.report.terminal_text import one_line
from slopewise.response.assessment import AssessmentRun, PatientAssessment

__all__ = ["answers_table", "assessment_text", "bullets", "lay_out", "wrapped"]

WIDTH = 88
NOT_BECAUSE = (
    "“Slower than expected” never means “because of the therapy”: that takes a comparison group. "
    "Research use only; not advice on treatment."
)


def assessment_text(run: AssessmentRun) -> str:
    """All answers in a table, or the one patient's answer in full."""
    if len(run.patients) == 1:
        return _one(run.patients[0], run)
    parts = [summary_sentence(run), lay_out(answers_table(run)), *_closing(run)]
    return "\n\n".join(parts)


def answers_table(run: AssessmentRun) -> Table:
    """One row a patient: the answer and the numbers that it rests on."""
    columns = (
        Column("Patient"),
        Column("Answer"),
        Column("Slowing, 90 %"),
        Column("By chance*"),
        Column("Visits", is_number=True),
        Column("Months", is_number=True),
        Column("Flags"),
    )
    rows = tuple(_row(found) for found in run.patients)
    note = (
        "* of 100 people with the same visits and no effect, how many would look at least this "
        "good. Visits: before + after the first dose. Months: followed after it."
    )
    return Table("Answers", columns, rows, note)


def lay_out(table: Table) -> str:
    """A table as aligned text with its note below; control signs in cells are replaced."""
    headings = tuple(column.heading for column in table.columns)
    rows = [tuple(map(one_line, cells)) for cells in table.rows]
    widths = [max(map(len, cells)) for cells in zip(headings, *rows, strict=True)]

    def line(cells: tuple[str, ...]) -> str:
        laid = (
            cell.rjust(width) if column.is_number else cell.ljust(width)
            for cell, width, column in zip(cells, widths, table.columns, strict=True)
        )
        return "  ".join(laid).rstrip()

    rule = line(tuple("-" * width for width in widths))
    note = ["", wrapped(table.note)] if table.note else []
    return "\n".join([line(headings), rule, *map(line, rows), *note])


def _row(found: PatientAssessment) -> tuple[str, ...]:
    slowing = found.slowing
    tail = found.no_effect_tail
    return (
        found.patient_id,
        VERDICT_WORDS[found.verdict],
        slowing_interval(slowing.low90, slowing.high90) if slowing else "–",
        "–" if tail is None else out_of_100(tail).replace(" out of 100", ""),
        f"{found.visits_before} + {found.visits_after}",
        f"{found.months_after:.0f}",
        ", ".join(flag.code for flag in found.flags),
    )


def _one(found: PatientAssessment, run: AssessmentRun) -> str:
    parts = [wrapped(f"{found.patient_id}: {found.sentence}")]
    facts = tuple((fact.question, fact.answer) for fact in facts_of(found))
    parts.append(lay_out(Table("Numbers", (Column("Question"), Column("Answer")), facts)))
    if found.flags:
        parts.append("Mind:\n" + bullets(tuple(flag.text for flag in found.flags)))
    if found.what_would_change_it:
        told = bullets(found.what_would_change_it)
        parts.append(f"What would change the answer:\n{told}")
    parts.append(wrapped(naive_sentence(found)))
    return "\n\n".join([*parts, *_closing(run)])


def _closing(run: AssessmentRun) -> list[str]:
    parts = []
    if any(found.simulated for found in run.patients):
        parts.append(SIMULATED)
    if run.left_out:
        parts.append(wrapped(f"{plural(len(run.left_out), 'remark')} on rows left out: see above."))
    evidence = f" {evidence_sentence(run.evidence)}" if run.evidence else ""
    parts.append(wrapped(f"{prior_sentence(run.prior)}{evidence} {NOT_BECAUSE}"))
    return parts


def bullets(texts: Sequence[str]) -> str:
    """One wrapped line of a list for each text."""
    return "\n".join(
        textwrap.fill(text, WIDTH, initial_indent="- ", subsequent_indent="  ") for text in texts
    )


def wrapped(text: str) -> str:
    """The text in lines of the report's width."""
    return textwrap.fill(text, WIDTH)
