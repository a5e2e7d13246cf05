"""Certainty by the rules of GRADE, each step with the rows that caused it.

Randomised evidence starts high, the rest low, and each concern takes it down (Guyatt 2008, BMJ
336:924, doi:10.1136/bmj.39489.470347.AD). Where ROBINS-I judges bias, evidence without lots drawn
may instead start high and lose two or three levels for it (Schünemann 2019,
doi:10.1016/j.jclinepi.2018.01.012): the level reached is the same, for no study here is free of
serious bias by confounding.
"""

from slopewise.evidence.certainty.body import Body
from slopewise.evidence.certainty.domains import (
    imprecision,
    inconsistency,
    indirectness,
    missing_results,
    risk_of_bias,
)
from slopewise.evidence.certainty.grade import Certainty, Level
from slopewise.evidence.design import Lane

__all__ = ["rate"]

_LADDER = (Level.VERY_LOW, Level.LOW, Level.MODERATE, Level.HIGH)


def rate(body: Body) -> Certainty:
    """The level reached from where the lane starts, through every step."""
    start = Level.HIGH if body.lane is Lane.RANDOMISED else Level.LOW
    if not body.studies and not body.silent:
        return Certainty(Level.NONE, start, ())
    steps = (
        risk_of_bias(body),
        inconsistency(body),
        indirectness(body),
        imprecision(body),
        missing_results(body),
    )
    rung = _LADDER.index(start) + sum(step.levels for step in steps)
    return Certainty(_LADDER[max(0, min(rung, len(_LADDER) - 1))], start, steps)
