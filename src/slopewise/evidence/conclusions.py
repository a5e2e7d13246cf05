"""Every conclusion of the record, so that two states of it can be laid side by side.

A conclusion is one answer: to a question, on safety, its certainty, or a claim's verdict.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from slopewise.evidence.certainty.outcomes import OutcomeCertainty, certainties
from slopewise.evidence.claims.answers import answer_claims
from slopewise.evidence.claims.claim import ClaimAnswer
from slopewise.evidence.design import Lane
from slopewise.evidence.question import QUESTIONS, QuestionAnswer, answer
from slopewise.evidence.row import EvidenceRow
from slopewise.evidence.safety.answer import answer_safety
from slopewise.evidence.safety.safety_answer import SafetyAnswer
from slopewise.evidence.study import Study

__all__ = ["Aside", "Conclusion", "Entry", "Judged", "conclusions", "question_conclusion"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A study's estimate that enters an answer, with its share of the weight (0 to 1)."""

    study_id: str
    label: str
    estimate: float
    standard_error: float
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class Aside:
    """A study that stands beside an answer, and why it does not enter."""

    study_id: str
    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class Judged:
    """One step to a conclusion: a domain and its levels, or a statement and its verdict."""

    name: str
    verdict: str
    reason: str


@dataclass(frozen=True, slots=True)
class Conclusion:
    """One conclusion: its key, what it is about, its sentence, its numbers, what it rests on.

    `lane` is None where a conclusion draws on every kind of study.
    """

    key: str
    about: str
    sentence: str
    numbers: tuple[tuple[str, float | None], ...] = ()
    rows: tuple[EvidenceRow, ...] = ()
    entries: tuple[Entry, ...] = ()
    asides: tuple[Aside, ...] = ()
    steps: tuple[Judged, ...] = ()  # domains of certainty, statements of a claim
    lane: Lane | None = None

    def number(self, name: str) -> float | None:
        """The number of that name; None where there is none."""
        return dict(self.numbers).get(name)


def conclusions(studies: Sequence[Study]) -> tuple[Conclusion, ...]:
    """Every conclusion from these studies, in the order of the pages."""
    return tuple(_every(studies))


def _every(studies: Sequence[Study]) -> Iterator[Conclusion]:
    for question in QUESTIONS:
        yield question_conclusion(answer(question, studies))
    yield from map(_safety, answer_safety(studies))
    yield from map(_certainty, certainties(studies))
    yield from map(_claim, answer_claims(studies))


def question_conclusion(said: QuestionAnswer) -> Conclusion:
    """The answer to a question as a conclusion."""
    pooled = said.pooled
    weights: Iterable[float | None] = pooled.weights if pooled is not None else ()
    shares = [*weights, *([None] * len(said.effects))][: len(said.effects)]
    entries = tuple(
        Entry(one.study_id, one.label, one.estimate, one.standard_error, share)
        for one, share in zip(said.effects, shares, strict=True)
    )
    left_out = (Aside(one.effect.study_id, one.effect.label, one.reason) for one in said.left_out)
    silent = (Aside(one.study_id, one.label, one.reason) for one in said.unconverted)
    return Conclusion(
        key=f"question.{said.question.key}",
        about=said.question.words,
        sentence=said.sentence,
        numbers=_numbers(said),
        rows=tuple(
            EvidenceRow(
                f"slowing {one.estimate:.3g} (standard error {one.standard_error:.3g}), "
                f"{one.method}",
                citation,
                one.study_id,
                one.label,
            )
            for one in said.effects
            for citation in one.citations[:1]
        ),
        entries=entries,
        asides=(*left_out, *silent),
        lane=said.question.lane,
    )


def _numbers(said: QuestionAnswer) -> tuple[tuple[str, float | None], ...]:
    pooled = said.pooled
    if pooled is None:
        return (("studies", 0.0),)
    return (
        ("studies", float(pooled.k)),
        ("estimate", pooled.estimate),
        ("standard_error", pooled.standard_error),
        ("low", pooled.low),
        ("high", pooled.high),
        ("between_study_variance", pooled.between_study_variance),
        ("prediction_low", pooled.prediction_low),
        ("prediction_high", pooled.prediction_high),
        *_assumed(said),
    )


def _assumed(said: QuestionAnswer) -> tuple[tuple[str, float | None], ...]:
    found = said.assumed
    return () if found is None else (("assumed_low", found.low), ("assumed_high", found.high))


def _safety(said: SafetyAnswer) -> Conclusion:
    plain = said.plain
    return Conclusion(
        key=f"safety.{said.event.name.lower()}.{said.route.replace(' ', '_')}",
        about=f"How often reported: {said.event}, {said.route}",
        sentence=said.sentence,
        numbers=()
        if plain is None
        else (
            ("people with it", float(plain.events)),
            ("people", float(plain.total)),
            ("share", plain.estimate),
            ("share_low", plain.low),
            ("share_high", plain.high),
        ),
        rows=tuple(
            EvidenceRow(
                f"{row.events} of {row.total} people", row.citation, row.study_id, row.label
            )
            for row in said.rows
        ),
        asides=tuple(Aside(one.study_id, one.label, one.reason) for one in said.left_out),
    )


def _certainty(said: OutcomeCertainty) -> Conclusion:
    numbers, rated = said.numbers, said.certainty
    return Conclusion(
        key=f"certainty.{said.outcome.name.lower()}.{said.lane.value}",
        about=f"How sure one may be: {said.outcome}, {said.lane.words}",
        sentence=said.sentence[:1].upper() + said.sentence[1:],
        numbers=(
            ("studies", float(numbers.k)),
            ("people", float(numbers.people)),
            ("estimate", numbers.estimate),
            ("low", numbers.low),
            ("high", numbers.high),
        ),
        rows=said.rows,
        steps=tuple(
            Judged(str(step.domain), f"{step.levels:+d}", step.reason)
            for step in rated.steps
            if step.levels
        ),
        lane=said.lane,
    )


def _claim(said: ClaimAnswer) -> Conclusion:
    return Conclusion(
        key=f"claim.{said.claim_id}",
        about=f'Claim: "{said.claim}"',
        sentence=said.sentence,
        rows=tuple(row for one in said.statements for row in (*one.rows_for, *one.rows_against)),
        steps=tuple(
            Judged(f'"{one.statement}"', str(one.verdict), one.because) for one in said.statements
        ),
    )
