"""A comparison as a page shows it: card, figures, what is beside them, and how numbers came by."""

from collections.abc import Sequence
from dataclasses import dataclass

from slopewise.evidence.certainty.body import Outcome
from slopewise.evidence.certainty.grade import Certainty, Level
from slopewise.evidence.certainty.outcomes import OutcomeCertainty
from slopewise.evidence.question import QuestionAnswer
from slopewise.evidence.study_effect import StudyEffect
from slopewise.report.evidence.record import CitedRow, CitedTable, heading
from slopewise.report.figures.svg import Drawing
from slopewise.report.numbers import decimal
from slopewise.report.synthesis.cards import Card, comparison_card, statistics
from slopewise.report.synthesis.cumulative import cumulative, leave_one_out
from slopewise.report.synthesis.effect_words import effect_text, interval_text
from slopewise.report.synthesis.forest import forest, people_of
from slopewise.report.synthesis.row_words import (
    ShownCertainty,
    ShownRow,
    shown_certainty,
    shown_rows,
)
from slopewise.report.tables import Column

__all__ = [
    "ComparisonSection",
    "OutcomeRow",
    "SilentStudy",
    "StudySlowing",
    "comparison_section",
    "conversions_table",
    "outcome_sections",
    "study_slowing",
]

_UNTOLD = "Not said"


@dataclass(frozen=True, slots=True)
class SilentStudy:
    """A study that has no usable number: what it reported all the same, and why it has none."""

    study_id: str
    label: str
    direction: str
    reason: str
    people: str


@dataclass(frozen=True, slots=True)
class ComparisonSection:
    """Everything of one comparison; technical parts are empty in the plain view.

    Studies without a usable number are `told` where they reported a direction all the same.
    """

    card: Card
    meaning: str
    forest: Drawing | None
    cumulative: Drawing | None
    told: tuple[SilentStudy, ...]
    untold: tuple[SilentStudy, ...]
    certainty: ShownCertainty | None
    leave_one_out: Drawing | None
    statistics: tuple[tuple[str, str], ...]
    conversions: CitedTable | None


def comparison_section(
    answer: QuestionAnswer,
    whole_record: QuestionAnswer,
    certainty: Certainty | None,
    *,
    is_technical: bool,
) -> ComparisonSection:
    """The section of one question."""
    silent = _silent(answer)
    effects = (*answer.effects, *(left.effect for left in answer.left_out))
    return ComparisonSection(
        card=comparison_card(answer, whole_record, certainty),
        meaning=answer.question.lane.meaning,
        forest=forest(answer, with_alternatives=is_technical),
        cumulative=cumulative(answer),
        told=tuple(row for row in silent if row.direction != _UNTOLD),
        untold=tuple(row for row in silent if row.direction == _UNTOLD),
        certainty=None if certainty is None else shown_certainty(certainty),
        leave_one_out=leave_one_out(answer) if is_technical else None,
        statistics=statistics(answer) if is_technical else (),
        conversions=conversions_table(effects) if is_technical and effects else None,
    )


def _silent(answer: QuestionAnswer) -> tuple[SilentStudy, ...]:
    return tuple(
        SilentStudy(
            row.study_id, row.label, heading(row.direction), heading(row.reason), people_of(row)
        )
        for row in answer.unconverted
    )


def conversions_table(effects: tuple[StudyEffect, ...]) -> CitedTable:
    """How each estimate was come by, and what that takes for granted; with its first source."""
    rows = tuple(
        CitedRow(
            (
                effect.label,
                f"{effect_text(effect.measure, effect.estimate)} ({_ends(effect)})",
                decimal(effect.standard_error, 3),
                heading(effect.method),
            ),
            effect.citations[0],
            tuple(map(heading, effect.assumptions)),
        )
        for effect in effects
        if effect.citations
    )
    return CitedTable(
        "How each estimate was come by",
        (
            Column("Study"),
            Column("Estimate"),
            Column("Standard error", is_number=True),
            Column("Method"),
        ),
        rows,
        "Under each study: what its conversion takes for granted.",
    )


def _ends(effect: StudyEffect) -> str:
    ends = effect.interval95
    return interval_text(effect.measure, ends.low, ends.high)


@dataclass(frozen=True, slots=True)
class StudySlowing:
    """What one study says on the questions: a sentence each, and the conversions behind them."""

    sentences: tuple[str, ...]
    conversions: CitedTable | None


def study_slowing(study_id: str, answers: Sequence[QuestionAnswer]) -> StudySlowing:
    """Whether and how the study enters, and why not where it does not."""
    counted = [e for one in answers for e in one.effects if e.study_id == study_id]
    left_out = [o for one in answers for o in one.left_out if o.effect.study_id == study_id]
    silent = [u for one in answers for u in one.unconverted if u.study_id == study_id]
    sentences = [
        f"Counted: slowing of {_ends(effect)} (95 % interval), from {effect.method}."
        for effect in counted
    ]
    sentences += [
        f"Not counted: slowing of {_ends(left.effect)}, from {left.effect.method}; {left.reason}."
        for left in left_out
    ]
    sentences += [
        f"No usable number: {row.reason}. It reported: {row.direction}." for row in silent
    ]
    effects = (*counted, *(left.effect for left in left_out))
    return StudySlowing(tuple(sentences), conversions_table(effects) if effects else None)


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One outcome in one kind of study: the answer, how sure, and the rows behind it."""

    lane: str
    sentence: str
    certainty: ShownCertainty
    rows: tuple[ShownRow, ...]


def outcome_sections(
    rated: Sequence[OutcomeCertainty],
) -> tuple[tuple[str, tuple[OutcomeRow, ...]], ...]:
    """The outcomes beside slowing, which has sections of its own; nothing known is left out."""
    names = dict.fromkeys(one.outcome for one in rated if one.outcome is not Outcome.SLOWING)
    found = (
        (
            heading(name.value),
            tuple(
                OutcomeRow(
                    heading(one.lane.words),
                    heading(one.sentence),
                    shown_certainty(one.certainty),
                    shown_rows(one.rows),
                )
                for one in rated
                if one.outcome is name and one.certainty.level is not Level.NONE
            ),
        )
        for name in names
    )
    return tuple((name, rows) for name, rows in found if rows)
