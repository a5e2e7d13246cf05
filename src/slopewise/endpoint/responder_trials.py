"""Responder rules in many simulated trials at once: how many of the untreated "respond"?

The rules, and how the arms are compared, are those of `slopewise.endpoint.responder`. A person's
slopes come from least squares on the visits seen:

    slope = Σ (t − t̄)(y − ȳ) / Σ (t − t̄)²

before: visits of the run-in and the baseline visit; after: the visits after baseline. A slope needs
two visits. Who has none before has no rule and is left out; who has none after did not respond. In
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

__all__ = ["ResponderTrials", "ShareTrials", "compare_shares_trials", "responder_trials"]


@dataclass(frozen=True, eq=False, slots=True)
class ShareTrials:
    """Shares of two arms, one comparison a trial; 95 % intervals by Newcombe, p by Fisher.

    Where not `finite` (nobody in an arm) the numbers are 0 and p 1.
    """

    finite: Bool[Array, " trials"]
    treated_share: Float[Array, " trials"]
    control_share: Float[Array, " trials"]
    difference: Float[Array, " trials"]
    low: Float[Array, " trials"]
    high: Float[Array, " trials"]
    p_value: Float[Array, " trials"]  # two-sided


@dataclass(frozen=True, eq=False, slots=True)
class ResponderTrials:
    """Responders and people for whom the rule is defined, by arm, and the comparison.

    `shares.control_share` is what the rule finds in untreated people.
    """

    treated_responders: Int[Array, " trials"]
    treated: Int[Array, " trials"]
    control_responders: Int[Array, " trials"]
    controls: Int[Array, " trials"]
    not_defined: Int[Array, " trials"]  # take part, and are left out by the rule
    shares: ShareTrials


def responder_trials(
    outcome: Float[Array, "trials people visits"],
    observed: Bool[Array, "trials people visits"],
    *,
    month: Float[Array, " visits"] | Float[Array, "trials people visits"],
    treated: Bool[Array, "trials people"],
    rule: ResponderRule,
    run_in: Bool[Array, " visits"],
    baseline_counts_after: bool = False,
    included: Bool[Array, "trials people"] | None = None,
) -> ResponderTrials:
    """Apply the rule to everybody and compare the arms, in every trial.

    `run_in` marks the visits before the baseline visit, which is the first that is not marked.
    `baseline_counts_after`: whether the baseline visit counts for the slope after, too.
    """
    seen, before = _visits(outcome, observed, run_in)
    after = ~np.asarray(run_in, dtype=bool)
    if not baseline_counts_after:
        after &= ~before
    slope_before, has_before = _slopes(outcome, seen & before, month)
    slope_after, has_after = _slopes(outcome, seen & after, month)
    found = find_responders(
        rule, slope_before.reshape(-1), slope_after.reshape(-1), observed=has_after.reshape(-1)
    )
    part = np.ones(has_before.shape, dtype=bool) if included is None else included
    defined = found.defined.reshape(has_before.shape) & has_before & part
    responds = found.responds.reshape(has_before.shape) & defined
    arm = np.broadcast_to(treated, defined.shape)
    counts = (
        (responds & arm).sum(axis=1),
        (defined & arm).sum(axis=1),
        (responds & ~arm).sum(axis=1),
        (defined & ~arm).sum(axis=1),
    )
    left_out = (np.broadcast_to(part, defined.shape) & ~defined).sum(axis=1)
    return ResponderTrials(*counts, left_out, compare_shares_trials(counts[:2], counts[2:]))


def compare_shares_trials(
    treated: tuple[Int[Array, " trials"], Int[Array, " trials"]],
    controls: tuple[Int[Array, " trials"], Int[Array, " trials"]],
) -> ShareTrials:
    """The comparison from (responders, people) of each arm, in every trial."""
    for count, size in (treated, controls):
        if (count < 0).any() or (count > size).any():
            raise InputError("a trial has more responders than people, or fewer than none")
    finite = (treated[1] > 0) & (controls[1] > 0)
    one, other = _wilson(*treated), _wilson(*controls)
    difference = one[0] - other[0]
    low = difference - np.hypot(one[0] - one[1], other[2] - other[0])
    high = difference + np.hypot(one[2] - one[0], other[0] - other[1])
    return ShareTrials(
        finite=finite,
        treated_share=np.where(finite, one[0], 0.0),
        control_share=np.where(finite, other[0], 0.0),
        difference=np.where(finite, difference, 0.0),
        low=np.where(finite, low, 0.0),
        high=np.where(finite, high, 0.0),
        p_value=np.where(finite, _fisher(treated, controls), 1.0),
    )


def _visits(outcome: Array, observed: Array, run_in: Array) -> tuple[Array, Array]:
    """Visits seen, and which visits lie before treatment (the run-in and the baseline visit)."""
    seen, early = np.asarray(observed, dtype=bool), np.asarray(run_in, dtype=bool)
    if np.shape(outcome) != seen.shape or early.shape != seen.shape[-1:]:
        raise InputError(
            f"outcomes {np.shape(outcome)}, visits seen {seen.shape} and run-in {early.shape} do"
            " not belong together; give trials × people × visits twice and one mark a visit"
        )
    number = int(early.sum())
    if early[number:].any() or number == len(early) or not number:
        raise InputError(
            f"{number} of {len(early)} visits are marked as run-in; mark those before the baseline"
            " visit, at least one, and leave the later ones unmarked"
        )
    if not (np.isfinite(outcome) | ~seen).all():
        raise InputError("an outcome is missing without saying so; mark it as not observed")
    return seen, np.arange(len(early)) <= number


def _slopes(outcome: Array, seen: Array, month: Array) -> tuple[Array, Array]:
    """Least-squares slope of everybody (0 where there is none), and who has one."""
    months = np.broadcast_to(np.asarray(month, dtype=float), seen.shape)
    many = np.maximum(seen.sum(axis=-1), 1)
    time = np.where(seen, months, 0.0)
    time -= np.where(seen, (time.sum(axis=-1) / many)[..., None], 0.0)
    score = np.where(seen, outcome, 0.0)
    middle = score.sum(axis=-1) / many
    spread = (time * time).sum(axis=-1)
    has = spread > 0.0
    slope = (time * (score - middle[..., None])).sum(axis=-1) / np.where(has, spread, 1.0)
    return np.where(has, slope, 0.0), has


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
