"""Words about claims that the terminal, the pages and the files share."""

from collections import Counter
from collections.abc import Sequence

from slopewise.evidence.certainty.grade import Certainty
from slopewise.evidence.claims.claim import ClaimAnswer, Verdict
from slopewise.evidence.claims.text_check import ClaimInText

__all__ = ["LIMITS", "VERDICT_MEANING", "certainty_words", "said_words", "summary_sentence"]

LIMITS = (
    "Verdicts are about what was read, and change when a study is added. Research use only; not "
    "advice on treatment."
)
VERDICT_MEANING = {
    Verdict.SUPPORTED: "the evidence read bears it out",
    Verdict.PARTLY: "part of it is borne out, part of it is not known",
    Verdict.NOT_SUPPORTED: "the evidence read does not show it, nor the opposite",
    Verdict.CONTRADICTED: "the evidence read speaks against it",
    Verdict.NOT_STUDIED: "nothing was read that could tell",
}


def summary_sentence(answers: Sequence[ClaimAnswer]) -> str:
    """How many claims there are of each verdict."""
    counted = Counter(one.verdict for one in answers)
    parts = [f"{counted[verdict]} {verdict}" for verdict in Verdict if counted[verdict]]
    return f"{len(answers)} known claims: {', '.join(parts)}."


def certainty_words(certainty: Certainty) -> str:
    """The level and the steps that led there, in one line."""
    steps = [f"{step.domain} {step.levels:+d}" for step in certainty.steps if step.levels]
    path = f" (began {certainty.start}; {', '.join(steps)})" if steps else ""
    return f"{certainty.level}{path}"


def said_words(claim: ClaimInText) -> str:
    """How the sentence puts the claim."""
    said = f"“{claim.claim}”"
    if claim.is_negated:
        said = f"says the opposite of {said}"
    remarks = []
    if claim.is_hedged:
        remarks.append("as a possibility")
    if claim.is_question:
        remarks.append("as an open question")
    if claim.is_attributed:
        remarks.append("as reported by others")
    return f"{said}, {' and '.join(remarks)}" if remarks else said
