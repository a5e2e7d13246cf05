"""Claims as their pages show them: a sign and words for the verdict, rows with their sources."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from slopewise.evidence.claims.claim import ClaimAnswer, StatementAnswer, Verdict
from slopewise.evidence.claims.regulation import RegulatoryStatus
from slopewise.report.evidence.record import CitedRow, CitedTable, heading
from slopewise.report.numbers import plural
from slopewise.report.synthesis.row_words import (
    ShownCertainty,
    ShownRow,
    shown_certainty,
    shown_rows,
)
from slopewise.report.tables import Column

__all__ = [
    "ShownClaim",
    "ShownStatement",
    "ShownVerdict",
    "claims_sentence",
    "grouped_claims",
    "regulation_table",
    "shown_claim",
    "shown_verdict",
]

_ORDER = (
    Verdict.CONTRADICTED,
    Verdict.NOT_SUPPORTED,
    Verdict.NOT_STUDIED,
    Verdict.PARTLY,
    Verdict.SUPPORTED,
)
_VERDICTS = {  # sign, class of the style, meaning
    Verdict.SUPPORTED: ("✓", "slower", "What was published agrees with it."),
    Verdict.PARTLY: ("◐", "cannot_tell", "Part of it agrees with what was published, part not."),
    Verdict.NOT_SUPPORTED: ("○", "not_shown", "What was published does not show it."),
    Verdict.CONTRADICTED: ("✕", "faster", "What was published says otherwise."),
    Verdict.NOT_STUDIED: ("?", "cannot_tell", "Nobody has published a study of it."),
}


@dataclass(frozen=True, slots=True)
class ShownVerdict:
    """A verdict: sign, words, the class of its colours, and what it means."""

    sign: str
    words: str
    style: str
    meaning: str


@dataclass(frozen=True, slots=True)
class ShownStatement:
    """One checkable statement with the rows for it and against it."""

    statement: str
    verdict: ShownVerdict
    because: str
    rows_for: tuple[ShownRow, ...]
    rows_against: tuple[ShownRow, ...]
    certainty: ShownCertainty | None


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """A claim as its page shows it."""

    claim_id: str
    claim: str
    verdict: ShownVerdict
    sentence: str
    true_wording: str
    not_verified: str | None
    statements: tuple[ShownStatement, ...]
    counted: str


def shown_verdict(verdict: Verdict) -> ShownVerdict:
    """Sign, words and colours of a verdict; the sign and the words say the same."""
    sign, style, meaning = _VERDICTS[verdict]
    return ShownVerdict(sign, heading(verdict.value), style, meaning)


def shown_claim(answer: ClaimAnswer) -> ShownClaim:
    """One claim with everything its verdict rests on."""
    rows_for = sum(len(one.rows_for) for one in answer.statements)
    rows_against = sum(len(one.rows_against) for one in answer.statements)
    return ShownClaim(
        claim_id=answer.claim_id,
        claim=heading(answer.claim),
        verdict=shown_verdict(answer.verdict),
        sentence=_without_verdict(answer),
        true_wording=_stopped(answer.true_wording),
        not_verified=answer.not_verified,
        statements=tuple(map(_shown_statement, answer.statements)),
        counted=(
            f"{plural(len(answer.statements), 'statement')} checked; "
            f"{plural(rows_for, 'row')} for, {rows_against} against"
        ),
    )


def _without_verdict(answer: ClaimAnswer) -> str:
    """The sentence without the verdict, which stands above it."""
    said = answer.sentence.removeprefix(f"{heading(str(answer.verdict))}. ")
    return _stopped(said)


def _without_certainty(answer: StatementAnswer) -> str:
    """Why, without the certainty where that stands below by itself."""
    if answer.certainty is None:
        return answer.because
    return answer.because.partition(" Certainty: ")[0]


def _stopped(text: str) -> str:
    """A sentence with its full stop."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _shown_statement(answer: StatementAnswer) -> ShownStatement:
    return ShownStatement(
        statement=heading(answer.statement),
        verdict=shown_verdict(answer.verdict),
        because=_stopped(heading(_without_certainty(answer))),
        rows_for=shown_rows(answer.rows_for),
        rows_against=shown_rows(answer.rows_against),
        certainty=None if answer.certainty is None else shown_certainty(answer.certainty),
    )


def grouped_claims(
    answers: Sequence[ClaimAnswer],
) -> tuple[tuple[ShownVerdict, tuple[ShownClaim, ...]], ...]:
    """Claims by verdict, those that do not hold first; an empty group is left out."""
    groups = (
        (
            shown_verdict(verdict),
            _said_once([shown_claim(one) for one in answers if one.verdict is verdict]),
        )
        for verdict in _ORDER
    )
    return tuple((verdict, claims) for verdict, claims in groups if claims)


def _said_once(claims: Sequence[ShownClaim]) -> tuple[ShownClaim, ...]:
    """An answer that several claims share is printed under the first; the others name that one."""
    first: dict[str, str] = {}
    told = []
    for one in claims:
        known = first.setdefault(one.sentence, one.claim)
        same = f"The same answer as for “{known}”."
        told.append(one if known == one.claim else replace(one, sentence=same))
    return tuple(told)


def claims_sentence(answers: Sequence[ClaimAnswer]) -> str:
    """How many claims, and how many of each verdict."""
    counted = (
        (verdict.value, sum(one.verdict is verdict for one in answers)) for verdict in _ORDER
    )
    told = ", ".join(f"{number} {words}" for words, number in counted if number)
    return f"{plural(len(answers), 'claim')} made for cell therapy in ALS were checked: {told}."


def regulation_table(
    regions: Sequence[RegulatoryStatus],
) -> tuple[tuple[RegulatoryStatus, CitedTable], ...]:
    """Per region its standing, and what happened when with sources."""
    return tuple(
        (
            region,
            CitedTable(
                f"What happened when: {region.region}",
                (Column("Date"), Column("Event"), Column("Product")),
                tuple(
                    CitedRow(
                        (event.date, heading(event.event), event.product or "–"), event.citation
                    )
                    for event in region.events
                ),
            ),
        )
        for region in regions
    )
