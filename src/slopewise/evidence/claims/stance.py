"""How a claim is said: plainly, as a possibility, as its opposite, as a question, or by others.

A claim that is denied ("does not slow") must not be counted as made. The rules are about the words
before the claim up to the start of its clause, and a few that follow it ("remains unproven").
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

__all__ = ["Stance", "stance_of"]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_BREAKS = frozenset({";", ":", ".", "—", "but", "however", "although", "though", "while"}) | {
    "whereas",
    "yet",
    "because",
    "despite",
}
_NEW_SUBJECT = _set("it they we you i he she this these those the our there patients people cells")
_NEGATORS = _set(
    "not no never without cannot neither nor hardly nothing none nobody lacks lack lacking fails "
    "failed fail unable unlikely"
)
_NOT_A_NEGATION = frozenset({"only", "just", "merely", "simply", "surprisingly", "doubt", "least"})
_PROOF = _set(
    "evidence proof proven proved shown show shows demonstrated established clear certain data "
    "reason guarantee guaranteed known confirmed indication conclude support supported"
)
_DENIALS = (
    ("unproven",),
    ("false",),
    ("untrue",),
    ("misleading",),
    ("myth",),
    ("unfounded",),
    ("unsubstantiated",),
    ("not", "true"),
    ("no", "evidence"),
    ("not", "supported"),
    ("not", "proven"),
    ("not", "been", "shown"),
    ("not", "been", "proven"),
    ("not", "been", "established"),
    ("not", "been", "demonstrated"),
    ("never", "been", "shown"),
    ("never", "been", "proven"),
    ("not", "shown"),
    ("not", "established"),
)
_OPEN = (
    ("unclear",),
    ("unknown",),
    ("uncertain",),
    ("remains", "to", "be"),
    ("not", "known"),
    ("not", "yet", "known"),
)
_HEDGES = _set(
    "may might could would potentially potential possibly possible perhaps maybe hope hopes hoped "
    "hoping hopefully promising promise suggest suggests suggested suggesting appear appears "
    "appeared seem seems seemed likely believed believe believes thought aim aims aimed aiming "
    "intended designed expected if attempt attempts trying exploring explored explore "
    "investigating investigated theoretically proposed presumably arguably presumed"
)
_HEDGED_AFTER = (("is", "possible"), ("is", "hoped"), ("is", "likely"), ("is", "expected"))
_WHETHER = frozenset({"whether"})
_OTHERS_SAY = _set(
    "study studies trial trials research researchers evidence data results report reports reported "
    "according patients scientists experts doctors clinics company literature review"
)
_SAYING = _set(
    "show shows showed shown suggest suggests suggested indicate indicates indicated demonstrate "
    "demonstrates demonstrated found find finds reported report reports confirm confirms confirmed "
    "say says said claim claims claimed according prove proves proved proven conclude concludes "
    "concluded support supports experienced"
)
NEGATION_REACHES = 7  # words; assumption
PROOF_REACHES = 28  # words: "there is no evidence that ..." governs what follows


@dataclass(frozen=True, slots=True)
class Stance:
    """How a sentence puts a claim."""

    is_negated: bool = False
    is_hedged: bool = False
    is_question: bool = False
    is_attributed: bool = False


def stance_of(words: Sequence[str], own: Collection[int], *, is_opposite: bool = False) -> Stance:
    """The stance towards the claim whose words are those numbered in `own`."""
    first, last = min(own), max(own)
    start = _clause_start(words, first)
    after = words[last + 1 : last + 12]
    reaching = [at for at in range(start, first) if at not in own and _reaches(words, at, first)]
    negations = _negations(words, reaching, first)
    negations += sum(
        words[at] in {"not", "never"} and not _is_excepted(words, at)
        for at in range(first, last)
        if at not in own
    )
    negations += any(_holds(after, denial) for denial in _DENIALS)
    hedged = any(words[at] in _HEDGES for at in range(start, last + 1) if at not in own)
    hedged = hedged or any(_holds(after[:6], hedge) for hedge in _HEDGED_AFTER)
    asked = (
        words[-1] == "?"
        or any(words[at] in _WHETHER for at in range(first))
        or any(_holds(after, opening) for opening in _OPEN)
    )
    said = any(word in _OTHERS_SAY for word in words) and any(word in _SAYING for word in words)
    return Stance((negations % 2 == 1) is not is_opposite, hedged, asked, said)


def _negations(words: Sequence[str], reaching: Sequence[int], first: int) -> int:
    """The nearest negation counts; one of proof before it ("no evidence that not") turns it."""
    if not reaching:
        return 0
    nearest = reaching[-1]
    if _is_of_proof(words, nearest, first):
        return 1
    return 2 if any(_is_of_proof(words, at, nearest) for at in reaching[:-1]) else 1


def _is_of_proof(words: Sequence[str], at: int, end: int) -> bool:
    return any(word in _PROOF for word in words[at + 1 : end][:4])


def _clause_start(words: Sequence[str], first: int) -> int:
    for at in range(first - 1, -1, -1):
        if words[at] in _BREAKS:
            return at + 1
        if words[at] in {",", "and"} and words[at + 1] in _NEW_SUBJECT and at + 1 < first:
            return at + 1
    return 0


def _reaches(words: Sequence[str], at: int, first: int) -> bool:
    """Whether the word at that place denies what begins at `first`."""
    if not _is_negator(words[at]) or _is_excepted(words, at):
        return False
    between = words[at + 1 : first]
    if _is_of_proof(words, at, first):
        return len(between) <= PROOF_REACHES
    return len(between) <= NEGATION_REACHES and "and" not in between


def _is_negator(word: str) -> bool:
    return word in _NEGATORS or word.endswith("n't")


def _is_excepted(words: Sequence[str], at: int) -> bool:
    return at + 1 < len(words) and words[at + 1] in _NOT_A_NEGATION


def _holds(words: Sequence[str], phrase: Sequence[str]) -> bool:
    size = len(phrase)
    return any(tuple(words[at : at + size]) == tuple(phrase) for at in range(len(words)))
