"""From one printed sign of precision to another: standard error, interval, P, SD, correlation.

z = estimate / SE (or t with its degrees of freedom);  SE = (high − low) / (2 × quantile);
SD of a paired difference = √(SD₁² + SD₂² − 2 r SD₁ SD₂), SE = SD / √n.

Without degrees of freedom the quantile is normal. Cochrane Handbook for Systematic Reviews of
Interventions, version 6, chapter 6.5.2 (how the conversions are done there).
"""

import math

from slopewise.errors import InputError

__all__ = [
    "correlation_from_change",
    "interval_from_se",
    "p_from_se",
    "pooled_sd",
    "sd_of_change",
    "se_from_interval",
    "se_from_p",
    "se_of_mean",
]


def se_of_mean(sd: float, n: float) -> float:
    """SD / √n."""
    return sd / math.sqrt(n)


def pooled_sd(first: tuple[float, float], second: tuple[float, float]) -> float:
    """The SD that two groups share, each given as (SD, n)."""
    (sd_1, n_1), (sd_2, n_2) = first, second
    return math.sqrt(((n_1 - 1) * sd_1**2 + (n_2 - 1) * sd_2**2) / (n_1 + n_2 - 2))


def se_from_interval(
    low: float, high: float, *, level: float = 0.95, degrees_of_freedom: float | None = None
) -> float:
    """The standard error that an interval of that level was built with."""
    if not low < high:
        raise InputError(f"interval {low} to {high} has no width; give its lower end first")
    return (high - low) / (2 * _quantile(0.5 + level / 2, degrees_of_freedom))


def interval_from_se(
    estimate: float,
    se: float,
    *,
    level: float = 0.95,
    degrees_of_freedom: float | None = None,
) -> tuple[float, float]:
    """The interval of that level around the estimate."""
    reach = _quantile(0.5 + level / 2, degrees_of_freedom) * se
    return estimate - reach, estimate + reach


def se_from_p(
    estimate: float,
    p_value: float,
    *,
    degrees_of_freedom: float | None = None,
    one_sided: bool = False,
) -> float:
    """The standard error at which the estimate has that P against zero.

    A P that was rounded gives a rounded error; an estimate of zero gives none.
    """
    if not 0 < p_value < (0.5 if one_sided else 1.0):
        raise InputError(f"P = {p_value} gives no standard error; give a P between 0 and 1")
    tail = p_value if one_sided else p_value / 2
    # the lower tail keeps digits that 1 − tail loses, for a tiny P and for one just below 1
    return abs(estimate) / -_quantile(tail, degrees_of_freedom)


def p_from_se(estimate: float, se: float, *, degrees_of_freedom: float | None = None) -> float:
    """The two-sided P of the estimate against zero."""
    from scipy.special import ndtr, stdtr

    ratio = -abs(estimate / se)
    if degrees_of_freedom is None:
        return 2 * float(ndtr(ratio))
    return 2 * float(stdtr(degrees_of_freedom, ratio))


def sd_of_change(sd_before: float, sd_after: float, *, correlation: float) -> float:
    """The SD of after − before in the same people."""
    square = sd_before**2 + sd_after**2 - 2 * correlation * sd_before * sd_after
    return math.sqrt(max(square, 0.0))


def correlation_from_change(sd_before: float, sd_after: float, *, sd_change: float) -> float | None:
    """The correlation that the three SDs imply; None where no correlation could."""
    product = 2 * sd_before * sd_after
    if product == 0:
        return None
    correlation = (sd_before**2 + sd_after**2 - sd_change**2) / product
    return correlation if abs(correlation) <= 1 else None


def _quantile(probability: float, degrees_of_freedom: float | None) -> float:
    from scipy.special import ndtri, stdtrit

    if degrees_of_freedom is None:
        return float(ndtri(probability))
    return float(stdtrit(degrees_of_freedom, probability))
