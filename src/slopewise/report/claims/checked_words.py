"""A checked text as its page shows it: each sentence with the claims it makes."""

from dataclasses import dataclass

from slopewise.evidence.claims.text_check import CheckedSentence, ClaimInText, TextCheck
from slopewise.report.claims.page_words import ShownVerdict, shown_verdict
from slopewise.report.evidence.record import heading

__all__ = ["ShownMatch", "ShownSentence", "checked_sentences"]


@dataclass(frozen=True, slots=True)
class ShownMatch:
    """A known claim found in a sentence: how it is made, by which words, and its verdict."""

    claim_id: str
    claim: str
    verdict: ShownVerdict | None
    words: str
    stance: str


@dataclass(frozen=True, slots=True)
class ShownSentence:
    """One sentence of the text with what was found in it."""

    number: int
    text: str
    matches: tuple[ShownMatch, ...]
    remark: str | None


def checked_sentences(check: TextCheck) -> tuple[ShownSentence, ...]:
    """Every sentence in order."""
    return tuple(map(_shown, check.sentences))


def _shown(sentence: CheckedSentence) -> ShownSentence:
    remark = sentence.remark
    return ShownSentence(
        sentence.number,
        sentence.text,
        tuple(map(_match, sentence.claims)),
        None if remark is None else heading(remark),
    )


def _match(claim: ClaimInText) -> ShownMatch:
    verdict = None if claim.verdict is None else shown_verdict(claim.verdict)
    return ShownMatch(claim.claim_id, heading(claim.claim), verdict, claim.words, _stance(claim))


def _stance(claim: ClaimInText) -> str:
    """How the sentence makes the claim, where it does not simply state it."""
    told = (
        (claim.is_negated, "the sentence says the opposite; the verdict is on the claim itself"),
        (claim.is_hedged, "said with a “may”"),
        (claim.is_question, "asked, not said"),
        (claim.is_attributed, "said to be somebody else's words"),
    )
    return "; ".join(words for holds, words in told if holds)
