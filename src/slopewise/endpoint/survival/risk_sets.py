"""Who was at risk when somebody died, in two arms of many trials at once.

Row by row (a trial, a stratum) people are sorted by month, and at every death the table holds how
many were at risk, how many of them treated, and, where several died in one month, which of them it
is. To sort once and carry nothing along, month, event and arm are packed into one whole number a
person: the bits of a positive floating-point number stand in the order of its size, and the few
exponents that months can have leave room for two more bits. Nothing is rounded.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from slopewise.errors import InputError

__all__ = ["RiskSets", "SortedFollowUp", "risk_sets", "sorted_follow_up"]

_LEAST = int(np.float64(2.0**-255).view(np.int64))  # months below it are taken to be 0
_MOST = int(np.float64(2.0**256).view(np.int64))
_ALIVE, _TREATED, _FLAGS = 2, 1, 2  # two bits below the month
_ABSENT = -2  # before every month; counts as alive, so as no death


@dataclass(frozen=True, eq=False, slots=True)
class SortedFollowUp:
    """Everybody by month, those who died in a month before those censored in it.

    Who takes no part stands first, hence is at risk at no death.
    """

    key: Int[Array, "trials people"]

    @property
    def death(self) -> Bool[Array, "trials people"]:
        """Who died."""
        return np.asarray((self.key & _ALIVE) == 0)

    @property
    def treated(self) -> Int[Array, "trials people"]:
        """1 for the treated who take part, otherwise 0."""
        return self.key & _TREATED

    @property
    def taking_part(self) -> Bool[Array, "trials people"]:
        """Who takes part."""
        return self.key >= 0

    def month(self) -> Float[Array, "trials people"]:
        """Months in this order; of no meaning for who takes no part."""
        return np.asarray(((self.key >> _FLAGS) + _LEAST).view(np.float64))


@dataclass(frozen=True, eq=False, slots=True)
class RiskSets:
    """Counts at every death, trial after trial and month after month."""

    trials: int
    trial: Int[Array, " deaths"]
    treated: Int[Array, " deaths"]  # 1 where it was a treated person who died
    at_risk: Int[Array, " deaths"]
    at_risk_treated: Int[Array, " deaths"]
    tied: bool  # whether anywhere two people died in the same month; else what follows is 0, 1, own
    earlier: Int[Array, " deaths"]  # deaths of the same month counted before this one
    deaths: Int[Array, " deaths"]  # in the same month
    deaths_treated: Int[Array, " deaths"]

    def sums(self, values: Array) -> Float[Array, " trials"]:
        """Add up over the deaths of each trial."""
        return np.asarray(np.bincount(self.trial, values, minlength=self.trials))

    def counts(self) -> Int[Array, " trials"]:
        """How many died in each trial."""
        return np.asarray(np.bincount(self.trial, minlength=self.trials))


def sorted_follow_up(
    month: Float[Array, "trials people"],
    died: Bool[Array, "trials people"],
    treated: Bool[Array, "trials people"],
    *,
    included: Bool[Array, "trials people"] | None = None,
) -> SortedFollowUp:
    """Sort every trial; `treated` may be one row that holds for all."""
    months = np.ascontiguousarray(month, dtype=np.float64)
    if months.ndim != 2 or months.shape != np.shape(died):
        raise InputError(
            f"months {months.shape} and deaths {np.shape(died)} do not belong together; give trials"
            " × people in both"
        )
    counted = months if included is None else months[included]
    if not (counted >= 0.0).all():  # also refuses what is not a number
        raise InputError("a month of follow-up is negative or missing; give 0 or more, or leave the"
                         " person out by `included`")  # fmt: skip
    key = np.clip(months.view(np.int64), _LEAST, _MOST)
    key -= _LEAST
    key <<= _FLAGS
    key |= np.where(died, 0, _ALIVE) | np.asarray(treated, dtype=bool)
    if included is not None:
        key[~np.broadcast_to(included, key.shape)] = _ABSENT
    key.sort(axis=1)
    return SortedFollowUp(key)


def risk_sets(
    month: Float[Array, "trials people"],
    died: Bool[Array, "trials people"],
    treated: Bool[Array, "trials people"],
    *,
    included: Bool[Array, "trials people"] | None = None,
) -> RiskSets:
    """Sort and count; `treated` may be one row that holds for all."""
    key = sorted_follow_up(month, died, treated, included=included).key
    trials, people = key.shape
    flat = key.reshape(-1)
    places = np.flatnonzero((flat & _ALIVE) == 0)
    at = flat[places]
    treated_so_far = np.cumsum(flat & _TREATED)
    trial = places // people
    at_risk = (trial + 1) * people - places
    arm = at & _TREATED
    at_risk_treated = treated_so_far[trial * people + people - 1] - treated_so_far[places] + arm
    at >>= _FLAGS
    same = (at[1:] == at[:-1]) & (trial[1:] == trial[:-1])
    if not same.any():  # that people are censored in the month of a death changes no count
        none, one = np.zeros_like(at), np.ones_like(at)
        return RiskSets(
            trials, trial, arm, at_risk, at_risk_treated, False, none, one, arm  # noqa: FBT003
        )  # fmt: skip
    begins = np.flatnonzero(np.concatenate([[True], ~same]))
    many = np.diff(np.append(begins, len(at)))
    group = np.repeat(np.arange(len(begins)), many)
    first = begins[group]
    return RiskSets(
        trials,
        trial,
        arm,
        at_risk[first],
        at_risk_treated[first],
        tied=True,
        earlier=np.arange(len(at)) - first,
        deaths=many[group],
        deaths_treated=np.add.reduceat(arm, begins)[group],
    )
