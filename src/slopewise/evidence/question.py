"""Questions put to the published record, each to one lane, and their answers.

A question is about one measure in one lane. Studies that may share patients count once. What
could not be converted stands beside the answer with its reason, and so does the answer with
borrowed spreads: neither changes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from slopewise.evidence.design import Lane
from slopewise.evidence.pooling.pooled_effect import Method, PooledEffect
from slopewise.evidence.study import Study
from slopewise.evidence.study_effect import Measure, StudyEffect, Unconverted

__all__ = ["QUESTIONS", "LeftOut", "Question", "QuestionAnswer", "answer"]


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its key in addresses and files, its words, its lane and measure."""

    key: str
    words: str
    lane: Lane
    measure: Measure


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An estimate that does not enter, and why."""

    effect: StudyEffect
    reason: str


@dataclass(frozen=True, slots=True)
class QuestionAnswer:
    """The answer to one question from the studies given.

    `pooled` is None when no study has an estimate. `completed` pools the estimates with the
    borrowed ones added: a test of the answer, not the answer. Rows of `leave_one_out` and
    `cumulative` stand in the order of `effects`, sorted by year.
    """

    question: Question
    effects: tuple[StudyEffect, ...]
    left_out: tuple[LeftOut, ...]
    unconverted: tuple[Unconverted, ...]
    pooled: PooledEffect | None
    completed: PooledEffect | None
    leave_one_out: tuple[PooledEffect, ...]
    cumulative: tuple[PooledEffect, ...]
    sentence: str  # the answer in one plain sentence, interval first


QUESTIONS = (
    Question(
        "slowing_randomised",
        "Do cells slow the decline of function, in randomised trials?",
        Lane.RANDOMISED,
        Measure.SLOWING,
    ),
    Question(
        "slowing_external_control",
        "Do cells slow the decline of function, against a chosen comparison group?",
        Lane.EXTERNAL_CONTROL,
        Measure.SLOWING,
    ),
    Question(
        "slowing_single_arm",
        "Was decline slower after cells than before, where nobody was left untreated?",
        Lane.SINGLE_ARM,
        Measure.SLOWING,
    ),
)


def answer(
    question: Question,
    studies: Sequence[Study],
    *,
    method: Method = Method.REML,
    hartung_knapp: bool = True,
    without: frozenset[str] = frozenset(),
) -> QuestionAnswer:
    """The answer from these studies, those named in `without` switched off."""
    raise NotImplementedError
