"""Responder rules in many simulated trials at once: how many of the untreated "respond"?

The rules, and how the arms are compared, are those of `slopewise.endpoint.responder`. A person's
slopes come from least squares on the visits seen:

    slope = Σ (t − t̄)(y − ȳ) / Σ (t − t̄)²

before: visits of the run-in and the one at month 0; after: the later visits. A slope needs two
visits. Who has none before has no rule and is left out; who has none after did not respond. In
words: the share of responders among controls, or in a trial without an effect, is the rate at which
the rule is met by error of measurement and by decline that is not straight.
Status: double (equal to the one-trial functions and numpy's polyfit).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from slopewise.endpoint.responder import ResponderRule, find_responders
from slopewise.errors import InputError
from slopewise.numerics.normal import NORMAL_975

__all__ = ["ResponderTrials", "compare_shares_trials", "responder_trials"]

_TWO = 2  # visits, for a slope


@dataclass(frozen=True, eq=False, slots=True)
class ResponderTrials:
    """Counts and shares of responders by arm, one comparison a trial.

    95 % intervals by Newcombe, p by Fisher's exact test. Where not `finite` (the rule is defined
    for nobody in an arm) the shares and their difference are 0 and p 1. `control_share` is what the
    rule finds in untreated people.
    """

    treated_responders: Int[Array, " trials"]
    treated: Int[Array, " trials"]  # for whom the rule is defined
    control_responders: Int[Array, " trials"]
    controls: Int[Array, " trials"]
    not_defined: Int[Array, " trials"]  # take part, and are left out by the rule
    finite: Bool[Array, " trials"]
    treated_share: Float[Array, " trials"]
    control_share: Float[Array, " trials"]
    estimate: Float[Array, " trials"]  # difference of the shares, treated less controls
    low: Float[Array, " trials"]
    high: Float[Array, " trials"]
    p_value: Float[Array, " trials"]  # two-sided


def responder_trials(
    outcome: Float[Array, "trials people visits"],
    observed: Bool[Array, "trials people visits"],
    *,
    month: Float[Array, " visits"],
    treated: Bool[Array, "trials people"],
    rule: ResponderRule,
    run_in: Bool[Array, " visits"],
    baseline_counts_after: bool = False,
    included: Bool[Array, "trials people"] | None = None,
) -> ResponderTrials:
    """Apply the rule to everybody and compare the arms, in every trial.

    `month`: planned months of the visits since baseline; `run_in` marks those before baseline (that
    at month 0 may be marked or not). `baseline_counts_after`: whether the visit at month 0 counts
    for the slope after, too.
    """
    months, before = _visits(outcome, observed, month=month, run_in=run_in)
    after = ~before | ((months == 0.0) & baseline_counts_after)
    (slope_before, has_before), (slope_after, has_after) = _slopes(
        outcome, observed, months, (before, after)
    )
    found = find_responders(
        rule, slope_before.reshape(-1), slope_after.reshape(-1), observed=has_after.reshape(-1)
    )
    part = np.ones(has_before.shape, dtype=bool) if included is None else included
    defined = found.defined.reshape(has_before.shape) & has_before & part
    responds = found.responds.reshape(has_before.shape) & defined
    arm = np.broadcast_to(treated, defined.shape)
    return compare_shares_trials(
        ((responds & arm).sum(axis=1), (defined & arm).sum(axis=1)),
        ((responds & ~arm).sum(axis=1), (defined & ~arm).sum(axis=1)),
        not_defined=(np.broadcast_to(part, defined.shape) & ~defined).sum(axis=1),
    )


def compare_shares_trials(
    treated: tuple[Int[Array, " trials"], Int[Array, " trials"]],
    controls: tuple[Int[Array, " trials"], Int[Array, " trials"]],
    *,
    not_defined: Int[Array, " trials"] | None = None,
) -> ResponderTrials:
    """The comparison from (responders, people) of each arm, in every trial."""
    for count, size in (treated, controls):
        if (count < 0).any() or (count > size).any():
            raise InputError("a trial has more responders than people, or fewer than none")
    finite = (treated[1] > 0) & (controls[1] > 0)
    one, other = _wilson(*treated), _wilson(*controls)
    difference = one[0] - other[0]
    low = difference - np.hypot(one[0] - one[1], other[2] - other[0])
    high = difference + np.hypot(one[2] - one[0], other[0] - other[1])
    return ResponderTrials(
        *treated,
        *controls,
        not_defined=np.zeros_like(treated[0]) if not_defined is None else not_defined,
        finite=finite,
        treated_share=np.where(finite, one[0], 0.0),
        control_share=np.where(finite, other[0], 0.0),
        estimate=np.where(finite, difference, 0.0),
        low=np.where(finite, low, 0.0),
        high=np.where(finite, high, 0.0),
        p_value=np.where(finite, _fisher(treated, controls), 1.0),
    )


def _visits(outcome: Array, observed: Array, *, month: Array, run_in: Array) -> tuple[Array, Array]:
    """Months of the visits, and which lie before treatment (the run-in and month 0)."""
    months, early = np.asarray(month, dtype=float), np.asarray(run_in, dtype=bool)
    shape = np.shape(outcome)
    if np.shape(observed) != shape or not (early.shape == months.shape == shape[-1:]):
        raise InputError(
            f"outcomes {shape}, visits seen {np.shape(observed)}, months {months.shape} and run-in"
            f" {early.shape} do not belong together; give trials × people × visits twice and one"
            " month and mark a visit"
        )
    before = early | (months == 0.0)
    number = int(before.sum())
    if before[number:].any() or number < _TWO or number == len(before):
        raise InputError(
            f"{number} of {len(before)} visits lie before treatment; a slope before needs at least"
            " two, first in the list, and a slope after needs later ones"
        )
    if (np.diff(months) <= 0.0).any():
        raise InputError("the months of the visits do not rise; give them in order, each once")
    if not (np.isfinite(outcome) | ~observed).all():
        raise InputError("an outcome is missing without saying so; mark it as not observed")
    return months, before


def _slopes(
    outcome: Array, observed: Array, months: Array, stretches: tuple[Array, Array]
) -> list[tuple[Array, Array]]:
    """In each stretch of visits: everybody's least-squares slope, and who has one; else 0.

    Sums over visits are products with the columns 1, t, t² of each stretch, t from its middle.
    """
    powers, times = [], []
    for stretch in stretches:
        time = np.where(stretch, months - months[stretch].mean(), 0.0)
        powers.extend([stretch.astype(float), time, time**2])
        times.extend([stretch.astype(float), time])
    counted = np.asarray(observed, dtype=float) @ np.stack(powers, axis=1)
    scored = np.where(observed, outcome, 0.0) @ np.stack(times, axis=1)
    found = []
    for number in range(len(stretches)):
        many, time, square = (counted[..., 3 * number + k] for k in range(3))
        total, product = (scored[..., 2 * number + k] for k in range(2))
        has = many >= _TWO
        size = np.where(has, many, 1.0)
        spread = np.where(has, square - time * time / size, 1.0)
        found.append((np.where(has, (product - time * total / size) / spread, 0.0), has))
    return found


def _wilson(count: Array, size: Array) -> tuple[Array, Array, Array]:
    size = np.maximum(size, 1)
    z2 = NORMAL_975**2
    share = count / size
    middle = (share + z2 / (2 * size)) / (1 + z2 / size)
    half = np.sqrt(z2 * (share * (1 - share) / size + z2 / (4 * size**2))) / (1 + z2 / size)
    return share, np.maximum(0.0, middle - half), np.minimum(1.0, middle + half)


def _fisher(treated: tuple[Array, Array], controls: tuple[Array, Array]) -> Array:
    """Two-sided: all tables at most as likely as the one seen."""
    from scipy.special import gammaln

    (found, size), (other, rest) = treated, controls
    total = found + other
    table = gammaln(np.arange(int(max(size.max(initial=0), rest.max(initial=0))) + 1) + 1.0)
    count = np.arange(int(np.minimum(total, size).max(initial=0)) + 1)
    size, rest, total = size[:, None], rest[:, None], total[:, None]
    against = total - count
    possible = (count <= np.minimum(size, total)) & (against <= rest)
    one, against = np.where(possible, count, 0), np.where(possible, against, 0)
    log = -(table[one] + table[np.where(possible, size - one, 0)])
    log -= table[against] + table[np.where(possible, rest - against, 0)]
    log = np.where(possible, log, -np.inf)
    chance = np.exp(log - log.max(axis=1, keepdims=True))
    seen = np.take_along_axis(chance, found[:, None], axis=1)
    kept = np.where(chance <= seen * (1 + 1e-7), chance, 0.0).sum(axis=1)
    return np.asarray(np.minimum(1.0, kept / chance.sum(axis=1)))
