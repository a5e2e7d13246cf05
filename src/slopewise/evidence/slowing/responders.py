"""θ from counts of responders under one rule in points/month, by a latent normal slope change.

    D = σ (Φ⁻¹(p_T) − Φ⁻¹(p_C)),    Var(D) = σ² Σ p(1 − p) / (n φ(Φ⁻¹(p))²)        (probit)
    D = σ (√3/π) ln OR,             Var(D) = σ² (3/π²) Σ 1/count                  (logit)

A responder is one whose slope change passes the rule's threshold; the slope change is normal
(logistic) with SD σ (points/month) in both arms, so the shares tell how far apart the means are,
whatever the threshold. Hasselblad V, Hedges LV. Meta-analysis of screening and diagnostic tests.
Psychol Bull 1995;117:167–178; Chinn S. A simple method for converting an odds ratio to effect
size. Stat Med 2000;19:3127–3131, doi:10.1002/1097-0258(20001130)19:22<3127::AID-SIM784>3.0.CO;2-M.

A rule in percent of each one's own slope is about another quantity: σ in points/month does not
serve it, and it is not converted.
"""

import math
from statistics import NormalDist

from slopewise.evidence.effects.effect_size import (
    EffectSize,
    EffectStatus,
    normal_effect,
    not_estimable,
)
from slopewise.evidence.study_effect import Measure

__all__ = ["slope_difference_by_logit", "slope_difference_by_probit"]

_SAME_SD = "the slope change is bell-shaped with the same SD in both arms"


def slope_difference_by_probit(
    treated: tuple[int, int], control: tuple[int, int], *, sd: float
) -> EffectSize:
    """The difference of mean slope changes (points/month) from (responders, n) of each arm."""
    method = "responder counts, probit"
    if _has_empty_cell(treated, control):
        return _no_events(method)
    normal = NormalDist()
    difference, variance = 0.0, 0.0
    for sign, (responders, n) in ((1, treated), (-1, control)):
        share = responders / n
        place = normal.inv_cdf(share)
        difference += sign * place
        variance += share * (1 - share) / (n * normal.pdf(place) ** 2)
    return normal_effect(
        Measure.SLOPE_DIFFERENCE,
        sd * difference,
        sd * math.sqrt(variance),
        method=method,
        assumptions=(_SAME_SD,),
    )


def slope_difference_by_logit(
    treated: tuple[int, int], control: tuple[int, int], *, sd: float
) -> EffectSize:
    """The same by the log odds ratio."""
    method = "responder counts, logit"
    if _has_empty_cell(treated, control):
        return _no_events(method)
    (a, n_1), (c, n_2) = treated, control
    log_odds_ratio = math.log(a * (n_2 - c) / ((n_1 - a) * c))
    error = math.sqrt(1 / a + 1 / (n_1 - a) + 1 / c + 1 / (n_2 - c))
    factor = sd * math.sqrt(3) / math.pi
    return normal_effect(
        Measure.SLOPE_DIFFERENCE,
        factor * log_odds_ratio,
        factor * error,
        method=method,
        assumptions=(_SAME_SD,),
    )


def _has_empty_cell(treated: tuple[int, int], control: tuple[int, int]) -> bool:
    return any(responders in {0, n} for responders, n in (treated, control))


def _no_events(method: str) -> EffectSize:
    return not_estimable(
        Measure.SLOPE_DIFFERENCE,
        method=method,
        assumptions=(_SAME_SD,),
        status=EffectStatus.NO_EVENTS,
    )
