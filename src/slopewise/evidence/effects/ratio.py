"""A ratio of two estimates: its standard error by the delta method, its interval by Fieller.

    R = a / b
    Var(R) ≈ (V_a + R² V_b − 2 R C_ab) / b²                                   (delta method)
    { ρ : (a − ρ b)² ≤ z² (V_a − 2 ρ C_ab + ρ² V_b) }                         (Fieller)

With g = z² V_b / b² ≥ 1 the set is no interval: b is not clearly different from zero and the
ratio may be anything. Fieller EC. Some problems in interval estimation. J R Stat Soc B 1954;16:
175–185.
"""

import math
from dataclasses import dataclass

from slopewise.evidence.effects.effect_size import normal_quantile

__all__ = ["Ratio", "ratio"]


_ZERO = 1e-100  # below this a denominator is none: its square would vanish


@dataclass(frozen=True, slots=True)
class Ratio:
    """a / b with the delta standard error and Fieller's interval; `is_bounded` when g < 1."""

    value: float
    standard_error: float
    low: float | None
    high: float | None
    is_bounded: bool


def ratio(
    numerator: tuple[float, float], denominator: tuple[float, float], *, covariance: float = 0.0
) -> Ratio | None:
    """The ratio of two (estimate, standard error); None where the denominator is zero."""
    (top, top_se), (bottom, bottom_se) = numerator, denominator
    if abs(bottom) < _ZERO:
        return None
    value = top / bottom
    variance = (top_se**2 + value**2 * bottom_se**2 - 2 * value * covariance) / bottom**2
    error = math.sqrt(max(variance, 0.0))
    quantile = normal_quantile()
    square = bottom**2 - quantile**2 * bottom_se**2
    if square <= 0:
        return Ratio(value, error, None, None, is_bounded=False)
    middle = top * bottom - quantile**2 * covariance
    constant = top**2 - quantile**2 * top_se**2
    reach = math.sqrt(max(middle**2 - square * constant, 0.0))
    low, high = (middle - reach) / square, (middle + reach) / square
    return Ratio(value, error, low, high, is_bounded=True)
