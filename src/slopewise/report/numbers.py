"""How numbers are written for people: intervals before points, counts out of 100, never "nan".

Every function takes None (and, for safety, a value that is not finite) and answers "not available".
"""

import math

__all__ = [
    "NOT_AVAILABLE",
    "decimal",
    "interval",
    "month",
    "months",
    "out_of_100",
    "percent",
    "plural",
    "points",
    "slope",
    "slowing",
    "slowing_interval",
    "whole",
]

NOT_AVAILABLE = "not available"
MINUS = "\u2212"
THIN_SPACE = "\u202f"


def decimal(value: float | None, places: int = 1) -> str:
    """A number with a true minus sign; "0.0" never carries one."""
    if value is None or not math.isfinite(value):
        return NOT_AVAILABLE
    text = f"{value:.{places}f}"
    if float(text) == 0:
        return text.lstrip("-")
    return text.replace("-", MINUS)


def whole(value: float | None) -> str:
    """A count with thin spaces between thousands."""
    if value is None or not math.isfinite(value):
        return NOT_AVAILABLE
    return f"{round(value):,}".replace(",", THIN_SPACE).replace("-", MINUS)


def month(value: float | None) -> str:
    """A month of the patient's clock: "−9", "4.5"."""
    if value is None or not math.isfinite(value):
        return NOT_AVAILABLE
    return decimal(value, 0 if abs(value - round(value)) < 0.05 else 1)


def points(value: float | None) -> str:
    """A score: without decimals when it has none."""
    if value is None or not math.isfinite(value):
        return NOT_AVAILABLE
    return decimal(value, 0 if value == round(value) else 1)


def percent(fraction: float | None) -> str:
    """A fraction as a whole percentage: 0.254 is "25 %"."""
    if fraction is None or not math.isfinite(fraction):
        return NOT_AVAILABLE
    return f"{decimal(100 * fraction, 0)}{THIN_SPACE}%"


def slowing(value: float | None) -> str:
    """Slowing θ in words: "25 % slower", "10 % faster", "no different"."""
    if value is None or not math.isfinite(value):
        return NOT_AVAILABLE
    hundredths = round(100 * value)
    if hundredths == 0:
        return "no different"
    if hundredths == 100:
        return "stopped"
    return f"{abs(hundredths)}{THIN_SPACE}% {'slower' if hundredths > 0 else 'faster'}"


def interval(low: float | None, high: float | None, places: int = 1) -> str:
    """An interval of plain numbers: "−0.4 to 1.2"."""
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return NOT_AVAILABLE
    return f"{decimal(low, places)} to {decimal(high, places)}"


def slowing_interval(low: float | None, high: float | None) -> str:
    """An interval of slowing θ in words: "20 % faster to 45 % slower", "8 % to 73 % slower"."""
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return NOT_AVAILABLE
    ends = round(100 * low), round(100 * high)
    if min(ends) > 0 and max(ends) != 100:
        return f"{percent(low)} to {percent(high)} slower"
    if max(ends) < 0:
        return f"{percent(-high)} to {percent(-low)} faster"
    return f"{slowing(low)} to {slowing(high)}"


def out_of_100(probability: float | None) -> str:
    """A probability as people read it: "12 out of 100", "fewer than 1 out of 100"."""
    if probability is None or not math.isfinite(probability):
        return NOT_AVAILABLE
    if 0 <= probability < 0.005:
        return "fewer than 1 out of 100"
    if probability > 0.995:
        return "more than 99 out of 100"
    return f"{round(100 * probability)} out of 100"


def months(value: float | None) -> str:
    """A duration: "1 month", "7.5 months"."""
    if value is None or not math.isfinite(value):
        return NOT_AVAILABLE
    text = month(value)
    return f"{text} {'month' if text == '1' else 'months'}"


def slope(points_per_month: float | None) -> str:
    """A slope with its unit: "−0.84 points a month"."""
    if points_per_month is None or not math.isfinite(points_per_month):
        return NOT_AVAILABLE
    return f"{decimal(points_per_month, 2)} points a month"


def plural(count: int, singular: str, several: str | None = None) -> str:
    """A count and its noun: "1 visit", "3 visits"."""
    return f"{whole(count)} {singular if count == 1 else several or singular + 's'}"
