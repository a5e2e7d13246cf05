"""One card per comparison: the answer first, then how sure, from how many studies and people."""

from collections.abc import Sequence
from dataclasses import dataclass

from slopewise.evidence.certainty.grade import Certainty, Level
from slopewise.evidence.pooling.pooled_effect import AssumedSpread, PooledEffect, PoolStatus
from slopewise.evidence.question import QuestionAnswer
from slopewise.evidence.study_effect import Measure
from slopewise.report.evidence.record import heading
from slopewise.report.numbers import plural, whole
from slopewise.report.synthesis.effect_words import effect_text, interval_text

__all__ = ["Card", "certainty_mark", "comparison_card", "moved", "statistics"]

_MARKS = {
    Level.HIGH: "●●●●",
    Level.MODERATE: "●●●○",
    Level.LOW: "●●○○",
    Level.VERY_LOW: "●○○○",
    Level.NONE: "○○○○",
}
_MEANINGS = {
    Level.HIGH: "more studies are unlikely to change it",
    Level.MODERATE: "more studies may change it",
    Level.LOW: "more studies are likely to change it",
    Level.VERY_LOW: "the true answer may be quite different",
    Level.NONE: "nobody has studied it in a way that can be used",
}


@dataclass(frozen=True, slots=True)
class Card:
    """A comparison as a reader meets it; `was` is the answer with every study switched on."""

    key: str
    question: str
    lane: str
    sentence: str
    was: str | None
    certainty: tuple[str, str, str] | None  # mark, level, meaning
    studies: str
    people: str


def comparison_card(
    answer: QuestionAnswer, whole_record: QuestionAnswer, certainty: Certainty | None
) -> Card:
    """The card of one question."""
    return Card(
        key=answer.question.key,
        question=answer.question.words,
        lane=heading(answer.question.lane.words),
        sentence=answer.sentence,
        was=moved(answer, whole_record),
        certainty=None if certainty is None else certainty_mark(certainty),
        studies=_studies(answer),
        people=_people(answer),
    )


def moved(answer: QuestionAnswer, whole_record: QuestionAnswer) -> str | None:
    """ "Was … is now …" where leaving studies out changed the answer or its studies."""
    if answer == whole_record:
        return None
    before, after = _summary(whole_record), _summary(answer)
    if before == after:
        return f"Was {before}; is now the same, though the studies beside it changed."
    return f"Was {before}; is now {after}."


def _summary(answer: QuestionAnswer) -> str:
    count = plural(len(answer.effects), "study", "studies")
    pooled = answer.pooled
    if pooled is None or pooled.low is None:
        return f"without an estimate ({count})"
    measure = answer.question.measure
    what = "slowing of " if measure is Measure.SLOWING else ""
    return f"{what}{interval_text(measure, pooled.low, pooled.high)} ({count})"


def certainty_mark(certainty: Certainty) -> tuple[str, str, str]:
    """Four dots, the level in a word, and what it means."""
    level = certainty.level
    return _MARKS[level], level.value, _MEANINGS[level]


def _studies(answer: QuestionAnswer) -> str:
    parts = [f"{plural(len(answer.effects), 'study', 'studies')} with a number"]
    if answer.unconverted:
        parts.append(f"{len(answer.unconverted)} without")
    if answer.left_out:
        parts.append(f"{len(answer.left_out)} not counted")
    return ", ".join(parts)


def _people(answer: QuestionAnswer) -> str:
    known = [n for effect in answer.effects for n in (effect.n_treated, effect.n_control) if n]
    if not answer.effects:
        return "nobody counted"
    if not known:
        return "people not read"
    unread = sum(effect.n_treated is None for effect in answer.effects)
    told = f"{whole(sum(known))} people"
    return f"at least {told}" if unread else told


def statistics(answer: QuestionAnswer) -> tuple[tuple[str, str], ...]:
    """What a statistician asks of a pooled answer, as names and values."""
    pooled, measure = answer.pooled, answer.question.measure
    if pooled is None:
        return (("Studies", "0"), *_tested(answer))
    pairs: Sequence[tuple[str, str | None]] = (
        ("Studies", str(pooled.k)),
        ("Method", _method(pooled)),
        ("Status", pooled.status.value.replace("_", " ")),
        ("95 % interval", interval_text(measure, pooled.low, pooled.high)),
        ("Estimate", effect_text(measure, pooled.estimate)),
        ("Standard error", _number(pooled.standard_error)),
        ("P", _p(pooled.p_value)),
        ("Degrees of freedom", _number(pooled.degrees_of_freedom)),
        (
            "Prediction interval",
            None
            if pooled.prediction_low is None
            else interval_text(measure, pooled.prediction_low, pooled.prediction_high),
        ),
        ("Between-study variance τ²", _with_ends(answer)),
        ("I²", _suffixed(pooled.heterogeneity_i2, " %")),
        ("H²", _number(pooled.heterogeneity_h2)),
        ("Q", _number(pooled.q)),
        ("P of Q", _p(pooled.q_p)),
        ("Average effect, spread between studies assumed", _assumed(answer, answer.assumed)),
    )
    told = tuple((name, value) for name, value in pairs if value is not None)
    return (*told, *_tested(answer))


def _tested(answer: QuestionAnswer) -> tuple[tuple[str, str], ...]:
    """What the answer would be with borrowed spreads: a test of it."""
    pairs = (
        ("With borrowed spreads counted", _completed(answer)),
        ("The same, spread between studies assumed", _assumed(answer, answer.completed_assumed)),
    )
    return tuple((name, value) for name, value in pairs if value is not None)


def _method(pooled: PooledEffect) -> str:
    if pooled.status is PoolStatus.SINGLE_STUDY:
        return "nothing pooled: the study's own interval"
    knapp = "Hartung–Knapp" if pooled.hartung_knapp else "normal interval"
    return f"{pooled.method.value.upper()}, {knapp}"


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:.3g}".replace("-", "\u2212")


def _p(value: float | None) -> str | None:
    return "under 0.0001" if value is not None and value < 0.0001 else _number(value)


def _suffixed(value: float | None, unit: str) -> str | None:
    return None if value is None else f"{value:.0f}{unit}"


def _with_ends(answer: QuestionAnswer) -> str | None:
    pooled = answer.pooled
    if pooled is None or pooled.between_study_variance is None:
        return None
    told = _number(pooled.between_study_variance) or ""
    low, high = pooled.between_study_variance_low, pooled.between_study_variance_high
    if low is None or high is None:
        return told
    return f"{told} ({_number(low)} to {_number(high)})"


def _assumed(answer: QuestionAnswer, found: AssumedSpread | None) -> str | None:
    if found is None:
        return None
    told = interval_text(answer.question.measure, found.low, found.high)
    return (
        f"{told}, middle {effect_text(answer.question.measure, found.median)}; rests on the "
        f"assumption that true effects differ with an SD that is half-normal, scale {found.scale:g}"
    )


def _completed(answer: QuestionAnswer) -> str | None:
    added = answer.completed
    if added is None or added.low is None or added == answer.pooled:
        return None
    told = interval_text(answer.question.measure, added.low, added.high)
    return f"{told} ({plural(added.k, 'study', 'studies')}); a test of the answer, not the answer"
