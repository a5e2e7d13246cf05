"""A claim made for the therapy, its checkable statements, and the verdict on each."""

from dataclasses import dataclass
from enum import StrEnum

from slopewise.evidence.certainty.grade import Certainty
from slopewise.evidence.row import EvidenceRow

__all__ = ["ClaimAnswer", "StatementAnswer", "Verdict"]


class Verdict(StrEnum):
    """What the evidence says of a statement."""

    SUPPORTED = "supported"
    PARTLY = "partly supported"
    NOT_SUPPORTED = "not supported"
    CONTRADICTED = "contradicted"
    NOT_STUDIED = "not studied"


@dataclass(frozen=True, slots=True)
class StatementAnswer:
    """One checkable statement of a claim with the rows for it and against it."""

    statement: str
    verdict: Verdict
    because: str
    rows_for: tuple[EvidenceRow, ...]
    rows_against: tuple[EvidenceRow, ...]
    certainty: Certainty | None = None


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """A claim with its verdict, its statements, and a wording that would be true."""

    claim_id: str
    claim: str
    verdict: Verdict
    sentence: str  # the answer in one plain sentence
    true_wording: str
    statements: tuple[StatementAnswer, ...]
    not_verified: str | None = None
