"""The log hazard ratio from what a report printed of survival.

    interval   SE = (ln high − ln low) / (2 z)
    log-rank   ln HR = (O − E) / V,  SE = 1/√V
    P, events  V = n_T n_C D / (n_T + n_C)²  (D events in all),  |O − E| = √V z(P/2)

Parmar, Torri & Stewart 1998,
doi:10.1002/(SICI)1097-0258(19981230)17:24<2815::AID-SIM110>3.0.CO;2-8; Tierney et al. 2007,
doi:10.1186/1745-6215-8-16.
"""

import math

from slopewise.errors import InputError
from slopewise.evidence.effects.effect_size import EffectSize, normal_effect, normal_quantile
from slopewise.evidence.effects.spread import se_from_interval

__all__ = ["hazard_ratio", "hazard_ratio_from_log_rank", "hazard_ratio_from_p"]

_PROPORTIONAL = "the hazards keep one ratio over the whole time"


def hazard_ratio(ratio: float, low: float, high: float, *, level: float = 0.95) -> EffectSize:
    """From a printed hazard ratio with its interval."""
    if not 0 < low < high or not ratio > 0:
        raise InputError(
            f"hazard ratio {ratio} ({low} to {high}); all three must be above 0, low below high"
        )
    return normal_effect(
        "log_hazard_ratio",
        math.log(ratio),
        se_from_interval(math.log(low), math.log(high), level=level),
        method="printed interval",
        assumptions=(_PROPORTIONAL,),
    )


def hazard_ratio_from_log_rank(observed: float, expected: float, *, variance: float) -> EffectSize:
    """From the log-rank test of the treated arm: events seen, expected, and their variance."""
    if not variance > 0:
        raise InputError(f"log-rank variance {variance}; give one above 0")
    return normal_effect(
        "log_hazard_ratio",
        (observed - expected) / variance,
        1 / math.sqrt(variance),
        method="log-rank, observed minus expected",
        assumptions=(_PROPORTIONAL, "the hazard ratio is not far from 1"),
    )


def hazard_ratio_from_p(
    p_value: float, *, events: float, n_treated: int, n_control: int, favours_treatment: bool
) -> EffectSize:
    """From the two-sided P, all events, the people of each arm and the side it favours."""
    if not 0 < p_value < 1 or not events > 0:
        raise InputError(f"P {p_value} and {events} events; give P between 0 and 1, events above 0")
    variance = n_treated * n_control * events / (n_treated + n_control) ** 2
    reach = normal_quantile(1 - p_value)
    sign = -1.0 if favours_treatment else 1.0
    return normal_effect(
        "log_hazard_ratio",
        sign * reach / math.sqrt(variance),
        1 / math.sqrt(variance),
        method="P, events and people",
        assumptions=(_PROPORTIONAL, "people were followed alike in both arms"),
    )
