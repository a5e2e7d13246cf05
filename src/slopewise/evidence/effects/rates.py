"""Events per person-month, and the ratio or difference of two such rates.

    rate     x / t                    Var = x / t²
    ln rate  ln(x / t)                Var = 1 / x
    ln IRR   ln(x_T/t_T) − ln(x_C/t_C)   Var = 1/x_T + 1/x_C
    IRD      x_T/t_T − x_C/t_C        Var = x_T/t_T² + x_C/t_C²

x: events (may exceed the people), t: person-months. With no event, and only then, one half is
added to the events (of both arms); with none in either arm a ratio says nothing.
"""

import math

from slopewise.errors import InputError
from slopewise.evidence.effects.effect_size import (
    EffectSize,
    EffectStatus,
    normal_effect,
    not_estimable,
)

__all__ = ["log_rate", "rate", "rate_difference", "rate_ratio"]

Exposure = tuple[float, float]  # events, person-months
_ADDED = "one half was added to the events, because there were none"
_POISSON = "events come one by one at a constant rate"


def rate(events: float, person_months: float) -> EffectSize:
    """Events per person-month."""
    ((x, t),), said = _exposures((events, person_months))
    return normal_effect(
        "rate", x / t, math.sqrt(x) / t, method="rate per person-month", assumptions=said
    )


def log_rate(events: float, person_months: float) -> EffectSize:
    """ln of events per person-month."""
    ((x, t),), said = _exposures((events, person_months))
    return normal_effect(
        "log_rate", math.log(x / t), math.sqrt(1 / x), method="log rate", assumptions=said
    )


def rate_ratio(treated: Exposure, control: Exposure) -> EffectSize:
    """ln of the ratio of two rates."""
    ((x_1, t_1), (x_2, t_2)), said = _exposures(treated, control)
    if treated[0] + control[0] == 0:
        return not_estimable(
            "log_rate_ratio", method="log rate ratio", status=EffectStatus.NO_EVENTS
        )
    return normal_effect(
        "log_rate_ratio",
        math.log(x_1 / t_1) - math.log(x_2 / t_2),
        math.sqrt(1 / x_1 + 1 / x_2),
        method="log rate ratio",
        assumptions=said,
    )


def rate_difference(treated: Exposure, control: Exposure) -> EffectSize:
    """Rate with treatment minus rate without, per person-month."""
    ((x_1, t_1), (x_2, t_2)), said = _exposures(treated, control)
    return normal_effect(
        "rate_difference",
        x_1 / t_1 - x_2 / t_2,
        math.sqrt(x_1 / t_1**2 + x_2 / t_2**2),
        method="rate difference",
        assumptions=said,
    )


def _exposures(*arms: Exposure) -> tuple[tuple[Exposure, ...], tuple[str, ...]]:
    for events, time in arms:
        if events < 0 or not time > 0:
            raise InputError(f"{events} events in {time} person-months; give 0 or more in time > 0")
    if any(events == 0 for events, _ in arms):
        return tuple((events + 0.5, time) for events, time in arms), (_POISSON, _ADDED)
    return arms, (_POISSON,)
