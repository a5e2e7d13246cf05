"""Check what is said of the therapy: the known claims, a text, certainty, and who approved it."""

from dataclasses import dataclass

from slopewise.evidence.certainty.outcomes import OutcomeCertainty, certainties
from slopewise.evidence.claims.answers import answer_claim, answer_claims
from slopewise.evidence.claims.claim import ClaimAnswer
from slopewise.evidence.claims.known import known_claim
from slopewise.evidence.claims.regulation import RegulatoryStatus, regulation
from slopewise.evidence.claims.text_check import TextCheck, check_text
from slopewise.workflow.published_record import published_studies

__all__ = [
    "CheckedText",
    "check_claim",
    "check_claims",
    "check_written",
    "rate_outcomes",
    "regulatory_statuses",
]


@dataclass(frozen=True, slots=True)
class CheckedText:
    """The text as it was read, its sentences checked, and the answers to the claims in it."""

    name: str
    text: str
    check: TextCheck
    answers: tuple[ClaimAnswer, ...]


def check_claims() -> tuple[ClaimAnswer, ...]:
    """Every known claim, answered from the published record."""
    return answer_claims(published_studies())


def check_claim(claim_id: str) -> ClaimAnswer:
    """One claim; NotFoundError when it is not known."""
    return answer_claim(known_claim(claim_id), published_studies())


def check_written(name: str, text: str) -> CheckedText:
    """A text, sentence by sentence, with the verdicts on the claims found."""
    answers = check_claims()
    check = check_text(text, answers)
    by_id = {one.claim_id: one for one in answers}
    return CheckedText(name, text, check, tuple(by_id[each] for each in check.claim_ids))


def rate_outcomes() -> tuple[OutcomeCertainty, ...]:
    """How sure one may be of each outcome, from the published record."""
    return certainties(published_studies())


def regulatory_statuses() -> tuple[RegulatoryStatus, ...]:
    """Where a cell therapy for ALS is approved."""
    return regulation()
