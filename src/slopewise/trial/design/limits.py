"""Numbers with their limits, written as types, so that reading and documenting share them."""

from dataclasses import dataclass
from typing import Annotated

__all__ = [
    "MOST_PEOPLE",
    "ByArm",
    "Correlation",
    "Count",
    "HazardRatio",
    "Limits",
    "LogHazardRatio",
    "Month",
    "OnePointScale",
    "Percent",
    "Positive",
    "PositiveCount",
    "Range",
    "Share",
    "SignedMonth",
    "SlowingShare",
]


@dataclass(frozen=True, slots=True)
class Limits:
    """Lowest and highest value allowed; `above` excludes the lowest itself."""

    low: float
    high: float
    unit: str = ""
    above: bool = False

    def __contains__(self, value: float) -> bool:
        return (value > self.low if self.above else value >= self.low) and value <= self.high

    def __str__(self) -> str:
        start = f"above {self.low:g}" if self.above else f"from {self.low:g}"
        return f"{start} to {self.high:g}{' ' + self.unit if self.unit else ''}"


MOST_PEOPLE = 100_000  # of one trial

# The outer limits are there to catch slips of the pen (a day for a month); assumption: no ALS
# trial follows a person for more than ten years, or enrols more than 100,000 people.
Month = Annotated[float, Limits(0, 120, "months")]
SignedMonth = Annotated[float, Limits(-60, 120, "months")]
Positive = Annotated[float, Limits(0, 1e6, above=True)]
Share = Annotated[float, Limits(0, 1)]
Correlation = Annotated[float, Limits(-1, 1)]
Percent = Annotated[float, Limits(0, 200, "percent")]
OnePointScale = Annotated[float, Limits(0, 48, "points")]
SlowingShare = Annotated[float, Limits(-1, 1)]  # slowing: 0 none, 1 stopped, below 0 faster
HazardRatio = Annotated[float, Limits(0, 100, above=True)]
LogHazardRatio = Annotated[float, Limits(-5, 5)]
Count = Annotated[int, Limits(0, 100_000)]
PositiveCount = Annotated[int, Limits(1, MOST_PEOPLE)]
Range = tuple[float, float]  # lowest and highest, both included
ByArm = tuple[tuple[str, float], ...]  # a number for each arm that is named
