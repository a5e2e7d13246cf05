"""How long two arms were followed and who died: checked once for every time-to-event analysis."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped
from numpy import ndarray as Array

from slopewise.errors import InputError

__all__ = ["ArmFollowUp", "arm_follow_up", "check_follow_up"]


@dataclass(frozen=True, eq=False, slots=True)
class ArmFollowUp:
    """Month of the survival event or of the last time alive without it, arm, and stratum number."""

    month: Float[Array, " people"]
    died: Bool[Array, " people"]
    treated: Bool[Array, " people"]
    stratum: Int[Array, " people"]


def arm_follow_up(
    month: Float[Array, " people"],
    died: Bool[Array, " people"],
    treated: Bool[Array, " people"],
    *,
    strata: Shaped[Array, " people"] | None = None,
) -> ArmFollowUp:
    """The columns, if they can be analysed; InputError says why not."""
    months, deaths = check_follow_up(month, died)
    arm = np.asarray(treated, dtype=bool)
    if arm.shape != months.shape:
        raise InputError(
            f"{len(arm)} arms for {len(months)} people; give one row a person in every column"
        )
    if arm.all() or not arm.any():
        raise InputError(
            f"{int(arm.sum())} of {len(arm)} people are treated: both arms need people; check the"
            " arm column"
        )
    if strata is None:
        return ArmFollowUp(months, deaths, arm, np.zeros(len(months), dtype=np.int64))
    if len(strata) != len(months):
        raise InputError(
            f"{len(strata)} strata for {len(months)} people; give one row a person in every column"
        )
    number = np.unique(strata, return_inverse=True)[1].reshape(-1)
    return ArmFollowUp(months, deaths, arm, np.asarray(number, dtype=np.int64))


def check_follow_up(
    month: Float[Array, " people"], died: Bool[Array, " people"]
) -> tuple[Float[Array, " people"], Bool[Array, " people"]]:
    """Months and deaths as arrays."""
    months, deaths = np.asarray(month, dtype=float), np.asarray(died, dtype=bool)
    if months.ndim != 1 or months.shape != deaths.shape or not len(months):
        raise InputError(
            f"{months.shape} months and {deaths.shape} events; give one row a person in both"
        )
    wrong = np.flatnonzero(~(np.isfinite(months) & (months >= 0.0)))
    if len(wrong):
        raise InputError(
            f"row {int(wrong[0]) + 1} is followed for {months[wrong[0]]} months; give a number of"
            " months from baseline, 0 or more"
        )
    return months, deaths
