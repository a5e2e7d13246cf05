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

from slopewise.errors import InputError
from slopewise.trial.boundary import Boundary, BoundaryStatus, boundary, drift_for_power, stopping
from slopewise.trial.design.looks import Interim
from slopewise.trial.size.joint_rank_power import WinChances, joint_rank_power
from slopewise.trial.spending import Spending, spending_from_text

__all__ = [
    "DriftOf",
    "contrast_drift",
    "expected_share",
    "joint_rank_drift",
    "people_for",
    "planned_test",
    "power_of",
]

DriftOf = Callable[[float], float]
_NORMAL = NormalDist()
_FEWEST, _MOST = 4.0, 1e7  # people compared
_ONE_LOOK = (1.0,)


def planned_test(interim: Interim | None, *, alpha: float, sides: int, power: float) -> Boundary:
    """The bounds of a test with this alpha, looks at shares of the information included."""
    if not alpha / sides < power < 1.0:
        raise InputError(
            f"--power {power:g} is not between the type I error {alpha / sides:g} and 1; give for"
            " instance 0.9"
        )
    looks = interim.information if interim is not None and interim.information else _ONE_LOOK
    spending, futility = "obrien-fleming", None
    if interim is not None and interim.information:
        spending, futility = interim.spending, interim.futility
    found = boundary(
        looks,
        spending_from_text(spending),
        alpha=alpha,
        sides=sides,
        beta=1.0 - power if interim is None else interim.beta,
        futility=_futility(futility),
        binding=interim is not None and interim.binding and futility is not None,
    )
    if found.status is not BoundaryStatus.CONVERGED:
        raise InputError(
            "so much of beta is spent early that no effect has the power; in [interim] spend it"
            " later (futility = 'hwang:-4') or give a larger beta"
        )
    return found


def contrast_drift(effect: float, unit_variance: float) -> DriftOf:
    """δ of an estimate that is normal with variance v / N."""
    return lambda people: effect * math.sqrt(people / unit_variance)


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


def _futility(text: str | None) -> Spending | None:
    return None if text is None else spending_from_text(text)
