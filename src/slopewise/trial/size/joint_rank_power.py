"""Power of the joint rank test (CAFS): survival first, then the change in function.

    u1 = Pr(a treated person stands above a control),  u2, u3 = the same for one treated and two
    controls, and for two treated and one control;   with survival exponential and change normal
    these are closed forms of λ0, λ1, L and d = Δ / (√2 s)
    v0 = (n1 + n0 + 1) / (12 n1 n0)
    v1 = [u1 (1 − u1) + (n0 − 1)(u2 − u1²) + (n1 − 1)(u3 − u1²)] / (n1 n0)
    power = Φ( (√v0 z_α + u1 − ½) / √v1 ),    z_α < 0

λ0, λ1: hazard of the event in controls and treated (per month); L: months of follow-up; Δ: mean
difference in change (points); s: standard deviation of the change; n1, n0: treated, controls. The
dead stand below the living and in the order of their deaths. In words: how often a treated person
ends above a control decides; when few die, it is the change in function that decides, when many
die, survival. Nobody leaves alive in this formula, and change does not depend on survival: both
make it hopeful.
References: Berry et al. 2013, doi:10.3109/21678421.2012.762930 (CAFS); Lehmann 1975,
Nonparametrics, chapter 2 (variance of the rank sum under an alternative); the closed forms follow
a published open implementation (github.com/paulmanser/cafs).
Status: published (four powers), double (simulated people).
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

from slopewise.errors import InputError

__all__ = ["JointRankCourse", "WinChances", "joint_rank_power", "win_chances"]

_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class JointRankCourse:
    """Survival and change at the end: hazards per month, months, points."""

    control_hazard: float
    treated_hazard: float
    months: float
    change_difference: float  # positive when the treated keep more
    change_sd: float

    def __post_init__(self) -> None:
        hazards = (self.control_hazard, self.treated_hazard)
        if min(hazards) < 0 or (min(hazards) == 0) != (max(hazards) == 0):
            raise InputError(
                f"hazards {hazards[0]:g} and {hazards[1]:g} a month; give both above 0, or both 0"
                " where nobody dies"
            )
        if self.months <= 0 or self.change_sd <= 0:
            raise InputError("months of follow-up and the SD of the change must be above 0")


@dataclass(frozen=True, slots=True)
class WinChances:
    """Chances that treated stand above controls: one and one, two and one, one and two."""

    one_one: float
    two_one: float
    one_two: float


def win_chances(course: JointRankCourse) -> WinChances:
    """u1, u2 and u3."""
    d = course.change_difference / (math.sqrt(2.0) * course.change_sd)
    px1, px2 = _NORMAL.cdf(d), _both_below(d)
    if course.control_hazard == 0:
        return WinChances(px1, px2, px2)
    th = course.control_hazard / course.treated_hazard
    p1 = -math.expm1(-course.control_hazard * course.months)
    p2 = -math.expm1(-course.treated_hazard * course.months)
    q1, q2 = 1.0 - p1, 1.0 - p2
    pt1 = (1.0 - (1.0 - q2 ** (1 + th)) / ((1 + th) * p2)) / p1
    two = (1.0 - q2 ** (1 + 2 * th)) / (1 + 2 * th) - 2.0 * (1.0 - q2 ** (1 + th)) / (1 + th)
    pt2 = (1.0 + two / p2) / p1**2
    more = th * (1.0 - q2 ** (2 + th)) / ((2 + th) * p1 * q2**2)
    less = 2.0 * th * (1.0 - q2 ** (1 + th)) / ((1 + th) * p1 * q2)
    pt3 = (q2 / p2) ** 2 * (1.0 + more - less)
    u1 = p1 * p2 * pt1 + p1 * q2 + q1 * q2 * px1
    u2 = p1**2 * q2 + p1**2 * p2 * pt2 + 2 * p1 * q1 * q2 * px1 + q1**2 * q2 * px2
    u3 = p1 * q2**2 + p1 * p2**2 * pt3 + 2 * p1 * p2 * q2 * pt1 + q1 * q2**2 * px2
    return WinChances(u1, u3, u2)


def joint_rank_power(
    chances: WinChances, treated: float, controls: float, *, alpha: float = 0.025
) -> float:
    """Power in the direction of benefit at one-sided alpha (half of a two-sided one)."""
    if treated < 1 or controls < 1:
        raise InputError(
            f"{treated:g} treated and {controls:g} controls; give one of each at least"
        )
    u1 = chances.one_one
    pairs = treated * controls
    v0 = (treated + controls + 1.0) / (12.0 * pairs)
    v1 = u1 * (1 - u1) + (controls - 1) * (chances.one_two - u1**2)
    v1 = (v1 + (treated - 1) * (chances.two_one - u1**2)) / pairs
    return _NORMAL.cdf((math.sqrt(v0) * _NORMAL.inv_cdf(alpha) + u1 - 0.5) / math.sqrt(v1))


def _both_below(d: float) -> float:
    """Φ₂(d, d; ½) by Owen's T (Owen 1956, doi:10.1214/aoms/1177728074)."""
    from scipy.special import owens_t

    return _NORMAL.cdf(d) - 2.0 * float(owens_t(d, 1.0 / math.sqrt(3.0)))
