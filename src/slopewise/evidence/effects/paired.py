"""The mean change within one arm, from what was printed of it.

d = after − before,  SE = √(SD_b² + SD_a² − 2 r SD_b SD_a) / √n,  or  |d| / t(P, n − 1)
"""

from slopewise.evidence.effects.effect_size import EffectSize, normal_effect
from slopewise.evidence.effects.means import Group
from slopewise.evidence.effects.spread import sd_of_change, se_from_p, se_of_mean

__all__ = ["paired_change", "paired_change_from_p"]


def paired_change(before: Group, after: Group, *, correlation: float) -> EffectSize:
    """After minus before in the same people, SDs and their correlation given."""
    spread = sd_of_change(before.sd, after.sd, correlation=correlation)
    return normal_effect(
        "paired_change",
        after.mean - before.mean,
        se_of_mean(spread, after.n),
        method="paired change, correlation given",
        assumptions=(f"before and after correlate by {correlation:g}",),
    )


def paired_change_from_p(difference: float, p_value: float, *, n: int) -> EffectSize:
    """After minus before from the P of a paired t test, two-sided."""
    return normal_effect(
        "paired_change",
        difference,
        se_from_p(difference, p_value, degrees_of_freedom=n - 1),
        method="paired change, P",
        assumptions=("the printed P is from a paired t test, two-sided",),
    )
