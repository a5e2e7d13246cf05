"""Whether the printed numbers of a study agree with one another, beyond rounding.

difference = treated mean − control mean
interval   is centred on the difference
standard error = interval width / (2 × 1.96), within the width that a t quantile could add
P          is that of difference / standard error, the same between a normal and a t quantile

`counts` and `people` check the rest; `find_contradictions` gathers all of it.

A remark is not a correction: print is shown as it is, with the remark beside it. Rounding allows
half a unit of the last digit that a number was stored with, per number that enters.
"""

import re

from slopewise.evidence.effects.spread import p_from_se, se_from_interval
from slopewise.evidence.misprints.contradiction import Contradiction, rounding
from slopewise.evidence.misprints.counts import count_contradictions, event_contradictions
from slopewise.evidence.misprints.people import (
    people_contradictions,
    slope_contradictions,
    spread_contradictions,
)
from slopewise.evidence.study import GroupDifference, Study

__all__ = ["Contradiction", "computed_remarks", "contradictions", "find_contradictions", "remarks"]

# Student's t at 97.5 % for 10 degrees of freedom, 2.228; no printed study here has fewer
_SMALLEST_QUANTILE, _LARGEST_QUANTILE = 1.95, 2.23
_FEWEST = 10.0  # degrees of freedom


def find_contradictions(study: Study) -> tuple[Contradiction, ...]:
    """Every place of the study where printed numbers disagree, rows of every kind."""
    of_differences = tuple(
        Contradiction(
            row.outcome + (f", {row.timepoint}" if row.timepoint else ""),
            remark,
            row.citation,
            is_superseded=row.superseded_by is not None,
        )
        for row, said in contradictions(study)
        for remark in said
    )
    return (
        *of_differences,
        *slope_contradictions(study),
        *count_contradictions(study),
        *event_contradictions(study),
        *people_contradictions(study),
        *spread_contradictions(study),
    )


def contradictions(study: Study) -> tuple[tuple[GroupDifference, tuple[str, ...]], ...]:
    """Every difference of the study whose printed numbers disagree, with the remarks."""
    rows = (*study.group_differences, *study.vital_capacity_differences)
    found = ((row, remarks(row)) for row in rows)
    return tuple((row, said) for row, said in found if said)


def remarks(row: GroupDifference) -> tuple[str, ...]:
    """What does not fit within one printed difference: what a reader recorded, else computed."""
    return (row.check,) if row.check else computed_remarks(row)


def computed_remarks(row: GroupDifference) -> tuple[str, ...]:
    """What the arithmetic alone says of the row, whatever a reader recorded."""
    found = (_difference_remark(row), _centre_remark(row), _error_remark(row), _p_remark(row))
    return tuple(remark for remark in found if remark)


def _difference_remark(row: GroupDifference) -> str | None:
    if row.treated is None or row.control is None or row.difference is None:
        return None
    if row.treated.mean is None or row.control.mean is None:
        return None
    expected = row.treated.mean - row.control.mean
    allowed = sum(rounding(value) for value in (row.treated.mean, row.control.mean, row.difference))
    if abs(expected - row.difference) <= allowed:
        return None
    return (
        f"the printed means differ by {expected:.4g}, "
        f"but the printed difference is {row.difference:g}{_which(row, expected)}"
    )


def _which(row: GroupDifference, expected: float) -> str:
    """Which of the prints it could be, where an interval can decide."""
    if row.interval95 is None or row.difference is None:
        return ": a mean or the difference is misprinted"
    low, high = row.interval95.low, row.interval95.high
    centre, allowed = (low + high) / 2, rounding(low) + rounding(high)
    if abs(centre - row.difference) <= allowed + rounding(row.difference):
        return "; the interval is centred on it, so a mean is misprinted or a model was used"
    if abs(centre - expected) <= allowed:
        return "; the interval is centred on the means' difference, so the printed one is wrong"
    return ": a mean or the difference is misprinted"


def _centre_remark(row: GroupDifference) -> str | None:
    if row.interval95 is None or row.difference is None:
        return None
    low, high = row.interval95.low, row.interval95.high
    centre = (low + high) / 2
    if abs(centre - row.difference) <= rounding(low) + rounding(high) + rounding(row.difference):
        return None
    return f"the printed interval is centred on {centre:.4g}, not on {row.difference:g}"


def _error_remark(row: GroupDifference) -> str | None:
    if row.interval95 is None or row.se is None:
        return None
    half_width = (row.interval95.high - row.interval95.low) / 2
    slack = rounding(row.interval95.low) + rounding(row.interval95.high)
    error = row.se
    smallest = _SMALLEST_QUANTILE * (error - rounding(error)) - slack
    largest = _LARGEST_QUANTILE * (error + rounding(error)) + slack
    if smallest <= half_width <= largest:
        return None
    return f"the printed standard error {error:g} does not fit the width of the printed interval"


def _p_remark(row: GroupDifference) -> str | None:
    """Whether the printed P can be that of difference / standard error."""
    errors = _errors(row)
    limit = re.fullmatch(r"\s*(?:P\s*)?<\s*(0?\.\d+)\s*", row.p_text or "", re.IGNORECASE)
    if row.difference is None or not errors or (row.p_value is None and limit is None):
        return None
    shift = rounding(row.difference)
    largest = p_from_se(
        max(abs(row.difference) - shift, 0.0), max(errors), degrees_of_freedom=_FEWEST
    )
    smallest = p_from_se(abs(row.difference) + shift, min(errors))
    said = f"the printed difference and its error give P of {smallest:.2g} to {largest:.2g}"
    if row.p_value is None:
        bound = float(limit.group(1)) if limit is not None else 1.0
        return None if smallest <= bound else f"P is printed as below {bound:g}, but {said}"
    allowed = rounding(row.p_value)
    if smallest - allowed <= row.p_value <= largest + allowed:
        return None
    return f"P is printed as {row.p_value:g}, but {said}: P or the error is misprinted"


def _errors(row: GroupDifference) -> list[float]:
    """The smallest and largest standard error that print allows."""
    if row.se is not None and row.se > rounding(row.se):
        return [row.se - rounding(row.se), row.se + rounding(row.se)]
    if row.interval95 is None or row.interval95.low >= row.interval95.high:
        return []
    low, high = row.interval95.low, row.interval95.high
    slack = rounding(low) + rounding(high)
    narrow = (low + slack / 2, high - slack / 2)
    if narrow[0] >= narrow[1]:
        return []
    return [
        se_from_interval(*narrow, degrees_of_freedom=_FEWEST),
        se_from_interval(low - slack / 2, high + slack / 2),
    ]
