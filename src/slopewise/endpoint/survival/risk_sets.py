"""Who was at risk when somebody died, in two arms of many trials at once.

Row by row (a trial, a stratum) people are sorted by month; at every death the table holds how many
were at risk, how many of them treated, and, where several died in one month, which of them it is.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

__all__ = ["RiskSets", "risk_sets"]


@dataclass(frozen=True, eq=False, slots=True)
class RiskSets:
    """Counts at every place of the sorted months; they count where `death`."""

    death: Bool[Array, "trials people"]
    treated: Bool[Array, "trials people"]
    at_risk: Int[Array, "trials people"]
    at_risk_treated: Int[Array, "trials people"]
    tied: bool  # whether anywhere two people died in the same month
    earlier: Int[Array, "trials people"]  # deaths of the same month counted before this one
    deaths: Int[Array, "trials people"]  # in the same month
    deaths_treated: Int[Array, "trials people"]


def risk_sets(
    month: Float[Array, "trials people"],
    died: Bool[Array, "trials people"],
    treated: Bool[Array, "trials people"],
) -> RiskSets:
    """Sort and count; `treated` may be one row that holds for all."""
    people = month.shape[1]
    order = np.argsort(month, axis=1)
    sorted_month = np.take_along_axis(month, order, axis=1)
    death = np.take_along_axis(died, order, axis=1)
    arm = np.take_along_axis(np.broadcast_to(treated, month.shape), order, axis=1)
    place = np.arange(people)
    same = sorted_month[:, 1:] == sorted_month[:, :-1]
    treated_left = arm.sum(axis=1, keepdims=True) - np.cumsum(arm, axis=1) + arm
    if not (same & (death[:, 1:] | death[:, :-1])).any():  # others' ties change no count
        at_risk = np.broadcast_to(people - place, month.shape)
        none, one = np.zeros_like(at_risk), np.ones_like(at_risk)
        own = arm.astype(np.int64)
        return RiskSets(
            death,
            arm,
            at_risk,
            treated_left,
            tied=False,
            earlier=none,
            deaths=one,
            deaths_treated=own,
        )
    first = np.zeros(month.shape, dtype=np.int64)
    first[:, 1:] = np.where(same, 0, place[1:])
    first = np.maximum.accumulate(first, axis=1)
    stop = np.full(month.shape, people)
    stop[:, :-1] = np.where(same, people, place[1:])
    stop = np.minimum.accumulate(stop[:, ::-1], axis=1)[:, ::-1]
    earlier, deaths = _counts(death, first, stop)
    _, deaths_treated = _counts(death & arm, first, stop)
    return RiskSets(
        death,
        arm,
        people - first,
        np.take_along_axis(treated_left, first, axis=1),
        bool((deaths[death] > 1).any()),
        earlier,
        deaths,
        deaths_treated,
    )


def _counts(mask: Array, first: Array, stop: Array) -> tuple[Array, Array]:
    """How many of the same month come before each place, and how many there are."""
    before = np.zeros((mask.shape[0], mask.shape[1] + 1), dtype=np.int64)
    np.cumsum(mask, axis=1, out=before[:, 1:])
    start = np.take_along_axis(before, first, axis=1)
    return before[:, :-1] - start, np.take_along_axis(before, stop, axis=1) - start
