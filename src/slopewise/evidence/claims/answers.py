"""The claims answered from the studies: a verdict per statement, and from those the claim's own.

The claim's verdict, in order: where a statement that decides is contradicted, not supported or not
studied, so is the claim (the worst of them counts). Where all that decide are supported and no
other statement is contradicted, the claim is supported. Otherwise it is what all its statements
are, where they agree; partly supported where at least one is supported, if only in part; else not
supported.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from slopewise.evidence.certainty.rows import (
    bias_rows,
    difference_row,
    row_of,
    safety_row,
    survival_rows,
    vital_capacity_rows,
)
from slopewise.evidence.claims.claim import ClaimAnswer, StatementAnswer, Verdict
from slopewise.evidence.claims.known import KnownClaim, KnownStatement, RowSource, known_claims
from slopewise.evidence.claims.rules import apply_rule
from slopewise.evidence.row import EvidenceRow
from slopewise.evidence.study import Study

__all__ = ["answer_claim", "answer_claims", "verdict_of"]

JUDGED = "Judged by a reader: "
_OUTCOME_WORDS = {"differences": "ALSFRS", "quality": "SF-36", "subgroups": "subgroup"}
_WORST_FIRST = (Verdict.CONTRADICTED, Verdict.NOT_SUPPORTED, Verdict.NOT_STUDIED)


def answer_claims(studies: Sequence[Study]) -> tuple[ClaimAnswer, ...]:
    """Every known claim, answered from these studies."""
    return _answer_claims(tuple(studies))


@lru_cache(maxsize=4)
def _answer_claims(studies: tuple[Study, ...]) -> tuple[ClaimAnswer, ...]:
    return tuple(answer_claim(claim, studies) for claim in known_claims())


def answer_claim(claim: KnownClaim, studies: Sequence[Study]) -> ClaimAnswer:
    """One claim, answered from these studies."""
    by_id = {study.study_id: study for study in studies}
    answered = tuple(_answer(one, studies, by_id) for one in claim.statements)
    deciding = [one for known, one in zip(claim.statements, answered, strict=True) if known.decides]
    verdict = verdict_of(answered, deciding)
    return ClaimAnswer(
        claim_id=claim.claim_id,
        claim=claim.claim,
        verdict=verdict,
        sentence=f"{_begun(verdict)}. {_begun(_reason(verdict, answered, deciding))}."
        + _elsewhere(claim, verdict, answered),
        true_wording=_wording(claim, verdict),
        statements=answered,
        not_verified=claim.not_verified,
    )


def _wording(claim: KnownClaim, verdict: Verdict) -> str:
    """The wording kept with the claim, with a warning once the evidence has moved on."""
    if verdict is claim.written_for:
        return claim.true_wording
    return (
        f"The verdict was “{claim.written_for}” when this was written, so it has to be written "
        f"anew: {claim.true_wording}"
    )


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".")


def verdict_of(answered: Sequence[StatementAnswer], deciding: Sequence[StatementAnswer]) -> Verdict:
    """The verdict on a claim from those on its statements."""
    fallen = {one.verdict for one in deciding}
    for verdict in _WORST_FIRST:
        if verdict in fallen:
            return verdict
    verdicts = {one.verdict for one in answered}
    if fallen == {Verdict.SUPPORTED} and Verdict.CONTRADICTED not in verdicts:
        return Verdict.SUPPORTED
    if len(verdicts) == 1:
        return next(iter(verdicts))
    if verdicts & {Verdict.SUPPORTED, Verdict.PARTLY}:
        return Verdict.PARTLY
    return Verdict.NOT_SUPPORTED


def _reason(
    verdict: Verdict, answered: Sequence[StatementAnswer], deciding: Sequence[StatementAnswer]
) -> str:
    """Why: the first statement of that verdict, one that decides before any other."""
    for one in (*deciding, *answered):
        if one.verdict is verdict:
            return one.because.removeprefix(JUDGED)
    return answered[0].because.removeprefix(JUDGED)


def _elsewhere(claim: KnownClaim, verdict: Verdict, answered: Sequence[StatementAnswer]) -> str:
    """Regions where it stands better than the verdict says: never left to the small print."""
    better = {Verdict.SUPPORTED, Verdict.PARTLY}
    if verdict in better:
        return ""
    told = [
        one.because
        for known, one in zip(claim.statements, answered, strict=True)
        if known.rule == "approved" and one.verdict in better
    ]
    return "".join(f" But: {because}" for because in told)


def _answer(
    known: KnownStatement, studies: Sequence[Study], by_id: Mapping[str, Study]
) -> StatementAnswer:
    rows_for = _rows(known.rows_for, by_id)
    rows_against = _rows(known.rows_against, by_id)
    if known.rule is None:
        assert known.verdict is not None  # read_claim lets no statement pass without either
        return StatementAnswer(
            known.statement, known.verdict, f"{JUDGED}{known.because}", rows_for, rows_against
        )
    found = apply_rule(known.rule, studies, known.options)
    return StatementAnswer(
        statement=known.statement,
        verdict=found.verdict,
        because=found.because,
        rows_for=_merged(found.rows_for, rows_for),
        rows_against=_merged(found.rows_against, rows_against),
        certainty=found.certainty,
    )


def _merged(
    found: tuple[EvidenceRow, ...], listed: tuple[EvidenceRow, ...]
) -> tuple[EvidenceRow, ...]:
    return tuple(dict.fromkeys((*found, *listed)))


def _rows(sources: Sequence[RowSource], by_id: Mapping[str, Study]) -> tuple[EvidenceRow, ...]:
    rows: list[EvidenceRow] = []
    for source in sources:
        study = by_id.get(source.study_id) if source.study_id is not None else None
        if source.take is None and source.fact is not None and source.citation is not None:
            label = study.label if study is not None else None
            study_id = study.study_id if study is not None else None
            rows.append(EvidenceRow(source.fact, source.citation, study_id, label))
        elif study is not None:
            rows += _taken(study, source.take or "")
    return tuple(rows)


def _taken(study: Study, take: str) -> Sequence[EvidenceRow]:
    """Rows of that part of a study's record; a study switched off gives none."""
    said = study.conclusions
    rows: Sequence[EvidenceRow | None]
    if take == "safety":
        rows = [safety_row(study)]
    elif take == "efficacy":
        rows = [row_of(study, said.efficacy) if said is not None and said.efficacy else None]
    elif take == "survival":
        rows = survival_rows(study)
    elif take == "breathing":
        rows = vital_capacity_rows(study)
    elif take == "bias":
        rows = bias_rows(study)
    elif take in _OUTCOME_WORDS:
        wanted = _OUTCOME_WORDS[take]
        rows = [
            difference_row(study, row)
            for row in study.group_differences
            if row.superseded_by is None and wanted in row.outcome
        ]
    else:
        rows = [
            row_of(study, f"responders: {one.definition} at {one.timepoint}", one.citation)
            for one in study.responders
        ]
    return [row for row in rows if row is not None]
