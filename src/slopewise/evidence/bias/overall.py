"""The overall judgement that the tool's published rule makes of its domains.

RoB 2 (Sterne 2019, doi:10.1136/bmj.l4898): low when every domain is low; high when one is high;
otherwise some concerns. The tool lets a judge call several concerns together high; that is a
person's judgement and is not made here, only pointed out.

ROBINS-I (Sterne 2016, doi:10.1136/bmj.i4919): the worst domain decides. Without a serious or
critical domain, one of no information makes the whole one of no information.

assumption: a domain that was not judged leaves the whole not judged, unless a judged one already
decides it (high; serious; critical). Serious then means serious at least.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from slopewise.evidence.bias.judgement import BiasTool, Judgement

__all__ = ["OverallBias", "overall_bias"]


@dataclass(frozen=True, slots=True)
class OverallBias:
    """The overall judgement and the domains that decide it."""

    judgement: Judgement
    because: tuple[str, ...]
    is_at_least: bool = False  # a domain that was not judged could still make it worse
    has_several_concerns: bool = False  # RoB 2: a judge may call several concerns together high


def overall_bias(tool: BiasTool, judgements: Mapping[str, Judgement]) -> OverallBias:
    """What the rule of the tool makes of the judgement of each domain."""
    return (_rob_2 if tool is BiasTool.ROB_2 else _robins_i)(judgements)


def _rob_2(judgements: Mapping[str, Judgement]) -> OverallBias:
    concerns = _domains(judgements, Judgement.SOME_CONCERNS)
    several = len(concerns) > 1
    for word in (Judgement.HIGH, Judgement.NOT_JUDGED, Judgement.SOME_CONCERNS):
        found = _domains(judgements, word)
        if found:
            return OverallBias(word, found, has_several_concerns=several and word != Judgement.HIGH)
    return OverallBias(Judgement.LOW, tuple(judgements))


def _robins_i(judgements: Mapping[str, Judgement]) -> OverallBias:
    unjudged = _domains(judgements, Judgement.NOT_JUDGED)
    for word in (
        Judgement.CRITICAL,
        Judgement.SERIOUS,
        Judgement.NOT_JUDGED,
        Judgement.NO_INFORMATION,
        Judgement.MODERATE,
    ):
        found = _domains(judgements, word)
        if found:
            is_at_least = word is Judgement.SERIOUS and bool(unjudged)
            return OverallBias(word, found, is_at_least=is_at_least)
    return OverallBias(Judgement.LOW, tuple(judgements))


def _domains(judgements: Mapping[str, Judgement], word: Judgement) -> tuple[str, ...]:
    return tuple(domain for domain, judged in judgements.items() if judged is word)
