"""Count events: of a file by one method or all, or the safety events of the published record."""

from pathlib import Path

from slopewise.evidence.proportions.pool import pool_proportions
from slopewise.evidence.proportions.pooled_proportion import (
    CountedEvents,
    CountedStudy,
    CountMethod,
)
from slopewise.evidence.safety.answer import answer_safety
from slopewise.evidence.safety.safety_answer import SafetyAnswer
from slopewise.records.published.count_csv import read_count_table
from slopewise.workflow.published_record import published_studies

__all__ = ["count_file", "count_safety"]


def count_file(path: Path, method: CountMethod | None = None) -> CountedEvents:
    """Pool the counts of a file; without a method by all three, the binomial-normal one first."""
    table = read_count_table(path)
    counted = [CountedStudy(*row) for row in table.rows]
    methods = (
        (CountMethod.GLMM, CountMethod.BETA_BINOMIAL, CountMethod.EXACT)
        if method is None
        else (method,)
    )
    answers = tuple(pool_proportions(counted, each) for each in methods)
    plain = next((one for one in answers if one.method is CountMethod.EXACT), None)
    return CountedEvents(
        source=table.name,
        answers=answers,
        plain=plain or pool_proportions(counted, CountMethod.EXACT),
        remarks=table.remarks,
    )


def count_safety(*, without: frozenset[str] = frozenset()) -> tuple[SafetyAnswer, ...]:
    """The safety events of the published studies, those of `without` switched off."""
    return answer_safety(published_studies(), without=without)
