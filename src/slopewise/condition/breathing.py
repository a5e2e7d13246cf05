"""Vital capacity in percent of the predicted value.

FVC (forced) and SVC (slow) are different manoeuvres: their values are never put into one series.
"Predicted" means a reference equation, today usually that of the Global Lung Function Initiative
(Quanjer et al. 2012, doi:10.1183/09031936.00080312).
"""

import math
from collections.abc import Iterable
from enum import Enum

from slopewise.errors import InputError

__all__ = [
    "PERCENT_PREDICTED_MAXIMUM",
    "PERCENT_PREDICTED_UNUSUAL",
    "VitalCapacity",
    "check_breathing_test",
    "is_unusual_percent_predicted",
    "one_measure",
]

# assumption: above 200 % of predicted is a unit slip (millilitres, or a factor), never a breath
PERCENT_PREDICTED_MAXIMUM = 200.0
# assumption: outside 10..150 % a value is worth a second look; it stays in
PERCENT_PREDICTED_UNUSUAL = (10.0, 150.0)


class VitalCapacity(Enum):
    """The two manoeuvres; CDISC test codes FVCPP (C112381) and SVCPP (C112386)."""

    FVC = "FVC"
    SVC = "SVC"


def one_measure(measures: Iterable[str]) -> VitalCapacity:
    """The manoeuvre these tests share; InputError when FVC and SVC are mixed, or none is given."""
    found = set(measures)
    if len(found) > 1:
        raise InputError(
            f"vital capacity of {' and '.join(sorted(found))} is mixed; FVC and SVC are different "
            "manoeuvres, so show or analyse one of them at a time"
        )
    if not found:
        raise InputError("no vital capacity test; give at least one FVC or SVC")
    return VitalCapacity(found.pop())


def check_breathing_test(measure: str, percent_predicted: float) -> None:
    """Refuse an unknown manoeuvre or a value that is not a percentage of the predicted one."""
    known = [capacity.value for capacity in VitalCapacity]
    if measure not in known:
        raise InputError(f"breathing measure {measure!r} is not known; write FVC or SVC")
    if not (
        math.isfinite(percent_predicted) and 0 <= percent_predicted <= PERCENT_PREDICTED_MAXIMUM
    ):
        raise InputError(
            f"{measure} {percent_predicted} percent of predicted; it runs from 0 to "
            f"{PERCENT_PREDICTED_MAXIMUM:g}: give percent of predicted, not litres"
        )


def is_unusual_percent_predicted(percent_predicted: float) -> bool:
    """Whether a value is possible but worth a second look, such as litres entered as percent."""
    low, high = PERCENT_PREDICTED_UNUSUAL
    return not low <= percent_predicted <= high
