"""One place where printed numbers disagree, and how far rounding excuses a number."""

from dataclasses import dataclass

from slopewise.evidence.study import Citation

__all__ = ["Contradiction", "rounding"]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What disagrees, in which row, and which print it could be.

    `explained` is why the numbers may both stand (an adjusted model beside raw counts): then it
    is a remark and no misprint. A superseded figure is marked: what replaced it may be right.
    """

    place: str  # the kind of row, its outcome and time
    remark: str
    citation: Citation
    is_superseded: bool = False
    explained: str | None = None


def rounding(value: float, *, least_digits: int = 2) -> float:
    """Half a unit of the last stored digit: 0.005 for 3.38. Trailing zeros of print are lost, so
    two decimals are taken where fewer are stored."""
    digits = len(repr(value).removesuffix(".0").partition(".")[2])
    return 0.5 * 10.0 ** -(max(digits, least_digits)) + 1e-12
