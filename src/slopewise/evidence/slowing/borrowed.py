"""θ where two mean changes were printed without any spread: the spread of another trial.

    SD(months) = SD_lender × f(months / months_lender),    f(x) = x above 1, √x below

assumption: the changes spread as in the lender, and the spread grows with time no slower than √x
and no faster than x; the wider is taken. In the lender of the built-in record (Oh 2018, Table 3,
doi:10.1002/ana.25302) it grew by 1.40 and 1.39 from month 4 to month 6, x being 1.5.

What comes out tests an answer and never enters one: `is_borrowed` is true.
"""

import math
from dataclasses import dataclass

from slopewise.evidence.effects.effect_size import EffectSize
from slopewise.evidence.slowing.mean_change import ArmMean, slowing_from_mean_changes
from slopewise.evidence.study import Citation

__all__ = ["Lender", "slowing_with_borrowed_spread", "spread_at"]


@dataclass(frozen=True, slots=True)
class Lender:
    """A spread another trial printed: the SD of changes over `months`, on one scale."""

    study_id: str
    label: str
    sd: float
    n: int
    scale: str
    citation: Citation
    months: float | None = None  # None for an SD of slope changes, which has its own unit of time


def spread_at(months: float, lender: Lender) -> float:
    """The lender's SD carried to another time."""
    if lender.months is None:
        return lender.sd
    longer = months / lender.months
    return lender.sd * (longer if longer > 1 else math.sqrt(longer))


def slowing_with_borrowed_spread(
    treated: tuple[float, int], control: tuple[float, int], *, months: float, lender: Lender
) -> EffectSize:
    """θ from (mean change, n) of both arms and the lender's spread."""
    sd = spread_at(months, lender)
    made = slowing_from_mean_changes(
        ArmMean(treated[0], sd, treated[1]),
        ArmMean(control[0], sd, control[1]),
        method="mean change in both arms, spread borrowed",
    )
    over = "" if lender.months is None else f" over {lender.months:g} months"
    said = f"the changes spread as in {lender.label} (SD {lender.sd:.2f}{over}), here SD {sd:.2f}"
    return EffectSize(
        made.measure,
        made.estimate,
        made.standard_error,
        made.low,
        made.high,
        made.method,
        (*made.assumptions, said),
        made.status,
    )
