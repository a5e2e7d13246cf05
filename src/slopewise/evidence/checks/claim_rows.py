"""Claims that lean on a row of the record which is not there (any more)."""

from collections.abc import Sequence

from slopewise.evidence.checks.record_check import CheckPart, CheckSection, Remark
from slopewise.evidence.claims.answers import answer_claim
from slopewise.evidence.claims.known import KnownClaim
from slopewise.evidence.study import Study

__all__ = ["claims_without_rows"]


def claims_without_rows(claims: Sequence[KnownClaim], studies: Sequence[Study]) -> CheckSection:
    """Per statement of a claim, the studies it names that give it no row."""
    known = {study.study_id for study in studies}
    found = []
    for claim in claims:
        answered = answer_claim(claim, studies).statements
        for said, given in zip(claim.statements, answered, strict=True):
            named = {row.study_id for row in (*said.rows_for, *said.rows_against) if row.study_id}
            there = {row.study_id for row in (*given.rows_for, *given.rows_against)}
            for study_id in sorted(named - there):
                why = "has no such row" if study_id in known else "is no study here"
                found.append(
                    Remark(claim.claim_id, f'"{said.statement}" names {study_id}, which {why}')
                )
    return CheckSection(CheckPart.CLAIMS, tuple(found))
