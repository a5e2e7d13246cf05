"""Everything the evidence page says: each question answered, how sure, safety, and what is off.

Answers are kept in memory by studies, those switched off and method: a warm page computes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from slopewise.errors import NotFoundError
from slopewise.evidence.certainty.grade import Certainty
from slopewise.evidence.certainty.outcomes import OutcomeCertainty, certainties, slowing_body
from slopewise.evidence.certainty.rating import rate
from slopewise.evidence.pooling.pooled_effect import Method
from slopewise.evidence.question import QUESTIONS, QuestionAnswer, answer
from slopewise.evidence.safety.answer import answer_safety
from slopewise.evidence.safety.safety_answer import SafetyAnswer
from slopewise.evidence.study import Study
from slopewise.evidence.study_effect import StudyEffect
from slopewise.workflow.published_record import published_studies

__all__ = ["Comparison", "Synthesis", "synthesise"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One question's answer from the studies switched on, and from the whole record."""

    answer: QuestionAnswer
    whole_record: QuestionAnswer
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Synthesis:
    """What is known; `without` are the studies that are switched off.

    `with_number` have an estimate in some question, `without_number` only words.
    """

    every: tuple[Study, ...]
    comparisons: tuple[Comparison, ...]
    safety: tuple[SafetyAnswer, ...]
    outcomes: tuple[OutcomeCertainty, ...]
    with_number: tuple[Study, ...]
    without_number: tuple[Study, ...]
    without: frozenset[str]
    method: Method
    hartung_knapp: bool


def synthesise(
    *,
    without: Sequence[str] = (),
    method: Method = Method.REML,
    hartung_knapp: bool = True,
) -> Synthesis:
    """The synthesis of the published record; NotFoundError where a study to leave out is none."""
    studies = published_studies()
    _require_known(studies, without)
    return _synthesis(studies, frozenset(without), method, hartung_knapp=hartung_knapp)


def _require_known(studies: Sequence[Study], without: Sequence[str]) -> None:
    known = {study.study_id for study in studies}
    for study_id in without:
        if study_id not in known:
            near = get_close_matches(study_id, known, n=3)
            advice = f"did you mean {', '.join(near)}" if near else "choose from the page's list"
            raise NotFoundError(
                f'no study "{study_id[:80]}" in the published record to leave out; {advice}'
            )


@lru_cache(maxsize=64)
def _synthesis(
    studies: tuple[Study, ...], without: frozenset[str], method: Method, *, hartung_knapp: bool
) -> Synthesis:
    whole_record = _answers(studies, frozenset(), method, hartung_knapp=hartung_knapp)
    answers = _answers(studies, without, method, hartung_knapp=hartung_knapp)
    counted = {one.study_id for whole in whole_record for one in _estimates(whole)}
    silent = {one.study_id for whole in whole_record for one in whole.unconverted} - counted
    return Synthesis(
        every=studies,
        comparisons=tuple(
            Comparison(now, whole, rate(slowing_body(now, studies)))
            for now, whole in zip(answers, whole_record, strict=True)
        ),
        safety=answer_safety(studies, without=without),
        outcomes=certainties([one for one in studies if one.study_id not in without]),
        with_number=tuple(study for study in studies if study.study_id in counted),
        without_number=tuple(study for study in studies if study.study_id in silent),
        without=without,
        method=method,
        hartung_knapp=hartung_knapp,
    )


def _estimates(answered: QuestionAnswer) -> tuple[StudyEffect, ...]:
    return (*answered.effects, *(left.effect for left in answered.left_out))


@lru_cache(maxsize=64)
def _answers(
    studies: tuple[Study, ...], without: frozenset[str], method: Method, *, hartung_knapp: bool
) -> tuple[QuestionAnswer, ...]:
    return tuple(
        answer(question, studies, method=method, hartung_knapp=hartung_knapp, without=without)
        for question in QUESTIONS
    )
