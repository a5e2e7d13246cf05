"""When a trial may stop at an interim look: bounds for efficacy and for futility.

    efficacy  P_0(Z_k ≥ u_k, not stopped before) = f(t_k) − f(t_{k−1}),       Σ = α
    futility  P_δ(Z_k < l_k, not stopped before) = h(t_k) − h(t_{k−1}),       Σ = β,   l_K = u_K

Z_k: test statistic at look k, positive when the treated do better; t_k: share of the planned
information (patients, events) seen, the last 1; f, h: spending (`slopewise.trial.spending`); δ:
drift, the expectation of Z_K under the effect the trial is planned for, found so that its power is
1 − β. Two-sided: |Z_k| ≥ u_k, half of α in each direction. Binding futility counts the trials
stopped for futility as lost for a false alarm too and so lowers u_k; it is only valid when the
trial really stops. In words: u_k says how overwhelming an early result must be; l_k how hopeless.
The inflation factor δ²/(z_{1−α/s} + z_{1−β})² is the price: by how much the largest size exceeds
that of a trial without looks.
References: Lan & DeMets 1983, doi:10.1093/biomet/70.3.659; Pampallona, Tsiatis & Kim 2001,
doi:10.1177/009286150103500408; Jennison & Turnbull 1999, doi:10.1201/9780367805326.
Status: reference (rpact), double (multivariate normal integrals).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from slopewise.errors import InputError
from slopewise.trial.crossing import (
    START,
    Course,
    Crossing,
    Standing,
    advance,
    course,
    crossing,
    quantile_above,
    step_widths,
)
from slopewise.trial.spending import Shape, Spending, spent

__all__ = [
    "Boundary",
    "BoundaryStatus",
    "ExpectedInformation",
    "Futility",
    "Stopping",
    "boundary",
    "drift_for_power",
    "stopping",
]

_MOST_LOOKS = 30
_CLOSEST = 1e-4  # share of information between two looks
_TIGHT = 1e-11  # of drift and of the constant of classical bounds


class BoundaryStatus(StrEnum):
    """Whether the bounds may be used."""

    CONVERGED = "converged"
    STEP_LIMIT = "step_limit"  # no drift meets the futility spending: its bounds are left out


@dataclass(frozen=True, slots=True)
class Futility:
    """Stop for futility below these; the last equals the efficacy bound."""

    z: tuple[float, ...]
    spent: tuple[float, ...]  # of β, up to each look
    binding: bool


@dataclass(frozen=True, slots=True)
class ExpectedInformation:
    """Average information at the end, as a multiple of what a trial without looks needs."""

    none: float  # without an effect
    half: float  # at half the planned effect
    planned: float


@dataclass(frozen=True, slots=True)
class Boundary:
    """Bounds on the scale of z at shares of the information, and what they cost."""

    status: BoundaryStatus
    method: str
    information: tuple[float, ...]
    efficacy: tuple[float, ...]
    nominal_p: tuple[float, ...]  # one-sided for one side, two-sided for two
    spent: tuple[float, ...]  # of α, up to each look
    alpha: float
    sides: int
    beta: float
    drift: float  # the expectation of the last z at which power is 1 − β
    inflation: float
    expected_information: ExpectedInformation
    futility: Futility | None = None


@dataclass(frozen=True, slots=True)
class Stopping:
    """Chances at each look under one drift; `harm` is the lower efficacy bound of two sides."""

    drift: float
    efficacy: tuple[float, ...]
    futility: tuple[float, ...]
    harm: tuple[float, ...]
    power: float  # any look, in the direction of benefit
    expected_information: float  # share of the largest


def boundary(
    information: Sequence[float],
    spending: Spending,
    *,
    alpha: float = 0.025,
    sides: int = 1,
    beta: float = 0.1,
    futility: Spending | None = None,
    binding: bool = False,
) -> Boundary:
    """Bounds for looks at these shares of information; InputError says what cannot be."""
    looks = _checked(information, alpha=alpha, sides=sides, beta=beta)
    _check_futility(futility, spending, sides=sides, binding=binding)
    status, stop = BoundaryStatus.CONVERGED, None
    upper = _efficacy(looks, spending, alpha=alpha, sides=sides)
    if futility is not None:
        budget = spent(futility, looks, total=beta)
        found = _with_futility(looks, upper, budget=budget, alpha_spent=_increments(
            spent(spending, looks, total=alpha)) if binding else None)  # fmt: skip
        if found is None:
            status = BoundaryStatus.STEP_LIMIT
        else:
            upper, lower = found
            stop = Futility(lower, budget, binding)
    return _costed(looks, upper, status=status, stop=stop, alpha=alpha, sides=sides, beta=beta,
                   method=_method(spending, futility, sides=sides, binding=binding))  # fmt: skip


def stopping(plan: Boundary, drift: float) -> Stopping:
    """How often the trial stops where, if the last z had this expectation.

    Trials below a futility bound are taken to stop, binding or not.
    """
    lower = _lower(plan.efficacy, sides=plan.sides, stop=plan.futility)
    return _stopping(plan, crossing(plan.information, lower, plan.efficacy, drift=drift), drift)


def _stopping(plan: Boundary, found: Crossing, drift: float) -> Stopping:
    looks = len(plan.information)
    none = (0.0,) * looks
    futility = (*found.below[:-1], 0.0) if plan.futility else none
    harm = found.below if plan.sides == 2 else none
    early = [sum(at) for at in zip(found.above, futility, harm, strict=True)][:-1]
    expected = 1.0 - sum((1.0 - t) * p for t, p in zip(plan.information, early, strict=False))
    return Stopping(drift, found.above, futility, harm, sum(found.above), expected)


def drift_for_power(plan: Boundary, power: float) -> float:
    """The expectation of the last z at which the trial has this power."""
    if not plan.alpha / plan.sides < power < 1.0:
        raise InputError(
            f"power {power:g} is not between the type I error and 1; give for instance 0.9"
        )
    lower = _lower(plan.efficacy, sides=plan.sides, stop=plan.futility)
    return _drift_for_power(plan.information, plan.efficacy, lower, power=power)[0]


def _checked(
    information: Sequence[float], *, alpha: float, sides: int, beta: float
) -> tuple[float, ...]:
    looks = tuple(float(t) for t in information)
    if not looks or len(looks) > _MOST_LOOKS:
        raise InputError(f"{len(looks)} looks were given; give 1 to {_MOST_LOOKS}")
    before = 0.0
    for number, t in enumerate(looks, start=1):
        if not before + _CLOSEST <= t <= 1.0 + 1e-9:
            raise InputError(
                f"look {number} is at information {t:g} after {before:g}; shares of the planned"
                f" information rise by at least {_CLOSEST:g} and end at 1, for instance 0.33,0.67,1"
            )
        before = t
    if looks[-1] < 1.0 - 1e-9:
        raise InputError(
            f"the last look is at information {looks[-1]:g}; the last must be 1, the end of the"
            " trial"
        )
    if sides not in (1, 2):
        raise InputError(f"sides is {sides}; give 1 or 2")
    if not 1e-6 <= alpha <= 0.5 * sides - 1e-6:
        raise InputError(f"alpha is {alpha:g}; give the type I error, for instance 0.025")
    if not 1e-6 <= beta < 1.0 - alpha / sides:
        raise InputError(
            f"beta is {beta:g}; give the type II error, above 0 and below 1 − alpha, for instance"
            " 0.1 for a power of 90 %"
        )
    return (*looks[:-1], 1.0)


def _check_futility(
    futility: Spending | None, spending: Spending, *, sides: int, binding: bool
) -> None:
    if futility is None:
        if binding:
            raise InputError("binding futility was asked for without a futility spending; give one")
        return
    if futility.classical:
        raise InputError(
            f"{futility} fixes the form of efficacy bounds; spend beta by obrien-fleming, pocock,"
            " kim-demets:RHO or hwang:GAMMA"
        )
    if sides == 2:
        raise InputError(
            "futility bounds are for one-sided trials here; use --sides 1 with half of alpha, which"
            " tests the same benefit"
        )
    if binding and spending.classical:
        raise InputError(
            f"binding futility needs a spending function for alpha, and {spending} has none; choose"
            " obrien-fleming, pocock, kim-demets:RHO or hwang:GAMMA"
        )


def _method(spending: Spending, futility: Spending | None, *, sides: int, binding: bool) -> str:
    words = f"{spending} bounds, {'one' if sides == 1 else 'two'}-sided"
    if futility is None:
        return words
    return words + f", {'' if binding else 'non-'}binding futility by {futility}"


def _increments(cumulative: Sequence[float]) -> tuple[float, ...]:
    return tuple(b - a for a, b in zip((0.0, *cumulative), cumulative, strict=False))


def _lower(
    upper: Sequence[float], *, sides: int, stop: Futility | None = None
) -> tuple[float, ...]:
    if stop is not None:
        return stop.z
    return tuple(-u if sides == 2 else -math.inf for u in upper)


def _efficacy(
    looks: tuple[float, ...], spending: Spending, *, alpha: float, sides: int
) -> tuple[float, ...]:
    """Bounds when nobody stops for futility."""
    if spending.classical:
        power = 0.5 if spending.shape is Shape.CLASSICAL_OBRIEN_FLEMING else 0.0
        return _classical(looks, power=power, alpha=alpha, sides=sides)
    rises = _increments(spent(spending, looks, total=alpha, sides=sides))
    widths, standing, upper = step_widths(looks), START, []
    for look, t in enumerate(looks):
        upper.append(quantile_above(standing, rises[look] / sides, information=t, drift=0.0))
        low = -upper[-1] if sides == 2 else -math.inf
        if look < len(looks) - 1:
            standing = advance(
                standing, (low, upper[-1]), information=t, drift=0.0, width=widths[look]
            )
    return tuple(upper)


def _classical(
    looks: tuple[float, ...], *, power: float, alpha: float, sides: int
) -> tuple[float, ...]:
    """z_k = c / t_k^power with c such that α is used up."""
    from scipy.special import ndtri

    def shape(c: float) -> tuple[float, ...]:
        return tuple(c / t**power for t in looks)

    def excess(c: float) -> float:
        upper = shape(c)
        found = crossing(looks, _lower(upper, sides=sides), upper, drift=0.0)
        return math.log(sum(found.above) * sides / alpha)

    single = -float(ndtri(alpha / sides))
    most = -float(ndtri(alpha / sides / len(looks)))  # Bonferroni is never too low
    return shape(_root(excess, single - 1e-4, most + 1e-4))


def _with_futility(
    looks: tuple[float, ...],
    upper: tuple[float, ...],
    *,
    budget: tuple[float, ...],
    alpha_spent: tuple[float, ...] | None,
) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
    """Efficacy and futility bounds; the drift is found at which the last two meet."""
    rises = _increments(budget)

    def bounds(drift: float) -> tuple[tuple[float, ...], tuple[float, ...], float]:
        return _spend_both(looks, upper, rises=rises, drift=drift, alpha_spent=alpha_spent)

    low, high = 0.05, 2.0 * (upper[-1] + 1.0)
    while bounds(high)[2] > 0.0:
        high *= 1.5
        if high > 60.0:
            return None
    if bounds(low)[2] < 0.0:
        return None
    drift = _root(lambda d: bounds(d)[2], low, high)
    above, below, gap = bounds(drift)
    if abs(gap) > 1e-8 or len(above) < len(looks):
        return None
    return above, (*below, above[-1])


def _spend_both(
    looks: tuple[float, ...],
    upper: tuple[float, ...],
    *,
    rises: tuple[float, ...],
    drift: float,
    alpha_spent: tuple[float, ...] | None,
) -> tuple[tuple[float, ...], tuple[float, ...], float]:
    """Bounds at one drift, and how much of β the last look would spend too much.

    Without `alpha_spent` the efficacy bounds stand; with it they are found beside the others.
    """
    widths, last = step_widths(looks), len(looks) - 1
    planned, idle = START, START  # under the drift; without an effect
    above, below = [], []
    for look, t in enumerate(looks):
        u = (
            upper[look]
            if alpha_spent is None
            else quantile_above(idle, alpha_spent[look], information=t, drift=0.0)
        )
        above.append(u)
        if look == last or u == -math.inf:
            break
        floor = _futility_bound(planned, rises[look], information=t, drift=drift)
        below.append(floor)
        if floor >= u:
            return tuple(above), tuple(below), -rises[-1]
        planned = advance(planned, (floor, u), information=t, drift=drift, width=widths[look])
        if alpha_spent is not None:
            idle = advance(idle, (floor, u), information=t, drift=0.0, width=widths[look])
    if len(above) < len(looks):  # so many stop for futility that alpha cannot be spent
        return tuple(above), tuple(below), -rises[-1]
    return (
        tuple(above),
        tuple(below),
        planned.below(above[-1], information=1.0, drift=drift) - rises[-1],
    )


def _futility_bound(
    standing: Standing, chance: float, *, information: float, drift: float
) -> float:
    """The z below which exactly `chance` falls; the mirror image of an efficacy bound."""
    mirrored = Standing(standing.information, -standing.place, standing.mass)
    return -quantile_above(mirrored, chance, information=information, drift=-drift)


def _drift_for_power(
    looks: tuple[float, ...], upper: tuple[float, ...], lower: tuple[float, ...], *, power: float
) -> tuple[float, Course]:
    """The drift, and the course of the trial that was asked for it."""
    from scipy.special import ndtri

    high = 1.2 * (upper[-1] + float(ndtri(power))) + 0.3
    while True:
        trial = course(looks, lower, upper, most_drift=high)
        if sum(trial.crossing(high).above) > power:
            break
        high *= 1.3

    def lacking(drift: float) -> float:
        return sum(trial.crossing(drift).above) - power

    return _root(lacking, 0.0, high), trial


def _costed(
    looks: tuple[float, ...],
    upper: tuple[float, ...],
    *,
    status: BoundaryStatus,
    stop: Futility | None,
    alpha: float,
    sides: int,
    beta: float,
    method: str,
) -> Boundary:
    """Add what the bounds spend and cost."""
    from dataclasses import replace

    from scipy.special import ndtr, ndtri

    binding = stop if stop is not None and stop.binding else None
    alarm = crossing(looks, _lower(upper, sides=sides, stop=binding), upper, drift=0.0)
    total = 0.0
    spent_so_far = tuple(total := total + sides * p for p in alarm.above)
    lower = _lower(upper, sides=sides, stop=stop)
    drift, trial = _drift_for_power(looks, upper, lower, power=1.0 - beta)
    inflation = (drift / float(ndtri(alpha / sides) + ndtri(beta))) ** 2
    plan = Boundary(
        status=status,
        method=method,
        information=looks,
        efficacy=upper,
        nominal_p=tuple(sides * float(ndtr(-u)) for u in upper),
        spent=spent_so_far,
        alpha=alpha,
        sides=sides,
        beta=beta,
        drift=drift,
        inflation=inflation,
        expected_information=ExpectedInformation(1.0, 1.0, 1.0),
        futility=stop,
    )
    shares = [
        _stopping(plan, trial.crossing(d), d).expected_information for d in (0.0, drift / 2, drift)
    ]
    average = ExpectedInformation(*(share * inflation for share in shares))
    return replace(plan, expected_information=average)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    from scipy.optimize import brentq

    if (at_low := function(low)) == 0.0:
        return low
    if at_low * function(high) > 0.0:  # one look: the bracket is a point
        return low if abs(at_low) < 1e-9 else high
    return float(brentq(function, low, high, xtol=_TIGHT, rtol=1e-14))
