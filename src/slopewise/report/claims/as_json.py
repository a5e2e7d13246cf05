"""Claims, checked texts, certainty and approvals as plain objects for JSON."""

from typing import Any

from slopewise.evidence.certainty.grade import Certainty
from slopewise.evidence.certainty.outcomes import OutcomeCertainty
from slopewise.evidence.claims.claim import ClaimAnswer, StatementAnswer
from slopewise.evidence.claims.regulation import RegulatoryStatus
from slopewise.evidence.claims.text_check import CheckedSentence, TextCheck
from slopewise.evidence.row import EvidenceRow
from slopewise.evidence.study import Citation

__all__ = ["check_object", "claim_object", "outcome_object", "regulation_object"]


def claim_object(answer: ClaimAnswer) -> dict[str, Any]:
    """A claim with its statements, rows and sources."""
    return {
        "claim_id": answer.claim_id,
        "claim": answer.claim,
        "verdict": str(answer.verdict),
        "sentence": answer.sentence,
        "true_wording": answer.true_wording,
        "not_verified": answer.not_verified,
        "statements": [_statement(one) for one in answer.statements],
    }


def _statement(one: StatementAnswer) -> dict[str, Any]:
    return {
        "statement": one.statement,
        "verdict": str(one.verdict),
        "because": one.because,
        "certainty": None if one.certainty is None else _certainty(one.certainty),
        "rows_for": [_row(row) for row in one.rows_for],
        "rows_against": [_row(row) for row in one.rows_against],
    }


def _row(row: EvidenceRow) -> dict[str, Any]:
    return {
        "fact": row.fact,
        "study_id": row.study_id,
        "label": row.label,
        "citation": _citation(row.citation),
    }


def _citation(citation: Citation) -> dict[str, str | None]:
    return {
        "source": citation.source,
        "pointer": citation.pointer,
        "status": citation.status,
    }


def _certainty(certainty: Certainty) -> dict[str, Any]:
    return {
        "level": str(certainty.level),
        "start": str(certainty.start),
        "steps": [
            {
                "domain": str(step.domain),
                "levels": step.levels,
                "reason": step.reason,
                "rows": [_row(row) for row in step.rows],
            }
            for step in certainty.steps
        ],
    }


def check_object(check: TextCheck) -> dict[str, Any]:
    """A checked text: every sentence with its place and the claims in it."""
    return {
        "sentence": check.sentence,
        "claims_found": list(check.claim_ids),
        "sentences": [_sentence(one) for one in check.sentences],
    }


def _sentence(one: CheckedSentence) -> dict[str, Any]:
    return {
        "number": one.number,
        "text": one.text,
        "start": one.start,
        "end": one.end,
        "remark": one.remark,
        "claims": [
            {
                "claim_id": claim.claim_id,
                "claim": claim.claim,
                "verdict": None if claim.verdict is None else str(claim.verdict),
                "words": claim.words,
                "negated": claim.is_negated,
                "hedged": claim.is_hedged,
                "question": claim.is_question,
                "attributed": claim.is_attributed,
            }
            for claim in one.claims
        ],
    }


def outcome_object(rated: OutcomeCertainty) -> dict[str, Any]:
    """An outcome in a lane: its numbers, certainty and rows."""
    numbers = rated.numbers
    return {
        "outcome": str(rated.outcome),
        "lane": str(rated.lane),
        "sentence": rated.sentence,
        "certainty": _certainty(rated.certainty),
        "numbers": {
            "k": numbers.k,
            "people": numbers.people,
            "unit": numbers.unit,
            "estimate": numbers.estimate,
            "low": numbers.low,
            "high": numbers.high,
            "events": numbers.events,
        },
        "rows": [_row(row) for row in rated.rows],
    }


def regulation_object(status: RegulatoryStatus) -> dict[str, Any]:
    """A region: where it stands and what happened when."""
    return {
        "region": status.region,
        "standing": str(status.standing),
        "sentence": status.sentence,
        "latest_read": status.latest_read,
        "re_check": status.re_check,
        "not_verified": status.not_verified,
        "events": [
            {
                "date": event.date,
                "product": event.product,
                "event": event.event,
                "citation": _citation(event.citation),
            }
            for event in status.events
        ],
    }
