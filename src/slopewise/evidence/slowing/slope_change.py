"""θ from a between-arm difference of slopes, or of slope changes since the run-in.

    θ = D / (−s_C),    Var(θ) ≈ (V_D + θ² V_s) / s_C²

D: treated minus control (points/month); s_C: the slope of the control arm after treatment began,
below zero. Where s_C was not printed it is the control arm's mean change divided by its months.

D contains −s_C, so the two are correlated; print gives no covariance. It is left at zero: for
0 < θ that makes the standard error too large, not too small.
"""

from slopewise.evidence.effects.effect_size import EffectSize
from slopewise.evidence.effects.ratio import Ratio, ratio
from slopewise.evidence.slowing.mean_change import slowing_of_ratio

__all__ = ["slowing_from_slope_difference"]


def slowing_from_slope_difference(
    difference: tuple[float, float],
    control_slope: tuple[float, float],
    *,
    method: str = "difference of slope changes",
    assumptions: tuple[str, ...] = (),
) -> EffectSize:
    """θ from (difference, standard error) and (control slope, standard error), points/month."""
    apart, error = difference
    slope, slope_error = control_slope
    gained = ratio((apart, error), (-slope, slope_error))
    left = None if gained is None else _complement(gained)
    independent = "the difference and the control slope are taken as independent"
    return slowing_of_ratio(left, method=method, assumptions=(*assumptions, independent))


def _complement(gained: Ratio) -> Ratio:
    """1 − θ: the same standard error, the interval mirrored."""
    low, high = gained.low, gained.high
    return Ratio(
        1 - gained.value,
        gained.standard_error,
        None if high is None else 1 - high,
        None if low is None else 1 - low,
        gained.is_bounded,
    )
