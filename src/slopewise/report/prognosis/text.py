"""A prognosis for the terminal: group and range first, the curve's numbers only when asked for."""

from slopewise.condition.risk import Prognosis
from slopewise.report.assessment_text import bullets, lay_out, wrapped
from slopewise.report.prognosis.curve import survival_table
from slopewise.report.prognosis.words import (
    LIMITS,
    PROGNOSIS_SOURCES,
    curve_facts,
    prognosis_answer,
)
from slopewise.report.tables import Column, Table

__all__ = ["prognosis_text"]

WIDTH = 88


def prognosis_text(prognosis: Prognosis, *, with_curve: bool) -> str:
    """The answer; with the survival probabilities after it where they were asked for."""
    answer = prognosis_answer(prognosis)
    facts = (*answer.facts, *(curve_facts(prognosis) if with_curve else ()))
    rows = tuple((fact.question, fact.answer) for fact in facts)
    parts = [
        wrapped(f"{answer.group}. {answer.sentence}"),
        wrapped(answer.window),
        lay_out(Table("Numbers", (Column("Question"), Column("Answer")), rows)),
    ]
    if with_curve:
        parts.append(lay_out(survival_table(prognosis)))
    if answer.remarks:
        parts.append("Mind:\n" + bullets(answer.remarks))
    parts.append("What this is, and is not:\n" + bullets(LIMITS))
    parts.append("Sources:\n" + bullets(PROGNOSIS_SOURCES))
    if not with_curve:
        parts.append(
            wrapped(
                "Survival probabilities are shown only when asked for: run the command again "
                "with --curve."
            )
        )
    return "\n\n".join(parts)
