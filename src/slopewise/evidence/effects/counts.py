"""Risk ratio, odds ratio, risk and arcsine differences from events of n in two arms.

    ln RR = ln(a/n_T) − ln(c/n_C)         Var = 1/a − 1/n_T + 1/c − 1/n_C
    ln OR = ln(ad / bc)                   Var = 1/a + 1/b + 1/c + 1/d
    Peto  = (a − E) / V                   Var = 1/V, E = n_T r/N, V = n_T n_C r (N − r) / (N² (N−1))
    RD    = a/n_T − c/n_C                 Var = ab/n_T³ + cd/n_C³
    AS    = asin √(a/n_T) − asin √(c/n_C) Var = 1/(4 n_T) + 1/(4 n_C)

With a zero cell, and only then, one half is added to every cell of the ratios and of the risk
difference, and the assumptions say so; Peto and arcsine need none. Where nothing, or everything,
happened in both arms a ratio says nothing: no number is given. Peto's method is biased when arms
are far from equal in size or the effect is large (Greenland & Salvan 1990,
doi:10.1002/sim.4780090306).
"""

import math

from slopewise.errors import InputError
from slopewise.evidence.effects.effect_size import (
    EffectSize,
    EffectStatus,
    normal_effect,
    not_estimable,
)

__all__ = [
    "ADDED_HALF",
    "arcsine_difference",
    "odds_ratio",
    "peto_odds_ratio",
    "risk_difference",
    "risk_ratio",
]

Events = tuple[int, int]  # events, people
ADDED_HALF = "one half was added to every cell, because one was zero"


def risk_ratio(treated: Events, control: Events) -> EffectSize:
    """ln RR."""
    if _says_nothing(treated, control):
        return _no_events("log_risk_ratio", "log risk ratio")
    (a, b, c, d), said = _cells(treated, control)
    variance = 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)
    return normal_effect(
        "log_risk_ratio",
        math.log(a / (a + b)) - math.log(c / (c + d)),
        math.sqrt(variance),
        method="log risk ratio",
        assumptions=said,
    )


def odds_ratio(treated: Events, control: Events) -> EffectSize:
    """ln OR."""
    if _says_nothing(treated, control):
        return _no_events("log_odds_ratio", "log odds ratio")
    (a, b, c, d), said = _cells(treated, control)
    return normal_effect(
        "log_odds_ratio",
        math.log(a * d / (b * c)),
        math.sqrt(1 / a + 1 / b + 1 / c + 1 / d),
        method="log odds ratio",
        assumptions=said,
    )


def peto_odds_ratio(treated: Events, control: Events) -> EffectSize:
    """ln OR by Peto's one-step method."""
    if _says_nothing(treated, control):
        return _no_events("log_odds_ratio", "Peto log odds ratio")
    (a, n_1), (c, n_2) = treated, control
    people, events = n_1 + n_2, a + c
    expected = n_1 * events / people
    variance = n_1 * n_2 * events * (people - events) / (people**2 * (people - 1))
    return normal_effect(
        "log_odds_ratio",
        (a - expected) / variance,
        1 / math.sqrt(variance),
        method="Peto log odds ratio",
        assumptions=("the effect is small and the arms are of similar size",),
    )


def risk_difference(treated: Events, control: Events) -> EffectSize:
    """Risk with treatment minus risk without."""
    (a, b, c, d), said = _cells(treated, control)
    n_1, n_2 = a + b, c + d
    return normal_effect(
        "risk_difference",
        a / n_1 - c / n_2,
        math.sqrt(a * b / n_1**3 + c * d / n_2**3),
        method="risk difference",
        assumptions=said,
    )


def arcsine_difference(treated: Events, control: Events) -> EffectSize:
    """The difference of the arcsine square roots, which zero cells leave as they are."""
    _check(treated, control)
    (a, n_1), (c, n_2) = treated, control
    return normal_effect(
        "arcsine_difference",
        math.asin(math.sqrt(a / n_1)) - math.asin(math.sqrt(c / n_2)),
        math.sqrt(1 / (4 * n_1) + 1 / (4 * n_2)),
        method="arcsine square root difference",
    )


def _cells(
    treated: Events, control: Events
) -> tuple[tuple[float, float, float, float], tuple[str, ...]]:
    """The four cells, with one half added where one is zero, and what was assumed."""
    _check(treated, control)
    (a, n_1), (c, n_2) = treated, control
    cells = (a, n_1 - a, c, n_2 - c)
    if 0 not in cells:
        return cells, ()
    a_half, b_half, c_half, d_half = (cell + 0.5 for cell in cells)
    return (a_half, b_half, c_half, d_half), (ADDED_HALF,)


def _says_nothing(treated: Events, control: Events) -> bool:
    _check(treated, control)
    events, people = treated[0] + control[0], treated[1] + control[1]
    return events in {0, people}


def _check(*arms: Events) -> None:
    for events, people in arms:
        if not 0 <= events <= people or people < 1:
            raise InputError(f"{events} events of {people} people; give 0 to n events of n people")


def _no_events(measure: str, method: str) -> EffectSize:
    return not_estimable(measure, method=method, status=EffectStatus.NO_EVENTS)
