"""Whether the printed numbers of a difference agree with one another, beyond rounding.

difference = treated mean − control mean
interval   is centred on the difference
standard error = interval width / (2 × 1.96), within the width that a t quantile could add

A remark is not a correction: print is shown as it is, with the remark beside it. Rounding allows
half a unit of the last digit that a number was stored with, per number that enters.
"""

from slopewise.evidence.study import GroupDifference, Study

__all__ = ["contradictions", "remarks"]

# Student's t at 97.5 % for 10 degrees of freedom, 2.228; no printed study here has fewer
_SMALLEST_QUANTILE, _LARGEST_QUANTILE = 1.95, 2.23


def contradictions(study: Study) -> tuple[tuple[GroupDifference, tuple[str, ...]], ...]:
    """Every difference of the study whose printed numbers disagree, with the remarks."""
    rows = (*study.group_differences, *study.vital_capacity_differences)
    found = ((row, remarks(row)) for row in rows)
    return tuple((row, said) for row, said in found if said)


def remarks(row: GroupDifference) -> tuple[str, ...]:
    """What does not fit within one printed difference: recorded by a reader, then computed."""
    said = [row.check] if row.check else []
    computed = (_difference_remark(row), _centre_remark(row), _error_remark(row))
    if not row.check:
        said += [remark for remark in computed if remark]
    return tuple(said)


def _difference_remark(row: GroupDifference) -> str | None:
    if row.treated is None or row.control is None or row.difference is None:
        return None
    if row.treated.mean is None or row.control.mean is None:
        return None
    expected = row.treated.mean - row.control.mean
    allowed = sum(
        _rounding(value) for value in (row.treated.mean, row.control.mean, row.difference)
    )
    if abs(expected - row.difference) <= allowed:
        return None
    return (
        f"the printed means differ by {expected:.4g}, "
        f"but the printed difference is {row.difference:g}"
    )


def _centre_remark(row: GroupDifference) -> str | None:
    if row.interval95 is None or row.difference is None:
        return None
    low, high = row.interval95.low, row.interval95.high
    centre = (low + high) / 2
    if abs(centre - row.difference) <= _rounding(low) + _rounding(high) + _rounding(row.difference):
        return None
    return f"the printed interval is centred on {centre:.4g}, not on {row.difference:g}"


def _error_remark(row: GroupDifference) -> str | None:
    if row.interval95 is None or row.se is None:
        return None
    half_width = (row.interval95.high - row.interval95.low) / 2
    slack = _rounding(row.interval95.low) + _rounding(row.interval95.high)
    error = row.se
    smallest = _SMALLEST_QUANTILE * (error - _rounding(error)) - slack
    largest = _LARGEST_QUANTILE * (error + _rounding(error)) + slack
    if smallest <= half_width <= largest:
        return None
    return f"the printed standard error {error:g} does not fit the width of the printed interval"


def _rounding(value: float) -> float:
    """Half a unit of the last stored digit: 0.005 for 3.38. Trailing zeros of print are lost, so
    two decimals are taken where fewer are stored."""
    digits = len(repr(value).partition(".")[2])
    return 0.5 * 10.0 ** -(max(digits, 2)) + 1e-12
