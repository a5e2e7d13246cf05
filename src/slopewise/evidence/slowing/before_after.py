"""θ in one arm: the slope after treatment against the slope of the same people before.

    θ = 1 − a / b,    Var(θ) ≈ (V_a + (1 − θ)² V_b − 2 (1 − θ) C_ab) / b²

b, a: mean slopes before and after in the same n people. With both SDs and the P of the paired
difference (or the SD of the difference) the correlation r follows, C_ab = r SD_b SD_a / n:

    SE_d = |a − b| / t(P, n − 1),    r = (SD_b² + SD_a² − n SE_d²) / (2 SD_b SD_a)

With the P alone, b is taken as known: SE(θ) = SE_d / |b|. That is the larger of the two whenever
the slopes after spread less than in proportion to θ; it cannot be checked without the SDs.

A ratio has no unit: a slope per "period" serves as well as one per month, if both are per the
same. Nobody was left untreated, so θ is what treatment, waiting, learning to be scored and
regression to the mean did together. It is pooled in its own lane and never beside a trial.
"""

from slopewise.evidence.effects.effect_size import EffectSize
from slopewise.evidence.effects.ratio import ratio
from slopewise.evidence.effects.spread import correlation_from_change, se_from_p, se_of_mean
from slopewise.evidence.slowing.mean_change import slowing_of_ratio

__all__ = ["slowing_from_before_and_after", "slowing_from_paired_p"]

_UNCONTROLLED = "without treatment the slope of each would have stayed as it was before"
_PAIRED = "the printed P is from a paired t test, two-sided"


def slowing_from_before_and_after(
    before: tuple[float, float], after: tuple[float, float], *, n: int, se_difference: float
) -> EffectSize | None:
    """θ from (mean, SD) before and after and the standard error of their difference.

    None where no correlation could give that standard error: print contradicts itself.
    """
    (b, sd_b), (a, sd_a) = before, after
    correlation = correlation_from_change(sd_b, sd_a, sd_change=se_difference * n**0.5)
    if correlation is None:
        return None
    covariance = correlation * sd_b * sd_a / n
    left = ratio((a, se_of_mean(sd_a, n)), (b, se_of_mean(sd_b, n)), covariance=covariance)
    implied = f"slopes before and after correlate by {correlation:.2f}, as SDs and P together imply"
    return slowing_of_ratio(
        left,
        method="slope before and after, SDs and P",
        assumptions=(_UNCONTROLLED, _PAIRED, implied),
    )


def slowing_from_paired_p(before: float, after: float, *, n: int, p_value: float) -> EffectSize:
    """θ from two mean slopes and the P of their paired difference."""
    error = se_from_p(after - before, p_value, degrees_of_freedom=n - 1)
    return slowing_of_ratio(
        ratio((after, error), (before, 0.0)),
        method="slope before and after, P",
        assumptions=(
            _UNCONTROLLED,
            _PAIRED,
            "the slope before is taken as known: its own error was not printed",
        ),
    )
