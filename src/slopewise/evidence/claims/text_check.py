"""Checking a text: which of its sentences make a claim that is known, how, and with what verdict.

A sentence without a match is said to hold no known claim, which is not the same as being right.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from slopewise.evidence.claims.claim import ClaimAnswer, Verdict
from slopewise.evidence.claims.known import KnownClaim, known_claims
from slopewise.evidence.claims.patterns import Hit, Pattern, Vocabulary, find, words_of
from slopewise.evidence.claims.sentences import split_sentences
from slopewise.evidence.claims.stance import Stance, stance_of

__all__ = [
    "NO_CLAIM_IN_SENTENCE",
    "NO_CLAIM_IN_TEXT",
    "CheckedSentence",
    "ClaimInText",
    "TextCheck",
    "check_text",
]

NO_CLAIM_IN_TEXT = (
    "No known claim was found; that does not mean that the text is right. "
    "Only English is understood."
)
NO_CLAIM_IN_SENTENCE = "no known claim in this sentence"
MOST_WORDS = 120  # of one sentence that are looked at together; a longer one is read in parts


def _any_of(*terms: str) -> Pattern:
    return Pattern(groups=(tuple(term for group in terms for term in group.split("|")),))


_CELLS = _any_of(
    "stem cell*|cell therap*|cell based|cellular therap*|cell treatment*|mesenchymal|msc|mscs",
    "regenerative|nurown|neuronata*|lenzumestrocel|debamestrocel|cell transplant*|exosome*",
    "cell infusion*|cell injection*|stromal|cells",
)
_ACT = _any_of("treatment*|therap*|procedure*|injection*|infusion*|transplant*|intervention*")
_OTHER = _any_of(
    "riluzole|rilutek|edaravone|radicava|tofersen|qalsody|relyvrio|amx0035|vaccine*|gene therap*",
    "standard treatment*|standard care|standard of care|standard therap*|conventional treatment*",
    "usual care|conventional care|conventional therap*|conventional medicine|physiotherap*",
    "physical therap*|acupuncture|ventilation|exercise|diet|vitamin*",
)


@dataclass(frozen=True, slots=True)
class ClaimInText:
    """A known claim as a sentence makes it; `words` are those it was found by.

    With `is_negated` the sentence says the opposite: the verdict is still that of the claim itself.
    """

    claim_id: str
    claim: str
    verdict: Verdict | None
    words: str
    is_negated: bool = False
    is_hedged: bool = False
    is_question: bool = False
    is_attributed: bool = False


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """One sentence with its place in the text (`start` to `end`) and the claims it makes."""

    number: int
    text: str
    start: int
    end: int
    claims: tuple[ClaimInText, ...]

    @property
    def remark(self) -> str | None:
        return None if self.claims else NO_CLAIM_IN_SENTENCE


@dataclass(frozen=True, slots=True)
class TextCheck:
    """Every sentence of a text, checked."""

    sentences: tuple[CheckedSentence, ...]

    @property
    def claim_ids(self) -> tuple[str, ...]:
        """The claims made, each once, in the order in which they come up."""
        found = (claim.claim_id for one in self.sentences for claim in one.claims)
        return tuple(dict.fromkeys(found))

    @property
    def sentence(self) -> str:
        """What was found, in one sentence."""
        if not self.claim_ids:
            return NO_CLAIM_IN_TEXT
        marked = sum(bool(one.claims) for one in self.sentences)
        make = "makes" if marked == 1 else "make"
        claims = "claim" if len(self.claim_ids) == 1 else "claims"
        found = (
            f"{marked} of {len(self.sentences)} sentences {make} a known claim "
            f"({len(self.claim_ids)} different {claims})"
        )
        if marked == len(self.sentences):
            return f"{found}."
        return f"{found}; the others hold none that is known: they may still be wrong."


def check_text(text: str, answers: Sequence[ClaimAnswer]) -> TextCheck:
    """The text, sentence by sentence, with the verdicts of these answers."""
    verdicts = {one.claim_id: one.verdict for one in answers}
    sentences = split_sentences(text)
    every = [words_of(one.text) for one in sentences]
    finder = _finder()
    is_about_cells = any(finder.holds(_CELLS, words) for words in every)
    return TextCheck(
        tuple(
            CheckedSentence(
                number=one.number,
                text=one.text,
                start=one.start,
                end=one.end,
                claims=finder.claims_in(words, verdicts, is_about_cells=is_about_cells),
            )
            for one, words in zip(sentences, every, strict=True)
        )
    )


@cache
def _finder() -> "_Finder":
    return _Finder(known_claims())


class _Finder:
    """The patterns of all claims, looked up together."""

    def __init__(self, claims: Sequence[KnownClaim]) -> None:
        self._patterns = tuple((claim, one) for claim in claims for one in claim.patterns)
        every = [one for _, one in self._patterns]
        self._vocabulary = Vocabulary([*every, _CELLS, _ACT, _OTHER])
        self._opened_by: dict[str, list[int]] = {}  # the patterns whose first group has the term
        for number, pattern in enumerate(every):
            for term in pattern.groups[0]:
                self._opened_by.setdefault(term, []).append(number)

    def holds(self, pattern: Pattern, words: Sequence[str]) -> bool:
        return find(pattern, self._vocabulary.places(words), words) is not None

    def claims_in(
        self, words: Sequence[str], verdicts: Mapping[str, Verdict], *, is_about_cells: bool
    ) -> tuple[ClaimInText, ...]:
        """The claims of one sentence, the weightiest first; each claim once."""
        found: dict[str, ClaimInText] = {}
        for at in range(0, len(words), MOST_WORDS):
            part = words[at : at + MOST_WORDS]
            for one in self._claims_in_part(part, verdicts, is_about_cells=is_about_cells):
                found.setdefault(one.claim_id, one)
        return tuple(found.values())

    def _claims_in_part(
        self, words: Sequence[str], verdicts: Mapping[str, Verdict], *, is_about_cells: bool
    ) -> list[ClaimInText]:
        places = self._vocabulary.places(words)
        if not places:
            return []
        speaks_of_cells = find(_CELLS, places, words) is not None
        speaks_of_act = find(_ACT, places, words) is not None
        speaks_of_other = find(_OTHER, places, words) is not None
        may_be_cells = speaks_of_cells or (
            not speaks_of_other and (is_about_cells or speaks_of_act)
        )
        opened = {number for term in places for number in self._opened_by.get(term, ())}
        hits: dict[str, tuple[KnownClaim, list[Hit]]] = {}
        for number in sorted(opened):
            claim, pattern = self._patterns[number]
            if may_be_cells or not claim.about_cells:
                hit = find(pattern, places, words)
                if hit is not None:
                    hits.setdefault(claim.claim_id, (claim, []))[1].append(hit)
        found = []
        for claim, of_claim in hits.values():
            # the claim itself before its opposite, the earliest in the sentence
            best = min(of_claim, key=lambda hit: (hit.is_opposite, hit.first))
            stance = stance_of(words, best.tokens, is_opposite=best.is_opposite)
            found.append(_made(claim, best, words, stance, verdicts))
        return found


def _made(
    claim: KnownClaim,
    hit: Hit,
    words: Sequence[str],
    stance: Stance,
    verdicts: Mapping[str, Verdict],
) -> ClaimInText:
    return ClaimInText(
        claim_id=claim.claim_id,
        claim=claim.claim,
        verdict=verdicts.get(claim.claim_id),
        words=_quoted(words, hit.tokens),
        is_negated=stance.is_negated,
        is_hedged=stance.is_hedged,
        is_question=stance.is_question,
        is_attributed=stance.is_attributed,
    )


def _quoted(words: Sequence[str], tokens: Collection[int]) -> str:
    """The words of the hit, a gap shown as dots."""
    parts: list[str] = []
    last = None
    for at in sorted(tokens):
        if last is not None and at > last + 1:
            parts.append("…")
        parts.append(words[at])
        last = at
    return " ".join(parts)
