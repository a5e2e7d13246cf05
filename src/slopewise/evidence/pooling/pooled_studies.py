"""Studies, how they were pooled, and everything that tests the pooled effect."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slopewise.evidence.pooling.pooled_effect import Method, PooledEffect, PoolStatus
from slopewise.evidence.study import Interval
from slopewise.evidence.study_effect import interval_of

if TYPE_CHECKING:
    from slopewise.evidence.pooling.influence import StudyInfluence
    from slopewise.evidence.pooling.meta_regression import MetaRegression
    from slopewise.evidence.pooling.small_studies import SmallStudyCheck
    from slopewise.evidence.question import QuestionAnswer

__all__ = ["PoolOptions", "PooledStudies"]


@dataclass(frozen=True, slots=True)
class PoolOptions:
    """How to pool, and what else to look at; `force` computes what too few studies forbid."""

    method: Method = Method.REML
    hartung_knapp: bool = True
    floor: bool = False
    moderators: tuple[str, ...] = ()
    leave_one_out: bool = False
    cumulative: bool = False
    influence: bool = False
    small_studies: bool = False
    force: bool = False


@dataclass(frozen=True, slots=True)
class PooledStudies:
    """Studies with their estimates, the pooled effect, and what else was asked for (else None).

    `answer` is set when one of our questions was asked; `pooled` is None when no study answers it.
    """

    source: str
    studies: tuple[str, ...]
    estimates: tuple[float, ...]
    standard_errors: tuple[float, ...]
    own_intervals: tuple[Interval | None, ...]  # of a study's own method, where it has one
    options: PoolOptions
    pooled: PooledEffect | None
    remarks: tuple[str, ...]
    regression: "MetaRegression | None" = None
    leave_one_out: tuple[PooledEffect, ...] | None = None
    cumulative: tuple[PooledEffect, ...] | None = None
    influence: "tuple[StudyInfluence, ...] | None" = None
    small_studies: "SmallStudyCheck | None" = None
    answer: "QuestionAnswer | None" = None

    @property
    def intervals95(self) -> tuple[Interval, ...]:
        """The 95 % interval of each study."""
        bands = zip(self.estimates, self.standard_errors, self.own_intervals, strict=True)
        return tuple(interval_of(*band) for band in bands)

    @property
    def is_narrowed(self) -> bool:
        """Whether the standard error is below that of the weights alone, 1 / √Σw."""
        found = self.pooled
        if found is None or found.standard_error is None or found.between_study_variance is None:
            return False
        total = sum(
            1.0 / (error**2 + found.between_study_variance) for error in self.standard_errors
        )
        return found.standard_error < (1.0 - 1e-9) / math.sqrt(total)

    @property
    def is_reached(self) -> bool:
        """Whether every answer may be read: nothing ran out of steps or overflowed."""
        shown = (self.pooled, self.regression)
        bad = {PoolStatus.STEP_LIMIT, PoolStatus.NON_FINITE}
        return not any(result is not None and result.status in bad for result in shown)
