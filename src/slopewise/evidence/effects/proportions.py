"""One arm's proportion on the scales that proportions are pooled on.

    raw          p                                      Var = p (1 − p) / n
    logit        ln(x / (n − x))                        Var = 1/x + 1/(n − x)
    arcsine      asin √p                                Var = 1 / (4n)
    Freeman–Tukey ½ (asin √(x/(n+1)) + asin √((x+1)/(n+1)))  Var = 1 / (4n + 2)

With nobody or everybody, and only then, one half is added to both sides of the raw and the logit
scale. Freeman & Tukey 1950, doi:10.1214/aoms/1177729756; its back-transformation misleads when
studies differ in size (Schwarzer et al. 2019, doi:10.1002/jrsm.1348).
"""

import math

from slopewise.errors import InputError
from slopewise.evidence.effects.effect_size import EffectSize, normal_effect

__all__ = [
    "arcsine_proportion",
    "freeman_tukey_proportion",
    "logit_proportion",
    "raw_proportion",
]

_ADDED = "one half was added to both counts, because one was zero"


def raw_proportion(events: int, people: int) -> EffectSize:
    """x / n."""
    x, rest, said = _cells(events, people)
    n = x + rest
    share = x / n
    return normal_effect(
        "proportion",
        share,
        math.sqrt(share * (1 - share) / n),
        method="raw proportion",
        assumptions=said,
    )


def logit_proportion(events: int, people: int) -> EffectSize:
    """ln(x / (n − x))."""
    x, rest, said = _cells(events, people)
    return normal_effect(
        "logit_proportion",
        math.log(x / rest),
        math.sqrt(1 / x + 1 / rest),
        method="logit",
        assumptions=said,
    )


def arcsine_proportion(events: int, people: int) -> EffectSize:
    """asin √(x/n)."""
    _check(events, people)
    return normal_effect(
        "arcsine_proportion",
        math.asin(math.sqrt(events / people)),
        math.sqrt(1 / (4 * people)),
        method="arcsine square root",
    )


def freeman_tukey_proportion(events: int, people: int) -> EffectSize:
    """The mean of the two arcsines that bracket x/n."""
    _check(events, people)
    below = math.asin(math.sqrt(events / (people + 1)))
    above = math.asin(math.sqrt((events + 1) / (people + 1)))
    return normal_effect(
        "freeman_tukey_proportion",
        (below + above) / 2,
        math.sqrt(1 / (4 * people + 2)),
        method="Freeman-Tukey double arcsine",
    )


def _cells(events: int, people: int) -> tuple[float, float, tuple[str, ...]]:
    _check(events, people)
    if events in {0, people}:
        return events + 0.5, people - events + 0.5, (_ADDED,)
    return events, people - events, ()


def _check(events: int, people: int) -> None:
    if not 0 <= events <= people or people < 1:
        raise InputError(f"{events} events of {people} people; give 0 to n events of n people")
