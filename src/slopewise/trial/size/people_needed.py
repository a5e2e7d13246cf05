"""From what one person tells to how many are needed, with or without looking early.

    E Z_K = δ(N),    δ(N) = Δ √(N / v)   for an estimate with variance v / N
    power = Pr(Z crosses its bound of benefit | δ),   N from the δ that has the power

Z_K: test statistic at the end; Δ: effect; v: variance of the estimate times the people in all; the
bounds, the chances and the δ come from `slopewise.trial.boundary`. In words: without looks δ is
z_{1−α} + z_{1−β}; looks make it a little larger, and the largest size grows by the inflation factor
δ² / (z_{1−α} + z_{1−β})², while the size expected is smaller, because some trials stop.
Reference: Jennison & Turnbull 1999, doi:10.1201/9780367805326, chapter 3.
Status: closed form, reference (through `boundary`).
"""

import math
from collections.abc import Callable
from statistics import NormalDist

from slopewise.trial.boundary import Boundary, boundary, drift_for_power, stopping
from slopewise.trial.size.joint_rank_power import WinChances, joint_rank_power
from slopewise.trial.spending import spending_from_text

__all__ = [
    "DriftOf",
    "contrast_drift",
    "expected_share",
    "inflation_of",
    "joint_rank_drift",
    "one_look",
    "people_for",
    "power_of",
]

DriftOf = Callable[[float], float]
_NORMAL = NormalDist()
_FEWEST, _MOST = 4.0, 1e7  # people compared


def one_look(*, alpha: float, sides: int) -> Boundary:
    """The bound of a test that is made once, at the end."""
    return boundary((1.0,), spending_from_text("obrien-fleming"), alpha=alpha, sides=sides)


def contrast_drift(
    effect: float, unit_variance: float, *, sampling_variance: float | None = None, alpha: float
) -> DriftOf:
    """δ of an estimate whose printed variance is v / N, at one-sided alpha.

    Where the estimate really spreads by v* / N, the δ whose power at the end is the real one:
    z_{1−α} + (Δ √(N / v) − z_{1−α}) √(v / v*).
    """
    z = _NORMAL.inv_cdf(1.0 - alpha)
    ratio = 1.0 if sampling_variance is None else math.sqrt(unit_variance / sampling_variance)
    return lambda people: z + (effect * math.sqrt(people / unit_variance) - z) * ratio


def joint_rank_drift(chances: WinChances, *, treated_share: float, alpha: float) -> DriftOf:
    """δ with the power of the joint rank test at one-sided alpha."""

    def drift(people: float) -> float:
        treated = treated_share * people
        power = joint_rank_power(chances, treated, people - treated, alpha=alpha)
        power = min(max(power, 1e-12), 1.0 - 1e-12)
        return _NORMAL.inv_cdf(power) + _NORMAL.inv_cdf(1.0 - alpha)

    return drift


def people_for(drift_of: DriftOf, plan: Boundary, power: float) -> float | None:
    """People compared, not rounded, at the largest; None where ten million are not enough."""
    from scipy.optimize import brentq

    wanted = drift_for_power(plan, power)

    def missing(log_people: float) -> float:
        return drift_of(math.exp(log_people)) - wanted

    low, high = math.log(_FEWEST), math.log(_MOST)
    if missing(high) < 0.0:
        return None
    if missing(low) >= 0.0:
        return _FEWEST
    return math.exp(float(brentq(missing, low, high, xtol=1e-12)))


def power_of(drift_of: DriftOf, plan: Boundary, people: float) -> float:
    """Chance of success when so many are compared, looks included."""
    return stopping(plan, drift_of(people)).power


def expected_share(drift_of: DriftOf, plan: Boundary, people: float) -> float:
    """Share of the largest information that is expected to be used."""
    return stopping(plan, drift_of(people)).expected_information


def inflation_of(plan: Boundary, power: float) -> float:
    """Largest size with these looks over that of a trial without, at the same power."""
    plain = _NORMAL.inv_cdf(1.0 - plan.alpha / plan.sides) + _NORMAL.inv_cdf(power)
    return (drift_for_power(plan, power) / plain) ** 2
