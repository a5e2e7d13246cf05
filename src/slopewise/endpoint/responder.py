"""Responder rules: who counts as helped, and how the arms differ in that. Never a primary analysis.

    slope change          responds if  after − before ≥ c              (points per month)
    percent improvement   responds if  100 (1 − after / before) ≥ p    (only where before < 0)

before, after: a person's slope of the ALSFRS-R before and after treatment began, points per month.
The share of responders is compared by its difference with Newcombe's interval (from two Wilson
intervals) and Fisher's exact test. In words: both slopes are measured with error and decline is not
straight, so many untreated people "respond" too; how many depends on the visits, on who was let in
and on the rule, and must be found by simulating the trial without an effect. People without a
slope after treatment, the dead among them, count as not responding; people for whom the rule is
not defined are left out and counted.
c = 1.5 points per month was used in the phase 2 trial of MSC-NTF cells (Neurology 2019;93:e2294);
there is no default. References: Newcombe 1998, doi:10.1002/(SICI)1097-
0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I; Wilson 1927, doi:10.1080/01621459.1927.10502953.
Status: published (Newcombe's table II), reference (R).
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from slopewise.errors import InputError
from slopewise.numerics.normal import NORMAL_975

__all__ = [
    "PercentImprovement",
    "ResponderComparison",
    "ResponderRule",
    "ResponderStatus",
    "Responders",
    "SlopeChange",
    "compare_responders",
    "compare_shares",
    "find_responders",
]

ESTIMAND = (
    "Difference between arms in the share of people who meet a rule on their slope before and after"
    " treatment; the dead and those without a slope afterwards count as not meeting it."
)
_WARNING = (
    "Part of the untreated meet this rule by measurement error alone: read it beside the share"
    " expected without an effect in a trial with the same visits and entry rules."
)


class ResponderStatus(StrEnum):
    """Whether the numbers may be read."""

    CONVERGED = "converged"
    TOO_FEW = "too_few"  # the rule is defined for nobody in an arm


@dataclass(frozen=True, slots=True)
class SlopeChange:
    """Responds who declines slower by at least this much."""

    points_per_month: float

    def __str__(self) -> str:
        return f"slope better by at least {self.points_per_month:g} points/month"


@dataclass(frozen=True, slots=True)
class PercentImprovement:
    """Responds whose decline shrank by at least this percentage; 100 is a standstill."""

    percent: float

    def __str__(self) -> str:
        return f"decline reduced by at least {self.percent:g} %"


ResponderRule = SlopeChange | PercentImprovement


@dataclass(frozen=True, eq=False, slots=True)
class Responders:
    """Who responds, and for whom the rule says anything."""

    responds: Bool[Array, " people"]
    defined: Bool[Array, " people"]


@dataclass(frozen=True, slots=True)
class ResponderComparison:
    """Shares of the two arms; 95 % intervals."""

    status: ResponderStatus
    method: str
    treated_responders: int
    treated: int
    control_responders: int
    controls: int
    not_defined: int = 0  # left out
    treated_share: tuple[float, float, float] | None = None  # share, low, high
    control_share: tuple[float, float, float] | None = None
    estimate: float | None = None  # difference of the shares
    low: float | None = None
    high: float | None = None
    p_value: float | None = None  # two-sided, Fisher
    estimand: str = ESTIMAND
    warning: str = _WARNING


def find_responders(
    rule: ResponderRule,
    slope_before: Float[Array, " people"],
    slope_after: Float[Array, " people"],
    *,
    observed: Bool[Array, " people"] | None = None,
) -> Responders:
    """Apply the rule; `observed` is false for people without a slope after treatment."""
    before, after = np.asarray(slope_before, dtype=float), np.asarray(slope_after, dtype=float)
    seen = np.ones(before.shape, dtype=bool) if observed is None else np.asarray(observed, bool)
    if before.shape != after.shape or seen.shape != before.shape:
        raise InputError(
            f"{before.shape} slopes before and {after.shape} after; give one row a person in both"
        )
    wrong = np.flatnonzero(~np.isfinite(before) | (seen & ~np.isfinite(after)))
    if len(wrong):
        raise InputError(
            f"row {int(wrong[0]) + 1} has a slope that is missing without saying so; mark it as not"
            " observed"
        )
    after = np.where(seen, after, -np.inf)
    if isinstance(rule, SlopeChange):
        return Responders(after - before >= rule.points_per_month, np.ones(len(before), dtype=bool))
    if not 0.0 < rule.percent <= 200.0:
        raise InputError(f"an improvement of {rule.percent:g} % was asked for; give 0 to 200")
    defined = before < 0.0
    # 100 (1 − after/before) ≥ p, multiplied by −before > 0
    responds = defined & (100.0 * (after - before) >= rule.percent * -before)
    return Responders(responds, defined)


def compare_responders(
    rule: ResponderRule, found: Responders, treated: Bool[Array, " people"]
) -> ResponderComparison:
    """Difference of the shares, among people for whom the rule is defined."""
    arm = np.asarray(treated, dtype=bool)
    if arm.shape != found.responds.shape:
        raise InputError(
            f"{len(arm)} arms for {len(found.responds)} people; give one row a person in both"
        )
    one, other = arm & found.defined, ~arm & found.defined
    return compare_shares(
        (int((found.responds & one).sum()), int(one.sum())),
        (int((found.responds & other).sum()), int(other.sum())),
        method=f"responders ({rule}), Newcombe interval, Fisher's exact test",
        not_defined=int((~found.defined).sum()),
    )


def compare_shares(
    treated: tuple[int, int],
    controls: tuple[int, int],
    *,
    method: str = "difference of shares, Newcombe interval, Fisher's exact test",
    not_defined: int = 0,
) -> ResponderComparison:
    """The comparison from (responders, people) of each arm."""
    counts = (*treated, *controls)
    if any(share[0] < 0 or share[0] > share[1] for share in (treated, controls)):
        raise InputError(f"responders {counts[::2]} of {counts[1::2]} people cannot be; check them")
    if not treated[1] or not controls[1]:
        return ResponderComparison(ResponderStatus.TOO_FEW, method, *counts, not_defined)
    one, other = _wilson(*treated), _wilson(*controls)
    difference = one[0] - other[0]
    return ResponderComparison(
        ResponderStatus.CONVERGED,
        method,
        *counts,
        not_defined,
        one,
        other,
        difference,
        difference - math.hypot(one[0] - one[1], other[2] - other[0]),
        difference + math.hypot(one[2] - one[0], other[0] - other[1]),
        _fisher(treated, controls),
    )


def _wilson(count: int, size: int) -> tuple[float, float, float]:
    z2 = NORMAL_975**2
    share = count / size
    middle = (share + z2 / (2 * size)) / (1 + z2 / size)
    half = math.sqrt(z2 * (share * (1 - share) / size + z2 / (4 * size**2))) / (1 + z2 / size)
    return share, max(0.0, middle - half), min(1.0, middle + half)


def _fisher(treated: tuple[int, int], controls: tuple[int, int]) -> float:
    """Two-sided: all tables at most as likely as the one seen."""
    total, size = treated[0] + controls[0], treated[1]
    count = np.arange(max(0, total - controls[1]), min(total, size) + 1)
    log = np.array([
        _log_choose(size, int(k)) + _log_choose(controls[1], total - int(k)) for k in count
    ])  # fmt: skip
    chance = np.exp(log - log.max())
    seen = chance[count == treated[0]][0]
    return float(min(1.0, chance[chance <= seen * (1 + 1e-7)].sum() / chance.sum()))


def _log_choose(size: int, count: int) -> float:
    return math.lgamma(size + 1) - math.lgamma(count + 1) - math.lgamma(size - count + 1)
