"""People and spreads: groups larger than the study, and standard deviations that cannot be.

Among n numbers between a and b with mean m, SD² ≤ (m − a)(b − m) n / (n − 1)
(Bhatia & Davis 2000, doi:10.1080/00029890.2000.12005203, with the sample's divisor).
"""

import math
from collections.abc import Iterator

from slopewise.evidence.design import Lane
from slopewise.evidence.effects.spread import correlation_from_change, se_from_p
from slopewise.evidence.misprints.contradiction import Contradiction, rounding
from slopewise.evidence.slowing.rows import functional_scale
from slopewise.evidence.study import (
    BaselineMeasure,
    CitedNumber,
    GroupDifference,
    SlopeResult,
    Study,
)

__all__ = ["people_contradictions", "slope_contradictions", "spread_contradictions"]

_RANGE = {"ALSFRS-R": (0.0, 48.0), "ALSFRS": (0.0, 40.0)}


def people_contradictions(study: Study) -> Iterator[Contradiction]:
    """Arms that hold more people than were enrolled, and rows with more than their arm."""
    people = study.people
    treated, control = _value(people.treated), _value(people.control)
    enrolled, screened = _value(people.enrolled), _value(people.screened)
    by_arm = [_value(arm) or 0.0 for arm in people.treated_by_arm]
    sums = (
        ("arms", sum(by_arm) if by_arm else None, "treated", treated, people.treated),
        ("treated", treated, "enrolled", enrolled, people.enrolled),
        ("enrolled", enrolled, "screened", screened, people.screened),
    )
    for part, count, whole, of, number in sums:
        if number is not None and count is not None and of is not None and count > of:
            remark = f"{count:g} people ({part}), but {of:g} {whole}"
            yield Contradiction("people", remark, number.citation)
    is_one_group = study.lane is Lane.RANDOMISED
    both = None if treated is None or control is None else treated + control
    if is_one_group and people.enrolled and both and enrolled and both > enrolled:
        remark = f"{treated:g} treated and {control:g} controls, but {enrolled:g} enrolled"
        yield Contradiction("people", remark, people.enrolled.citation)
    yield from _rows_beyond_arms(study, treated, control)


def _rows_beyond_arms(
    study: Study, treated: float | None, control: float | None
) -> Iterator[Contradiction]:
    for row in (*study.group_differences, *study.vital_capacity_differences):
        for name, arm, most in (
            ("treated", row.treated, treated),
            ("control", row.control, control),
        ):
            if arm is not None and arm.n is not None and most is not None and arm.n > most:
                remark = f"{arm.n} {name} in this row, but {most:g} in the study"
                yield _of_difference(row, remark)


def spread_contradictions(study: Study) -> Iterator[Contradiction]:
    """Baseline means outside their range, and SDs larger than the range allows."""
    if study.baseline is None:
        return
    for arm in study.baseline.arms:
        for measure in arm.measures:
            remark = _spread_remark(measure, arm.n)
            if remark:
                place = f"at the start: {measure.measure}, {arm.arm}"
                yield Contradiction(place, remark, study.baseline.citation)


def _spread_remark(measure: BaselineMeasure, n: int | None) -> str | None:
    if measure.mean is None:
        return None
    bounds = _bounds(measure)
    if bounds is None:
        return None
    low, high = bounds
    allowed = rounding(measure.mean)
    if not low - allowed <= measure.mean <= high + allowed:
        return f"the mean {measure.mean:g} lies outside {low:g} to {high:g}"
    if measure.sd is None:
        return None
    square = max((measure.mean - low) * (high - measure.mean), 0.0)
    most = math.sqrt(square * (n / (n - 1) if n and n > 1 else 2.0))
    if measure.sd <= most + rounding(measure.sd) + allowed:
        return None
    return (
        f"SD {measure.sd:g} is larger than any {n or 'number of'} values between {low:g} and "
        f"{high:g} with mean {measure.mean:g} can have ({most:.2f})"
    )


def _bounds(measure: BaselineMeasure) -> tuple[float, float] | None:
    """The printed range, else that of the scale where the line is a total of it."""
    if measure.low is not None and measure.high is not None:
        return measure.low, measure.high
    scale = functional_scale(measure.measure)
    is_total = measure.unit == "points" and "slope" not in measure.measure.lower()
    return _RANGE[scale] if scale is not None and is_total else None


def slope_contradictions(study: Study) -> Iterator[Contradiction]:
    """Slopes whose SE, interval or digits disagree, and a P that no correlation could give."""
    for row in study.slopes:
        place = f"slope: {row.arm}, {row.period}"
        for remark in filter(None, (_slope_error_remark(row), _slope_interval_remark(row))):
            yield Contradiction(place, remark, row.citation)
    for before in (row for row in study.slopes if row.is_before_treatment):
        for after in (row for row in study.slopes if not row.is_before_treatment):
            if after.arm == before.arm and after.unit == before.unit:
                yield from _paired_p(study, before, after)


def _slope_error_remark(row: SlopeResult) -> str | None:
    if row.sd is None or row.se is None or not row.n:
        return None
    expected = row.sd / math.sqrt(row.n)
    if abs(expected - row.se) <= rounding(row.se) + rounding(row.sd) / math.sqrt(row.n):
        return None
    return f"SE {row.se:g} is printed, but SD {row.sd:g} of {row.n} people gives {expected:.3g}"


def _slope_interval_remark(row: SlopeResult) -> str | None:
    if row.interval95 is None or row.mean is None:
        return None
    low, high = row.interval95.low, row.interval95.high
    if abs((low + high) / 2 - row.mean) <= rounding(low) + rounding(high) + rounding(row.mean):
        return None
    return f"the printed interval is centred on {(low + high) / 2:.4g}, not on {row.mean:g}"


def _paired_p(study: Study, before: SlopeResult, after: SlopeResult) -> Iterator[Contradiction]:
    n = after.n or before.n
    if not n or n < 3 or None in (before.mean, after.mean, before.sd, after.sd):
        return
    apart = (after.mean or 0.0) - (before.mean or 0.0)
    for row in study.group_differences:
        is_paired = row.arm == after.arm and "slope" in row.outcome.lower()
        if not is_paired or not row.p_value or not row.p_value < 1 or not apart:
            continue
        error = se_from_p(apart, row.p_value, degrees_of_freedom=n - 1)
        implied = correlation_from_change(
            before.sd or 0.0, after.sd or 0.0, sd_change=error * math.sqrt(n)
        )
        if implied is None:
            remark = (
                f"P {row.p_value:g} of a change of {apart:.3g} in {n} people needs a correlation "
                f"beyond ±1 beside SDs {before.sd:g} and {after.sd:g}: P, an SD or the test differs"
            )
            yield _of_difference(row, remark)


def _of_difference(row: GroupDifference, remark: str) -> Contradiction:
    place = row.outcome + (f", {row.timepoint}" if row.timepoint else "")
    return Contradiction(place, remark, row.citation, is_superseded=row.superseded_by is not None)


def _value(number: CitedNumber | None) -> float | None:
    return None if number is None else number.value
