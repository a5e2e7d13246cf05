"""Follow-up of patients counted from a landmark: the month at which their predictions were made."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from slopewise.errors import InputError

__all__ = ["FollowUp", "checked_horizons", "checked_predictions", "since_landmark"]

_ROUNDING = 1e-6  # a curve may rise by this much without being called wrong: sums of draws


@dataclass(frozen=True)
class FollowUp:
    """Months from the landmark to the event or to the end of follow-up, and which it was.

    Months are compared exactly: round dates to days first. Where an event and a censoring fall on
    the same month, the event came first. `left_out` counts who was no longer followed at the
    landmark.
    """

    month: Float[Array, " patients"]  # > 0
    event: Bool[Array, " patients"]
    landmark_month: float = 0.0
    left_out: int = 0

    def __post_init__(self) -> None:
        if self.month.ndim != 1 or self.month.shape != self.event.shape:
            raise InputError(
                f"follow-up has shape {self.month.shape} and events {self.event.shape};"
                " give one month and one event for each patient"
            )
        if self.event.dtype != np.bool_:
            raise InputError(
                f"events are {self.event.dtype}; give True (event) or False (censored)"
            )
        if not self.month.size:
            raise InputError("nobody is followed; give at least one patient")
        wrong = ~(np.isfinite(self.month) & (self.month > 0.0))
        if np.any(wrong):
            row = int(np.argmax(wrong))
            raise InputError(
                f"follow-up of patient {row} is {self.month[row]:g} months; it must be above 0:"
                " count from the landmark and leave out who was not followed beyond it"
            )

    @property
    def patients(self) -> int:
        """Number of patients who were at risk at the landmark."""
        return int(self.month.size)


def since_landmark(
    month: Float[Array, " everyone"], event: Bool[Array, " everyone"], *, landmark_month: float
) -> tuple[FollowUp, Bool[Array, " everyone"]]:
    """Follow-up beyond the landmark, and who has it: use the mask to choose their predictions.

    `month` counts from the origin of the landmark. Who had the event or was lost at the landmark
    or before it was not at risk then: no prediction was made, so none is scored.
    """
    if month.shape != event.shape or not np.all(np.isfinite(month)):
        raise InputError("give one finite month of follow-up and one event for each patient")
    kept = month > landmark_month
    if not np.any(kept):
        raise InputError(
            f"nobody is followed beyond month {landmark_month:g}; choose an earlier landmark"
        )
    left_out = int(np.sum(~kept))
    return FollowUp(month[kept] - landmark_month, event[kept], landmark_month, left_out), kept


def checked_horizons(horizon_month: Float[Array, " horizons"]) -> Float[Array, " horizons"]:
    """The horizons as an array, if they are positive and increasing months since the landmark."""
    horizons = np.atleast_1d(np.asarray(horizon_month, dtype=np.float64))
    if horizons.ndim != 1 or not horizons.size or not np.all(np.isfinite(horizons)):
        raise InputError("give one or more finite horizons in months since the landmark")
    if horizons[0] <= 0.0 or np.any(np.diff(horizons) <= 0.0):
        raise InputError(
            f"horizons {horizons.tolist()} must be above 0 and increase; they count from the"
            " landmark"
        )
    return horizons


def checked_predictions(
    survival: Float[Array, "patients horizons"], follow_up: FollowUp, horizons: int
) -> Float[Array, "patients horizons"]:
    """The predicted chances of survival, if they are chances and no curve rises."""
    table = np.asarray(survival, dtype=np.float64)
    if table.shape != (follow_up.patients, horizons):
        raise InputError(
            f"predictions have shape {table.shape}, but {follow_up.patients} patients and"
            f" {horizons} horizons need one row each and one column each"
        )
    wrong = ~((table >= 0.0) & (table <= 1.0))
    if np.any(wrong):
        row, column = np.argwhere(wrong)[0]
        raise InputError(
            f"predicted survival of patient {row} at horizon {column} is {table[row, column]:g};"
            " give a chance from 0 to 1"
        )
    rising = np.any(np.diff(table, axis=1) > _ROUNDING, axis=1)
    if np.any(rising):
        raise InputError(
            f"predicted survival of patient {int(np.argmax(rising))} rises from one horizon to the"
            " next; order the columns as the horizons"
        )
    return table
