"""The words in which one patient's answer is told; page, report and terminal use the same."""

from dataclasses import dataclass

from slopewise.report.numbers import (
    NOT_AVAILABLE,
    decimal,
    months,
    out_of_100,
    plural,
    slowing,
    slowing_interval,
)
from slopewise.response.assessment import EvidencePrior, PatientAssessment, Prior, Verdict

__all__ = [
    "NAIVE_WARNING",
    "PRIOR_WORDS",
    "SIMULATED",
    "VERDICT_WORDS",
    "Fact",
    "evidence_sentence",
    "facts_of",
    "naive_sentence",
    "prior_sentence",
    "tail_sentence",
]

VERDICT_WORDS: dict[Verdict, str] = {
    Verdict.SLOWER: "Slower than expected",
    Verdict.FASTER: "Faster than expected",
    Verdict.NOT_SHOWN: "No slowing shown",
    Verdict.CANNOT_TELL: "Cannot tell",
}
PRIOR_WORDS: dict[Prior, str] = {
    Prior.SCEPTICAL: "sceptical prior",
    Prior.FLAT: "flat prior",
    Prior.EVIDENCE: "evidence prior",
}
SIMULATED = "Simulated: no person stands behind these numbers."
NAIVE_WARNING = "The usual rule, shown only for comparison; it is wrong too often."


@dataclass(frozen=True, slots=True)
class Fact:
    """A question, its answer in a few words, and what the answer means."""

    question: str
    answer: str
    meaning: str = ""


def facts_of(assessment: PatientAssessment) -> tuple[Fact, ...]:
    """The numbers behind the verdict, the interval before the point."""
    found = assessment.slowing
    low, high = (found.low90, found.high90) if found else (None, None)
    smallest = assessment.smallest_slowing_shown
    return (
        Fact(
            "Slowing of decline, 90 % interval",
            slowing_interval(low, high),
            f"Middle of what is likely: {slowing(found.median)}." if found else "",
        ),
        Fact(
            "Chance of any slowing at all",
            out_of_100(assessment.probability_any_slowing),
            prior_sentence(assessment.prior),
        ),
        Fact(
            "Chance that decline is a quarter slower or more",
            out_of_100(assessment.probability_quarter_slower),
        ),
        Fact(
            "Would look at least this good without any effect",
            out_of_100(assessment.no_effect_tail),
            "Among people with the same visits and the same scores before the first dose.",
        ),
        Fact(
            "Smallest slowing these visits could show",
            slowing(smallest) if smallest is not None else NOT_AVAILABLE,
            "Shown in 80 of 100 people with this much slowing and the same visits."
            if smallest is not None
            else "Even a complete stop would be missed too often.",
        ),
        Fact(
            "Scored visits",
            f"{assessment.visits_before} before, {assessment.visits_after} after",
            f"The last one {months(assessment.months_after)} after the first dose.",
        ),
    )


def tail_sentence(assessment: PatientAssessment) -> str:
    """The no-effect tail explained; empty where there is none."""
    tail = assessment.no_effect_tail
    if tail is None:
        return ""
    return (
        "Take 100 people with the same visits and the same scores before the first dose, and "
        f"give them nothing that works: {out_of_100(tail).replace(' out of 100', '')} of them "
        "would afterwards look at least as good as this patient does, by chance, by a bad spell "
        "before treatment, or by the way scores wander. slopewise says “slower” only when that "
        "is 5 or fewer."
    )


def prior_sentence(prior: Prior) -> str:
    """What was assumed before the patient's own scores were seen."""
    if prior is Prior.SCEPTICAL:
        return "Sceptical prior: before the scores are seen, no effect is held likeliest."
    if prior is Prior.EVIDENCE:
        return (
            "Evidence prior: before the scores are seen, slowing is held as likely as the "
            "published randomised trials let it be."
        )
    return "Flat prior: before the scores are seen, every slowing is held equally likely."


def evidence_sentence(evidence: EvidencePrior) -> str:
    """What the evidence prior expects, what it rests on and what it cannot hold."""
    expected, alone = evidence.slowing, evidence.without_borrowed
    rests = ", ".join(evidence.trials) or "no trial"
    borrowed = (
        f"; {', '.join(evidence.borrowed)} printed no spread and entered with that of another trial"
        f" (without: {slowing_interval(alone.low90, alone.high90)})"
        if evidence.borrowed
        else ""
    )
    return (
        f"It expects {slowing_interval(expected.low90, expected.high90)} (90 of 100 patients; "
        f"middle: {slowing(expected.median)}). It rests on {rests}{borrowed}."
        f"{_silent_words(evidence)} How much patients of one trial differ is assumed, as is an "
        f"allowance for trials that were not blinded. Worked out on {evidence.computed}."
    )


def _silent_words(evidence: EvidencePrior) -> str:
    """Trials that could not enter, and to which side their absence pulls; nothing is left to if."""
    if not evidence.silent:
        return ""
    told = f" {plural(evidence.silent, 'more randomised trial')} printed too little to enter"
    without = evidence.silent_without_effect
    if not without:
        return f"{told}; what they saw is not in it."
    return f"{told}, {without} of them reporting no benefit: it leans towards an effect."


def naive_sentence(assessment: PatientAssessment) -> str:
    """The slopes before and after, with the warning that belongs to them."""
    naive = assessment.naive
    if naive.slope_before is None or naive.slope_after is None:
        return f"{NAIVE_WARNING} It needs at least two visits before and after the first dose."
    change = naive.slope_after - naive.slope_before
    return (
        f"{NAIVE_WARNING} Slope before {decimal(naive.slope_before, 2)}, after "
        f"{decimal(naive.slope_after, 2)} points a month: a difference of {decimal(change, 2)}."
    )
