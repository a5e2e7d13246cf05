"""The two tools for risk of bias: their domains, their words, and one word of our own.

RoB 2 is for randomised studies: Sterne 2019, BMJ 366:l4898, doi:10.1136/bmj.l4898.
ROBINS-I is for the rest: Sterne 2016, BMJ 355:i4919, doi:10.1136/bmj.i4919.
"not judged" is ours: the page that was read does not tell. It is neither good nor bad, and not
the "no information" of ROBINS-I, which speaks of a report that was read whole.
"""

from enum import StrEnum

from slopewise.evidence.design import Lane

__all__ = ["BiasTool", "Judgement", "tool_for"]


class Judgement(StrEnum):
    """A judgement of one domain, in the word of the tool."""

    LOW = "low"
    SOME_CONCERNS = "some concerns"
    HIGH = "high"
    MODERATE = "moderate"
    SERIOUS = "serious"
    CRITICAL = "critical"
    NO_INFORMATION = "no information"
    NOT_JUDGED = "not judged"


class BiasTool(StrEnum):
    """A published tool for judging risk of bias."""

    ROB_2 = "RoB 2"
    ROBINS_I = "ROBINS-I"

    @property
    def domains(self) -> tuple[str, ...]:
        """The domains in the order of the tool."""
        return _DOMAINS[self]

    @property
    def words(self) -> tuple[Judgement, ...]:
        """The judgements the tool knows, best first, and "not judged"."""
        return (*_WORDS[self], Judgement.NOT_JUDGED)

    @property
    def reference(self) -> str:
        return _REFERENCE[self]


def tool_for(lane: Lane) -> BiasTool | None:
    """RoB 2 for randomised studies, ROBINS-I for the rest, none where no result was read."""
    if lane is Lane.NO_RESULT:
        return None
    return BiasTool.ROB_2 if lane is Lane.RANDOMISED else BiasTool.ROBINS_I


_DOMAINS = {
    BiasTool.ROB_2: (
        "randomisation process",
        "deviations from intended interventions",
        "missing outcome data",
        "measurement of the outcome",
        "selection of the reported result",
    ),
    BiasTool.ROBINS_I: (
        "confounding",
        "selection of participants",
        "classification of interventions",
        "deviations from intended interventions",
        "missing data",
        "measurement of outcomes",
        "selection of the reported result",
    ),
}

_WORDS = {
    BiasTool.ROB_2: (Judgement.LOW, Judgement.SOME_CONCERNS, Judgement.HIGH),
    BiasTool.ROBINS_I: (
        Judgement.LOW,
        Judgement.MODERATE,
        Judgement.SERIOUS,
        Judgement.CRITICAL,
        Judgement.NO_INFORMATION,
    ),
}

_REFERENCE = {
    BiasTool.ROB_2: "RoB 2 (Sterne 2019, doi:10.1136/bmj.l4898)",
    BiasTool.ROBINS_I: "ROBINS-I (Sterne 2016, doi:10.1136/bmj.i4919)",
}
