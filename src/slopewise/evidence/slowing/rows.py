"""What a row of a study is about: which scale, change or slope, how many months, whom.

Read from the words of the row, as the record keeps them: a row whose words leave it open is not
used. A subgroup, a superseded figure and a comparison of legs never speak for the whole study.
"""

import re
from enum import StrEnum

from slopewise.evidence.design import Comparison
from slopewise.evidence.study import GroupDifference, SlopeResult, Study
from slopewise.units import DAYS_PER_MONTH

__all__ = [
    "ALSFRS",
    "ALSFRS_R",
    "Quantity",
    "functional_scale",
    "is_subgroup",
    "months_of",
    "quantity_of",
    "speaks_for_all",
    "stands_for_all",
]

ALSFRS_R = "ALSFRS-R"
ALSFRS = "ALSFRS"
_SUBGROUP = re.compile(
    r"sub-?group|post hoc|rapid|fast[ -]progress|slow[ -]progress|"
    r"baseline\b[^,;]{0,25}(>|<|≥|≤|at least|at most|or (more|less|above|below)|above|below)|"
    r"\b(people|patients|participants|those) (with|who|aged) (?!als\b)|"
    r"\b(bulbar|limb|spinal)[ -]onset|\b(men|women) only",
    re.IGNORECASE,
)
_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*-?\s*(months?|mo|weeks?|wk|days?|d|years?|y)\b", re.I)
_MONTHS_PER = {"m": 1.0, "w": 7 / DAYS_PER_MONTH, "d": 1 / DAYS_PER_MONTH, "y": 12.0}


class Quantity(StrEnum):
    """What was averaged."""

    MEAN_CHANGE = "mean change"  # points since the start of treatment
    SLOPE_CHANGE = "slope change"  # points/month, follow-up minus run-in
    SLOPE = "slope"  # points/month after treatment


def functional_scale(words: str) -> str | None:
    """ALSFRS-R or ALSFRS, where the words name one."""
    if re.search(r"ALSFRS[- ]?R\b", words, re.IGNORECASE):
        return ALSFRS_R
    return ALSFRS if re.search(r"ALSFRS\b", words, re.IGNORECASE) else None


def is_subgroup(words: str) -> bool:
    """Whether the words speak of some of the people only."""
    return _SUBGROUP.search(words) is not None


def quantity_of(outcome: str) -> Quantity | None:
    """What the row averages; None where the words name neither a change nor a slope."""
    said = outcome.lower()
    if "%" in said or "percent" in said:
        return None
    if "slope" in said or "rate" in said.split():
        return Quantity.SLOPE_CHANGE if "change" in said else Quantity.SLOPE
    return Quantity.MEAN_CHANGE if re.search(r"chang|declin|loss", said) else None


def months_of(words: str | None) -> float | None:
    """The last time the words name, in months: 28 weeks is 6.44."""
    times = _TIME.findall(words or "")
    if not times:
        return None
    number, unit = times[-1]
    return float(number) * _MONTHS_PER[unit[0].lower()]


def speaks_for_all(row: GroupDifference) -> bool:
    """A row on function that compares whole arms and was not superseded."""
    return (
        row.comparison is Comparison.BETWEEN_ARMS
        and row.superseded_by is None
        and functional_scale(row.outcome) is not None
        and not is_subgroup(row.outcome)
    )


def stands_for_all(row: SlopeResult, study: Study) -> bool:
    """A slope of a whole arm: not of a subgroup, nor of arms that print also gives together."""
    if functional_scale(row.scale) is None or is_subgroup(row.arm):
        return False
    arms = {slope.arm for slope in study.slopes}
    return not (len(arms) > 1 and re.search(r"combined|pooled|all arms", row.arm, re.IGNORECASE))
