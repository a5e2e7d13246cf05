"""Certainty of a conclusion: where it starts, each step down or up, and the rows that caused it."""

from dataclasses import dataclass
from enum import StrEnum

from slopewise.evidence.row import EvidenceRow

__all__ = ["Certainty", "Domain", "Level", "Step"]


class Level(StrEnum):
    """The four levels of GRADE, and a fifth for a question nobody studied."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    VERY_LOW = "very low"
    NONE = "no evidence"


class Domain(StrEnum):
    """What may lower or raise certainty."""

    RISK_OF_BIAS = "risk of bias"
    INCONSISTENCY = "inconsistency"
    INDIRECTNESS = "indirectness"
    IMPRECISION = "imprecision"
    PUBLICATION_BIAS = "missing results"
    LARGE_EFFECT = "large effect"


@dataclass(frozen=True, slots=True)
class Step:
    """One judgement: how many levels down (negative) or up, why, and because of which rows."""

    domain: Domain
    levels: int  # -2, -1, 0, +1
    reason: str
    rows: tuple[EvidenceRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Certainty:
    """The level reached, from where it started through every step."""

    level: Level
    start: Level
    steps: tuple[Step, ...]
