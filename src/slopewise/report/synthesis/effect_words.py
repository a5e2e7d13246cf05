"""How an estimate of each measure is written, and what its axis is called."""

from slopewise.evidence.study_effect import Measure
from slopewise.report.numbers import THIN_SPACE, decimal, interval, percent

__all__ = ["axis_title", "effect_text", "interval_text", "share_text"]

_TITLES = {
    Measure.SLOWING: (
        "slowing of the decline",
        "(0 = no effect, 100 % = stopped, below 0 = faster)",
    ),
    Measure.MEAN_DIFFERENCE: ("difference of the change, points", "(0 = no difference)"),
    Measure.SLOPE_DIFFERENCE: ("difference of the slopes, points a month", "(0 = no difference)"),
    Measure.LOG_SLOPE_RATIO: ("ratio of the slopes, logarithm", "(0 = no difference)"),
    Measure.LOG_RISK_RATIO: ("risk ratio, logarithm", "(0 = no difference)"),
    Measure.LOG_ODDS_RATIO: ("odds ratio, logarithm", "(0 = no difference)"),
    Measure.RISK_DIFFERENCE: ("risk difference", "(0 = no difference)"),
    Measure.LOG_HAZARD_RATIO: ("hazard ratio, logarithm", "(0 = no difference)"),
    Measure.LOG_RATE_RATIO: ("rate ratio, logarithm", "(0 = no difference)"),
}


def axis_title(measure: Measure) -> tuple[str, str]:
    """What the axis shows, and how to read it."""
    return _TITLES[measure]


def effect_text(measure: Measure, value: float | None) -> str:
    """An estimate: slowing in percent, everything else with two decimals."""
    return percent(value) if measure is Measure.SLOWING else decimal(value, 2)


def interval_text(measure: Measure, low: float | None, high: float | None) -> str:
    """An interval: "−10 % to 45 %", or plain numbers for another measure."""
    if measure is not Measure.SLOWING:
        return interval(low, high, 2)
    if low is None or high is None:
        return interval(None, None)
    return f"{percent(low)} to {percent(high)}"


def share_text(weight: float | None) -> str:
    """A weight between 0 and 1 in percent; small ones are not written as nothing."""
    if weight is None:
        return "–"
    return f"under 1{THIN_SPACE}%" if 0 < weight < 0.005 else percent(weight)
