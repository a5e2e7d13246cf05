"""Differences and ratios of the means of two arms: points, points/month, standard deviations.

    MD = m_T − m_C                Var = SD_T²/n_T + SD_C²/n_C            (each arm its own spread)
                                  Var = SD_p² (1/n_T + 1/n_C)            (one spread for both)
    SMD = J(m) MD / SD_p          Var = 1/n_T + 1/n_C + SMD²/(2 (n_T + n_C))
    ln ROM = ln(m_T / m_C)        Var = SD_T²/(n_T m_T²) + SD_C²/(n_C m_C²)

J(m) = Γ(m/2) / (√(m/2) Γ((m − 1)/2)), m = n_T + n_C − 2: Hedges' exact correction, not its
approximation 1 − 3/(4m − 1). Hedges LV. Distribution theory for Glass's estimator of effect size.
J Educ Stat 1981;6:107–128, doi:10.3102/10769986006002107. The ratio of means: Hedges, Gurevitch &
Curtis 1999, doi:10.1890/0012-9658(1999)080[1150:TMAORR]2.0.CO;2.
"""

import math
from dataclasses import dataclass

from slopewise.errors import InputError
from slopewise.evidence.effects.effect_size import EffectSize, normal_effect, not_estimable
from slopewise.evidence.effects.spread import pooled_sd

__all__ = [
    "Group",
    "change_difference",
    "mean_difference",
    "ratio_of_means",
    "ratio_of_slopes",
    "slope_difference",
    "standardised_mean_difference",
]


@dataclass(frozen=True, slots=True)
class Group:
    """Mean, standard deviation and people of one arm."""

    mean: float
    sd: float
    n: int

    def __post_init__(self) -> None:
        if self.n < 1 or self.sd < 0:
            raise InputError(f"SD {self.sd} of {self.n} people; give SD 0 or more and n 1 or more")


def mean_difference(
    treated: Group, control: Group, *, equal_spread: bool = False, measure: str = "mean_difference"
) -> EffectSize:
    """m_T − m_C, each arm with its own spread unless told that both have one."""
    if equal_spread:
        sd = pooled_sd((treated.sd, treated.n), (control.sd, control.n))
        variance = sd**2 * (1 / treated.n + 1 / control.n)
    else:
        variance = treated.sd**2 / treated.n + control.sd**2 / control.n
    return normal_effect(
        measure,
        treated.mean - control.mean,
        math.sqrt(variance),
        method="pooled variance" if equal_spread else "separate variances",
        assumptions=("both arms spread equally",) if equal_spread else (),
    )


def change_difference(treated: Group, control: Group, *, equal_spread: bool = False) -> EffectSize:
    """The difference of two mean changes from baseline, SDs those of the changes."""
    return mean_difference(treated, control, equal_spread=equal_spread, measure="change_difference")


def slope_difference(treated: Group, control: Group, *, equal_spread: bool = False) -> EffectSize:
    """The difference of two mean slopes, points/month."""
    return mean_difference(treated, control, equal_spread=equal_spread, measure="slope_difference")


def standardised_mean_difference(treated: Group, control: Group) -> EffectSize:
    """Hedges' g with the exact correction for small groups."""
    method = "Hedges g, exact correction"
    freedom = treated.n + control.n - 2
    sd = pooled_sd((treated.sd, treated.n), (control.sd, control.n)) if freedom > 1 else 0.0
    if sd == 0:
        return not_estimable("standardised_mean_difference", method=method)
    estimate = _correction(freedom) * (treated.mean - control.mean) / sd
    people = treated.n + control.n
    variance = 1 / treated.n + 1 / control.n + estimate**2 / (2 * people)
    return normal_effect(
        "standardised_mean_difference",
        estimate,
        math.sqrt(variance),
        method=method,
        assumptions=("both arms spread equally",),
    )


def ratio_of_means(
    treated: Group, control: Group, *, measure: str = "log_ratio_of_means"
) -> EffectSize:
    """ln(m_T / m_C); both means above zero, or both below."""
    method = "log ratio, delta method"
    if treated.mean * control.mean <= 0:
        return not_estimable(measure, method=method)
    variance = sum((arm.sd / arm.mean) ** 2 / arm.n for arm in (treated, control))
    return normal_effect(
        measure, math.log(treated.mean / control.mean), math.sqrt(variance), method=method
    )


def ratio_of_slopes(treated: Group, control: Group) -> EffectSize:
    """The log ratio of two mean slopes: ln(1 − θ)."""
    return ratio_of_means(treated, control, measure="log_slope_ratio")


def _correction(freedom: int) -> float:
    half = freedom / 2
    return math.exp(math.lgamma(half) - 0.5 * math.log(half) - math.lgamma((freedom - 1) / 2))
