"""What an interim look says: chances of success, and intervals that stay honest after looking.

    conditional power   CP_k(δ) = P_δ(cross efficacy later | Z_k = z)
    predictive power    PP_k = ∫ CP_k(δ) p(δ | z) dδ,   δ | z ~ N(z/√t_k, 1/t_k) under a flat prior
    repeated interval   estimate ± u_k · SE, valid at every look whatever is done next
    adjusted p          p(δ) = P_δ(stopped for efficacy earlier) + P_δ(reach look k, Z_k ≥ z);
                        interval: p(low) = (1 − c)/2, p(high) = 1 − (1 − c)/2; estimate: p = ½

z: test statistic now, positive for benefit; t_k: share of the planned information; δ: drift, the
expectation of the last z; c: confidence. In words: conditional power asks how likely the trial is
to succeed if the effect is as stated; predictive power, if the effect is as uncertain as the data
leave it. A trial that stopped early because it looked good overstates its effect: the stage-wise
ordering (stopping earlier is more extreme) gives the interval and median-unbiased estimate that
allow for it. Non-binding futility bounds are ignored in p and interval, as in the type I error.
References: Jennison & Turnbull 1999, doi:10.1201/9780367805326; Tsiatis, Rosner & Mehta 1984,
Biometrics 40:797–803; Spiegelhalter, Freedman & Blackburn 1986, doi:10.1016/0197-2456(86)90003-6.
Status: reference (rpact).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from slopewise.errors import InputError
from slopewise.trial.boundary import Boundary
from slopewise.trial.crossing import START, Standing, crossing, standing_at

__all__ = [
    "AdjustedResult",
    "DriftBelief",
    "InferenceStatus",
    "RepeatedInterval",
    "adjusted_result",
    "conditional_power",
    "predictive_power",
    "repeated_interval",
]

_FARTHEST = 40.0  # drift beyond which no interval is looked for
_BELIEF_NODES = 48


class InferenceStatus(StrEnum):
    """Whether the numbers may be read."""

    CONVERGED = "converged"
    NO_BOUND = "no_bound"  # an end of the interval lies beyond any plausible drift


@dataclass(frozen=True, slots=True)
class DriftBelief:
    """What was believed about the drift beforehand: normal."""

    mean: float
    standard_deviation: float


@dataclass(frozen=True, slots=True)
class RepeatedInterval:
    """An interval that may be read at every look; one-sided plans have no upper end for harm."""

    low: float
    high: float
    confidence: float
    method: str = "repeated confidence interval (Jennison and Turnbull)"


@dataclass(frozen=True, slots=True)
class AdjustedResult:
    """The result of a trial that stopped at this look, on the scale of the estimate."""

    status: InferenceStatus
    p_value: float  # one-sided for one side, two-sided for two
    estimate: float | None  # median-unbiased
    low: float | None
    high: float | None
    confidence: float
    method: str = "stage-wise ordering (Tsiatis, Rosner and Mehta)"


def conditional_power(plan: Boundary, look: int, z: float, *, drift: float) -> float:
    """Chance to cross an efficacy bound at a later look; futility bounds ahead are followed.

    `look` counts from 1 and must not be the last; benefit only, also with two sides.
    """
    _check_look(plan, look, last_allowed=False)
    return _later_power(plan, look, standing_at(z, information=plan.information[look - 1]),
                        drift=drift)  # fmt: skip


def predictive_power(
    plan: Boundary, look: int, z: float, *, prior: DriftBelief | None = None
) -> float:
    """Conditional power averaged over what the data, and the prior, leave open about the drift."""
    _check_look(plan, look, last_allowed=False)
    t = plan.information[look - 1]
    mean, precision = z / math.sqrt(t), t
    if prior is not None:
        if not prior.standard_deviation > 0.0:
            raise InputError(
                f"the prior's standard deviation is {prior.standard_deviation:g}; give one above 0"
            )
        own = prior.standard_deviation**-2
        mean = (mean * precision + prior.mean * own) / (precision + own)
        precision += own
    node, weight = np.polynomial.hermite_e.hermegauss(_BELIEF_NODES)
    start = standing_at(z, information=t)
    chances = [
        _later_power(plan, look, start, drift=mean + float(x) / math.sqrt(precision)) for x in node
    ]
    return float(weight @ np.array(chances) / weight.sum())


def repeated_interval(
    plan: Boundary, look: int, estimate: float, *, standard_error: float
) -> RepeatedInterval:
    """Estimate ± the look's efficacy bound times its standard error."""
    _check_look(plan, look)
    _check_error(standard_error)
    half = plan.efficacy[look - 1] * standard_error
    return RepeatedInterval(estimate - half, estimate + half, 1.0 - 2.0 * plan.alpha / plan.sides)


def adjusted_result(
    plan: Boundary, look: int, estimate: float, *, standard_error: float
) -> AdjustedResult:
    """p-value, interval and estimate that allow for the looks; confidence 1 − 2α (two-sided 1 − α).

    `estimate` and `standard_error` are those an analysis without looks gives at the stopping look.
    """
    _check_look(plan, look)
    _check_error(standard_error)
    z, t = estimate / standard_error, plan.information[look - 1]
    tail = plan.alpha / plan.sides
    scale = standard_error * math.sqrt(t)  # effect per unit of drift
    ends = [_drift_at(plan, look, z, chance=chance) for chance in (tail, 0.5, 1.0 - tail)]
    low, middle, high = (None if end is None else end * scale for end in ends)
    upward = _more_extreme(plan, look, z, drift=0.0)
    p = upward if plan.sides == 1 else min(1.0, 2.0 * min(upward, 1.0 - upward))
    return AdjustedResult(
        status=InferenceStatus.NO_BOUND if None in ends else InferenceStatus.CONVERGED,
        p_value=p,
        estimate=middle,
        low=low,
        high=high,
        confidence=1.0 - 2.0 * tail,
    )


def _check_look(plan: Boundary, look: int, *, last_allowed: bool = True) -> None:
    most = len(plan.information) - (0 if last_allowed else 1)
    if not 1 <= look <= most:
        raise InputError(
            f"look {look} is not among 1 to {most}"
            + ("" if last_allowed else " (after the last look nothing is left to come)")
        )


def _check_error(standard_error: float) -> None:
    if not (standard_error > 0.0 and math.isfinite(standard_error)):
        raise InputError(f"the standard error is {standard_error:g}; give one above 0")


def _bounds(plan: Boundary, *, follow: bool) -> tuple[Sequence[float], Sequence[float]]:
    """Lower and upper bounds; futility counts where it is followed or binding."""
    if plan.sides == 2:
        return tuple(-u for u in plan.efficacy), plan.efficacy
    if plan.futility is not None and (follow or plan.futility.binding):
        return plan.futility.z, plan.efficacy
    return (-math.inf,) * len(plan.efficacy), plan.efficacy


def _later_power(plan: Boundary, look: int, start: Standing, *, drift: float) -> float:
    lower, upper = _bounds(plan, follow=True)
    found = crossing(plan.information[look:], lower[look:], upper[look:], drift=drift, start=start)
    return min(1.0, sum(found.above))


def _more_extreme(plan: Boundary, look: int, z: float, *, drift: float) -> float:
    """Chance of a result at least as far in the direction of benefit, by stage-wise ordering."""
    lower, upper = _bounds(plan, follow=False)
    found = crossing(
        plan.information[:look],
        (*lower[: look - 1], -math.inf),
        (*upper[: look - 1], z),
        drift=drift,
        start=START,
    )
    return sum(found.above)


def _drift_at(plan: Boundary, look: int, z: float, *, chance: float) -> float | None:
    """The drift under which a result as extreme has this chance; it rises with the drift."""
    from scipy.optimize import brentq

    def excess(drift: float) -> float:
        return _more_extreme(plan, look, z, drift=drift) - chance

    guess = z / math.sqrt(plan.information[look - 1])
    low, high = guess - 3.0, guess + 3.0
    while excess(low) > 0.0 and low > -_FARTHEST:
        low -= 3.0
    while excess(high) < 0.0 and high < _FARTHEST:
        high += 3.0
    if excess(low) > 0.0 or excess(high) < 0.0:
        return None
    return float(brentq(excess, low, high, xtol=1e-11))
