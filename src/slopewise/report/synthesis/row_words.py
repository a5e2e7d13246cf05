"""Rows of evidence and steps of certainty, ready to be shown."""

from collections.abc import Iterable
from dataclasses import dataclass

from slopewise.evidence.certainty.grade import Certainty, Step
from slopewise.evidence.row import EvidenceRow
from slopewise.report.evidence.record import SourceWords, heading, source_words
from slopewise.report.synthesis.cards import certainty_mark

__all__ = ["ShownCertainty", "ShownRow", "ShownStep", "shown_certainty", "shown_rows"]


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A fact, the study it is from where there is one, and where it was read."""

    fact: str
    study_id: str | None
    label: str | None
    source: SourceWords


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One judgement: its name, what it did to the level, why, and the rows that caused it."""

    name: str
    change: str
    reason: str
    rows: tuple[ShownRow, ...]


@dataclass(frozen=True, slots=True)
class ShownCertainty:
    """Dots, level, meaning, where it started, and every step."""

    mark: str
    level: str
    meaning: str
    start: str
    steps: tuple[ShownStep, ...]


def shown_rows(rows: Iterable[EvidenceRow]) -> tuple[ShownRow, ...]:
    """Rows with their sources as links."""
    return tuple(
        ShownRow(heading(row.fact), row.study_id, row.label, source_words(row.citation))
        for row in rows
    )


def shown_certainty(certainty: Certainty) -> ShownCertainty:
    """The level with every step that led to it."""
    mark, level, meaning = certainty_mark(certainty)
    return ShownCertainty(
        mark, level, meaning, certainty.start.value, tuple(map(_shown_step, certainty.steps))
    )


def _shown_step(step: Step) -> ShownStep:
    return ShownStep(
        heading(step.domain.value),
        _change(step.levels),
        heading(step.reason),
        shown_rows(step.rows),
    )


def _change(levels: int) -> str:
    if levels == 0:
        return "no change"
    count = "one level" if abs(levels) == 1 else f"{abs(levels)} levels"
    return f"{count} down" if levels < 0 else f"{count} up"
