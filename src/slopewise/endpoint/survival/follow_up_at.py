"""What is known of every person when a trial is looked at in a month of the calendar."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from slopewise.errors import InputError

__all__ = ["FollowUpAtLook", "follow_up_at"]


@dataclass(frozen=True, eq=False, slots=True)
class FollowUpAtLook:
    """Follow-up up to the look; `included` are those who had joined by then."""

    month: Float[Array, "trials people"]  # since the person's own start; 0 who had not joined
    died: Bool[Array, "trials people"]
    included: Bool[Array, "trials people"]


def follow_up_at(
    look_month: float | Float[Array, " trials"],
    month: Float[Array, "trials people"],
    died: Bool[Array, "trials people"],
    *,
    start_month: Float[Array, "trials people"],
    included: Bool[Array, "trials people"] | None = None,
) -> FollowUpAtLook:
    """Cut the follow-up at the look.

    `look_month` and `start_month` (when a person joined) count from the start of the trial, `month`
    from when the person joined. A look may come at another month in each trial, such as when a
    number of deaths is reached. Who joins in the month of the look has been followed for 0 months.
    """
    look = np.asarray(look_month, dtype=float)
    if not np.isfinite(look).all():
        raise InputError("a look has no month; give the calendar month of every trial")
    elapsed = (look[:, None] if look.ndim else look) - start_month
    joined = elapsed >= 0.0
    if included is not None:
        joined &= included
    return FollowUpAtLook(
        np.minimum(month, np.maximum(elapsed, 0.0)), died & (month <= elapsed) & joined, joined
    )
