"""θ from the mean change of a treated and a control arm over the same time.

    θ = 1 − m_T / m_C,    Var(θ) ≈ (V_T + (1 − θ)² V_C) / m_C²,    V = SD² / n

m: mean change from baseline (points); the arms are independent. The interval is Fieller's. Where
the control change is not clearly different from zero there is nothing to be a fraction of.

Where only the difference D = m_T − m_C was printed with its standard error, the spread is taken to
be the same in both arms: SD = SE_D / √(1/n_T + 1/n_C).

The delta error shrinks as θ grows: at θ = 0 it is √(V_T + V_C) / |m_C|. Whether there is any
slowing at all is therefore asked of the difference of the means, whose P stands with the
assumptions, and not of θ / SE(θ); and of two trials of one size the one that found more weighs
more.

A mean that leaves out those who died or left, as printed ones do, slows or speeds the arm it was
taken from; no formula here mends that.
"""

import math
from dataclasses import dataclass

from slopewise.evidence.effects.effect_size import EffectSize, EffectStatus, not_estimable
from slopewise.evidence.effects.ratio import Ratio, ratio
from slopewise.evidence.effects.spread import p_from_se, se_of_mean
from slopewise.evidence.study_effect import Measure

__all__ = ["ArmMean", "slowing_from_difference", "slowing_from_mean_changes", "slowing_of_ratio"]

_COMPLETE = "those who were measured at the end stand for all who began"
_LINEAR = "treatment multiplies the decline by one fraction from the first day"


@dataclass(frozen=True, slots=True)
class ArmMean:
    """The mean change or slope of one arm; negative = decline, or positive in both arms."""

    mean: float
    sd: float
    n: int

    @property
    def se(self) -> float:
        return se_of_mean(self.sd, self.n)


def slowing_from_mean_changes(
    treated: ArmMean, control: ArmMean, *, method: str = "mean change in both arms"
) -> EffectSize:
    """θ from the two means and their SDs."""
    assumptions: tuple[str, ...] = (_COMPLETE, _LINEAR)
    if treated.se + control.se == 0:
        return not_estimable(Measure.SLOWING, method=method, assumptions=assumptions)
    if control.mean != 0:
        assumptions = (*assumptions, _under_no_slowing(treated, control))
    left = ratio((treated.mean, treated.se), (control.mean, control.se))
    return slowing_of_ratio(left, method=method, assumptions=assumptions)


def _under_no_slowing(treated: ArmMean, control: ArmMean) -> str:
    error = math.hypot(treated.se, control.se)
    p_value = p_from_se(treated.mean - control.mean, error)
    at_none = error / abs(control.mean)
    return (
        f"the standard error is that at this θ; at θ = 0 it would be {at_none:.2f} "
        f"(P of no difference {p_value:.2g})"
    )


def slowing_from_difference(
    difference: float, se: float, *, control_mean: float, n_treated: int, n_control: int
) -> EffectSize:
    """θ from a printed difference with its standard error, and the control mean."""
    sd = se / math.sqrt(1 / n_treated + 1 / n_control)
    made = slowing_from_mean_changes(
        ArmMean(control_mean + difference, sd, n_treated),
        ArmMean(control_mean, sd, n_control),
        method="difference of the mean changes",
    )
    same = "the changes spread equally in both arms, as the printed error of the difference implies"
    return EffectSize(
        made.measure,
        made.estimate,
        made.standard_error,
        made.low,
        made.high,
        made.method,
        (*made.assumptions, same),
        made.status,
    )


def slowing_of_ratio(
    left: Ratio | None, *, method: str, assumptions: tuple[str, ...] = ()
) -> EffectSize:
    """θ = 1 − the ratio of treated to untreated decline; unbounded where Fieller gives no end."""
    if left is None or not left.is_bounded or left.low is None or left.high is None:
        return not_estimable(
            Measure.SLOWING, method=method, assumptions=assumptions, status=EffectStatus.UNBOUNDED
        )
    return EffectSize(
        Measure.SLOWING,
        1 - left.value,
        left.standard_error,
        1 - left.high,
        1 - left.low,
        method,
        assumptions,
    )
