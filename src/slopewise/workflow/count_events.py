"""Count events: of a file by one method or all, or the safety events of the published record."""

from dataclasses import dataclass
from pathlib import Path

from slopewise.evidence.proportions.pool import pool_proportions
from slopewise.evidence.proportions.pooled_proportion import (
    CountedStudy,
    CountMethod,
    CountStatus,
    PooledProportion,
)
from slopewise.evidence.safety.answer import answer_safety
from slopewise.evidence.safety.safety_answer import SafetyAnswer
from slopewise.records.published.count_csv import read_count_table
from slopewise.workflow.published_record import published_studies

__all__ = ["CountedEvents", "count_file", "count_safety"]

NOT_REACHED = (CountStatus.STEP_LIMIT, CountStatus.NO_MAXIMUM, CountStatus.UNRELIABLE)


@dataclass(frozen=True, slots=True)
class CountedEvents:
    """The answers of the methods asked for, the main one first, beside plain adding up."""

    source: str
    answers: tuple[PooledProportion, ...]
    plain: PooledProportion
    remarks: tuple[str, ...]

    @property
    def main(self) -> PooledProportion:
        return self.answers[0]

    @property
    def is_reached(self) -> bool:
        """Whether the main answer may be read."""
        return self.main.status not in NOT_REACHED


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
