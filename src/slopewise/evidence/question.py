"""Questions put to the published record, each to one lane, and their answers.

A question is about one measure in one lane. Studies that may share patients count once. What
could not be converted stands beside the answer with its reason, and so does the answer with
borrowed spreads: neither changes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from slopewise.errors import InputError
from slopewise.evidence.breathing.vital_capacity import breathing_effects
from slopewise.evidence.cohorts import cohort_names
from slopewise.evidence.design import Lane
from slopewise.evidence.pooling.pooled_effect import (
    AssumedSpread,
    Method,
    PooledEffect,
    as_printed,
)
from slopewise.evidence.slowing.candidate import LeftOut
from slopewise.evidence.slowing.convert import Conversion, convert_all
from slopewise.evidence.study import Study
from slopewise.evidence.study_effect import Measure, StudyEffect, Unconverted
from slopewise.evidence.words.answer_sentence import breathing_sentence, slowing_sentence

__all__ = [
    "FEW",
    "FURTHER_QUESTIONS",
    "QUESTIONS",
    "LeftOut",
    "Question",
    "QuestionAnswer",
    "answer",
]


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its key in addresses and files, its words, its lane and measure."""

    key: str
    words: str
    lane: Lane
    measure: Measure


@dataclass(frozen=True, slots=True)
class QuestionAnswer:
    """The answer to one question from the studies given.

    `pooled` is None when no study has an estimate. `completed` pools the estimates with the
    `borrowed` ones added: a test of the answer, not the answer; None when none is borrowed. Rows of
    `leave_one_out` and `cumulative` stand in the order of `effects`, sorted by year; with one
    effect nothing can be left out and `leave_one_out` is empty. `assumed` and `completed_assumed`
    are average effects under a named assumption on the spread between studies: of slowing only,
    where studies are few or one is borrowed.
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
    borrowed: tuple[StudyEffect, ...] = ()
    assumed: AssumedSpread | None = None
    completed_assumed: AssumedSpread | None = None


Dated = TypeVar("Dated", StudyEffect, Unconverted)

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

FEW = 4  # assumption: from five studies on they tell something themselves of how much they differ

# asked of another outcome than decline; answered in the same way
FURTHER_QUESTIONS = (
    Question(
        "breathing_randomised",
        "Do cells help breathing (vital capacity), in randomised trials?",
        Lane.RANDOMISED,
        Measure.MEAN_DIFFERENCE,
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
    """The answer from these studies, those named in `without` switched off.

    One effect per cohort: the study with more people, of equal ones the earlier. A spread may be
    borrowed from any of the studies, also from one switched off: borrowing changes no answer.
    """
    made = _converted(question, studies, without)
    effects, shared = _one_per_cohort([one.chosen for one in made if one.chosen is not None])
    left_out = (*shared, *(each for one in made for each in one.left_out))
    silent = _by_year([one.unconverted for one in made if one.unconverted is not None])
    pooled = _pooled(effects, method=method, hartung_knapp=hartung_knapp)
    say = slowing_sentence if question.measure is Measure.SLOWING else breathing_sentence
    several = range(len(effects)) if len(effects) > 1 else range(0)
    borrowed = _borrowed(effects, made)
    completed = (*effects, *borrowed) if borrowed else ()
    is_assumed = question.measure is Measure.SLOWING and (len(effects) <= FEW or bool(borrowed))
    return QuestionAnswer(
        question=question,
        effects=effects,
        left_out=left_out,
        unconverted=silent,
        pooled=pooled,
        completed=_pooled(completed, method=method, hartung_knapp=hartung_knapp),
        leave_one_out=_each(
            [effects[:at] + effects[at + 1 :] for at in several],
            method=method,
            hartung_knapp=hartung_knapp,
        ),
        cumulative=_each(
            [effects[: at + 1] for at in range(len(effects))],
            method=method,
            hartung_knapp=hartung_knapp,
        ),
        sentence=say(question.lane, effects, pooled, unconverted=silent),
        borrowed=borrowed,
        assumed=_assumed(effects) if is_assumed else None,
        completed_assumed=_assumed(completed) if is_assumed else None,
    )


def _converted(
    question: Question, studies: Sequence[Study], without: frozenset[str]
) -> tuple[Conversion, ...]:
    """What each study of the lane gives to the question."""
    cohorts = cohort_names(studies)
    asked = [each for each in studies if each.lane is question.lane]
    here = [each for each in asked if each.study_id not in without]
    if question.measure is Measure.SLOWING:
        return convert_all(here, cohorts=cohorts, lenders=studies)
    if question.measure is Measure.MEAN_DIFFERENCE:
        return breathing_effects(here, cohorts=cohorts)
    raise InputError(f'no effect on the scale "{question.measure}" is read; ask for slowing')


def _one_per_cohort(
    effects: Sequence[StudyEffect],
) -> tuple[tuple[StudyEffect, ...], tuple[LeftOut, ...]]:
    """The largest study of each cohort, by year, and the others with the reason."""
    kept: dict[str, StudyEffect] = {}
    for effect in sorted(effects, key=_size_order):
        kept.setdefault(effect.cohort, effect)
    left_out = tuple(
        LeftOut(
            effect,
            f"may share patients with {kept[effect.cohort].label}, which is the larger or earlier",
        )
        for effect in effects
        if kept[effect.cohort] is not effect
    )
    return _by_year(list(kept.values())), left_out


def _size_order(effect: StudyEffect) -> tuple[int, int, str]:
    people = (effect.n_treated or 0) + (effect.n_control or 0)
    return (-people, effect.year or 9999, effect.study_id)


def _by_year(rows: Sequence[Dated]) -> tuple[Dated, ...]:
    return tuple(sorted(rows, key=lambda row: (row.year or 9999, row.study_id)))


def _borrowed(
    effects: tuple[StudyEffect, ...], made: Sequence[Conversion]
) -> tuple[StudyEffect, ...]:
    """The estimates with borrowed spreads of cohorts that have none of their own."""
    counted = {effect.cohort for effect in effects}
    lent = [one.borrowed for one in made if one.borrowed is not None]
    return _one_per_cohort([each for each in lent if each.cohort not in counted])[0]


def _assumed(effects: Sequence[StudyEffect]) -> AssumedSpread | None:
    from slopewise.evidence.pooling.predictive import mean_with_assumed_spread

    return mean_with_assumed_spread(
        [effect.estimate for effect in effects], [effect.standard_error for effect in effects]
    )


def _each(
    groups: Sequence[tuple[StudyEffect, ...]], *, method: Method, hartung_knapp: bool
) -> tuple[PooledEffect, ...]:
    made = (_pooled(group, method=method, hartung_knapp=hartung_knapp) for group in groups)
    return tuple(one for one in made if one is not None)


def _pooled(
    effects: Sequence[StudyEffect], *, method: Method, hartung_knapp: bool
) -> PooledEffect | None:
    from slopewise.evidence.pooling.pool import pool

    if not effects:
        return None
    pooled = pool(
        [effect.estimate for effect in effects],
        [effect.standard_error for effect in effects],
        method=method,
        hartung_knapp=hartung_knapp,
        floor=hartung_knapp,  # a few studies that happen to agree must not look sure
    )
    return as_printed(pooled, effects[0].own_interval)
